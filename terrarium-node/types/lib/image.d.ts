export type ImageOptions = import("./types.js").ImageOptions;
export type ImageInfo = import("./types.js").ImageInfo;
export type About = import("./types.js").About;
/**
 * Versions, for people and for bug reports, and where things are kept.
 *
 * @returns {About}
 */
export function about(): About;
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
export class Image {
    /**
     * Build an image, or find the one that was built before from the same things. It takes seconds. Nothing is downloaded.
     *
     * @param {ImageOptions} [options]
     * @param {(step: string) => void} [onProgress] told what is being done
     * @returns {Promise<Image>}
     */
    static build(options?: ImageOptions, onProgress?: (step: string) => void): Promise<Image>;
    /**
     * The same, while the thread waits.
     *
     * @param {ImageOptions} [options]
     * @param {(step: string) => void} [onProgress]
     * @returns {Image}
     */
    static buildSync(options?: ImageOptions, onProgress?: (step: string) => void): Image;
    /**
     * Open an image file. It is native code that runs in this process: open only those that you trust.
     *
     * @param {string} path
     * @returns {Promise<Image>}
     */
    static open(path: string): Promise<Image>;
    /**
     * The same, while the thread waits.
     *
     * @param {string} path
     * @returns {Image}
     */
    static openSync(path: string): Image;
    /**
     * What is in the image file at `path`, without opening it for use.
     *
     * @param {string} path
     * @returns {Promise<ImageInfo>}
     */
    static inspect(path: string): Promise<ImageInfo>;
    /**
     * The images in a cache folder that this version made.
     *
     * @param {{ cache_dir?: string | null }} [options] the folder; by default the one where sandboxes keep theirs
     * @returns {Promise<ImageInfo[]>}
     */
    static list(options?: {
        cache_dir?: string | null;
    }): Promise<ImageInfo[]>;
    /**
     * Remove images from a cache folder: those that this version cannot use and, if `unused_for` is given, those that
     * nobody has used for so many seconds. Images in use go on working.
     *
     * @param {{ cache_dir?: string | null, unused_for?: number | null }} [options]
     * @returns {Promise<string[]>} the paths of what was removed
     */
    static prune(options?: {
        cache_dir?: string | null;
        unused_for?: number | null;
    }): Promise<string[]>;
    /** @hidden @param {native.Image} image the addon's; use `build` and `open` */
    constructor(image: native.Image);
    /** What is in it. @type {ImageInfo} */
    info: ImageInfo;
    /**
     * Write the image to a file that holds all that it needs and can be moved to other machines of the same kind.
     *
     * @param {string} path
     * @returns {Promise<void>}
     */
    save(path: string): Promise<void>;
    /**
     * The same, while the thread waits.
     *
     * @param {string} path
     */
    saveSync(path: string): void;
}
/** @param {Image} image */
export function nativeOf(image: Image): native.Image;
import native = require("./native.js");
