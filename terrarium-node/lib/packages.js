// The store of packages that were downloaded to this machine.
'use strict';

const { noConstructor, noSuchOption, wrongType } = require('./errors.js');
const { record } = require('./names.js');
const native = require('./native.js');
const { abortSignal, callback, given, plainOptions } = require('./options.js');
const { string } = require('./runner.js');
const { later, now } = require('./work.js');

/** @typedef {import('./types.js').StoredPackage} StoredPackage */
/** @typedef {import('./types.js').DownloadProgress} DownloadProgress */

/**
 * @typedef {object} DownloadOptions Options of a call that downloads packages.
 * @property {(progress: DownloadProgress) => void} [onProgress] receives the progress of each file, for every piece that
 *   arrives
 * @property {AbortSignal} [signal] stops the download when it is aborted; the call is rejected with the signal's reason,
 *   and a later call continues where the download stopped
 */

/**
 * @typedef {object} AddOptions Options of `PackageStore.add` and `addSync`.
 * @property {string} [from] the distribution: the address or the folder of a `pyodide-lock.json`. Default: the
 *   distribution that the interpreter belongs to
 */

/** @typedef {import('./work.js').Task<StoredPackage[]>} PackagesTask */

/**
 * The packages on this machine: sandboxes take theirs from this store, unless the option `packagesFrom` names other places.
 *
 * Only `add` and `update` use the network. Every file is checked against the SHA-256 in its distribution's lock.
 *
 * @example
 * const store = await PackageStore.open({ cacheDir: 'cache' });
 * console.assert((await store.list()).length === 0);
 */
class PackageStore {
  #native;

  /** @private @param {native.PackageStore} store the addon's; `open` and `openSync` make one */
  constructor(store) {
    if (!(store instanceof native.PackageStore)) {
      throw noConstructor('PackageStore', 'await PackageStore.open()');
    }
    this.#native = store;
    /** The store's folder. @type {string} */
    this.path = store.path();
  }

  /**
   * Opens the store of a cache folder, and creates it if it does not exist.
   *
   * @param {{ cacheDir?: string | null }} [options] the folder; by default the one that sandboxes use
   * @returns {Promise<PackageStore>}
   */
  static async open(options) {
    return new PackageStore(await later(opening(options)));
  }

  /**
   * Opens the store of a cache folder while the JavaScript thread waits.
   *
   * @param {{ cacheDir?: string | null }} [options]
   * @returns {PackageStore}
   */
  static openSync(options) {
    return new PackageStore(now(opening(options)));
  }

