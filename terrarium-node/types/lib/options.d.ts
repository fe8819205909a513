export type Content = import("./types.js").Content;
/**
 * The bytes of a file.
 *
 * @param {string} option
 * @param {string} what
 * @param {unknown} value
 * @returns {Buffer}
 */
export function content(option: string, what: string, value: unknown): Buffer;
/** @typedef {import('./types.js').Content} Content */
/**
 * The options of a sandbox, of an image or of its folder.
 *
 * @param {object} [options]
 * @returns {{ text: string, blobs: Buffer[] }}
 */
export function plainOptions(options?: object): {
    text: string;
    blobs: Buffer[];
};
/**
 * The options of a run; those that core does not know because they are of JavaScript are returned as they are.
 *
 * @param {import('./types.js').ExecuteOptions} [options]
 */
export function runOptions(options?: import("./types.js").ExecuteOptions): {
    text: string;
    blobs: Buffer<ArrayBufferLike>[];
    heard: {
        stdout: boolean;
        stderr: boolean;
    };
    listener: import("./work.js").Listener;
    signal: AbortSignal | undefined;
};
