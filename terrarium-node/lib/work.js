// Work in the addon: begun on another thread, with its news brought here.
'use strict';

const { fromNative } = require('./faults.js');
const native = require('./native.js');

/**
 * Something that the addon is to do.
 *
 * @template T
 * @typedef {object} Task
 * @property {(gate: native.Gate | null, number: number) => native.Run} begin starts it
 * @property {(answer: Answer) => T} finish what its end means
 * @property {Listener} [listener] who wants to hear of it while it goes on
 * @property {AbortSignal} [signal] what stops it
 * @property {boolean} [isStore] whether it is work of the package store
 */

/** @typedef {{ text: string, blobs: Buffer[], run: native.Run }} Answer */

/** @typedef {Partial<Record<'stdout' | 'stderr', (data: Buffer) => void>> & { progress?: (step: string) => void }} Listener */

/** What goes on, by its number. @type {Map<number, () => void>} */
const running = new Map();
let last = 0;
/** How much of it holds the event loop. */
let holders = 0;
/** How much news is read before the event loop has its turn: a guest can write as fast as it is read. */
const MOST_AT_ONCE = 64;
/** @type {native.Gate | undefined} */
let gate;
/** @type {NodeJS.Timeout | undefined} */
let alive;

/** Begun work, and the way to hear of it. Whoever waits for news holds the event loop meanwhile. */
class Work {
  #number;
  #holds = false;
  #forget = () => {};

  /**
   * @param {Task<any>} task
   * @param {() => void} wake called when there is news
   */
  constructor(task, wake) {
    gate ??= new native.Gate((number) => running.get(number)?.());
    // It does nothing but keep the event loop going while work is going on.
    alive ??= setInterval(() => {}, 2 ** 31 - 1).unref();
    do {
      last = (last + 1) >>> 0;
    } while (running.has(last));
    this.#number = last;
    this.run = task.begin(gate, this.#number);
    running.set(this.#number, wake);
    if (task.signal) {
      this.#forget = onAbort(task.signal, () => this.run.cancel());
    }
  }

  /** Keep the event loop going, or leave it to others. @param {boolean} holds */
  hold(holds) {
    holders += Number(holds) - Number(this.#holds);
    this.#holds = holds;
    if (holders > 0) {
      alive?.ref();
    } else {
      alive?.unref();
    }
  }

  /** After the last piece of news. */
  end() {
    running.delete(this.#number);
    this.hold(false);
    this.#forget();
  }
}

/** What each signal stops, and its listener. @type {WeakMap<AbortSignal, { stops: Set<() => void>, all: () => void }>} */
const signals = new WeakMap();

/**
 * Have `stop` called when a signal is aborted, also if it is already. A signal has one listener for all runs, since many
 * listeners look like a leak.
 *
 * @param {AbortSignal} signal
 * @param {() => void} stop
 * @returns {() => void} forgets it
 */
function onAbort(signal, stop) {
  if (signal.aborted) {
    stop();
    return () => {};
  }
  let known = signals.get(signal);
  if (known === undefined) {
    /** @type {Set<() => void>} */
    const stops = new Set();
    known = { stops, all: () => stops.forEach((each) => each()) };
    signals.set(signal, known);
    signal.addEventListener('abort', known.all, { once: true });
  }
  const { stops, all } = known;
  stops.add(stop);
  return () => {
    stops.delete(stop);
    if (stops.size === 0) {
      signals.delete(signal);
      signal.removeEventListener('abort', all);
    }
  };
}

/** Hands the news of a run to its listener, and tells its end. */
class Reader {
  /** @type {{ error: unknown } | undefined} */
  #failure;

  /** @param {{ listener?: Listener, isStore?: boolean }} task */
  constructor({ listener = {}, isStore }) {
    this.listener = listener;
    this.isStore = isStore;
  }

  /**
   * Whether this was the last piece of news: then its answer. What a listener throws stops the run, and is thrown
   * at the end.
   *
   * @param {native.Event} event
   * @param {native.Run} run
   * @returns {Answer | undefined}
   */
  read(event, run) {
    if (event.kind === 'done') {
      if (this.#failure) {
        throw this.#failure.error;
      }
      return { text: event.text, blobs: event.blobs, run };
    }
    if (event.kind === 'failed') {
      throw this.#failure ? this.#failure.error : fromNative(event.text, this.isStore);
    }
    if (this.#failure) {
      return undefined;
    }
    try {
      if (event.kind === 'progress') {
        this.listener.progress?.(event.text);
      } else {
        this.listener[event.kind]?.(event.blobs[0]);
      }
    } catch (error) {
      this.#failure = { error };
      run.cancel();
    }
    return undefined;
  }
}

/**
 * Do it, and tell its end by a promise.
 *
 * @template T
 * @param {Task<T>} task
 * @returns {Promise<T>}
 */
function later(task) {
  return new Promise((resolve, reject) => {
    const reader = new Reader(task);
    const read = () => {
      try {
        for (let count = 0; count < MOST_AT_ONCE; count++) {
          const event = work.run.next(false);
          if (event === null) {
            return;
          }
          const answer = reader.read(event, work.run);
          if (answer) {
            work.end();
            resolve(task.finish(answer));
            return;
          }
        }
        setImmediate(read);
      } catch (error) {
        work.end();
        reject(error);
      }
    };
    const work = new Work(task, read);
    work.hold(true);
  });
}

/**
 * Do it while this thread waits. It is done on another one all the same: the guest's stack is not one on which
 * JavaScript, its listeners, could run.
 *
 * @template T
 * @param {Task<T>} task
 * @returns {T}
 */
function now(task) {
  const run = task.begin(null, 0);
  if (task.signal?.aborted) {
    run.cancel();
  }
  const reader = new Reader(task);
  for (;;) {
    // It waits for a moment only, so that a worker can be terminated.
    const event = run.next(true);
    const answer = event && reader.read(event, run);
    if (answer) {
      return task.finish(answer);
    }
  }
}

module.exports = { later, MOST_AT_ONCE, now, Reader, Work };
