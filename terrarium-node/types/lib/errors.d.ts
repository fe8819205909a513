/**
 * What `raiseForStatus` throws for a run that did not succeed.
 *
 * The message is the Python exception's type and text, `result` the whole result.
 */
export class ExecutionError extends Error {
    /** @param {import('./result.js').ExecutionResult} result */
    constructor(result: import("./result.js").ExecutionResult);
    code: string;
    /** The result of the run. */
    result: import("./result.js").ExecutionResult<any>;
    /** Python's traceback, with the frames of your code. */
    traceback: string;
    get name(): string;
}
/**
 * An error out of what the addon says of it.
 *
 * @param {string} text
 */
export function fromNative(text: string): any;
export const INVALID_OPTION: "ERR_TERRARIUM_INVALID_OPTION";
/**
 * A fault of the host: options, paths, packages, images, the cache, or the engine.
 *
 * `code` names the kind: `ERR_TERRARIUM_INVALID_OPTION`, `…_INVALID_PATH`, `…_FILE`, `…_TOO_LARGE`, `…_PACKAGE`,
 * `…_IMAGE`, `…_CACHE`, `…_ARTIFACTS`, `…_START`, `…_ENGINE`; also `…_BUSY` and `…_CLOSED` for a session that runs
 * code or was closed. What is at fault is in further properties: `name` of an option is `option`, `path` the path.
 *
 * A value of the wrong type is a `TypeError` with the code `ERR_TERRARIUM_INVALID_OPTION` and `option`.
 */
export class TerrariumError extends Error {
    /**
     * @param {string} code
     * @param {string} message
     * @param {object} [fields] what is at fault
     */
    constructor(code: string, message: string, fields?: object);
    /** The kind of the fault. @type {string} */
    code: string;
    /** The option that is at fault, if one is. @type {string | undefined} */
    option: string | undefined;
    /** The path that is at fault, if one is. @type {string | undefined} */
    path: string | undefined;
    get name(): string;
}
/**
 * An error for a value of the wrong type.
 *
 * @param {string} option
 * @param {string} reason
 */
export function wrongType(option: string, reason: string): TypeError & {
    code: string;
    option: string;
};
