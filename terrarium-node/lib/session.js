// Sessions: interpreters that keep their state.
'use strict';

const { noConstructor } = require('./errors.js');
const { record } = require('./names.js');
const native = require('./native.js');
const { content } = require('./options.js');
const { Runner, string } = require('./runner.js');
const { Sequence } = require('./turns.js');

/** @type {(session: native.Session, host: import('./runner.js').Host) => Session} */
let newSession;

/**
 * An interpreter that keeps its names, modules and files from one run to the next.
 *
 * The calls of a session are done in their order, one at a time. A session that is not closed is collected as garbage;
 * it does not keep the process alive.
 *
 * @example
 * const session = await sandbox.session();
 * await session.execute('x = 41');
 * console.assert((await session.execute('x + 1')).finalExpression === 42);
 * await session.close();
 */
class Session extends Runner {
  #native;
  #turns;

  static {
    newSession = (session, host) => new Session(session, host);
  }

  /**
   * @private
   * @param {native.Session} session the addon's; `Sandbox.session` makes one
   * @param {import('./runner.js').Host} [host] what its sandbox hands to its code
   */
  constructor(session, host) {
    if (!(session instanceof native.Session)) {
      throw noConstructor('Session', 'await sandbox.session()');
    }
    const turns = new Sequence();
    super(session, turns, host);
    this.#native = session;
    this.#turns = turns;
  }

  /**
   * Writes a file, and creates the folders it is in. The path is relative to the home folder.
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
   * Reads a file. The path is relative to the home folder, or absolute.
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
   * Removes a file. The path is relative to the home folder, or absolute.
   *
   * @param {string} path
   * @returns {Promise<void>}
   */
  async removeFile(path) {
    const file = string('path', path);
    return this.#ask((gate, number) => this.#native.removeFile(gate, number, file), nothing);
  }

  /**
   * Lists the files below the home folder, by path.
   *
   * @returns {Promise<import('./types.js').FileInfo[]>}
   */
  async listFiles() {
    return this.#ask(
      (gate, number) => this.#native.listFiles(gate, number),
      (answer) => json(answer).map(record),
    );
  }

  /**
   * Reads all files below the home folder, by path.
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
   * Starts over with a new interpreter and the files that the sandbox's options name.
   *
   * @returns {Promise<void>}
   */
  async reset() {
    return this.#ask((gate, number) => this.#native.reset(gate, number), nothing);
  }

  /**
   * Forgets the names that the code made; modules stay imported, and files stay.
   *
   * @returns {Promise<void>}
   */
  async resetGlobals() {
    return this.#ask((gate, number) => this.#native.resetGlobals(gate, number), nothing);
  }

  /**
   * Tells whether code can run, or is only the beginning of a statement. Nothing is run.
   *
   * @param {string} code
   * @returns {Promise<import('./types.js').Completeness>}
   */
  async check(code) {
    const source = string('code', code);
    return this.#ask((gate, number) => this.#native.check(gate, number, source), json);
  }

  /**
   * Lists completions of the word at the cursor.
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
   * Gives up the interpreter, after the calls before this one. Later calls fail with `ERR_TERRARIUM_CLOSED`.
   *
   * @returns {Promise<void>}
   */
  async close() {
    return this.#ask((gate, number) => this.#native.close(gate, number), nothing);
  }

  /** Closes the session at the end of an `await using` block. */
  [Symbol.asyncDispose]() {
    return this.close();
  }

  /**
   * @template T
   * @param {import('./work.js').Task<T>['begin']} begin
   * @param {import('./work.js').Task<T>['finish']} finish
   */
  #ask(begin, finish) {
    return this.#turns.later({ begin, finish });
  }
}

function nothing() {}

/** @param {import('./work.js').Answer} answer */
function json({ text }) {
  return JSON.parse(text);
}

module.exports = { newSession, Session };
