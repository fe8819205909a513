// The errors that the package throws. A fault of the guest's Python is a result, not one of these.
'use strict';

/**
 * @typedef {object} ErrorDetails The members of an error that name what is at fault.
 * @property {string} [option] the option at fault, or the one to raise
 * @property {string} [problem] the problem with the option: `unknown`, `wrong_type` or `value`
 * @property {string} [expected] the type, value or hash that was expected
 * @property {string} [found] the type, value or hash that was found instead
 * @property {string[]} [similar] known names that look like the unknown one
 * @property {string} [path] the file or folder at fault, in the sandbox or on the host
 * @property {string} [operation] the operation on that file that failed
 * @property {string} [errno] the symbolic name of the system's error, such as `ENOENT`
 * @property {string} [what] the thing that is too large
 * @property {number} [limit] the limit in bytes
 * @property {number} [used] the size in bytes
 * @property {string} [package] the package at fault
 * @property {string} [neededBy] the package that needs it
 * @property {string} [packageSource] the entry of `packagesFrom` at fault
 * @property {string} [url] the address that was fetched
 * @property {string} [reason] the problem in words
 */

/**
 * A fault of the host: an option, a path, a package, an image, the cache, or the engine.
 *
 * `code` names the kind of the fault and is stable; the message may change. The codes begin with `ERR_TERRARIUM_`:
 *
 * - `INVALID_OPTION`, `INVALID_PATH`, `TOO_LARGE`: a value that was given is outside its bounds;
 * - `FILE`: a file of the sandbox cannot be read or written;
 * - `PACKAGE_UNKNOWN`, `PACKAGE_ABSENT`, `PACKAGE_PLATFORM`, `PACKAGE_HASH`, `PACKAGE_DAMAGED`, `PACKAGE_SOURCE`,
 *   `PACKAGE_STORE`, `PACKAGE_DOWNLOAD`: a package cannot be found, read or downloaded;
 * - `IMAGE`, `BARE_IMAGE_ALREADY_SET`, `CACHE`, `ARTIFACTS`: a file of the host cannot be used;
 * - `START`, `ENGINE`, `FORKED`: the interpreter cannot run in this process;
 * - `BUSY`, `CLOSED`: the session runs code, or was closed.
 *
 * An unknown option, and a value of the wrong type, is a `TypeError` with the code `ERR_TERRARIUM_INVALID_OPTION`.
 */
class TerrariumError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {ErrorDetails} [details]
   */
  constructor(code, message, details = {}) {
    super(message);
    /** The kind of the fault. @type {string} */
    this.code = code;
    /** The option at fault, if there is one. @type {string | undefined} */
    this.option = details.option;
    /** The path at fault, if there is one. @type {string | undefined} */
    this.path = details.path;
    /** The package at fault, if there is one. @type {string | undefined} */
    this.package = details.package;
    /** The address at fault, if there is one. @type {string | undefined} */
    this.url = details.url;
    /** The symbolic name of the system's error, such as `ENOENT`, if there is one. @type {string | undefined} */
    this.errno = details.errno;
    /** The limit in bytes that was exceeded, if there is one. @type {number | undefined} */
    this.limit = details.limit;
    /** The size in bytes that exceeds the limit, if there is one. @type {number | undefined} */
    this.used = details.used;
    Object.assign(this, details);
    for (const [name, value] of Object.entries(this)) {
      if (value === undefined) {
        Reflect.deleteProperty(this, name);
      }
    }
  }

  get name() {
    return 'TerrariumError';
  }
}

/**
 * The error that `raiseForStatus` throws for a run that did not succeed.
 *
 * The message is the Python exception's type and text, `result` the whole result.
 */
class ExecutionError extends Error {
  /** @param {import('./result.js').ExecutionResult<unknown>} result */
  constructor(result) {
    const { error, status } = result;
    const cause = result.inputError;
    super(error ? `${error.type}: ${error.message}` : status, cause === undefined ? undefined : { cause });
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
  return Object.assign(new TypeError(`option \`${option}\`: ${reason}`), {
    code: 'ERR_TERRARIUM_INVALID_OPTION',
    option,
  });
}

/**
 * An error for an unknown option.
 *
 * @param {string} option
 * @param {string[]} similar known options that look like it
 * @param {string[]} known all options
 */
function noSuchOption(option, similar, known) {
  const names = (similar.length > 0 ? similar : known).map((name) => `\`${name}\``);
  const wayOut = similar.length > 0 ? `did you mean ${names.join(' or ')}?` : `the options are ${names.join(', ')}`;
  return Object.assign(wrongType(option, `there is no such option; ${wayOut}`), { problem: 'unknown', similar });
}

/**
 * An error for a constructor that is not for users.
 *
 * @param {string} name the class
 * @param {string} instead the function that makes an instance
 */
function noConstructor(name, instead) {
  const code = 'ERR_ILLEGAL_CONSTRUCTOR';
  return Object.assign(new TypeError(`${name} has no public constructor, use \`${instead}\``), { code });
}

module.exports = { ExecutionError, noConstructor, noSuchOption, TerrariumError, wrongType };
