// The output of a run, piece by piece while the code runs.
'use strict';

const { setImmediate: immediate } = require('node:timers/promises');
const { TextDecoder } = require('node:util');

const { MOST_AT_ONCE, Reader, Work } = require('./work.js');

/** @typedef {import('./types.js').OutputChunk} OutputChunk */
/**
 * @template T
 * @typedef {import('./result.js').ExecutionResult<T>} ExecutionResult
 */

/**
 * The output of a run as an async iterator. The run begins when the first piece is asked for; a guest that is far
 * ahead of its reader waits. Leaving the loop stops the run.
 *
 * @template [T=unknown]
 * @implements {AsyncIterableIterator<OutputChunk, ExecutionResult<T> | undefined>}
 */
class OutputStream {
  #pieces;

  /**
   * @hidden
   * @param {() => import('./work.js').Task<ExecutionResult<T>>} task
   * @param {() => Promise<() => void>} turn waits until the run may begin; what it returns is called at the end
   */
  constructor(task, turn) {
    /** The result, after the last piece. @type {ExecutionResult<T> | undefined} */
    this.result = undefined;
    this.#pieces = this.#read(task, turn);
  }

  /**
   * The next piece; at the end the result.
   *
   * @returns {Promise<IteratorResult<OutputChunk, ExecutionResult<T> | undefined>>}
   */
  next() {
    return this.#pieces.next();
  }

  /**
   * Stops the run.
   *
   * @returns {Promise<IteratorResult<OutputChunk, ExecutionResult<T> | undefined>>}
   */
  return() {
    return this.#pieces.return(/** @type {never} */ (undefined));
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
    /** @type {OutputChunk[]} */
    const pieces = [];
    let wake = () => {};
    const reader = new Reader({ listener: { stdout: piece(pieces, 'stdout'), stderr: piece(pieces, 'stderr') } });
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
        yield* pieces.splice(0);
        this.result = answer && task.finish(answer);
      }
    } finally {
      work.run.cancel();
      work.end();
    }
  }
}

/**
 * @param {OutputChunk[]} pieces
 * @param {OutputChunk['stream']} stream
 * @returns {(data: Buffer) => void}
 */
function piece(pieces, stream) {
  const decoder = new TextDecoder();
  return (data) => {
    pieces.push({ stream, data, text: decoder.decode(data, { stream: true }) });
  };
}

module.exports = { OutputStream };
