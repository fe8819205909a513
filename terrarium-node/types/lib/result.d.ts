/**
 * All that a run leaves behind. The same fields in every language.
 *
 * Streams and files are there on every status: what was written before an exception or a timeout is kept.
 *
 * @template [T=any]
 */
export class ExecutionResult<T = any> {
    /** @param {{ text: string, blobs: Buffer[] }} message what the addon sent */
    constructor(message: {
        text: string;
        blobs: Buffer[];
    });
    /** How the run ended. @type {import('./types.js').Status} */
    status: import("./types.js").Status;
    /**
     * The value of the last expression. The property is absent if the code does not end in an expression that has a
     * value, and `null` for `None`.
     *
     * @type {T | undefined}
     */
    final_expression: T | undefined;
    /** What `repr()` says of that value. @type {string | null} */
    final_repr: string | null;
    /** Whether `final_repr` was cut at the option `repr_bytes`. @type {boolean} */
    final_repr_truncated: boolean;
    /** The values of the names in the option `outputs` that exist. @type {Record<string, any>} */
    outputs: Record<string, any>;
    /** The standard output. Bytes that are not UTF-8 appear as U+FFFD; `stdout_bytes` has them then. @type {string} */
    stdout: string;
    /** The exact standard output where it is not UTF-8. @type {Buffer | undefined} */
    stdout_bytes: Buffer | undefined;
    /** Whether bytes beyond the option `output` were dropped. @type {boolean} */
    stdout_truncated: boolean;
    /** The standard error. An exception's traceback is in `error`, not here. @type {string} */
    stderr: string;
    /** The exact standard error where it is not UTF-8. @type {Buffer | undefined} */
    stderr_bytes: Buffer | undefined;
    /** Whether bytes of the standard error were dropped. @type {boolean} */
    stderr_truncated: boolean;
    /**
     * The files that the run created or changed, by their paths relative to the home folder; others have absolute
     * paths.
     *
     * @type {Record<string, Buffer>}
     */
    output_files: Record<string, Buffer>;
    /** The files that were there before the run and are not any more. @type {string[]} */
    deleted_files: string[];
    /** What the code displayed, in order. @type {import('./types.js').Display[]} */
    displays: import("./types.js").Display[];
    /** Why the run did not succeed. @type {import('./types.js').PythonError | null} */
    error: import("./types.js").PythonError | null;
    /** The exit code, if the code left by `sys.exit`, `exit` or `os._exit`. @type {number | null} */
    exit_code: number | null;
    /** Whether a session lost its variables; its files are kept. @type {boolean} */
    session_lost: boolean;
    /** What the run cost; durations in seconds. @type {import('./types.js').Metrics} */
    metrics: import("./types.js").Metrics;
    /**
     * This result, if the run succeeded.
     *
     * @throws {ExecutionError} if it did not
     */
    raiseForStatus(): this;
    /**
     * The JSON form that a result has in every language: values with their types, contents in base64. `JSON.stringify`
     * uses it.
     *
     * @returns {Record<string, any>}
     */
    toJSON(): Record<string, any>;
    #private;
}
