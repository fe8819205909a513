// Work of the addon: begun on another thread, which sends its news here.
'use strict';

const { EventReader, EVENTS } = require('./events.js');
const { fromNative } = require('./faults.js');
const native = require('./native.js');

/**
 * Work for the addon.
 *
 * @template T
 * @typedef {object} Task
 * @property {(gate: native.Gate | null, number: number) => native.Run} begin starts it
 * @property {(answer: Answer) => T} finish turns the answer at its end into a value
 * @property {Listener} [listener] receives news until then
 * @property {AbortSignal} [signal] stops it
 * @property {import('./functions.js').Calls} [calls] answers the questions of the code to functions
 * @property {import('./input.js').Input} [input] gives the standard input
 * @property {boolean} [isStore] whether it is work of the package store
 */

/** @typedef {{ text: string, blobs: Buffer[], run: native.Run }} Answer */

/**
 * @typedef {Partial<Record<'stdout' | 'stderr', (data: Buffer) => void>> & {
 *   display?: (display: import('./types.js').Display) => void,
 *   event?: (event: import('./types.js').RunEvent) => void,
 *   progress?: (step: string) => void,
 * }} Listener
 */

/** The callbacks of the work that has not ended, by number. @type {Map<number, () => void>} */
const running = new Map();
let last = 0;
/** The number of tasks that hold the event loop. */
let holders = 0;
/** The kinds of news that functions answer. */
const QUESTIONS = new Set(['call', 'decide', 'next', 'drop']);
/** The number of news that are read before the event loop has its turn: a guest can write as fast as JavaScript reads. */
const MOST_AT_ONCE = 64;
/** @type {native.Gate | undefined} */
let gate;
/** @type {NodeJS.Timeout | undefined} */
let alive;

/** Begun work and its callback. Work that is waited for holds the event loop. */
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
    // The timer only keeps the event loop alive while work is held.
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

  /** Keeps the event loop alive, or lets it end. @param {boolean} holds */
  hold(holds) {
    holders += Number(holds) - Number(this.#holds);
    this.#holds = holds;
    if (holders > 0) {
      alive?.ref();
    } else {
      alive?.unref();
    }
  }

  /** Forgets the work after its last news. */
  end() {
    running.delete(this.#number);
    this.hold(false);
    this.#forget();
  }
}

/** The callbacks and the one listener of each signal. @type {WeakMap<AbortSignal, { stops: Set<() => void>, all: () => void }>} */
const signals = new WeakMap();

/**
 * Calls `stop` when a signal is aborted, at once if it is already. A signal has one listener for all runs, because Node
 * warns of many listeners.
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

/** Hands the news of a run to its listener, and returns the answer at its end. */
class Reader {
  /** @type {{ error: unknown } | undefined} */
  #failure;
  #events = new EventReader();

  /**
   * @param {Pick<Task<unknown>, 'listener' | 'calls' | 'input' | 'isStore'>} task
   * @param {boolean} [isSync] whether the JavaScript thread waits
   */
  constructor({ listener = {}, calls, input, isStore }, isSync = false) {
    this.listener = listener;
    this.input = input;
    this.calls = calls;
    this.isStore = isStore;
    this.isSync = isSync;
  }

  /**
   * Reads one piece of news and returns the answer if it was the last piece. An error that a listener throws stops the
   * run and is thrown at its end.
   *
   * @param {native.Event} event
   * @param {native.Run} run
   * @returns {Answer | undefined}
   */
  read(event, run) {
    if (event.kind === 'done' || event.kind === 'failed') {
      this.calls?.end();
    }
    if (event.kind === 'done') {
      if (this.#failure) {
        throw this.#failure.error;
      }
      return { text: event.text, blobs: event.blobs, run };
    }
    if (event.kind === 'failed') {
      throw this.#failure ? this.#failure.error : fromNative(event.text, this.isStore);
    }
    if (event.kind === 'input') {
      this.input?.answer(event, run, this.isSync);
      return undefined;
    }
    if (this.#failure && !QUESTIONS.has(event.kind)) {
      return undefined;
    }
    try {
      if (QUESTIONS.has(event.kind)) {
        this.calls?.answer(event, run, this.isSync);
      } else if (event.kind === 'progress') {
        this.listener.progress?.(event.text);
      } else if (EVENTS.has(event.kind)) {
        this.#tell(event);
      }
    } catch (error) {
      this.#failure = { error };
      run.cancel();
    }
    return undefined;
  }

  /** Passes on an event. @param {native.Event} event */
  #tell(event) {
    const { listener } = this;
    if (event.kind === 'stdout' || event.kind === 'stderr') {
      listener[event.kind]?.(event.blobs[0]);
    }
    if (listener.display === undefined && listener.event === undefined) {
      return;
    }
    const told = this.#events.read(event);
    if (told.type === 'display' || told.type === 'update') {
      listener.display?.(told.display);
    }
    listener.event?.(told);
  }
}

/**
 * Does the work beside the JavaScript thread.
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
 * Does the work while the JavaScript thread waits. Another thread runs the guest all the same, because listeners cannot be
 * called on the guest's stack.
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
  const reader = new Reader(task, true);
  for (;;) {
    // The call waits for a moment only, so that a worker can be terminated.
    const event = run.next(true);
    const answer = event && reader.read(event, run);
    if (answer) {
      return task.finish(answer);
    }
  }
}

/**
 * Does a task that a signal stops at once: its thread follows soon after.
 *
 * @template T
 * @param {Task<T>} task
 * @returns {Promise<T>}
 */
async function abortable(task) {
  const { signal } = task;
  if (signal === undefined) {
    return later(task);
  }
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    later(task)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', stop));
  });
}

/**
 * Does a task while the JavaScript thread waits; a signal counts only if it is aborted already.
 *
 * @template T
 * @param {Task<T>} task
 * @returns {T}
 */
function atOnce(task) {
  task.signal?.throwIfAborted();
  return now(task);
}

module.exports = { abortable, atOnce, later, MOST_AT_ONCE, now, Reader, Work };
