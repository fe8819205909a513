// Images: the files that sandboxes start from.
'use strict';

const { noConstructor } = require('./errors.js');
const { record } = require('./names.js');
const native = require('./native.js');
const { abortSignal, plainOptions } = require('./options.js');
const { string } = require('./runner.js');
const { abortable, atOnce, later, now } = require('./work.js');

/** @typedef {import('./types.js').ImageOptions} ImageOptions */
/** @typedef {import('./types.js').ImageInfo} ImageInfo */
/** @typedef {import('./types.js').About} About */

/** @type {(image: native.Image) => Image} */
let newImage;
/** The addon's image behind an image. @type {(image: Image) => native.Image} */
let nativeOf;

/**
 * An interpreter that has booted and imported its packages, as a file that sandboxes start from.
 *
 * A sandbox makes the image that it needs by itself and keeps it in the cache folder. Build an image by hand to choose
 * its content, to move it to other machines, or to spend the seconds that it takes at another time.
 *
 * @example
 * const image = await Image.build({ prepare: 'import fractions' });
 * await image.save('fractions.timg');
 * const sandbox = await Sandbox.create({ image });
 */
class Image {
  #native;

  static {
    newImage = (image) => new Image(image);
    nativeOf = (image) => image.#native;
  }

  /** @private @param {native.Image} image the addon's; `build` and `open` make one */
  constructor(image) {
    if (!(image instanceof native.Image)) {
      throw noConstructor('Image', 'await Image.build()');
    }
    this.#native = image;
    /** The content and the properties of the image. @type {Readonly<ImageInfo>} */
    this.info = Object.freeze(record(JSON.parse(image.info())));
  }

  /**
   * Builds an image, or finds the image that was built before from the same options, which takes seconds. Nothing is
   * downloaded.
   *
   * @param {ImageOptions} [options]
   * @param {(step: string) => void} [onProgress] receives a text for each step
   * @returns {Promise<Image>}
   */
  static async build(options, onProgress) {
    return abortable(building(options, onProgress));
  }

  /**
   * Builds an image while the JavaScript thread waits.
   *
   * @param {ImageOptions} [options]
   * @param {(step: string) => void} [onProgress]
   * @returns {Image}
   */
  static buildSync(options, onProgress) {
    return atOnce(building(options, onProgress));
  }

  /**
   * Opens an image file. It is native code that runs in this process: open only files that you trust.
   *
   * @param {string} path
   * @returns {Promise<Image>}
   */
  static async open(path) {
    return later(opening(path));
  }

  /**
   * Opens an image file while the JavaScript thread waits.
   *
   * @param {string} path
   * @returns {Image}
   */
  static openSync(path) {
    return now(opening(path));
  }

  /**
   * Reads the properties of the image file at `path`, without opening it for use.
   *
   * @param {string} path
   * @returns {Promise<ImageInfo>}
   */
  static async inspect(path) {
    const file = string('path', path);
    return later({
      begin: (gate, number) => native.Image.inspect(gate, number, file),
      finish: (answer) => record(json(answer)),
    });
  }

  /**
   * Lists the images in a cache folder that this version made.
   *
   * @param {{ cacheDir?: string | null }} [options] the folder; by default the one where sandboxes keep their images
   * @returns {Promise<ImageInfo[]>}
   */
  static async list(options) {
    const { text } = plainOptions('store', options);
    return later({
      begin: (gate, number) => native.Image.list(gate, number, text),
      finish: (answer) => json(answer).map(record),
    });
  }

  /**
   * Removes images from a cache folder: those that this version cannot use and, if `unusedFor` is given, those that
   * were not used for so many seconds. Images in use keep working.
   *
   * @param {{ cacheDir?: string | null, unusedFor?: number | null }} [options]
   * @returns {Promise<string[]>} the paths of the removed files
   */
  static async prune(options) {
    const { text } = plainOptions('images', options);
    return later({ begin: (gate, number) => native.Image.prune(gate, number, text), finish: json });
  }

  /**
   * Writes the image to a file that holds all that it needs and can be moved to other machines of the same kind.
   *
   * @param {string} path
   * @returns {Promise<void>}
   */
  async save(path) {
    return later(saving(this, path));
  }

  /**
   * Writes the image to a file while the JavaScript thread waits.
   *
   * @param {string} path
   */
  saveSync(path) {
    return now(saving(this, path));
  }
}

/**
 * Returns the versions of the library and its parts, and the cache folder.
 *
 * @returns {About}
 */
function about() {
  return now({ begin: (gate, number) => native.about(gate, number), finish: (answer) => record(json(answer)) });
}

/**
 * @param {ImageOptions} [options]
 * @param {(step: string) => void} [onProgress]
 * @returns {import('./work.js').Task<Image>}
 */
function building(options, onProgress) {
  const { text } = plainOptions('image', options?.signal ? { ...options, signal: undefined } : options);
  return {
    signal: options?.signal === undefined ? undefined : abortSignal(options.signal),
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

/** @param {import('./work.js').Answer} answer */
function made({ run }) {
  return newImage(/** @type {native.Image} */ (run.image()));
}

/** @param {import('./work.js').Answer} answer */
function json({ text }) {
  return JSON.parse(text);
}

module.exports = { about, Image, nativeOf };
