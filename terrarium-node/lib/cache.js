// The cache folder: images and compiled code on this machine.
'use strict';

const { noConstructor } = require('./errors.js');
const { record } = require('./names.js');
const native = require('./native.js');
const { plainOptions } = require('./options.js');
const { later, now } = require('./work.js');

/** @typedef {import('./types.js').CacheEntry} CacheEntry */

/** @typedef {import('./work.js').Task<CacheEntry[]>} EntriesTask */

/**
 * @typedef {object} PruneOptions Options of `CacheFolder.prune` and `pruneSync`.
 * @property {number | null} [bytes] files that were not used for the longest time go until the rest takes at most so many
 *   bytes on the disk; downloaded packages do not count
 * @property {number | null} [unusedFor] files that were not used for so many seconds go too
 */

/** Makes the constructor refuse other callers. */
const OPENED = Symbol('opened');

/**
 * The cache folder: images and compiled code, which are made again when they are missing, and downloaded packages.
 *
 * Sandboxes and builds keep it within the option `cacheBytes`. An image that a process has open is never removed, and
 * neither are downloaded packages.
 *
 * @example
 * const cache = await CacheFolder.open({ cacheDir: 'cache' });
 * const bytes = (await cache.list()).reduce((sum, entry) => sum + entry.bytes, 0);
 * await cache.prune({ bytes: 2 ** 30 });
 */
class CacheFolder {
  #cacheDir;

  /** @private @param {symbol} opened @param {string} path @param {string | null} cacheDir */
  constructor(opened, path, cacheDir) {
    if (opened !== OPENED) {
      throw noConstructor('CacheFolder', 'await CacheFolder.open()');
    }
    /** The folder. @type {string} */
    this.path = path;
    this.#cacheDir = cacheDir;
  }

  /**
   * Opens a cache folder, and creates it if it does not exist.
   *
   * @param {{ cacheDir?: string | null }} [options] the folder; by default the one that sandboxes use
   * @returns {Promise<CacheFolder>}
   */
  static async open(options) {
    return later(CacheFolder.#opening(options));
  }

  /**
   * Opens a cache folder while the JavaScript thread waits.
   *
   * @param {{ cacheDir?: string | null }} [options]
   * @returns {CacheFolder}
   */
  static openSync(options) {
    return now(CacheFolder.#opening(options));
  }

  /**
   * Lists the files, by kind and name.
   *
   * @returns {Promise<CacheEntry[]>}
   */
  async list() {
    return later(this.#listing());
  }

  /**
   * Lists the files while the JavaScript thread waits.
   *
   * @returns {CacheEntry[]}
   */
  listSync() {
    return now(this.#listing());
  }

  /**
   * Removes files: images that this version cannot use, and what the options name.
   *
   * @param {PruneOptions} [options]
   * @returns {Promise<CacheEntry[]>} the removed files
   */
  async prune(options) {
    return later(this.#pruning(options));
  }

  /**
   * Removes files while the JavaScript thread waits.
   *
   * @param {PruneOptions} [options]
   * @returns {CacheEntry[]}
   */
  pruneSync(options) {
    return now(this.#pruning(options));
  }

  /**
   * Removes all files but downloaded packages and open images.
   *
   * @returns {Promise<CacheEntry[]>} the removed files
   */
  async clear() {
    return later(this.#clearing());
  }

  /**
   * Removes all files but downloaded packages and open images, while the JavaScript thread waits.
   *
   * @returns {CacheEntry[]}
   */
  clearSync() {
    return now(this.#clearing());
  }

  /** @returns {EntriesTask} */
  #listing() {
    const { text } = plainOptions('store', { cacheDir: this.#cacheDir });
    return { begin: (gate, number) => native.CacheFolder.list(gate, number, text), finish: entries };
  }

  /** @param {PruneOptions} [options] @returns {EntriesTask} */
  #pruning(options) {
    const { text } = plainOptions('cache', options);
    const { text: folder } = plainOptions('store', { cacheDir: this.#cacheDir });
    return { begin: (gate, number) => native.CacheFolder.prune(gate, number, folder, text), finish: entries };
  }

  /** @returns {EntriesTask} */
  #clearing() {
    const { text } = plainOptions('store', { cacheDir: this.#cacheDir });
    return { begin: (gate, number) => native.CacheFolder.clear(gate, number, text), finish: entries };
  }

  /**
   * @param {{ cacheDir?: string | null }} [options]
   * @returns {import('./work.js').Task<CacheFolder>}
   */
  static #opening(options) {
    const { text } = plainOptions('store', options);
    const cacheDir = options?.cacheDir ?? null;
    return {
      begin: (gate, number) => native.CacheFolder.open(gate, number, text),
      finish: ({ text: path }) => new CacheFolder(OPENED, JSON.parse(path), cacheDir),
    };
  }
}

/** @param {import('./work.js').Answer} answer @returns {CacheEntry[]} */
function entries({ text }) {
  return JSON.parse(text).map(record);
}

module.exports = { CacheFolder };