  /**
   * Lists the packages, by name.
   *
   * @returns {Promise<StoredPackage[]>}
   */
  async list() {
    return later(this.#listing());
  }

  /**
   * Lists the packages while the JavaScript thread waits.
   *
   * @returns {StoredPackage[]}
   */
  listSync() {
    return now(this.#listing());
  }

  /**
   * Downloads packages and all that they need.
   *
   * @param {string[]} names names of packages, or of modules in them
   * @param {AddOptions & DownloadOptions} [options]
   * @returns {Promise<StoredPackage[]>} the packages that are new
   */
  async add(names, options) {
    return abortable(this.#adding(names, options));
  }

  /**
   * Downloads packages while the JavaScript thread waits.
   *
   * @param {string[]} names
   * @param {AddOptions & DownloadOptions} [options] a `signal` counts only if it is aborted already
   * @returns {StoredPackage[]}
   */
  addSync(names, options) {
    return atOnce(this.#adding(names, options));
  }

  /**
   * Brings packages to the versions that their distributions have now.
   *
   * @param {string[]} [names] by default all packages
   * @param {DownloadOptions} [options]
   * @returns {Promise<StoredPackage[]>} the packages that changed
   */
  async update(names, options) {
    return abortable(this.#updating(names, options));
  }

  /**
   * Brings packages up to date while the JavaScript thread waits.
   *
   * @param {string[]} [names]
   * @param {DownloadOptions} [options] a `signal` counts only if it is aborted already
   * @returns {StoredPackage[]}
   */
  updateSync(names, options) {
    return atOnce(this.#updating(names, options));
  }

  /**
   * Removes packages, and those that only they needed.
   *
   * @param {string[]} names
   * @returns {Promise<StoredPackage[]>} the packages that were removed
   */
  async remove(names) {
    return later(this.#removing(names));
  }

  /**
   * Removes packages while the JavaScript thread waits.
   *
   * @param {string[]} names
   * @returns {StoredPackage[]}
   */
  removeSync(names) {
    return now(this.#removing(names));
  }

  /** @returns {PackagesTask} */
  #listing() {
    return { begin: (gate, number) => this.#native.list(gate, number), finish: packages };
  }

  /**
   * @param {string[]} names
   * @param {AddOptions & DownloadOptions} [options]
   * @returns {PackagesTask}
   */
  #adding(names, options) {
    const wanted = strings(names);
    const { from, ...others } = Object.fromEntries(given(options));
    const source = from === undefined ? null : string('from', from);
    const begin = (/** @type {native.Gate | null} */ gate, /** @type {number} */ number) => {
      return this.#native.add(gate, number, wanted, source);
    };
    return { begin, finish: packages, isStore: true, ...download(others, ['from']) };
  }

  /**
   * @param {string[]} [names]
   * @param {DownloadOptions} [options]
   * @returns {PackagesTask}
   */
  #updating(names = [], options) {
    const wanted = strings(names);
    const begin = (/** @type {native.Gate | null} */ gate, /** @type {number} */ number) => {
      return this.#native.update(gate, number, wanted);
    };
    return { begin, finish: packages, isStore: true, ...download(Object.fromEntries(given(options)), []) };
  }

  /**
   * @param {string[]} names
   * @returns {PackagesTask}
   */
  #removing(names) {
    const wanted = strings(names);
    return { begin: (gate, number) => this.#native.remove(gate, number, wanted), finish: packages, isStore: true };
  }
}

/**
 * @param {{ cacheDir?: string | null }} [options]
 * @returns {import('./work.js').Task<native.PackageStore>}
 */
function opening(options) {
  const { text } = plainOptions('store', options);
  return {
    begin: (gate, number) => native.PackageStore.open(gate, number, text),
    finish: ({ run }) => /** @type {native.PackageStore} */ (run.packageStore()),
  };
}

/**
 * The parts of a task that the options of a download are for.
 *
 * @param {Record<string, unknown>} options
 * @param {string[]} others the other options of the call
 */
function download({ onProgress, signal, ...rest }, others) {
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    throw noSuchOption(unknown, [], [...others, 'onProgress', 'signal']);
  }
  /** @type {import('./work.js').Listener} */
  const listener = {};
  if (onProgress !== undefined) {
    /** @type {(progress: DownloadProgress) => void} */
    const listen = callback('onProgress', onProgress);
    listener.progress = (text) => listen(record(JSON.parse(text)));
  }
  return { listener, signal: signal === undefined ? undefined : abortSignal(signal) };
}

/**
 * Does a task that a signal stops at once: its thread follows with the next piece that arrives.
 *
 * @param {PackagesTask} task
 * @returns {Promise<StoredPackage[]>}
 */
async function abortable(task) {
  const { signal } = task;
  if (signal === undefined) {
    return later(task);
  }
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    later(task)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', stop));
  });
}

/** @param {PackagesTask} task */
function atOnce(task) {
  task.signal?.throwIfAborted();
  return now(task);
}

/** @param {unknown} names @returns {string[]} */
function strings(names) {
  if (!Array.isArray(names)) {
    throw wrongType('names', 'they are not an array of strings');
  }
  return names.map((name) => string('name', name));
}

/** @param {import('./work.js').Answer} answer @returns {StoredPackage[]} */
function packages({ text }) {
  return JSON.parse(text).map(record);
}

module.exports = { PackageStore };
