/**
 * Something that the addon is to do.
 */
export type Task<T> = {
    /**
     * starts it
     */
    begin: (gate: native.Gate | null, number: number) => native.Run;
    /**
     * what its end means
     */
    finish: (answer: Answer) => T;
    /**
     * who wants to hear of it while it goes on
     */
    listener?: Listener | undefined;
    /**
     * what stops it
     */
    signal?: AbortSignal | undefined;
};
export type Answer = {
    text: string;
    blobs: Buffer[];
    run: native.Run;
};
export type Listener = Partial<Record<"stdout" | "stderr", (data: Buffer) => void>> & {
    progress?: (step: string) => void;
};
/**
 * Do it, and tell its end by a promise.
 *
 * @template T
 * @param {Task<T>} task
 * @returns {Promise<T>}
 */
export function later<T>(task: Task<T>): Promise<T>;
/** How much news is read before the event loop has its turn: a guest can write as fast as it is read. */
export const MOST_AT_ONCE: 64;
/**
 * Do it while this thread waits. It is done on another one all the same: the guest's stack is not one on which
 * JavaScript, its listeners, could run.
 *
 * @template T
 * @param {Task<T>} task
 * @returns {T}
 */
export function now<T>(task: Task<T>): T;
/** Hands the news of a run to its listener, and tells its end. */
export class Reader {
    /** @param {Listener} [listener] */
    constructor(listener?: Listener);
    listener: Listener;
    /**
     * Whether this was the last piece of news: then its answer. What a listener throws stops the run, and is thrown
     * at the end.
     *
     * @param {native.Event} event
     * @param {native.Run} run
     * @returns {Answer | undefined}
     */
    read(event: native.Event, run: native.Run): Answer | undefined;
    #private;
}
/** Begun work, and the way to hear of it. Whoever waits for news holds the event loop meanwhile. */
export class Work {
    /**
     * @param {Task<any>} task
     * @param {() => void} wake called when there is news
     */
    constructor(task: Task<any>, wake: () => void);
    run: native.Run;
    /** Keep the event loop going, or leave it to others. @param {boolean} holds */
    hold(holds: boolean): void;
    /** After the last piece of news. */
    end(): void;
    #private;
}
import native = require("./native.js");
