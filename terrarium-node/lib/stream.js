// The events of a run, one by one while the code runs.
'use strict';

const { setImmediate: immediate } = require('node:timers/promises');

const { MOST_AT_ONCE, Reader, Work } = require('./work.js');

/** @typedef {import('./types.js').RunEvent} RunEvent */
/**
 * @template T
 * @typedef {import('./result.js').ExecutionResult<T>} ExecutionResult
 */

/**
 * The events of a run as an async iterator. The run begins when the first event is asked for; a guest that is far
 * ahead of its reader waits. Leaving the loop stops the run.
 *
 * @template [T=unknown]
 * @implements {AsyncIterableIterator<RunEvent, ExecutionResult<T> | undefined>}
 */
class EventStream {
  #events;

  /**
   * @hidden
   * @param {() => import('./work.js').Task<ExecutionResult<T>>} task
   * @param {() => Promise<() => void>} turn waits until the run may begin; what it returns is called at the end
   */
  constructor(task, turn) {
    /** The result, after the last event. @type {ExecutionResult<T> | undefined} */
    this.result = undefined;
    this.#events = this.#read(task, turn);
  }

  /**
   * The next event; at the end the result.
   *
   * @returns {Promise<IteratorResult<RunEvent, ExecutionResult<T> | undefined>>}
   */
  next() {
    return this.#events.next();
  }

  /**
   * Stops the run.
   *
   * @returns {Promise<IteratorResult<RunEvent, ExecutionResult<T> | undefined>>}
   */
  return() {
    return this.#events.return(/** @type {never} */ (undefined));
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  /**
   * @param {() => import('./work.js').Task<ExecutionResult<T>>} begin
   * @param {() => Promise<() => void>} turn
   */
  async *#read(begin, turn) {
    const task = begin();
    const end = await turn();
    try {
      yield* this.#run(task);
    } finally {
      end();
    }
    return /** @type {ExecutionResult<T>} */ (this.result);
  }

  /** @param {import('./work.js').Task<ExecutionResult<T>>} task */
  async *#run(task) {
    /** @type {RunEvent[]} */
    const events = [];
    let wake = () => {};
    const reader = new Reader({ ...task, listener: { event: (event) => events.push(event) } });
    const work = new Work(task, () => wake());
    try {
      for (let count = 1; this.result === undefined; count++) {
        if (count % MOST_AT_ONCE === 0) {
          await immediate();
        }
        const event = work.run.next(false);
        if (event === null) {
          work.hold(true);
          await /** @type {Promise<void>} */ (
            new Promise((resolve) => {
              wake = resolve;
            })
          );
          work.hold(false);
          continue;
        }
        const answer = reader.read(event, work.run);
        yield* events.splice(0);
        this.result = answer && task.finish(answer);
      }
    } finally {
      work.run.cancel();
      work.end();
    }
  }
}

module.exports = { EventStream };
