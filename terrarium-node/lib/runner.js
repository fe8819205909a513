// Running code, in a sandbox or a session.
'use strict';

const { runOptions } = require('./options.js');
const { ExecutionResult } = require('./result.js');
const { OutputStream } = require('./stream.js');

/** @typedef {import('./types.js').ExecuteOptions} ExecuteOptions */
/** @typedef {{ execute: import('./native.js').Session['execute'] }} Native */

/** The part of `Sandbox` and `Session` that runs code. A sandbox runs it in a fresh interpreter, a session in its own. */
class Runner {
  #native;
  #turns;

  /**
   * @hidden
   * @protected
   * @param {Native} native the addon's sandbox or session
   * @param {import('./turns.js').Parallel} turns
   */
  constructor(native, turns) {
    this.#native = native;
    this.#turns = turns;
  }

  /**
   * Runs code beside the JavaScript thread. A failure of the code is in the result, not an exception.
   *
   * @template [T=unknown]
   * @param {string} code
   * @param {ExecuteOptions} [options]
   * @returns {Promise<ExecutionResult<T>>}
   */
  async execute(code, options) {
    return this.#turns.later(execution(this.#native, code, options));
  }

  /**
   * Runs code while the JavaScript thread waits. Callbacks are called; a `signal` counts only if it is aborted already.
   *
   * @template [T=unknown]
   * @param {string} code
   * @param {ExecuteOptions} [options]
   * @returns {ExecutionResult<T>}
   * @throws {import('./errors.js').TerrariumError} `ERR_TERRARIUM_BUSY` while the session runs other code
   */
  executeSync(code, options) {
    return this.#turns.now(execution(this.#native, code, options));
  }

  /**
   * Runs code and returns its output piece by piece. The stream's `result` is set after the last piece.
   *
   * @template [T=unknown]
   * @param {string} code
   * @param {Omit<ExecuteOptions, 'onStdout' | 'onStderr'>} [options]
   * @returns {OutputStream<T>}
   * @example
   * const output = sandbox.stream('for i in range(3): print(i)');
   * for await (const { stream, text } of output) process[stream].write(text);
   * console.assert(output.result.status === 'success');
   */
  stream(code, options) {
    return new OutputStream(
      () => execution(this.#native, code, options, true),
      () => this.#turns.turn(),
    );
  }
}

/**
 * The task that runs code.
 *
 * @template [T=unknown]
 * @param {Native} native
 * @param {string} code
 * @param {ExecuteOptions} [options]
 * @param {boolean} [isStream] whether both streams are wanted while the code runs
 * @returns {import('./work.js').Task<ExecutionResult<T>>}
 */
function execution(native, code, options, isStream = false) {
  const source = string('code', code);
  const { text, blobs, heard, listener, signal } = runOptions(options);
  const streams = { ...(isStream ? { stdout: true, stderr: true } : heard), aborted: false };
  return {
    begin(gate, number) {
      // A run whose signal was used before does not begin.
      streams.aborted = signal?.aborted ?? false;
      return native.execute(gate, number, source, text, blobs, streams);
    },
    finish: (answer) => new ExecutionResult(answer),
    listener,
    signal,
  };
}

/**
 * An argument that must be text.
 *
 * @param {string} name
 * @param {unknown} value
 * @returns {string}
 */
function string(name, value) {
  if (typeof value !== 'string') {
    const code = 'ERR_INVALID_ARG_TYPE';
    throw Object.assign(new TypeError(`${name} is ${value === null ? 'null' : typeof value}, not a string`), { code });
  }
  return value;
}

module.exports = { Runner, string };
