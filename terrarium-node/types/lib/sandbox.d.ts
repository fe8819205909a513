export type SandboxOptions = import("./types.js").SandboxOptions;
export type ExecuteOptions = import("./types.js").ExecuteOptions;
/** @typedef {import('./types.js').SandboxOptions} SandboxOptions */
/** @typedef {import('./types.js').ExecuteOptions} ExecuteOptions */
/**
 * Runs code in fresh interpreters: nothing that one run does is seen by the next.
 *
 * @example
 * const sandbox = await Sandbox.create({ timeout: 5 });
 * const result = await sandbox.execute("sum(int(line) for line in open('n.txt'))", { files: { 'n.txt': '1\n2\n39\n' } });
 * console.assert(result.final_expression === 42);
 */
export class Sandbox {
    /**
     * A sandbox with these options. The first one on a machine, and the first with certain packages, builds an image,
     * which takes some seconds; later ones take milliseconds.
     *
     * @param {SandboxOptions} [options]
     * @returns {Promise<Sandbox>}
     * @throws {TypeError | import('./errors.js').TerrariumError} for an option that is unknown or out of its bounds
     */
    static create(options?: SandboxOptions): Promise<Sandbox>;
    /**
     * The same, while the thread waits.
     *
     * @param {SandboxOptions} [options]
     * @returns {Sandbox}
     */
    static createSync(options?: SandboxOptions): Sandbox;
    /**
     * A sandbox on an image of your choice. The options' packages come on top of those of the image.
     *
     * @param {Image} image
     * @param {Omit<SandboxOptions, 'image'>} [options]
     * @returns {Promise<Sandbox>}
     */
    static onImage(image: Image, options?: Omit<SandboxOptions, "image">): Promise<Sandbox>;
    /**
     * The same as `createSync`, which says what it costs.
     *
     * @param {SandboxOptions} [options]
     */
    constructor(options?: SandboxOptions);
    /**
     * Run code in a fresh interpreter, on a thread of the library's own. What goes wrong in the code is in the result.
     *
     * @template [T=any]
     * @param {string} code
     * @param {ExecuteOptions} [options]
     * @returns {Promise<import('./result.js').ExecutionResult<T>>}
     */
    execute<T = any>(code: string, options?: ExecuteOptions): Promise<import("./result.js").ExecutionResult<T>>;
    /**
     * The same, while the thread waits. Callbacks are called; a `signal` counts only if it is aborted already.
     *
     * @template [T=any]
     * @param {string} code
     * @param {ExecuteOptions} [options]
     * @returns {import('./result.js').ExecutionResult<T>}
     */
    executeSync<T = any>(code: string, options?: ExecuteOptions): import("./result.js").ExecutionResult<T>;
    /**
     * Run code and get its output piece by piece. The stream's `result` is there after the last one.
     *
     * @template [T=any]
     * @param {string} code
     * @param {Omit<ExecuteOptions, 'on_stdout' | 'on_stderr'>} [options]
     * @returns {OutputStream<T>}
     * @example
     * const output = sandbox.stream('for i in range(3): print(i)');
     * for await (const { stream, text } of output) process[stream].write(text);
     * console.assert(output.result.status === 'success');
     */
    stream<T = any>(code: string, options?: Omit<ExecuteOptions, "on_stdout" | "on_stderr">): OutputStream<T>;
    /**
     * Start a session: an interpreter that keeps its state from one run to the next.
     *
     * @returns {Promise<Session>}
     */
    session(): Promise<Session>;
    /**
     * The same, while the thread waits.
     *
     * @returns {Session}
     */
    sessionSync(): Session;
    #private;
}
import { OutputStream } from "./stream.js";
import { Session } from "./session.js";
import { Image } from "./image.js";
