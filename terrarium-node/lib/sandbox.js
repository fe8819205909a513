// Sandboxes: each run has a fresh interpreter.
'use strict';

const { execution } = require('./execution.js');
const { Image, nativeOf } = require('./image.js');
const native = require('./native.js');
const { plainOptions } = require('./options.js');
const { Session } = require('./session.js');
const { OutputStream } = require('./stream.js');
const { later, now } = require('./work.js');

/** @typedef {import('./types.js').SandboxOptions} SandboxOptions */
/** @typedef {import('./types.js').ExecuteOptions} ExecuteOptions */

/**
 * Runs code in fresh interpreters: nothing that one run does is seen by the next.
 *
 * @example
 * const sandbox = await Sandbox.create({ timeout: 5 });
 * const result = await sandbox.execute("sum(int(line) for line in open('n.txt'))", { files: { 'n.txt': '1\n2\n39\n' } });
 * console.assert(result.final_expression === 42);
 */
class Sandbox {
  /** @type {native.Sandbox} */
  #native;

  /**
   * The same as `createSync`, which says what it costs.
   *
   * @param {SandboxOptions} [options]
   */
  constructor(options) {
    this.#native = options instanceof Made ? options.native : now(creation(options));
  }

  /**
   * A sandbox with these options. The first one on a machine, and the first with certain packages, builds an image,
   * which takes some seconds; later ones take milliseconds.
   *
   * @param {SandboxOptions} [options]
   * @returns {Promise<Sandbox>}
   * @throws {TypeError | import('./errors.js').TerrariumError} for an option that is unknown or out of its bounds
   */
  static async create(options) {
    return new Sandbox(/** @type {any} */ (new Made(await later(creation(options)))));
  }

  /**
   * The same, while the thread waits.
   *
   * @param {SandboxOptions} [options]
   * @returns {Sandbox}
   */
  static createSync(options) {
    return new Sandbox(options);
  }

  /**
   * A sandbox on an image of your choice. The options' packages come on top of those of the image.
   *
   * @param {Image} image
   * @param {Omit<SandboxOptions, 'image'>} [options]
   * @returns {Promise<Sandbox>}
   */
  static async onImage(image, options) {
    return Sandbox.create({ ...options, image });
  }

  /**
   * Run code in a fresh interpreter, on a thread of the library's own. What goes wrong in the code is in the result.
   *
   * @template [T=any]
   * @param {string} code
   * @param {ExecuteOptions} [options]
   * @returns {Promise<import('./result.js').ExecutionResult<T>>}
   */
  async execute(code, options) {
    return later(execution(this.#native, code, options));
  }

  /**
   * The same, while the thread waits. Callbacks are called; a `signal` counts only if it is aborted already.
   *
   * @template [T=any]
   * @param {string} code
   * @param {ExecuteOptions} [options]
   * @returns {import('./result.js').ExecutionResult<T>}
   */
  executeSync(code, options) {
    return now(execution(this.#native, code, options));
  }

  /**
   * Run code and get its output piece by piece. The stream's `result` is there after the last one.
   *
   * @template [T=any]
   * @param {string} code
   * @param {Omit<ExecuteOptions, 'on_stdout' | 'on_stderr'>} [options]
   * @returns {OutputStream<T>}
   * @example
   * const output = sandbox.stream('for i in range(3): print(i)');
   * for await (const { stream, text } of output) process[stream].write(text);
   * console.assert(output.result.status === 'success');
   */
  stream(code, options) {
    return new OutputStream(() => execution(this.#native, code, options, true));
  }

  /**
   * Start a session: an interpreter that keeps its state from one run to the next.
   *
   * @returns {Promise<Session>}
   */
  async session() {
    return later(this.#start());
  }

  /**
   * The same, while the thread waits.
   *
   * @returns {Session}
   */
  sessionSync() {
    return now(this.#start());
  }

  /** @returns {import('./work.js').Task<Session>} */
  #start() {
    return {
      begin: (gate, number) => this.#native.session(gate, number),
      finish: ({ run }) => new Session(/** @type {native.Session} */ (run.session())),
    };
  }
}

/** A sandbox of the addon, for the constructor. */
class Made {
  /** @param {native.Sandbox} sandbox */
  constructor(sandbox) {
    this.native = sandbox;
  }
}

/**
 * @param {SandboxOptions} [options]
 * @returns {import('./work.js').Task<native.Sandbox>}
 */
function creation(options) {
  // An opened image is not core's option, which is a path.
  const opened = options?.image instanceof Image ? nativeOf(options.image) : null;
  const { text, blobs } = plainOptions(opened ? { ...options, image: undefined } : options);
  return {
    begin: (gate, number) => native.Sandbox.create(gate, number, opened, text, blobs),
    finish: ({ run }) => /** @type {native.Sandbox} */ (run.sandbox()),
  };
}

module.exports = { Sandbox };
