export type TypedArray = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | BigInt64Array | BigUint64Array | Float32Array | Float64Array;
/** The name of the type whose items a typed array holds. @param {ArrayBufferView} array */
export function dtypeOf(array: ArrayBufferView): string | undefined;
/**
 * A numpy array.
 *
 * `data` has the items in C order: in a typed array for the types `bool` (0 and 1), `int8` to `uint64` (64 bits as
 * `BigInt64Array` and `BigUint64Array`), `float32`, `float64`, `complex64` and `complex128` (real and imaginary parts
 * in turn), else in an ordinary one. Of an array of other items with more than 100,000 only `repr` is there.
 */
export class NdArray extends Tagged {
    /**
     * An array out of the parts that the guest sent.
     *
     * @param {{ dtype: string, shape: number[], data?: Buffer, items?: unknown, repr?: string }} parts
     */
    static fromParts({ dtype, shape, data, items, repr }: {
        dtype: string;
        shape: number[];
        data?: Buffer;
        items?: unknown;
        repr?: string;
    }): NdArray;
    /**
     * @param {TypedArray | unknown[] | null} data the items in C order
     * @param {number[]} shape the length of each axis
     * @param {string} dtype numpy's name of the items' type
     * @param {string} [repr]
     */
    constructor(data: TypedArray | unknown[] | null, shape: number[], dtype: string, repr?: string);
    /** Numpy's name of the items' type. */
    dtype: string;
    /** The length of each axis. */
    shape: number[];
    /** The items in C order; `null` when there are too many to be here. */
    data: unknown[] | TypedArray | null;
    /** The text, of an array that is too large to be here. @type {string | undefined} */
    repr: string | undefined;
    /** The items in nested arrays, one level an axis; of an array without axes its only item. */
    toNested(): unknown;
}
/**
 * @typedef {Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | BigInt64Array
 *   | BigUint64Array | Float32Array | Float64Array} TypedArray
 */
/** The typed array that holds a type's items, and how many numbers an item has. @type {Record<string, [any, number]>} */
export const TYPED: Record<string, [any, number]>;
import { Tagged } from "./kinds.js";
