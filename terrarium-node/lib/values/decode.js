// Values out of the guest: the JSON forms of core's values become JavaScript's own.
'use strict';

const { record } = require('../names.js');
const { FrozenSet, NamedTuple, Tuple } = require('./containers.js');
const {
  Complex,
  Cycle,
  Dataclass,
  DateTime,
  Decimal,
  Enum,
  Fraction,
  Opaque,
  Path,
  PlainDate,
  PlainDateTime,
  PlainTime,
  Range,
  Tagged,
  TimeDelta,
  Truncated,
  UUID,
} = require('./kinds.js');
const { NdArray } = require('./ndarray.js');
const { Column, DataFrame, Index, Series } = require('./tables.js');

const TAG = '$type';

/**
 * Returns the value of a JSON form, which may be changed. Contents beside the form are in `blobs`.
 *
 * @param {any} json
 * @param {Buffer[]} blobs
 * @returns {any}
 */
function decode(json, blobs) {
  if (json === null || typeof json !== 'object') {
    return json;
  }
  if (Array.isArray(json)) {
    for (let index = 0; index < json.length; index++) {
      const item = json[index];
      if (item !== null && typeof item === 'object') {
        json[index] = decode(item, blobs);
      }
    }
    return json;
  }
  if (Object.hasOwn(json, TAG)) {
    const kind = json[TAG];
    try {
      return Object.hasOwn(MAKERS, kind) ? MAKERS[kind](json, blobs) : other(json, blobs);
    } catch {
      // The guest may send anything; a value without a class loses nothing of it.
      const { [TAG]: _, ...raw } = json;
      return new Tagged(kind, raw);
    }
  }
  return members(json, blobs);
}

/**
 * Returns a dict whose keys are text: an object, or a map where `__proto__` is a key.
 *
 * @param {any} json
 * @param {Buffer[]} blobs
 */
function members(json, blobs) {
  if (Object.hasOwn(json, '__proto__')) {
    return new Map(Object.entries(json).map(([key, item]) => [key, decode(item, blobs)]));
  }
  for (const key of Object.keys(json)) {
    json[key] = decode(json[key], blobs);
  }
  return json;
}

/**
 * Returns a dict of pairs: an object where all keys are text, else a map.
 *
 * @param {[any, any][]} items
 * @param {Buffer[]} blobs
 */
function dict(items, blobs) {
  /** @type {[any, any][]} */
  const pairs = items.map(([key, item]) => [decode(key, blobs), decode(item, blobs)]);
  const isPlain = pairs.every(([key]) => typeof key === 'string' && key !== '__proto__');
  return isPlain ? Object.fromEntries(pairs) : new Map(pairs);
}

/**
 * Returns the parts of a tagged form as values.
 *
 * @param {any} json
 * @param {Buffer[]} blobs
 * @returns {any}
 */
function parts({ [TAG]: _, ...json }, blobs) {
  return Object.fromEntries(Object.entries(json).map(([name, part]) => [name, decode(part, blobs)]));
}

/**
 * Returns a value of a kind without a separate class.
 *
 * @param {any} json
 * @param {Buffer[]} blobs
 */
function other(json, blobs) {
  return new Tagged(json[TAG], parts(json, blobs));
}

/** @param {{ value?: string, hex?: string }} json */
function integer({ value, hex }) {
  if (hex === undefined) {
    return BigInt(value ?? 0);
  }
  return hex.startsWith('-') ? -BigInt(`0x${hex.slice(1)}`) : BigInt(`0x${hex}`);
}

/** @type {Record<string, number>} */
const FLOATS = { nan: Number.NaN, inf: Number.POSITIVE_INFINITY, '-inf': Number.NEGATIVE_INFINITY };

/**
 * Returns text with lone surrogates from UTF-8 in which each surrogate is encoded like a character.
 *
 * @param {string} base64
 */
function surrogates(base64) {
  const bytes = Buffer.from(base64, 'base64');
  let text = '';
  let start = 0;
  for (let at = 0; at + 2 < bytes.length; at++) {
    if (bytes[at] === 0xed && bytes[at + 1] >= 0xa0) {
      const unit = 0xd000 | ((bytes[at + 1] & 0x3f) << 6) | (bytes[at + 2] & 0x3f);
      text += bytes.toString('utf8', start, at) + String.fromCharCode(unit);
      start = at + 3;
      at += 2;
    }
  }
  return text + bytes.toString('utf8', start);
}

/** By kind. @type {Record<string, (json: any, blobs: Buffer[]) => unknown>} */
const MAKERS = {
  int: integer,
  float: ({ value }) => FLOATS[value] ?? Number(value),
  str: ({ surrogatepass }) => surrogates(surrogatepass),
  bytes: ({ base64 }) => Buffer.from(base64, 'base64'),
  blob: ({ index }, blobs) => blobs[index],
  tuple({ items, fields, name }, blobs) {
    const values = decode(items, blobs);
    return fields ? new NamedTuple(name, fields, values) : Tuple.from(values);
  },
  set: ({ items }, blobs) => new Set(decode(items, blobs)),
  frozenset: ({ items }, blobs) => new FrozenSet(decode(items, blobs)),
  dict: ({ items }, blobs) => dict(items, blobs),
  complex: (json, blobs) => new Complex(decode(json.real, blobs), decode(json.imag, blobs)),
  datetime({ [TAG]: _, value, ...details }) {
    const Kind = /(?:Z|[+-]\d\d:\d\d[:.\d]*)$/.test(value) ? DateTime : PlainDateTime;
    return Object.assign(new Kind(value), details);
  },
  date: ({ value }) => new PlainDate(value),
  time: ({ [TAG]: _, value, ...details }) => Object.assign(new PlainTime(value), details),
  timedelta: ({ [TAG]: _, days, seconds, microseconds, ...details }) =>
    Object.assign(new TimeDelta(days, seconds, microseconds), details),
  decimal: ({ value }) => new Decimal(value),
  fraction(json, blobs) {
    const { numerator, denominator } = parts(json, blobs);
    return new Fraction(numerator, denominator);
  },
  range(json, blobs) {
    const { start, stop, step } = parts(json, blobs);
    return new Range(start, stop, step);
  },
  uuid: ({ value }) => new UUID(value),
  path: ({ value }) => new Path(value),
  enum(json, blobs) {
    const { class: className, name, value } = parts(json, blobs);
    return new Enum(className, name, value);
  },
  dataclass: ({ name, fields }, blobs) => new Dataclass(name, decode(fields, blobs)),
  ndarray: (json, blobs) => NdArray.fromParts(parts(json, blobs)),
  column(json, blobs) {
    const { dtype, ...layout } = parts(json, blobs);
    return new Column(dtype, layout);
  },
  index(json, blobs) {
    const { values, name, freq } = parts(json, blobs);
    return new Index(values, name, freq);
  },
  multi_index(json, blobs) {
    const { levels, codes, names } = parts(json, blobs);
    return Index.multi(levels, codes, names);
  },
  dataframe(json, blobs) {
    const members = parts(json, blobs);
    return members.data ? new DataFrame(members) : new Tagged(json[TAG], members);
  },
  series: (json, blobs) => new Series(parts(json, blobs)),
  object: ({ class: className, repr }) => new Opaque(className, repr),
  truncated: (json, blobs) => new Truncated(record(parts(json, blobs))),
  cycle: () => new Cycle(),
};

module.exports = { decode, TAG };
