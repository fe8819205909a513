// Running code, in a sandbox or a session.
'use strict';

const { Calls } = require('./functions.js');
const { runOptions } = require('./options.js');
const { ExecutionResult } = require('./result.js');
const { EventStream } = require('./stream.js');

/** @typedef {import('./types.js').ExecuteOptions} ExecuteOptions */
/** @typedef {import('./functions.js').Functions} Functions */
/** @typedef {{ functions?: Functions, decide?: (call: import('./types.js').HostCallInfo) => unknown }} Host */
/** @typedef {{ execute: import('./native.js').Session['execute'] }} Native */

/** The part of `Sandbox` and `Session` that runs code. A sandbox runs it in a fresh interpreter, a session in its own. */
class Runner {
  #native;
  #turns;
  #host;

  /**
   * @hidden
   * @protected
   * @param {Native} native the addon's sandbox or session
   * @param {import('./turns.js').Parallel} turns
   * @param {Host} [host] what the sandbox hands to its code
   */
  constructor(native, turns, host = {}) {
    this.#native = native;
    this.#turns = turns;
    this.#host = host;
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
    return this.#turns.later(execution(this.#native, this.#turns, this.#host, code, options));
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
    return this.#turns.now(execution(this.#native, this.#turns, this.#host, code, options));
  }

  /**
   * Runs code and returns its events: text, displays and progress in their order, while the code runs. The stream's
   * `result` is set after the last event.
   *
   * @template [T=unknown]
   * @param {string} code
   * @param {Omit<ExecuteOptions, 'onStdout' | 'onStderr' | 'onDisplay' | 'onEvent'>} [options]
   * @returns {EventStream<T>}
   * @example
   * const events = sandbox.stream('for i in range(3): print(i)');
   * for await (const event of events) {
   *   if (event.type === 'stdout') process.stdout.write(event.text);
   * }
   * console.assert(events.result.status === 'success');
   */
  stream(code, options) {
    return new EventStream(
      () => execution(this.#native, this.#turns, this.#host, code, options, true),
      () => this.#turns.turn(),
    );
  }
}

/**
 * The task that runs code.
 *
 * @template [T=unknown]
 * @param {Native} native
 * @param {object} turns the order of the runner's work
 * @param {Host} host
 * @param {string} code
 * @param {ExecuteOptions} [options]
 * @param {boolean} [isStream] whether all events are wanted while the code runs
 * @returns {import('./work.js').Task<ExecutionResult<T>>}
 */
function execution(native, turns, host, code, options, isStream = false) {
  const source = string('code', code);
  const { text, blobs, heard, input, listener, signal, functions, decide } = runOptions(options);
  const all = [functions, host.functions].filter((given) => given !== undefined);
  const calls = all.length > 0 ? new Calls(all, decide ?? host.decide, turns) : undefined;
  const streams = { ...heard, events: isStream || heard.events, aborted: false };
  return {
    begin(gate, number) {
      // A run whose signal was used before does not begin.
      streams.aborted = signal?.aborted ?? false;
      return native.execute(gate, number, source, text, blobs, streams);
    },
    finish: (answer) => new ExecutionResult(answer, calls?.thrown, input?.error),
    input,
    listener,
    signal,
    calls,
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
