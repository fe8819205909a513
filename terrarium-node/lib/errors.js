// The errors that the package throws. What fails in the guest's Python is a result, not one of these.
'use strict';

/**
 * A fault of the host: options, paths, packages, images, the cache, or the engine.
 *
 * `code` names the kind: `ERR_TERRARIUM_INVALID_OPTION`, `…_INVALID_PATH`, `…_FILE`, `…_TOO_LARGE`, `…_PACKAGE`,
 * `…_IMAGE`, `…_CACHE`, `…_ARTIFACTS`, `…_START`, `…_ENGINE`; also `…_BUSY` and `…_CLOSED` for a session that runs
 * code or was closed. What is at fault is in further properties: `name` of an option is `option`, `path` the path.
 *
 * A value of the wrong type is a `TypeError` with the code `ERR_TERRARIUM_INVALID_OPTION` and `option`.
 */
class TerrariumError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {object} [fields] what is at fault
   */
  constructor(code, message, fields = {}) {
    super(message);
    /** The kind of the fault. @type {string} */
    this.code = code;
    /** The option that is at fault, if one is. @type {string | undefined} */
    this.option = undefined;
    /** The path that is at fault, if one is. @type {string | undefined} */
    this.path = undefined;
    Object.assign(this, fields);
  }

  get name() {
    return 'TerrariumError';
  }
}

/**
 * What `raiseForStatus` throws for a run that did not succeed.
 *
 * The message is the Python exception's type and text, `result` the whole result.
 */
class ExecutionError extends Error {
  /** @param {import('./result.js').ExecutionResult} result */
  constructor(result) {
    const { error, status } = result;
    super(error ? `${error.type}: ${error.message}` : status);
    this.code = 'ERR_TERRARIUM_EXECUTION';
    /** The result of the run. */
    this.result = result;
    /** Python's traceback, with the frames of your code. */
    this.traceback = error ? error.traceback : '';
  }

  get name() {
    return 'ExecutionError';
  }
}

/**
 * An error for a value of the wrong type.
 *
 * @param {string} option
 * @param {string} reason
 */
function wrongType(option, reason) {
  return Object.assign(new TypeError(`option \`${option}\`: ${reason}`), { code: INVALID_OPTION, option });
}

/**
 * An error out of what the addon says of it.
 *
 * @param {string} text
 */
function fromNative(text) {
  const { code, message, is_type, fields } = JSON.parse(text);
  const { name, ...others } = fields;
  const known = name === undefined ? others : { ...others, option: name };
  return is_type ? Object.assign(new TypeError(message), { code, ...known }) : new TerrariumError(code, message, known);
}

const INVALID_OPTION = 'ERR_TERRARIUM_INVALID_OPTION';

module.exports = { ExecutionError, fromNative, INVALID_OPTION, TerrariumError, wrongType };
