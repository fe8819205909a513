// The store of packages that were downloaded to this machine.
'use strict';

const { noConstructor, noSuchOption, wrongType } = require('./errors.js');
const { record } = require('./names.js');
const native = require('./native.js');
const { abortSignal, callback, given, plainOptions } = require('./options.js');
const { string } = require('./runner.js');
const { abortable, atOnce, later, now } = require('./work.js');

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
 * @property {string[]} [requirementsFiles] requirements files of pip
 * @property {string} [script] the text of a script whose head names the packages that it needs (PEP 723)
 * @property {string} [lockFile] a `pylock.toml` (PEP 751), whose packages are taken as they are
 * @property {string} [from] another distribution in place of the Python index: the address or the folder of a
 *   `pyodide-lock.json`. Default: the distribution that the interpreter belongs to
 * @property {string} [index] the address of the Python index, in place of the user's
 * @property {string[]} [extraIndexes] addresses of more indexes, which are asked first
 * @property {boolean} [offline] whether only what is on this machine is used
 * @property {boolean} [prereleases] whether pre-releases are like other releases
 */

/** @typedef {import('./work.js').Task<StoredPackage[]>} PackagesTask */

/**
 * The packages on this machine: sandboxes take theirs from this store, unless the option `packagesFrom` names other places.
 *
 * Only `add` and `update` use the network. Every file is checked against the SHA-256 that its distribution or the index states.
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
   * Downloads packages and all that they need: those of the distribution, and all others from the Python index. The
   * settings for pip and uv count: addresses of indexes, credentials, proxies.
   *
   * @param {string[]} requirements such as `'numpy'`, `'rich>=14'` or `'httpx[http2]'`; names of modules will do
   * @param {AddOptions & DownloadOptions} [options]
   * @returns {Promise<StoredPackage[]>} the packages that are new
   */
  async add(requirements, options) {
    return abortable(this.#adding(requirements, options));
  }

  /**
   * Downloads packages while the JavaScript thread waits.
   *
   * @param {string[]} requirements
   * @param {AddOptions & DownloadOptions} [options] a `signal` counts only if it is aborted already
   * @returns {StoredPackage[]}
   */
  addSync(requirements, options) {
    return atOnce(this.#adding(requirements, options));
  }

  /**
   * Returns the lock of the packages, as the text of a `pylock.toml` (PEP 751).
   *
   * @returns {Promise<string>}
   */
  async pylock() {
    return later(this.#locking());
  }

  /**
   * Returns the lock of the packages while the JavaScript thread waits.
   *
   * @returns {string}
   */
  pylockSync() {
    return now(this.#locking());
  }

  /**
   * Brings packages to the newest versions that fit what was requested.
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

  /** @returns {import('./work.js').Task<string>} */
  #locking() {
    return { begin: (gate, number) => this.#native.pylock(gate, number), finish: ({ text }) => JSON.parse(text) };
  }

  /**
   * @param {string[]} requirements
   * @param {AddOptions & DownloadOptions} [options]
   * @returns {PackagesTask}
   */
  #adding(requirements, options) {
    /** @type {Record<string, unknown>} */
    const request = { requirements: strings(requirements) };
    /** @type {Record<string, unknown>} */
    const others = {};
    for (const [name, value] of given(options)) {
      const member = MEMBERS.get(name);
      if (member === undefined) {
        others[name] = value;
      } else {
        request[member.core] = member.check(name, value);
      }
    }
    const text = JSON.stringify(request);
    const begin = (/** @type {native.Gate | null} */ gate, /** @type {number} */ number) => {
      return this.#native.add(gate, number, text);
    };
    return { begin, finish: packages, isStore: true, ...download(others, [...MEMBERS.keys()]) };
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

/** @param {unknown} names @param {string} [what] @returns {string[]} */
function strings(names, what = 'names') {
  if (!Array.isArray(names)) {
    throw wrongType(what, 'they are not an array of strings');
  }
  return names.map((name) => string(what, name));
}

/** @param {string} name @param {unknown} value @returns {boolean} */
function boolean(name, value) {
  if (typeof value !== 'boolean') {
    throw wrongType(name, 'it is not a boolean');
  }
  return value;
}

/** The options of a request, with their names in core and their checks. @type {Map<string, { core: string, check: (name: string, value: unknown) => unknown }>} */
const MEMBERS = new Map([
  ['requirementsFiles', { core: 'requirements_files', check: (name, value) => strings(value, name) }],
  ['script', { core: 'script', check: string }],
  ['lockFile', { core: 'lock_file', check: string }],
  ['from', { core: 'distribution', check: string }],
  ['index', { core: 'index', check: string }],
  ['extraIndexes', { core: 'extra_indexes', check: (name, value) => strings(value, name) }],
  ['offline', { core: 'offline', check: boolean }],
  ['prereleases', { core: 'prereleases', check: boolean }],
]);

/** @param {import('./work.js').Answer} answer @returns {StoredPackage[]} */
function packages({ text }) {
  return JSON.parse(text).map(record);
}

module.exports = { PackageStore };
