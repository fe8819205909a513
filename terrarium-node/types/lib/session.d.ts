export type NativeSession = import("./native.js").Session;
export type ExecuteOptions = import("./types.js").ExecuteOptions;
export type Task<T> = import("./work.js").Task<T>;
/** @typedef {import('./native.js').Session} NativeSession */
/** @typedef {import('./types.js').ExecuteOptions} ExecuteOptions */
/**
 * @template T
 * @typedef {import('./work.js').Task<T>} Task
 */
/**
 * An interpreter that keeps its names, modules and files from one run to the next.
 *
 * What is asked of a session is done in the order of the calls, one thing at a time. A session that is not closed goes
 * with the garbage; it does not keep the process alive.
 *
 * @example
 * const session = await sandbox.session();
 * await session.execute('x = 41');
 * console.assert((await session.execute('x + 1')).final_expression === 42);
 * await session.close();
 */
export class Session {
    /** @hidden @param {NativeSession} session the addon's; use `Sandbox.session` */
    constructor(session: NativeSession);
    /**
     * Run code; names that it makes stay for the next run.
     *
     * @template [T=any]
     * @param {string} code
     * @param {ExecuteOptions} [options]
     * @returns {Promise<import('./result.js').ExecutionResult<T>>}
     */
    execute<T = any>(code: string, options?: ExecuteOptions): Promise<import("./result.js").ExecutionResult<T>>;
    /**
     * The same, while the thread waits.
     *
     * @template [T=any]
     * @param {string} code
     * @param {ExecuteOptions} [options]
     * @returns {import('./result.js').ExecutionResult<T>}
     * @throws {TerrariumError} `ERR_TERRARIUM_BUSY` while something else is going on in the session
     */
    executeSync<T = any>(code: string, options?: ExecuteOptions): import("./result.js").ExecutionResult<T>;
    /**
     * Write a file, and the folders it is in. The path is relative to the home folder.
     *
     * @param {string} path
     * @param {import('./types.js').Content} data
     * @returns {Promise<void>}
     */
    writeFile(path: string, data: import("./types.js").Content): Promise<void>;
    /**
     * Read a file. The path is relative to the home folder, or absolute.
     *
     * @param {string} path
     * @returns {Promise<Buffer>}
     */
    readFile(path: string): Promise<Buffer>;
    /**
     * Remove a file. The path is relative to the home folder, or absolute.
     *
     * @param {string} path
     * @returns {Promise<void>}
     */
    removeFile(path: string): Promise<void>;
    /**
     * The files below the home folder, by path.
     *
     * @returns {Promise<import('./types.js').FileInfo[]>}
     */
    listFiles(): Promise<import("./types.js").FileInfo[]>;
    /**
     * The contents of all files below the home folder, by path.
     *
     * @returns {Promise<Record<string, Buffer>>}
     */
    allFiles(): Promise<Record<string, Buffer>>;
    /**
     * Start over: a new interpreter, and the files that the sandbox's options name.
     *
     * @returns {Promise<void>}
     */
    reset(): Promise<void>;
    /**
     * Forget the names that the code made; modules stay imported, and files stay.
     *
     * @returns {Promise<void>}
     */
    resetGlobals(): Promise<void>;
    /**
     * Whether code can run, or is only the beginning of something. Nothing is run.
     *
     * @param {string} code
     * @returns {Promise<import('./types.js').Completeness>}
     */
    check(code: string): Promise<import("./types.js").Completeness>;
    /**
     * What could stand at the cursor.
     *
     * @param {string} code
     * @param {number} [cursor] an index into `code`; by default its end
     * @returns {Promise<import('./types.js').Completion>} `start` is an index too
     */
    complete(code: string, cursor?: number): Promise<import("./types.js").Completion>;
    /**
     * Run code and get its output piece by piece, as `Sandbox.stream` does.
     *
     * @template [T=any]
     * @param {string} code
     * @param {Omit<ExecuteOptions, 'on_stdout' | 'on_stderr'>} [options]
     * @returns {OutputStream<T>}
     */
    stream<T = any>(code: string, options?: Omit<ExecuteOptions, "on_stdout" | "on_stderr">): OutputStream<T>;
    /**
     * Give up the interpreter, after what was asked for before. Later calls fail with `ERR_TERRARIUM_CLOSED`.
     *
     * @returns {Promise<void>}
     */
    close(): Promise<void>;
    /** The same as `close`. */
    [Symbol.asyncDispose](): Promise<void>;
    #private;
}
import { OutputStream } from "./stream.js";
