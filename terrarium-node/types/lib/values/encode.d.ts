/** Writes values as the text of their JSON forms; large contents go to `blobs`. */
export class Encoder {
    /** @param {Buffer[]} blobs */
    constructor(blobs: Buffer[]);
    blobs: Buffer<ArrayBufferLike>[];
    /**
     * The text of an input.
     *
     * @param {string} name
     * @param {unknown} value
     * @returns {string}
     */
    input(name: string, value: unknown): string;
    #private;
}
