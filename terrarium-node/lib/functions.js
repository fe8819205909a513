// Functions of JavaScript that code in a sandbox can call: what users pass as `functions`, and the calls of those functions.
'use strict';

const { AsyncLocalStorage, AsyncResource } = require('node:async_hooks');
const { isMap } = require('node:util').types;

const { wrongType } = require('./errors.js');
const { decode } = require('./values/decode.js');
const { Encoder } = require('./values/encode.js');

/** @typedef {import('./types.js').HostFunction} HostFunction */
/** @typedef {import('./types.js').HostCallInfo} HostCallInfo */
/** @typedef {(...args: any[]) => unknown} Function_ */

/** The classes of errors whose Python counterpart has another name, and their counterparts. */
const CLASSES = new Map([
  ['RangeError', 'ValueError'],
  ['ReferenceError', 'NameError'],
  ['AbortError', 'CancelledError'],
]);
const AsyncFunction = (async () => {}).constructor;
const AsyncGenerator = async function* () {}.constructor;

/**
 * The call that the present function serves, and the runners whose code waits for the function.
 *
 * @type {AsyncLocalStorage<{ call: HostCallInfo, waiting: Set<object> }>}
 */
const current = new AsyncLocalStorage();

/** An error that ends the run: code cannot catch it, and the status is `cancelled`. */
class EndRun extends Error {
  /** @override */
  name = 'EndRun';
}

/** An error with a separate kind: code gets a `host.HostError` with these parts. */
class HostError extends Error {
  /** @override */
  name = 'HostError';

  /**
   * @param {string} kind the name of a built-in exception of Python, or any other name
   * @param {string} [message]
   * @param {unknown} [data] any value
   */
  constructor(kind, message = '', data = undefined) {
    super(message);
    this.kind = kind;
    this.data = data;
  }
}

/**
 * The call that the present function serves, with its `signal`.
 *
 * @returns {HostCallInfo | undefined}
 */
function currentCall() {
  return current.getStore()?.call;
}

/** Whether code of this runner waits for the present function. @param {object} runner */
function isWaiting(runner) {
  return current.getStore()?.waiting.has(runner) ?? false;
}

/** The functions of a sandbox or of a run, by the names that code has for them. */
class Functions {
  /** @type {Map<string, Function_>} */
  #functions = new Map();
  /** @type {object[]} */
  #declared = [];

  /** @param {unknown} [given] the option `functions` */
  constructor(given) {
    if (given !== undefined && given !== null) {
      this.#collect(given, '');
    }
  }

  /** The declarations as JSON text. */
  get text() {
    return JSON.stringify(this.#declared);
  }

  /** Whether there are functions. */
  get isEmpty() {
    return this.#functions.size === 0;
  }

  /** @param {string} name @returns {Function_ | undefined} */
  get(name) {
    return this.#functions.get(name);
  }

  /**
   * @param {unknown} given
   * @param {string} prefix
   */
  #collect(given, prefix) {
    if (Array.isArray(given)) {
      for (const item of given) {
        const name = item?.name;
        if (typeof name !== 'string' || name === '') {
          throw wrongType('functions', 'an item of the list is no function with a name');
        }
        this.#add(name, item);
      }
      return;
    }
    if (given === null || typeof given !== 'object') {
      throw wrongType('functions', `it is ${typeof given}, not an object of functions`);
    }
    for (const [name, item] of isMap(given) ? given : Object.entries(given)) {
      if (typeof item === 'function' || typeof item?.call === 'function') {
        this.#add(prefix + name, item);
      } else if (item !== null && typeof item === 'object' && !Array.isArray(item)) {
        this.#collect(item, `${prefix}${name}.`);
      } else {
        throw wrongType('functions', `${prefix}${name} is no function`);
      }
    }
  }

  /**
   * @param {string} name
   * @param {Function_ | HostFunction} given
   */
  #add(name, given) {
    const declared = typeof given === 'function' ? { call: given } : given;
    const { call, signature, doc, timeout, isAsync, inputSchema } = declared;
    const known = inputSchema === undefined ? signature : parameters(inputSchema);
    const names =
      inputSchema === undefined ? undefined : Object.keys(/** @type {any} */ (inputSchema).properties ?? {});
    this.#functions.set(
      name,
      names === undefined
        ? call
        : (...args) =>
            call(
              Object.fromEntries(
                names.map((n, at) => [n, args[at]]).filter(([, value]) => value !== null && value !== undefined),
              ),
            ),
    );
    this.#declared.push({
      name,
      signature: known ?? null,
      doc: doc ?? declared.description ?? '',
      isAsync: isAsync ?? (call instanceof AsyncFunction || call instanceof AsyncGenerator),
      timeout: timeout ?? null,
    });
  }
}

