// Sessions: interpreters that keep their state.
'use strict';

const { TerrariumError } = require('./errors.js');
const { execution, string } = require('./execution.js');
const { content } = require('./options.js');
const { OutputStream } = require('./stream.js');
const { later, now } = require('./work.js');

/** @typedef {import('./native.js').Session} NativeSession */
/** @typedef {import('./types.js').ExecuteOptions} ExecuteOptions */
/**
 * @template T
 * @typedef {import('./work.js').Task<T>} Task
 */

/**
 * An interpreter that keeps its names, modules and files from one run to the next.
 *
 * What is asked of a session is done in the order of the calls, one thing at a time. A session that is not closed goes
 * with the garbage; it does not keep the process alive.
 *
 * @example
 * const session = await sandbox.session();
 * await session.execute('x = 41');
 * console.assert((await session.execute('x + 1')).final_expression === 42);
 * await session.close();
 */
class Session {
  /** @type {NativeSession} */
  #native;
  /** The end of what was asked for last. @type {Promise<unknown>} */
  #last = Promise.resolve();
  /** How many things are asked for and not done. */
  #waiting = 0;

  /** @hidden @param {NativeSession} session the addon's; use `Sandbox.session` */
  constructor(session) {
    this.#native = session;
  }

  /**
   * Run code; names that it makes stay for the next run.
   *
   * @template [T=any]
   * @param {string} code
   * @param {ExecuteOptions} [options]
   * @returns {Promise<import('./result.js').ExecutionResult<T>>}
   */
  async execute(code, options) {
    return this.#later(execution(this.#native, code, options));
  }

  /**
   * The same, while the thread waits.
   *
   * @template [T=any]
   * @param {string} code
   * @param {ExecuteOptions} [options]
   * @returns {import('./result.js').ExecutionResult<T>}
   * @throws {TerrariumError} `ERR_TERRARIUM_BUSY` while something else is going on in the session
   */
  executeSync(code, options) {
    if (this.#waiting > 0) {
      throw new TerrariumError('ERR_TERRARIUM_BUSY', 'the session is at work: wait for it before a call that waits');
    }
    return now(execution(this.#native, code, options));
  }

  /**
   * Write a file, and the folders it is in. The path is relative to the home folder.
   *
   * @param {string} path
   * @param {import('./types.js').Content} data
   * @returns {Promise<void>}
   */
  async writeFile(path, data) {
    const file = string('path', path);
    const bytes = content('data', 'it', data);
    return this.#ask((gate, number) => this.#native.writeFile(gate, number, file, bytes), nothing);
  }

  /**
   * Read a file. The path is relative to the home folder, or absolute.
   *
   * @param {string} path
   * @returns {Promise<Buffer>}
   */
  async readFile(path) {
    const file = string('path', path);
    return this.#ask(
      (gate, number) => this.#native.readFile(gate, number, file),
      ({ blobs }) => blobs[0],
    );
  }

  /**
   * Remove a file. The path is relative to the home folder, or absolute.
   *
   * @param {string} path
   * @returns {Promise<void>}
   */
  async removeFile(path) {
    const file = string('path', path);
    return this.#ask((gate, number) => this.#native.removeFile(gate, number, file), nothing);
  }

  /**
   * The files below the home folder, by path.
   *
   * @returns {Promise<import('./types.js').FileInfo[]>}
   */
  async listFiles() {
    return this.#ask((gate, number) => this.#native.listFiles(gate, number), json);
  }

  /**
   * The contents of all files below the home folder, by path.
   *
   * @returns {Promise<Record<string, Buffer>>}
   */
  async allFiles() {
    return this.#ask(
      (gate, number) => this.#native.allFiles(gate, number),
      ({ text, blobs }) => {
        const names = /** @type {string[]} */ (JSON.parse(text));
        return Object.fromEntries(names.map((name, index) => [name, blobs[index]]));
      },
    );
  }

  /**
   * Start over: a new interpreter, and the files that the sandbox's options name.
   *
   * @returns {Promise<void>}
   */
  async reset() {
    return this.#ask((gate, number) => this.#native.reset(gate, number), nothing);
  }

  /**
   * Forget the names that the code made; modules stay imported, and files stay.
   *
   * @returns {Promise<void>}
   */
  async resetGlobals() {
    return this.#ask((gate, number) => this.#native.resetGlobals(gate, number), nothing);
  }

  /**
   * Whether code can run, or is only the beginning of something. Nothing is run.
   *
   * @param {string} code
   * @returns {Promise<import('./types.js').Completeness>}
   */
  async check(code) {
    const source = string('code', code);
    return this.#ask((gate, number) => this.#native.check(gate, number, source), json);
  }

  /**
   * What could stand at the cursor.
   *
   * @param {string} code
   * @param {number} [cursor] an index into `code`; by default its end
   * @returns {Promise<import('./types.js').Completion>} `start` is an index too
   */
  async complete(code, cursor = code.length) {
    const source = string('code', code);
    // Python counts characters, JavaScript the units of UTF-16.
    const characters = [...source.slice(0, cursor)];
    const answer = await this.#ask(
      (gate, number) => this.#native.complete(gate, number, source, characters.length),
      json,
    );
    return { matches: answer.matches, start: characters.slice(0, answer.start).join('').length };
  }

  /**
   * Run code and get its output piece by piece, as `Sandbox.stream` does.
   *
   * @template [T=any]
   * @param {string} code
   * @param {Omit<ExecuteOptions, 'on_stdout' | 'on_stderr'>} [options]
   * @returns {OutputStream<T>}
   */
  stream(code, options) {
    return new OutputStream(
      () => execution(this.#native, code, options, true),
      () => this.#turn(),
    );
  }

  /**
   * Give up the interpreter, after what was asked for before. Later calls fail with `ERR_TERRARIUM_CLOSED`.
   *
   * @returns {Promise<void>}
   */
  async close() {
    return this.#ask((gate, number) => this.#native.close(gate, number), nothing);
  }

  /** The same as `close`. */
  [Symbol.asyncDispose]() {
    return this.close();
  }

  /**
   * @template T
   * @param {Task<T>['begin']} begin
   * @param {Task<T>['finish']} finish
   */
  #ask(begin, finish) {
    return this.#later({ begin, finish });
  }

  /**
   * @template T
   * @param {Task<T>} task
   * @returns {Promise<T>}
   */
  async #later(task) {
    const end = await this.#turn();
    try {
      return await later(task);
    } finally {
      end();
    }
  }

  /** Wait for the session, and have it until the function is called that this gives. */
  async #turn() {
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
}

function nothing() {}

/** @param {import('./work.js').Answer} answer */
function json({ text }) {
  return JSON.parse(text);
}

module.exports = { Session };
