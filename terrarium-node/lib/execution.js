// Running code, in a sandbox or a session: what is to be asked of the addon.
'use strict';

const { runOptions } = require('./options.js');
const { ExecutionResult } = require('./result.js');

/**
 * @template [T=any]
 * @param {{ execute: import('./native.js').Session['execute'] }} native what runs it
 * @param {string} code
 * @param {import('./types.js').ExecuteOptions} [options]
 * @param {boolean} [isStream] whether both streams are wanted while it runs
 * @returns {import('./work.js').Task<ExecutionResult<T>>}
 */
function execution(native, code, options, isStream = false) {
  const source = string('code', code);
  const { text, blobs, heard, listener, signal } = runOptions(options);
  const streams = isStream ? { stdout: true, stderr: true } : heard;
  return {
    begin: (gate, number) => native.execute(gate, number, source, text, blobs, streams),
    finish: (answer) => new ExecutionResult(answer),
    listener,
    signal,
  };
}

/**
 * An argument that has to be text.
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

module.exports = { execution, string };
