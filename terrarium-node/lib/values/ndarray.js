// Arrays of numpy.
'use strict';

const { Tagged } = require('./kinds.js');

/**
 * @typedef {Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | BigInt64Array
 *   | BigUint64Array | Float32Array | Float64Array} TypedArray
 */

/** The typed array that holds a type's items, and the number of numbers in an item. @type {Record<string, [any, number]>} */
const TYPED = {
  bool: [Uint8Array, 1],
  int8: [Int8Array, 1],
  uint8: [Uint8Array, 1],
  int16: [Int16Array, 1],
  uint16: [Uint16Array, 1],
  int32: [Int32Array, 1],
  uint32: [Uint32Array, 1],
  int64: [BigInt64Array, 1],
  uint64: [BigUint64Array, 1],
  float32: [Float32Array, 1],
  float64: [Float64Array, 1],
  complex64: [Float32Array, 2],
  complex128: [Float64Array, 2],
};

/**
 * A numpy array.
 *
 * `data` has the items in C order: in a typed array for the types `bool` (0 and 1), `int8` to `uint64` (64 bits as
 * `BigInt64Array` and `BigUint64Array`), `float32`, `float64`, `complex64` and `complex128` (real and imaginary parts
 * in turn), else in an ordinary array. An array with more than 100,000 items of other types has only `repr`.
 */
class NdArray extends Tagged {
  /**
   * @param {TypedArray | unknown[] | null} data the items in C order
   * @param {number[]} shape the length of each axis
   * @param {string} dtype numpy's name of the items' type
   * @param {string} [repr]
   */
  constructor(data, shape, dtype, repr) {
    super('ndarray');
    /** Numpy's name of the items' type. */
    this.dtype = dtype;
    /** The length of each axis. */
    this.shape = shape;
    /** The items in C order; `null` when they are too many to leave the guest. */
    this.data = data;
    /** The `repr()` of an array whose items are too many to leave the guest. @type {string | undefined} */
    this.repr = repr;
  }

  /**
   * Makes an array from the parts that the guest sent.
   *
   * @hidden
   *
   * @param {{ dtype: string, shape: number[], data?: Buffer, items?: unknown, repr?: string }} parts
   */
  static fromParts({ dtype, shape, data, items, repr }) {
    const name = plainName(dtype);
    const [Typed, width] = TYPED[name] ?? [];
    if (data) {
      return new NdArray(Typed ? view(data, Typed) : Array.from(view(data, Uint16Array), half), shape, dtype);
    }
    if (items === undefined) {
      return new NdArray(null, shape, dtype, repr);
    }
    const flat = shape.length === 0 ? [items] : /** @type {any[]} */ (items).flat(shape.length - 1);
    // An array with a mask has items that are missing.
    const isWhole = Typed && flat.every((item) => item !== null);
    return new NdArray(isWhole ? typed(flat, Typed, width) : flat, shape, dtype);
  }

  /** Returns the items in nested arrays, one level for each axis, or the only item of an array without axes. */
  toNested() {
    const items = [...(this.data ?? [])];
    const pairs = TYPED[this.dtype]?.[1] === 2;
    let level = pairs ? chunks(items, 2) : items;
    for (const length of this.shape.slice(1).reverse()) {
      level = chunks(level, length);
    }
    return this.shape.length === 0 ? level[0] : level;
  }

  toString() {
    return this.repr ?? `NdArray(${this.dtype}, ${this.shape.join('x')})`;
  }
}

/**
 * Returns a typed array over bytes, or over a copy where they are not aligned.
 *
 * @param {Buffer} bytes
 * @param {any} Typed
 */
function view(bytes, Typed) {
  const aligned = bytes.byteOffset % Typed.BYTES_PER_ELEMENT === 0 ? bytes : Uint8Array.from(bytes);
  return new Typed(aligned.buffer, aligned.byteOffset, bytes.length / Typed.BYTES_PER_ELEMENT);
}

/**
 * @param {any[]} items numbers, or instances of `Complex`
 * @param {any} Typed
 * @param {number} width
 */
function typed(items, Typed, width) {
  const wide = Typed === BigInt64Array || Typed === BigUint64Array;
  const numbers = width === 2 ? items.flatMap(({ real, imag }) => [real, imag]) : wide ? items.map(BigInt) : items;
  return Typed.from(numbers);
}

/**
 * Returns the name of a type without its byte order, since the guest sends little-endian: `>i2` is `int16`.
 *
 * @param {string} dtype
 */
function plainName(dtype) {
  const [, kind, bytes] = /^[<>]([iufc])(\d+)$/.exec(dtype) ?? [];
  return kind ? `${{ i: 'int', u: 'uint', f: 'float', c: 'complex' }[kind]}${Number(bytes) * 8}` : dtype;
}

/** Returns the number in the 16 bits of a `float16`, the only plain type without a typed array. @param {number} bits */
function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) {
    return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  }
  return sign * (exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : (fraction / 1024) * 2 ** -14);
}

/**
 * @param {any[]} items
 * @param {number} length
 */
function chunks(items, length) {
  const rows = length ? items.length / length : 0;
  return Array.from({ length: rows }, (_, row) => items.slice(row * length, (row + 1) * length));
}

/** Returns the name of the type whose items a typed array holds. @param {ArrayBufferView} array */
function dtypeOf(array) {
  return Object.keys(TYPED).find((dtype) => dtype !== 'bool' && TYPED[dtype][0] === array.constructor);
}

module.exports = { dtypeOf, NdArray, TYPED };