/** Types of a JSON schema in Python. */
const TYPES = new Map([
  ['string', 'str'],
  ['integer', 'int'],
  ['number', 'float'],
  ['boolean', 'bool'],
  ['array', 'list'],
  ['object', 'dict'],
  ['null', 'None'],
]);

/**
 * The signature for the parameters of a JSON schema, as tools of MCP and of agents declare them.
 *
 * @param {any} schema
 */
function parameters(schema) {
  const required = new Set(schema.required ?? []);
  const all = Object.entries(schema.properties ?? {});
  const ordered = [...all.filter(([name]) => required.has(name)), ...all.filter(([name]) => !required.has(name))];
  if (ordered.length !== all.length || ordered.some(([name], at) => all[at][0] !== name)) {
    // Positional arguments follow the order of the properties only where the required ones come first.
    return `(${all.length > 0 ? '*, ' : ''}${all.map(([name, part]) => parameter(name, part, required.has(name))).join(', ')})`;
  }
  return `(${ordered.map(([name, part]) => parameter(name, part, required.has(name))).join(', ')})`;
}

/**
 * @param {string} name
 * @param {any} schema
 * @param {boolean} isRequired
 */
function parameter(name, schema, isRequired) {
  const kinds = [schema?.type ?? []].flat().map((kind) => TYPES.get(kind));
  const note = kinds.length > 0 && kinds.every((kind) => kind !== undefined) ? kinds.join(' | ') : '';
  const isOptional = !isRequired && note !== '' && !kinds.includes('None');
  const text = note === '' ? name : `${name}: ${note}${isOptional ? ' | None' : ''}`;
  return isRequired ? text : `${text} = None`;
}

/** The calls of one run. */
class Calls {
  /** @type {Map<number, AbortController>} */
  #controllers = new Map();
  /** @type {Map<number, any>} */
  #items = new Map();
  #last = 0;
  /** The asynchronous context of the caller of the run. */
  #caller = new AsyncResource('terrarium.functions');
  /** The values that functions threw, by number. @type {Map<number, unknown>} */
  thrown = new Map();

  /**
   * @param {Functions[]} functions those of the run, then those of the sandbox
   * @param {((call: HostCallInfo) => unknown) | undefined} decide
   * @param {object} runner that of the run
   */
  constructor(functions, decide, runner) {
    this.functions = functions;
    this.decide = decide;
    this.runner = runner;
  }

  /**
   * Answers a question of the run, at once or later.
   *
   * @param {import('./native.js').Event} event
   * @param {import('./native.js').Run} run
   * @param {boolean} isSync whether the JavaScript thread waits, so that nothing can be awaited
   */
  answer(event, run, isSync) {
    const { kind, number } = event;
    if (kind === 'drop') {
      this.#controllers.get(number)?.abort();
      this.#controllers.delete(number);
      return;
    }
    const controller = new AbortController();
    this.#controllers.set(number, controller);
    const done = (/** @type {() => unknown} */ work) => {
      this.#controllers.delete(number);
      this.#send(run, number, work);
    };
    let result;
    try {
      result = this.#begin(kind, JSON.parse(event.text), event.blobs, controller.signal);
    } catch (error) {
      done(() => {
        throw error;
      });
      return;
    }
    if (typeof (/** @type {any} */ (result)?.then) !== 'function') {
      done(() => result);
    } else if (isSync) {
      done(() => {
        throw new HostError(
          'RuntimeError',
          'an asynchronous function cannot answer while `executeSync` blocks the thread',
        );
      });
    } else {
      /** @type {Promise<unknown>} */ (result).then(
        (value) => done(() => value),
        (error) =>
          done(() => {
            throw error;
          }),
      );
    }
  }

  /** Aborts what still works: the run has ended. */
  end() {
    for (const controller of this.#controllers.values()) {
      controller.abort();
    }
    this.#controllers.clear();
    this.#items.clear();
  }

  /**
   * @param {string} kind
   * @param {{ id: number, name: string, given: any }} message
   * @param {Buffer[]} blobs
   * @param {AbortSignal} signal
   */
  #begin(kind, { id, name, given }, blobs, signal) {
    if (kind === 'next') {
      return this.#next(given);
    }
    const [positional, args, kwargs] = decode(given, blobs);
    const call = Object.freeze({ id, name, args, kwargs, signal });
    if (kind === 'decide') {
      return decided(this.#within(call, () => this.decide?.(call)));
    }
    const work = this.functions.map((functions) => functions.get(name)).find((found) => found !== undefined);
    if (work === undefined) {
      throw new HostError('NameError', `there is no function ${name}`);
    }
    return this.#within(call, () => work(...positional));
  }

