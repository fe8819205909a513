// Values in buffers of little-endian elements: the contents of large arrays and columns.
'use strict';

const { Complex } = require('./kinds.js');

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

/** The count of a missing date or duration. */
const MISSING = -(2n ** 63n);
/** The units of a second, for units of at most a second. @type {Record<string, bigint>} */
const PER_SECOND = { s: 1n, ms: 1000n, us: 1_000_000n, ns: 1_000_000_000n };
/** The seconds of longer units. @type {Record<string, bigint>} */
const SECONDS = { m: 60n, h: 3600n, D: 86_400n, W: 604_800n };

/**
 * Returns a typed array over bytes, or over a copy where they are not aligned.
 *
 * @param {Uint8Array} bytes
 * @param {any} Typed
 */
function view(bytes, Typed) {
  const aligned = bytes.byteOffset % Typed.BYTES_PER_ELEMENT === 0 ? bytes : Uint8Array.from(bytes);
  return new Typed(aligned.buffer, aligned.byteOffset, bytes.length / Typed.BYTES_PER_ELEMENT);
}

/**
 * Returns the items in a buffer as they are in a list: dates as text, 64 bits as numbers where these are exact.
 *
 * @param {string} dtype
 * @param {Uint8Array} bytes
 * @returns {unknown[] | undefined} nothing for a type without a form here
 */
function items(dtype, bytes) {
  const name = dtype === 'boolean' ? 'bool' : dtype.toLowerCase();
  const [Typed, width] = TYPED[name] ?? [];
  if (name === 'bool') {
    return Array.from(bytes, Boolean);
  }
  if (width === 2) {
    const numbers = view(bytes, Typed);
    return Array.from({ length: numbers.length / 2 }, (_, at) => new Complex(numbers[2 * at], numbers[2 * at + 1]));
  }
  if (Typed) {
    return Array.from(view(bytes, Typed), exact);
  }
  if (name === 'float16') {
    return Array.from(view(bytes, Uint16Array), half);
  }
  const [, kind, unit = ''] = /^(datetime64|timedelta64|period)\[([^,\]]*)/.exec(dtype) ?? [];
  if (kind) {
    const suffix = dtype.includes(', ') ? '+00:00' : '';
    return Array.from(view(bytes, BigInt64Array), (count) => {
      const value = count === MISSING ? null : kind === 'datetime64' ? instant(count, unit, suffix) : exact(count);
      return value;
    });
  }
  const [, characters] = /^<U(\d+)$/.exec(dtype) ?? [];
  if (characters) {
    const codes = view(bytes, Uint32Array);
    return chunks(codes, Number(characters)).map((text) => String.fromCodePoint(...text).replace(/\0+$/, ''));
  }
  const [, length] = /^\|S(\d+)$/.exec(dtype) ?? [];
  return length ? chunks(bytes, Number(length)).map(withoutZeros) : undefined;
}

/** @param {number | bigint} value */
function exact(value) {
  const number = Number(value);
  return typeof value === 'bigint' && Number.isSafeInteger(number) ? number : value;
}

/**
 * Returns a date as ISO 8601, or its count where the unit has no such text.
 *
 * @param {bigint} count
 * @param {string} unit
 * @param {string} suffix
 */
function instant(count, unit, suffix) {
  const [, factor, name = ''] = /^(\d*)(.*)$/.exec(unit) ?? [];
  const whole = count * BigInt(factor || 1);
  if (name === 'Y' || name === 'M') {
    const months = name === 'Y' ? Number(whole) * 12 : Number(whole);
    return new Date(Date.UTC(1970, months)).toISOString().slice(0, 10);
  }
  if (!(name in PER_SECOND) && !(name in SECONDS)) {
    // Units below a nanosecond have counts: text of ISO 8601 ends there.
    return exact(count);
  }
  const per = PER_SECOND[name] ?? 1n;
  const scaled = whole * (SECONDS[name] ?? 1n);
  const part = ((scaled % per) + per) % per;
  const seconds = (scaled - part) / per;
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) {
    return exact(count);
  }
  const text = date.toISOString().replace(/\.000Z$/, '');
  const fraction = part ? `.${String(part).padStart(String(per).length - 1, '0')}` : '';
  return name === 'D' || name === 'W' ? text.slice(0, -9) : `${text}${fraction}${suffix}`;
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

/** @param {Uint8Array} bytes */
function withoutZeros(bytes) {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) {
    end--;
  }
  return Buffer.from(bytes.subarray(0, end));
}

/**
 * @param {any} items an array of any kind
 * @param {number} length
 * @returns {any[]}
 */
function chunks(items, length) {
  const rows = length ? items.length / length : 0;
  return Array.from({ length: rows }, (_, row) => items.slice(row * length, (row + 1) * length));
}

/**
 * Returns the texts in Arrow's buffers.
 *
 * @param {number} length
 * @param {Uint8Array} offsets
 * @param {Uint8Array} data
 */
function texts(length, offsets, data) {
  const places = view(offsets, offsets.length === 4 * (length + 1) ? Int32Array : BigInt64Array);
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const text = (/** @type {unknown} */ _, /** @type {number} */ at) =>
    bytes.toString('utf8', Number(places[at]), Number(places[at + 1]));
  return Array.from({ length }, text);
}

/**
 * Returns values with `null` in the places that a bitmap marks as missing.
 *
 * @param {unknown[]} values
 * @param {Uint8Array | undefined} validity
 */
function withMissing(values, validity) {
  return validity ? values.map((value, at) => (((validity[at >> 3] ?? 0) >> (at & 7)) & 1 ? value : null)) : values;
}

module.exports = { chunks, items, texts, TYPED, view, withMissing };
