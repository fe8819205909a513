/**
 * The value of a JSON form, which may be changed. Contents that lie beside it are in `blobs`.
 *
 * @param {any} json
 * @param {Buffer[]} blobs
 * @returns {any}
 */
export function decode(json: any, blobs: Buffer[]): any;
export const TAG: "$type";
