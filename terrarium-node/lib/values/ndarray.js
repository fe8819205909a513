// Arrays of numpy.
'use strict';

const { chunks, items: itemsIn, TYPED, view } = require('./buffers.js');
const { Tagged } = require('./kinds.js');

/**
 * @typedef {Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | BigInt64Array
 *   | BigUint64Array | Float32Array | Float64Array} TypedArray
 */

/**
 * A numpy array.
 *
 * `data` has the items in C order: in a typed array for the types `bool` (0 and 1), `int8` to `uint64` (64 bits as
 * `BigInt64Array` and `BigUint64Array`), `float32`, `float64`, `complex64` and `complex128` (real and imaginary parts
 * in turn), else in an ordinary array. Many records of a structured type are a `Buffer` of their bytes.
 */
class NdArray extends Tagged {
  /**
   * @param {TypedArray | unknown[]} data the items in C order
   * @param {number[]} shape the length of each axis
   * @param {string | Record<string, unknown>} dtype numpy's name of the items' type, or the parts of a structured type
   * @param {Record<string, unknown>} [others] other parts, such as the `mask` and `fill_value` of a masked array
   */
  constructor(data, shape, dtype, others = {}) {
    super('ndarray');
    /** Numpy's name of the items' type; the `names`, `formats`, `offsets` and `itemsize` of a structured type. */
    this.dtype = dtype;
    /** The length of each axis. */
    this.shape = shape;
    /** The items in C order. */
    this.data = data;
    /** Other parts by their names in JSON: the `mask`, `fill_value` and `hard_mask` of a masked array, the `order`. */
    this.others = others;
  }

  /**
   * Makes an array from the parts that the guest sent.
   *
   * @hidden
   *
   * @param {{ dtype: any, shape: number[], data?: Buffer, items?: unknown }} parts
   */
  static fromParts({ dtype, shape, data, items, ...others }) {
    const name = typeof dtype === 'string' ? plainName(dtype) : '';
    const [Typed, width] = TYPED[name] ?? [];
    if (data) {
      return new NdArray(Typed ? view(data, Typed) : (itemsIn(name, data) ?? data), shape, dtype, others);
    }
    const flat = shape.length === 0 ? [items] : /** @type {any[]} */ (items).flat(shape.length - 1);
    return new NdArray(Typed ? typed(flat, Typed, width) : flat, shape, dtype, others);
  }

  /** The mask of a masked array: an array of 0 and 1, 1 for a masked item. Otherwise `undefined`. */
  get mask() {
    return this.others.mask;
  }

  /** Returns the items in nested arrays, one level for each axis, or the only item of an array without axes. */
  toNested() {
    const items = [...this.data];
    const pairs = typeof this.dtype === 'string' && TYPED[this.dtype]?.[1] === 2;
    return nested(pairs ? chunks(items, 2) : items, this.shape);
  }

  toString() {
    return `NdArray(${typeof this.dtype === 'string' ? this.dtype : 'structured'}, ${this.shape.join('x')})`;
  }
}

/**
 * Returns items in nested arrays, one level for each axis.
 *
 * @param {any[]} items
 * @param {number[]} shape
 */
function nested(items, shape) {
  let level = items;
  // From the last axis on; an axis of length 0 has no chunks, so the rows before it are counted.
  for (let axis = shape.length - 1; axis > 0; axis--) {
    const length = shape[axis] ?? 0;
    const rows = shape.slice(0, axis).reduce((product, each) => product * each, 1);
    level = length ? chunks(level, length) : Array.from({ length: rows }, () => []);
  }
  return shape.length === 0 ? level[0] : level;
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
  const names = { i: 'int', u: 'uint', f: 'float', c: 'complex' };
  return kind ? `${names[/** @type {keyof names} */ (kind)]}${Number(bytes) * 8}` : dtype.replace(/^>/, '<');
}

/** Returns the name of the type whose items a typed array holds. @param {ArrayBufferView} array */
function dtypeOf(array) {
  return Object.keys(TYPED).find((dtype) => dtype !== 'bool' && TYPED[dtype]?.[0] === array.constructor);
}

module.exports = { dtypeOf, NdArray, nested, plainName };
