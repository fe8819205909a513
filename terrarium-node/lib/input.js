// Standard input that a function or an iterator gives while the code runs.
'use strict';

const { isAnyArrayBuffer, isPromise } = require('node:util').types;

/** @typedef {import('./types.js').InputRequest} InputRequest */
/** @typedef {(request: InputRequest) => unknown} Give */

/** The most bytes of one answer, as in core. */
const MOST = 64 << 20;

/** The standard input of a run. */
class Input {
  #give;

  /**
   * @param {Give} give
   * @param {boolean} takesPrompts whether requests have prompts; otherwise the code writes them to its output
   */
  constructor(give, takesPrompts) {
    this.#give = give;
    this.takesPrompts = takesPrompts;
    /** The error that the function has thrown last. @type {unknown} */
    this.error = undefined;
  }

  /**
   * The input that a value of the option `stdin` stands for, unless it is a content.
   *
   * @param {unknown} value
   * @returns {Input | undefined}
   */
  static of(value) {
    if (typeof value === 'function') {
      return new Input(/** @type {Give} */ (value), true);
    }
    if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value) || isAnyArrayBuffer(value)) {
      return undefined;
    }
    if (Symbol.asyncIterator in value) {
      const pieces = /** @type {AsyncIterable<unknown>} */ (value)[Symbol.asyncIterator]();
      return new Input(async () => piece(await pieces.next()), false);
    }
    if (Symbol.iterator in value) {
      const pieces = /** @type {Iterable<unknown>} */ (value)[Symbol.iterator]();
      return new Input(() => piece(pieces.next()), false);
    }
    return undefined;
  }

  /**
   * Answers a request.
   *
   * @param {import('./native.js').Event} event
   * @param {import('./native.js').Run} run
   * @param {boolean} isSync whether the JavaScript thread waits
   */
  answer({ number, text }, run, isSync) {
    const done = (/** @type {() => unknown} */ work) => {
      let answer = null;
      try {
        answer = bytes(work());
      } catch (error) {
        this.error = error;
      }
      run.give(number, answer);
    };
    const fail = (/** @type {unknown} */ error) =>
      done(() => {
        throw error;
      });
    let answer;
    try {
      answer = this.#give(JSON.parse(text));
    } catch (error) {
      fail(error);
      return;
    }
    if (!isPromise(answer) && typeof (/** @type {any} */ (answer)?.then) !== 'function') {
      done(() => answer);
    } else if (isSync) {
      fail(new TypeError('stdin: an asynchronous function cannot answer while `executeSync` blocks the thread'));
    } else {
      /** @type {Promise<unknown>} */ (answer).then((given) => done(() => given), fail);
    }
  }
}

/** @param {IteratorResult<unknown>} result */
function piece({ done, value }) {
  if (!done && (value === null || value === undefined)) {
    throw new TypeError('stdin: a piece is neither text nor bytes');
  }
  return done ? null : value;
}

/**
 * The bytes of an answer: text is a line, bytes are taken as they are, nothing is the end.
 *
 * @param {unknown} answer
 * @returns {Buffer}
 */
function bytes(answer) {
  if (answer === null || answer === undefined) {
    return Buffer.alloc(0);
  }
  let content;
  if (typeof answer === 'string') {
    content = Buffer.from(answer.endsWith('\n') ? answer : `${answer}\n`);
  } else if (ArrayBuffer.isView(answer)) {
    content = Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength);
  } else if (isAnyArrayBuffer(answer)) {
    content = Buffer.from(answer);
  } else {
    throw new TypeError(`stdin: an answer is of type ${typeof answer}, neither text nor bytes`);
  }
  if (content.length > MOST) {
    throw new RangeError(`stdin: an answer has ${content.length} bytes, the limit is ${MOST}`);
  }
  return content;
}

module.exports = { Input };
