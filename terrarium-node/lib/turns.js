// The order in which the work of a sandbox or a session is done.
'use strict';

const { TerrariumError } = require('./errors.js');
const { isWaiting } = require('./functions.js');
const { later, now } = require('./work.js');

/**
 * @template T
 * @typedef {import('./work.js').Task<T>} Task
 */

/** All work at once, each on its own thread: that of a sandbox, whose runs share nothing. */
class Parallel {
  /** Waits for its turn; the returned function ends the turn. @returns {Promise<() => void>} */
  async turn() {
    return nothing;
  }

  /**
   * Does a task beside the JavaScript thread.
   *
   * @template T
   * @param {Task<T>} task
   * @returns {Promise<T>}
   */
  async later(task) {
    return later(task);
  }

  /**
   * Does a task while the JavaScript thread waits.
   *
   * @template T
   * @param {Task<T>} task
   * @returns {T}
   */
  now(task) {
    return now(task);
  }
}

/** One task after the other, in the order of the calls: the work of a session. */
class Sequence extends Parallel {
  /** The end of the task that was asked for last. @type {Promise<unknown>} */
  #last = Promise.resolve();
  /** The number of tasks that have not ended. */
  #waiting = 0;

  /** @override */
  async turn() {
    this.#refuse();
    const before = this.#last;
    let end = nothing;
    this.#last = new Promise((resolve) => {
      end = () => {
        this.#waiting -= 1;
        resolve(undefined);
      };
    });
    this.#waiting += 1;
    await before;
    return end;
  }

  /**
   * @override
   * @template T
   * @param {Task<T>} task
   * @returns {Promise<T>}
   */
  async later(task) {
    const end = await this.turn();
    try {
      return await later(task);
    } finally {
      end();
    }
  }

  /**
   * @override
   * @template T
   * @param {Task<T>} task
   * @returns {T}
   * @throws {TerrariumError} `ERR_TERRARIUM_BUSY` while another task has not ended
   */
  now(task) {
    this.#refuse();
    if (this.#waiting > 0) {
      throw new TerrariumError('ERR_TERRARIUM_BUSY', 'the session runs code: wait for it before a call that blocks');
    }
    return now(task);
  }

  /** Refuses what a function asks whose answer the session's own code waits for: it would wait for itself. */
  #refuse() {
    if (isWaiting(this)) {
      throw new TerrariumError(
        'ERR_TERRARIUM_BUSY',
        'the session runs code that waits for this function, which cannot use the session',
      );
    }
  }
}

function nothing() {}

module.exports = { Parallel, Sequence };
