// What a run leaves behind.
'use strict';

const { ExecutionError } = require('./errors.js');
const { decode, TAG } = require('./values/decode.js');

/**
 * All that a run leaves behind. The same fields in every language.
 *
 * Streams and files are there on every status: what was written before an exception or a timeout is kept.
 *
 * @template [T=any]
 */
class ExecutionResult {
  /** What it was made from: the text, and the contents beside it. @type {{ text: string, blobs: Buffer[] }} */
  #message;

  /** @param {{ text: string, blobs: Buffer[] }} message what the addon sent */
  constructor(message) {
    this.#message = message;
    const { blobs } = message;
    const { result, stdout_bytes, stderr_bytes, output_files } = JSON.parse(message.text);
    /** How the run ended. @type {import('./types.js').Status} */
    this.status = result.status;
    if (Object.hasOwn(result, 'final_expression')) {
      /**
       * The value of the last expression. The property is absent if the code does not end in an expression that has a
       * value, and `null` for `None`.
       *
       * @type {T | undefined}
       */
      this.final_expression = decode(result.final_expression, blobs);
    }
    /** What `repr()` says of that value. @type {string | null} */
    this.final_repr = result.final_repr;
    /** Whether `final_repr` was cut at the option `repr_bytes`. @type {boolean} */
    this.final_repr_truncated = result.final_repr_truncated;
    /** The values of the names in the option `outputs` that exist. @type {Record<string, any>} */
    this.outputs = byName(Object.entries(result.outputs), (value) => decode(value, blobs));
    /** The standard output. Bytes that are not UTF-8 appear as U+FFFD; `stdout_bytes` has them then. @type {string} */
    this.stdout = result.stdout;
    /** The exact standard output where it is not UTF-8. @type {Buffer | undefined} */
    this.stdout_bytes = undefined;
    /** Whether bytes beyond the option `output` were dropped. @type {boolean} */
    this.stdout_truncated = result.stdout_truncated;
    /** The standard error. An exception's traceback is in `error`, not here. @type {string} */
    this.stderr = result.stderr;
    /** The exact standard error where it is not UTF-8. @type {Buffer | undefined} */
    this.stderr_bytes = undefined;
    /** Whether bytes of the standard error were dropped. @type {boolean} */
    this.stderr_truncated = result.stderr_truncated;
    if (stdout_bytes !== null) {
      this.stdout_bytes = blobs[stdout_bytes];
    }
    if (stderr_bytes !== null) {
      this.stderr_bytes = blobs[stderr_bytes];
    }
    /**
     * The files that the run created or changed, by their paths relative to the home folder; others have absolute
     * paths.
     *
     * @type {Record<string, Buffer>}
     */
    this.output_files = byName(Object.entries(output_files), (index) => blobs[index]);
    /** The files that were there before the run and are not any more. @type {string[]} */
    this.deleted_files = result.deleted_files;
    /** What the code displayed, in order. @type {import('./types.js').Display[]} */
    this.displays = result.displays;
    /** Why the run did not succeed. @type {import('./types.js').PythonError | null} */
    this.error = result.error;
    /** The exit code, if the code left by `sys.exit`, `exit` or `os._exit`. @type {number | null} */
    this.exit_code = result.exit_code;
    /** Whether a session lost its variables; its files are kept. @type {boolean} */
    this.session_lost = result.session_lost;
    /** What the run cost; durations in seconds. @type {import('./types.js').Metrics} */
    this.metrics = result.metrics;
    Object.freeze(this);
  }

  /**
   * This result, if the run succeeded.
   *
   * @throws {ExecutionError} if it did not
   */
  raiseForStatus() {
    if (this.status !== 'success') {
      throw new ExecutionError(this);
    }
    return this;
  }

  /**
   * The JSON form that a result has in every language: values with their types, contents in base64. `JSON.stringify`
   * uses it.
   *
   * @returns {Record<string, any>}
   */
  toJSON() {
    const { text, blobs } = this.#message;
    const { result, stdout_bytes, stderr_bytes, output_files } = JSON.parse(text, (_, part) => {
      return part?.[TAG] === 'blob' ? { [TAG]: 'bytes', base64: blobs[part.index].toString('base64') } : part;
    });
    const base64 = (/** @type {any} */ index) => blobs[index].toString('base64');
    result.output_files = byName(Object.entries(output_files), base64);
    if (stdout_bytes !== null) {
      result.stdout_bytes = base64(stdout_bytes);
    }
    if (stderr_bytes !== null) {
      result.stderr_bytes = base64(stderr_bytes);
    }
    return result;
  }
}

/**
 * An object out of entries; a name such as `__proto__` is one like any other.
 *
 * @template A, B
 * @param {[string, A][]} entries
 * @param {(value: A) => B} convert
 * @returns {Record<string, B>}
 */
function byName(entries, convert) {
  return Object.fromEntries(entries.map(([name, value]) => [name, convert(value)]));
}

module.exports = { ExecutionResult };