  /**
   * Does work in the context of the caller of the run.
   *
   * @param {HostCallInfo} call
   * @param {() => unknown} work
   */
  #within(call, work) {
    return this.#caller.runInAsyncScope(() => {
      const waiting = new Set([...(current.getStore()?.waiting ?? []), this.runner]);
      return current.run({ call, waiting }, work);
    });
  }

  /** @param {number} number */
  #next(number) {
    const items = this.#items.get(number);
    const step = items.next();
    const read = (/** @type {IteratorResult<unknown>} */ { done, value }) => {
      if (done) {
        this.#items.delete(number);
        return END;
      }
      return value;
    };
    return typeof step?.then === 'function' ? step.then(read) : read(step);
  }

  /**
   * @param {import('./native.js').Run} run
   * @param {number} number
   * @param {() => unknown} work
   */
  #send(run, number, work) {
    try {
      const value = work();
      if (value === END) {
        run.answer(number, 'end', '', []);
      } else if (value instanceof Refused) {
        run.answer(number, 'error', this.#told(new HostError('PermissionError', value.reason)), []);
      } else if (isStream(value)) {
        this.#last += 1;
        this.#items.set(this.#last, value);
        run.answer(number, 'items', String(this.#last), []);
      } else {
        /** @type {Buffer[]} */
        const blobs = [];
        const text = new Encoder(blobs).input('result', value instanceof Given ? value.value : value);
        run.answer(number, 'value', text, blobs);
      }
    } catch (error) {
      run.answer(number, 'error', this.#told(error), []);
    }
  }

  /** The text of an error for the code, which sees no more. @param {unknown} error */
  #told(error) {
    const number = this.thrown.size + 1;
    this.thrown.set(number, error);
    const isError = error instanceof Error;
    const name = isError ? error.name : 'Error';
    const kind = error instanceof HostError ? error.kind : (CLASSES.get(name) ?? name);
    const system = isError ? SYSTEM.get(/** @type {any} */ (error).code) : undefined;
    const told = {
      kind: system ?? (kind === 'Error' ? 'HostError' : kind),
      message:
        system === undefined ? (isError ? error.message : String(error)) : String(/** @type {any} */ (error).code),
      base: null,
      data: null,
      endsRun: error instanceof EndRun,
      number,
    };
    if (error instanceof HostError && error.data !== undefined) {
      return JSON.stringify(told).replace('"data":null', () => `"data":${new Encoder([]).input('data', error.data)}`);
    }
    return JSON.stringify(told);
  }
}

/** The built-in exceptions for the codes of system errors, whose messages have paths. */
const SYSTEM = new Map([
  ['ENOENT', 'FileNotFoundError'],
  ['EACCES', 'PermissionError'],
  ['EPERM', 'PermissionError'],
  ['EEXIST', 'FileExistsError'],
  ['EISDIR', 'IsADirectoryError'],
  ['ENOTDIR', 'NotADirectoryError'],
  ['ECONNREFUSED', 'ConnectionRefusedError'],
  ['ECONNRESET', 'ConnectionResetError'],
  ['ETIMEDOUT', 'TimeoutError'],
]);

const END = Symbol('end');

/** A refusal of `decide`. */
class Refused {
  /** @param {string} reason */
  constructor(reason) {
    this.reason = reason;
  }
}

/** An answer of `decide`. */
class Given {
  /** @param {unknown} value */
  constructor(value) {
    this.value = value;
  }
}

/**
 * The decision of a hook: nothing or `true` allows, `false` or `{ deny }` denies, `{ answer }` answers.
 *
 * @param {any} said
 * @returns {unknown}
 */
function decided(said) {
  if (typeof said?.then === 'function') {
    return said.then(decided);
  }
  if (said === undefined || said === null || said === true) {
    return END;
  }
  if (said === false) {
    return new Refused('the call was not permitted');
  }
  if (typeof said === 'object' && 'deny' in said) {
    return new Refused(String(said.deny));
  }
  if (typeof said === 'object' && 'answer' in said) {
    return new Given(said.answer);
  }
  throw new TypeError('decide: expected nothing, a boolean, { deny } or { answer }');
}

/** @param {any} value */
function isStream(value) {
  return (
    value !== null &&
    typeof value === 'object' &&
    typeof value.next === 'function' &&
    (typeof value[Symbol.iterator] === 'function' || typeof value[Symbol.asyncIterator] === 'function')
  );
}

module.exports = { Calls, currentCall, EndRun, Functions, HostError, isWaiting };
