export type OutputChunk = import("./types.js").OutputChunk;
export type ExecutionResult<T> = import("./result.js").ExecutionResult<T>;
/** @typedef {import('./types.js').OutputChunk} OutputChunk */
/**
 * @template T
 * @typedef {import('./result.js').ExecutionResult<T>} ExecutionResult
 */
/**
 * The output of a run as an async iterator. The run begins with the first piece that is asked for; a guest that is far
 * ahead of its reader waits. Leaving the loop stops the run.
 *
 * @template [T=any]
 * @implements {AsyncIterableIterator<OutputChunk, ExecutionResult<T>>}
 */
export class OutputStream<T = any> implements AsyncIterableIterator<OutputChunk, ExecutionResult<T>> {
    /**
     * @hidden
     * @param {() => import('./work.js').Task<ExecutionResult<T>>} task
     * @param {() => Promise<() => void>} [turn] waits until the run may begin, and gives what is to be called at its end
     */
    constructor(task: () => import("./work.js").Task<ExecutionResult<T>>, turn?: () => Promise<() => void>);
    /** The result, once the end is reached. @type {ExecutionResult<T> | undefined} */
    result: ExecutionResult<T> | undefined;
    /**
     * The next piece; at the end the result.
     *
     * @returns {Promise<IteratorResult<OutputChunk, ExecutionResult<T>>>}
     */
    next(): Promise<IteratorResult<OutputChunk, ExecutionResult<T>>>;
    /**
     * Stop the run.
     *
     * @returns {Promise<IteratorResult<OutputChunk, any>>}
     */
    return(): Promise<IteratorResult<OutputChunk, any>>;
    [Symbol.asyncIterator](): this;
    #private;
}
