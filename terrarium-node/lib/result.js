// Results: all that a run leaves behind.
'use strict';

const { ExecutionError } = require('./errors.js');
const { display } = require('./events.js');
const { record } = require('./names.js');
const { decode, TAG } = require('./values/decode.js');

/**
 * All that a run leaves behind.
 *
 * Streams and files are present on every status: the output before an exception or a timeout is kept.
 *
 * @template [T=unknown]
 */
class ExecutionResult {
  /** The message that it was made from: the text, and the contents beside it. @type {{ text: string, blobs: Buffer[] }} */
  #message;

  /**
   * @hidden
   * @param {{ text: string, blobs: Buffer[] }} message the addon's answer
   * @param {Map<number, unknown>} [thrown] what functions threw, by number
   * @param {unknown} [inputError] what the function of `stdin` threw
   */
  constructor(message, thrown = new Map(), inputError = undefined) {
    this.#message = message;
    const { blobs } = message;
    const json = JSON.parse(message.text);
    const result = record(json.result);
    /** How the run ended. @type {import('./types.js').Status} */
    this.status = result.status;
    if (Object.hasOwn(result, 'finalExpression')) {
      /**
       * The value of the last expression. The property is absent if the code does not end in an expression that has a
       * value, and `null` for `None`.
       *
       * @type {T | undefined}
       */
      this.finalExpression = /** @type {T} */ (decode(result.finalExpression, blobs));
    }
    /** The `repr()` of that value. It tells `2.0` from `2`, which are one number in JavaScript. @type {string | null} */
    this.finalRepr = result.finalRepr;
    /** Whether `finalRepr` was cut at the option `reprBytes`. @type {boolean} */
    this.finalReprTruncated = result.finalReprTruncated;
    /** The values of the names in the option `outputs` that exist. @type {Record<string, unknown>} */
    this.outputs = byName(Object.entries(result.outputs), (value) => decode(value, blobs));
    /** The standard output. Bytes that are not UTF-8 appear as U+FFFD; `stdoutBytes` has them then. @type {string} */
    this.stdout = result.stdout;
    /** The exact standard output where it is not UTF-8. @type {Buffer | undefined} */
    this.stdoutBytes = beside(json.stdout_bytes, blobs);
    /** Whether bytes beyond the option `streamBytes` were dropped. @type {boolean} */
    this.stdoutTruncated = result.stdoutTruncated;
    /** The standard error. An exception's traceback is in `error`, not here. @type {string} */
    this.stderr = result.stderr;
    /** The exact standard error where it is not UTF-8. @type {Buffer | undefined} */
    this.stderrBytes = beside(json.stderr_bytes, blobs);
    /** Whether bytes of the standard error were dropped. @type {boolean} */
    this.stderrTruncated = result.stderrTruncated;
    /**
     * The files that the run created or changed, by their paths relative to the home folder; others have absolute
     * paths.
     *
     * @type {Record<string, Buffer>}
     */
    this.outputFiles = byName(Object.entries(json.output_files), (index) => blobs[index]);
    /** The files that existed before the run and do not exist after it. @type {string[]} */
    this.deletedFiles = result.deletedFiles;
    /** The things that the code displayed, in order. @type {import('./types.js').Display[]} */
    this.displays = result.displays.map(display);
    /** The calls of host functions, the first 1,000. @type {import('./types.js').HostCallRecord[]} */
    this.hostCalls = result.hostCalls.map((/** @type {any} */ call) => {
      const number = json.thrown?.[call.id];
      return { ...record(call), ...(number === undefined ? {} : { exception: thrown.get(number) }) };
    });
    /** The record of those calls, with the option `journal`; it is plain JSON. @type {object | null} */
    this.journal = json.result.journal;
    /** Why the run did not succeed. @type {import('./types.js').PythonError | null} */
    this.error = result.error && {
      ...record(result.error),
      frames: result.error.frames.map(record),
      hostCall: this.hostCalls.find(({ id }) => id === result.error.host_call) ?? null,
    };
    /** The error that the function or iterator of the option `stdin` threw last; the code got an `OSError`. @type {unknown} */
    this.inputError = inputError;
    /** The exit code, if the code left by `sys.exit`, `exit` or `os._exit`. @type {number | null} */
    this.exitCode = result.exitCode;
    /** Whether a session lost its variables; its files are kept. @type {boolean} */
    this.sessionLost = result.sessionLost;
    /** The time and memory that the run took; durations in seconds. @type {import('./types.js').Metrics} */
    this.metrics = record(result.metrics);
    Object.freeze(this);
  }

  /**
   * Returns this result if the run succeeded.
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
   * The JSON form that a result has in every language: names in snake_case, values with their types, contents in
   * base64. `JSON.stringify` uses it.
   *
   * @returns {Record<string, unknown>}
   */
  toJSON() {
    const { text, blobs } = this.#message;
    const { result, stdout_bytes, stderr_bytes, output_files } = JSON.parse(text, (_, part) => {
      return part?.[TAG] === 'blob' ? { [TAG]: 'bytes', base64: blobs[part.index].toString('base64') } : part;
    });
    const base64 = (/** @type {number} */ index) => blobs[index].toString('base64');
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
 * Returns the content beside the text, if there is one.
 *
 * @param {number | null} index
 * @param {Buffer[]} blobs
 */
function beside(index, blobs) {
  return index === null ? undefined : blobs[index];
}

/**
 * Makes an object of entries; a name such as `__proto__` is a name like any other.
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
