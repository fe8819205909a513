// Sandboxes: each run has a fresh interpreter.
'use strict';

const { noConstructor } = require('./errors.js');
const { Functions } = require('./functions.js');
const { Image, nativeOf } = require('./image.js');
const native = require('./native.js');
const { abortSignal, plainOptions } = require('./options.js');
const { Runner, string } = require('./runner.js');
const { newSession } = require('./session.js');
const { Parallel } = require('./turns.js');
const { abortable, atOnce, later, now } = require('./work.js');

/** @typedef {import('./types.js').SandboxOptions} SandboxOptions */
/** @typedef {import('./session.js').Session} Session */

/**
 * Runs code in fresh interpreters: no run sees what another did.
 *
 * @example
 * const sandbox = await Sandbox.create({ timeout: 5 });
 * const result = await sandbox.execute("sum(int(line) for line in open('n.txt'))", { files: { 'n.txt': '1\n2\n39\n' } });
 * console.assert(result.finalExpression === 42);
 */
class Sandbox extends Runner {
  #native;

  #host;

  /**
   * @private
   * @param {native.Sandbox} sandbox the addon's; `create` and `createSync` make one
   * @param {import('./runner.js').Host} [host] what it hands to its code
   */
  constructor(sandbox, host = {}) {
    if (!(sandbox instanceof native.Sandbox)) {
      throw noConstructor('Sandbox', 'await Sandbox.create()');
    }
    super(sandbox, new Parallel(), host);
    this.#native = sandbox;
    this.#host = host;
  }

  /**
   * Makes a sandbox with these options. The first sandbox on a machine, and the first with certain packages, builds an
   * image, which takes seconds to half a minute; later ones take milliseconds.
   *
   * @param {SandboxOptions} [options]
   * @returns {Promise<Sandbox>}
   * @throws {TypeError | import('./errors.js').TerrariumError} for an option that is unknown or out of its bounds
   */
  static async create(options) {
    return new Sandbox(await abortable(creation(options)), hostOf(options));
  }

  /**
   * Makes a sandbox while the JavaScript thread waits, which blocks the event loop.
   *
   * @param {SandboxOptions} [options]
   * @returns {Sandbox}
   */
  static createSync(options) {
    return new Sandbox(atOnce(creation(options)), hostOf(options));
  }

  /**
   * Makes a sandbox on an image of your choice. The options' packages come on top of those of the image.
   *
   * @param {Image} image
   * @param {Omit<SandboxOptions, 'image'>} [options]
   * @returns {Promise<Sandbox>}
   */
  static async onImage(image, options) {
    return Sandbox.create({ ...options, image });
  }

  /**
   * Prepares the packages that `code` imports, if the option `packages` is `'auto'`. Nothing is run. A package that the
   * machine has not used before is compiled, which takes seconds to half a minute. That is part of the time of the first
   * run, unless it is done here before.
   *
   * @param {string} code
   * @returns {Promise<void>}
   */
  async preparePackages(code) {
    return later(this.#preparation(code));
  }

  /**
   * Prepares the packages that `code` imports while the JavaScript thread waits.
   *
   * @param {string} code
   */
  preparePackagesSync(code) {
    now(this.#preparation(code));
  }

  /**
   * Starts a session: an interpreter that keeps its state from one run to the next.
   *
   * @returns {Promise<Session>}
   */
  async session() {
    return later(this.#start());
  }

  /**
   * Starts a session while the JavaScript thread waits.
   *
   * @returns {Session}
   */
  sessionSync() {
    return now(this.#start());
  }

  /**
   * The declarations of the option `functions` as text of a Python stub file, for prompts and type checkers.
   *
   * @returns {string}
   */
  functionStubs() {
    return this.#native.functionStubs();
  }

  /**
   * @param {string} code
   * @returns {import('./work.js').Task<void>}
   */
  #preparation(code) {
    const source = string('code', code);
    return { begin: (gate, number) => this.#native.preparePackages(gate, number, source), finish: () => {} };
  }

  /** @returns {import('./work.js').Task<Session>} */
  #start() {
    return {
      begin: (gate, number) => this.#native.session(gate, number),
      finish: ({ run }) => newSession(/** @type {native.Session} */ (run.session()), this.#host),
    };
  }
}

/**
 * The functions and the hook of a sandbox.
 *
 * @param {SandboxOptions} [options]
 * @returns {import('./runner.js').Host}
 */
function hostOf(options) {
  const functions = options?.functions ? new Functions(options.functions) : undefined;
  return { functions, decide: options?.decide };
}

/**
 * @param {SandboxOptions} [options]
 * @returns {import('./work.js').Task<native.Sandbox>}
 */
function creation(options) {
  // Core's option is the path of a file; an opened image goes beside it.
  const opened = options?.image instanceof Image ? nativeOf(options.image) : null;
  const plain = opened || options?.signal ? { ...options, signal: undefined } : options;
  const { text, blobs } = plainOptions('sandbox', opened ? { ...plain, image: undefined } : plain);
  return {
    signal: options?.signal === undefined ? undefined : abortSignal(options.signal),
    begin: (gate, number) => native.Sandbox.create(gate, number, opened, text, blobs),
    finish: ({ run }) => /** @type {native.Sandbox} */ (run.sandbox()),
  };
}

module.exports = { Sandbox };
