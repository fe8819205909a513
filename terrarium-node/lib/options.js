// Options on their way to core: their JSON text, and the contents beside it. Types and bounds are core's matter.
'use strict';

const { isAnyArrayBuffer, isMap, isSet } = require('node:util').types;

const { wrongType } = require('./errors.js');
const { Functions } = require('./functions.js');
const { Input } = require('./input.js');
const { coreName } = require('./names.js');
const { Encoder } = require('./values/encode.js');

/** @typedef {import('./types.js').Content} Content */
/** @typedef {import('./names.js').Kind} Kind */

/**
 * The options of anything but a run.
 *
 * @param {Kind} kind
 * @param {object} [options]
 * @returns {{ text: string, blobs: Buffer[] }}
 */
function plainOptions(kind, options) {
  /** @type {Buffer[]} */
  const blobs = [];
  const texts = members(kind, options).map(([name, value, core]) => {
    switch (name) {
      case 'files':
        return member(core, files(value, blobs));
      case 'mounts':
        return member(core, mounts(value));
      case 'functions':
        return member(core, new Functions(value).text);
      case 'decide':
        return member(core, String(callback(name, value) !== undefined));
      default:
        return member(core, json(name, value));
    }
  });
  return { text: `{${texts.join(',')}}`, blobs };
}

/**
 * The options of a run. Those that only JavaScript has are returned as they are.
 *
 * @param {import('./types.js').ExecuteOptions} [options]
 */
function runOptions(options) {
  /** @type {Buffer[]} */
  const blobs = [];
  const texts = [];
  /** @type {import('./work.js').Listener} */
  const listener = {};
  /** @type {Input | undefined} */
  let input;
  /** @type {AbortSignal | undefined} */
  let signal;
  /** @type {Functions | undefined} */
  let functions;
  /** @type {((call: import('./types.js').HostCallInfo) => unknown) | undefined} */
  let decide;
  for (const [name, value, core] of members('execute', options)) {
    switch (name) {
      case 'onStdout':
      case 'onStderr':
        listener[name === 'onStdout' ? 'stdout' : 'stderr'] = callback(name, value);
        break;
      case 'onDisplay':
        listener.display = callback(name, value);
        break;
      case 'onEvent':
        listener.event = callback(name, value);
        break;
      case 'signal':
        signal = abortSignal(value);
        break;
      case 'functions':
        functions = new Functions(value);
        texts.push(member(core, functions.text));
        break;
      case 'decide':
        decide = callback(name, value);
        texts.push(member(core, 'true'));
        break;
      case 'files':
        texts.push(member(core, files(value, blobs)));
        break;
      case 'stdin':
        input = Input.of(value);
        if (input !== undefined) {
          break;
        }
        texts.push(member(core, String(blobs.push(content(name, 'it', value)) - 1)));
        break;
      case 'inputs':
        texts.push(member(core, inputs(value, blobs)));
        break;
      default:
        texts.push(member(core, json(name, value)));
    }
  }
  const heard = {
    stdout: listener.stdout !== undefined,
    stderr: listener.stderr !== undefined,
    events: listener.display !== undefined || listener.event !== undefined,
    asks: input !== undefined,
    prompts: input?.takesPrompts ?? false,
  };
  return { text: `{${texts.join(',')}}`, blobs, heard, input, listener, signal, functions, decide };
}

/**
 * The options that are given, each with its name, its value and core's name. An option that is `undefined` counts as not given.
 *
 * @param {Kind} kind
 * @param {unknown} options
 * @returns {[string, unknown, string][]}
 */
function members(kind, options) {
  return given(options).map(([name, value]) => [name, value, coreName(kind, name)]);
}

/**
 * The members of an object with options.
 *
 * @param {unknown} options
 * @returns {[string, unknown][]}
 */
function given(options) {
  if (options === undefined) {
    return [];
  }
  if (options === null || typeof options !== 'object' || Array.isArray(options)) {
    throw wrongType('options', `they are ${article(options)}, not an object`);
  }
  return Object.entries(options).filter(([, value]) => value !== undefined);
}

/**
 * @param {string} name
 * @param {string} text
 */
