// Images: what sandboxes start from.
'use strict';

const { string } = require('./execution.js');
const native = require('./native.js');
const { plainOptions } = require('./options.js');
const { later, now } = require('./work.js');

/** @typedef {import('./types.js').ImageOptions} ImageOptions */
/** @typedef {import('./types.js').ImageInfo} ImageInfo */
/** @typedef {import('./types.js').About} About */

/** The addon's image behind each. @type {WeakMap<Image, native.Image>} */
const natives = new WeakMap();

/**
 * An interpreter that has booted and imported its packages, as a file: what sandboxes start from.
 *
 * A sandbox makes the image that it needs by itself and keeps it in the cache folder. Building one by hand is for
 * choosing what is in it, for moving it to other machines, or for paying the seconds that it takes at another time.
 *
 * @example
 * const image = await Image.build({ prepare: 'import fractions' });
 * await image.save('fractions.timg');
 * const sandbox = await Sandbox.create({ image });
 */
class Image {
  /** What is in it. @type {ImageInfo} */
  info;

  /** @hidden @param {native.Image} image the addon's; use `build` and `open` */
  constructor(image) {
    this.info = Object.freeze(JSON.parse(image.info()));
    natives.set(this, image);
  }

  /**
   * Build an image, or find the one that was built before from the same things. It takes seconds. Nothing is downloaded.
   *
   * @param {ImageOptions} [options]
   * @param {(step: string) => void} [onProgress] told what is being done
   * @returns {Promise<Image>}
   */
  static async build(options, onProgress) {
    return later(building(options, onProgress));
  }

  /**
   * The same, while the thread waits.
   *
   * @param {ImageOptions} [options]
   * @param {(step: string) => void} [onProgress]
   * @returns {Image}
   */
  static buildSync(options, onProgress) {
    return now(building(options, onProgress));
  }

  /**
   * Open an image file. It is native code that runs in this process: open only those that you trust.
   *
   * @param {string} path
   * @returns {Promise<Image>}
   */
  static async open(path) {
    return later(opening(path));
  }

  /**
   * The same, while the thread waits.
   *
   * @param {string} path
   * @returns {Image}
   */
  static openSync(path) {
    return now(opening(path));
  }

  /**
   * What is in the image file at `path`, without opening it for use.
   *
   * @param {string} path
   * @returns {Promise<ImageInfo>}
   */
  static async inspect(path) {
    const file = string('path', path);
    return later({ begin: (gate, number) => native.Image.inspect(gate, number, file), finish: json });
  }

  /**
   * The images in a cache folder that this version made.
   *
   * @param {{ cache_dir?: string | null }} [options] the folder; by default the one where sandboxes keep theirs
   * @returns {Promise<ImageInfo[]>}
   */
  static async list(options) {
    const { text } = plainOptions(options);
    return later({ begin: (gate, number) => native.Image.list(gate, number, text), finish: json });
  }

  /**
   * Remove images from a cache folder: those that this version cannot use and, if `unused_for` is given, those that
   * nobody has used for so many seconds. Images in use go on working.
   *
   * @param {{ cache_dir?: string | null, unused_for?: number | null }} [options]
   * @returns {Promise<string[]>} the paths of what was removed
   */
  static async prune(options) {
    const { text } = plainOptions(options);
    return later({ begin: (gate, number) => native.Image.prune(gate, number, text), finish: json });
  }

  /**
   * Write the image to a file that holds all that it needs and can be moved to other machines of the same kind.
   *
   * @param {string} path
   * @returns {Promise<void>}
   */
  async save(path) {
    return later(saving(this, path));
  }

  /**
   * The same, while the thread waits.
   *
   * @param {string} path
   */
  saveSync(path) {
    return now(saving(this, path));
  }
}

/**
 * Versions, for people and for bug reports, and where things are kept.
 *
 * @returns {About}
 */
function about() {
  return now({ begin: (gate, number) => native.about(gate, number), finish: json });
}

/**
 * @param {ImageOptions} [options]
 * @param {(step: string) => void} [onProgress]
 * @returns {import('./work.js').Task<Image>}
 */
function building(options, onProgress) {
  const { text } = plainOptions(options);
  return {
    begin: (gate, number) => native.Image.build(gate, number, text),
    finish: made,
    listener: { progress: onProgress },
  };
}

/**
 * @param {string} path
 * @returns {import('./work.js').Task<Image>}
 */
function opening(path) {
  const file = string('path', path);
  return { begin: (gate, number) => native.Image.open(gate, number, file), finish: made };
}

/**
 * @param {Image} image
 * @param {string} path
 * @returns {import('./work.js').Task<void>}
 */
function saving(image, path) {
  const file = string('path', path);
  return { begin: (gate, number) => nativeOf(image).save(gate, number, file), finish: () => {} };
}

/** @param {Image} image */
function nativeOf(image) {
  return /** @type {native.Image} */ (natives.get(image));
}

/** @param {import('./work.js').Answer} answer */
function made({ run }) {
  return new Image(/** @type {native.Image} */ (run.image()));
}

/** @param {import('./work.js').Answer} answer */
function json({ text }) {
  return JSON.parse(text);
}

module.exports = { about, Image, nativeOf };