function member(name, text) {
  return `${JSON.stringify(name)}:${text}`;
}

/**
 * @param {unknown} value
 * @param {Buffer[]} blobs
 */
function files(value, blobs) {
  const texts = entries('files', value).map(([path, file]) => {
    return member(path, String(blobs.push(content('files', JSON.stringify(path), file)) - 1));
  });
  return `{${texts.join(',')}}`;
}

/** @param {unknown} value */
function mounts(value) {
  const texts = entries('mounts', value).map(([path, mount]) => {
    if (mount === null || typeof mount !== 'object' || Array.isArray(mount)) {
      return member(path, json('mounts', mount));
    }
    const parts = members('mount', mount).map(([, part, core]) => member(core, json('mounts', part)));
    return member(path, `{${parts.join(',')}}`);
  });
  return `{${texts.join(',')}}`;
}

/**
 * @param {unknown} value
 * @param {Buffer[]} blobs
 */
function inputs(value, blobs) {
  const encoder = new Encoder(blobs);
  return `{${entries('inputs', value)
    .map(([name, input]) => member(name, encoder.input(name, input)))
    .join(',')}}`;
}

/**
 * The entries of an option that has names: an object or a map.
 *
 * @param {string} option
 * @param {unknown} value
 * @returns {[string, unknown][]}
 */
function entries(option, value) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw wrongType(option, `it is ${article(value)}, not an object`);
  }
  if (!isMap(value)) {
    return Object.entries(value);
  }
  return [...value].map(([name, item]) => {
    if (typeof name !== 'string') {
      throw wrongType(option, `${article(name)} is no name`);
    }
    return [name, item];
  });
}

/**
 * The bytes of a file.
 *
 * @param {string} option
 * @param {string} what
 * @param {unknown} value
 * @returns {Buffer}
 */
function content(option, what, value) {
  if (typeof value === 'string') {
    return Buffer.from(value);
  }
  if (Buffer.isBuffer(value)) {
    return value;
  }
  if (ArrayBuffer.isView(value)) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
  if (isAnyArrayBuffer(value)) {
    return Buffer.from(value);
  }
  throw wrongType(option, `${what} is ${article(value)}, neither text nor bytes`);
}

/**
 * @template {(...args: never[]) => unknown} [F=(data: Buffer) => void]
 * @param {string} option
 * @param {unknown} value
 * @returns {F}
 */
function callback(option, value) {
  if (typeof value !== 'function') {
    throw wrongType(option, `it is ${article(value)}, not a function`);
  }
  return /** @type {F} */ (value);
}

/** @param {unknown} value @returns {AbortSignal} */
function abortSignal(value) {
  if (!(value instanceof AbortSignal)) {
    throw wrongType('signal', `it is ${article(value)}, not an AbortSignal`);
  }
  return value;
}

/**
 * The JSON text of any other option. Unlike `JSON.stringify` it changes no value silently: NaN is not null.
 *
 * @param {string} option
 * @param {unknown} value
 * @returns {string}
 */
function json(option, value) {
  return JSON.stringify(value, (_, part) => {
    if (typeof part === 'bigint') {
      // A number of JavaScript would be another one.
      if (!Number.isSafeInteger(Number(part))) {
        throw wrongType(option, `${part} is beyond 2 ** 53 - 1`);
      }
      return Number(part);
    }
    if (isMap(part)) {
      return Object.fromEntries(entries(option, part));
    }
    if (isSet(part)) {
      throw wrongType(option, 'a set has no order: use an array');
    }
    const isJson = part === null || ['boolean', 'object', 'string', 'undefined'].includes(typeof part);
    if (!isJson && !Number.isFinite(part)) {
      throw wrongType(option, typeof part === 'number' ? `${part} is no finite number` : `it holds ${article(part)}`);
    }
    return part;
  });
}

/** @param {unknown} value */
function article(value) {
  if (value === null) {
    return 'null';
  }
  const name = Array.isArray(value) ? 'array' : typeof value;
  return name === 'undefined' ? name : `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`;
}

module.exports = { abortSignal, callback, content, given, plainOptions, runOptions };
