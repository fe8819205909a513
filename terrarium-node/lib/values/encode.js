// Values into the guest: JavaScript's own as the JSON forms of core's values.
'use strict';

const { isAnyArrayBuffer, isDate, isMap, isSet } = require('node:util').types;

const { wrongType } = require('../errors.js');
const { snake } = require('../names.js');
const { FrozenSet, NamedTuple, Tuple } = require('./containers.js');
const { TAG } = require('./decode.js');
const { DateTime, Float, instant, Tagged } = require('./kinds.js');
const { TYPED } = require('./buffers.js');
const { dtypeOf, NdArray, nested, plainName } = require('./ndarray.js');
const { Column, DataFrame, Index, Series } = require('./tables.js');

/** How deep the text may nest; a parser of JSON has a bound. */
const DEEPEST = 100;
/** Contents of at least this many bytes are sent beside the text. */
const LARGE = 1024;
/** The most digits that Python accepts in decimal. */
const DIGITS = 4000;

/** Writes values as the text of their JSON forms; large contents go to `blobs`. */
class Encoder {
  /** The containers around the value. @type {unknown[]} */
  #around = [];
  /** The names on the way to the value. @type {string[]} */
  #way = [];

  /** @param {Buffer[]} blobs */
  constructor(blobs) {
    this.blobs = blobs;
  }

  /**
   * Returns the text of an input.
   *
   * @param {string} name
   * @param {unknown} value
   * @returns {string}
   */
  input(name, value) {
    return this.#at(name, value);
  }

  /**
   * @param {string} step
   * @param {unknown} value
   */
  #at(step, value) {
    this.#way.push(step);
    const text = this.#value(value);
    this.#way.pop();
    return text;
  }

  /** @param {unknown} value @returns {string} */
  #value(value) {
    switch (typeof value) {
      case 'undefined':
        return 'null';
      case 'boolean':
        return String(value);
      case 'number':
        return number(value);
      case 'bigint':
        return integer(value);
      case 'string':
        return string(value);
      case 'object':
        return value === null ? 'null' : this.#object(value);
      default:
        return this.#fail(`a ${typeof value} cannot be an input`);
    }
  }

  /** @param {object} value */
  #object(value) {
    if (isAnyArrayBuffer(value)) {
      return this.#bytes(Buffer.from(value));
    }
    if (ArrayBuffer.isView(value)) {
      return this.#view(value);
    }
    if (isDate(value)) {
      return this.#date(value);
    }
    if (this.#around.includes(value)) {
      return this.#fail('a value that holds itself cannot be an input');
    }
    if (this.#around.length >= DEEPEST / 3) {
      return this.#fail(`values may nest ${Math.floor(DEEPEST / 3)} levels deep as inputs`);
    }
    this.#around.push(value);
    const text = this.#container(value);
    this.#around.pop();
    return text;
  }

  /** @param {object} value */
  #container(value) {
    if (value instanceof NamedTuple) {
      return tagged('tuple', {
        name: string(value.name),
        fields: JSON.stringify(value.fields),
        items: this.#list(value),
      });
    }
    if (Array.isArray(value)) {
      const items = this.#list(value);
      return value instanceof Tuple ? tagged('tuple', { items }) : items;
    }
    if (isSet(value)) {
      return tagged(value instanceof FrozenSet ? 'frozenset' : 'set', { items: this.#list([...value]) });
    }
    if (isMap(value)) {
      return this.#dict([...value]);
    }
    if (value instanceof Float) {
      return float(value.value);
    }
    if (value instanceof NdArray) {
      return this.#array(value);
    }
    if (value instanceof Column) {
      return this.#parts('column', { dtype: value.dtype, ...value.parts });
    }
    if (value instanceof Index) {
      const names = value.parts.levels ? { names: value.names } : { name: value.names[0] };
      return this.#parts(value.type, { ...names, ...value.parts });
    }
    if (value instanceof DataFrame || value instanceof Series) {
      const { type, others, ...parts } = value;
      return this.#parts(type, { ...parts, ...others });
    }
    if (value instanceof Tagged) {
      const { type, ...parts } = value;
      // The classes of this package have names of JavaScript; a kind without a class has the guest's own.
      return this.#parts(type, parts, value.constructor === Tagged ? String : snake);
    }
    const prototype = Object.getPrototypeOf(value);
    // Objects of another context have another `Object.prototype`.
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
      return this.#fail(`an instance of ${prototype.constructor?.name ?? 'a class'} cannot be an input`);
    }
    return this.#dict(Object.entries(value));
  }

  /**
   * @param {string} type
   * @param {Record<string, unknown>} parts
   * @param {(name: string) => string} nameOf returns the name of a part in JSON
   */
  #parts(type, parts, nameOf = String) {
    const present = Object.entries(parts).filter(([, part]) => part !== undefined);
    return tagged(type, Object.fromEntries(present.map(([name, part]) => [nameOf(name), this.#at(name, part)])));
  }

  /** @param {unknown[]} items */
  #list(items) {
    if (items.every((item) => Number.isSafeInteger(item) && !Object.is(item, -0))) {
      return JSON.stringify([...items]);
    }
    // Not `map`, which leaves holes out.
    return `[${Array.from(items, (item, index) => this.#at(String(index), item)).join(',')}]`;
  }

  /** @param {[unknown, unknown][]} pairs */
  #dict(pairs) {
    const isPlain = pairs.every(([key]) => typeof key === 'string' && key !== TAG && isWellFormed(key));
    if (isPlain) {
      const texts = pairs.map(([key, item]) => `${JSON.stringify(key)}:${this.#at(String(key), item)}`);
      return `{${texts.join(',')}}`;
    }
    const texts = pairs.map(([key, item]) => {
      const name = String(key);
      return `[${this.#at(name, key)},${this.#at(name, item)}]`;
    });
    return tagged('dict', { items: `[${texts.join(',')}]` });
  }

  /** @param {Date} value */
  #date(value) {
    if (Number.isNaN(value.getTime())) {
      return this.#fail('an invalid Date cannot be an input');
    }
    // The text is more exact, unless the date was changed since.
    if (value instanceof DateTime && instant(value.value) === value.getTime()) {
      const { value: text, zone, unit, fold } = value;
      return this.#parts('datetime', { value: text, zone, unit, fold });
    }
    const text = value.toISOString();
    return /^\d{4}-/.test(text)
      ? tagged('datetime', { value: string(text) })
      : this.#fail(`${text} is not between the years 1 and 9999`);
  }

  /** @param {ArrayBufferView} value */
  #view(value) {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    const dtype = value instanceof Uint8Array ? undefined : dtypeOf(value);
    if (dtype === undefined) {
      return this.#bytes(bytes);
    }
    const shape = JSON.stringify([/** @type {any} */ (value).length]);
    return tagged('ndarray', { dtype: string(dtype), shape, data: this.#bytes(bytes) });
  }

  /** @param {NdArray} value */
  #array({ data, shape, dtype, others }) {
    const isBytes = ArrayBuffer.isView(data);
    const Typed = typeof dtype === 'string' ? TYPED[plainName(dtype)]?.[0] : Buffer;
    if (isBytes && Typed === data.constructor) {
      const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      return this.#parts('ndarray', { dtype, shape, data: bytes, ...others });
    }
    return this.#parts('ndarray', {
      dtype,
      shape,
      items: nested(Array.from(/** @type {any} */ (data)), shape),
      ...others,
    });
  }

  /** @param {Buffer} bytes */
  #bytes(bytes) {
    if (bytes.length < LARGE) {
      return tagged('bytes', { base64: string(bytes.toString('base64')) });
    }
    this.blobs.push(bytes);
    return tagged('blob', { index: String(this.blobs.length - 1) });
  }

  /** @param {string} reason @returns {never} */
  #fail(reason) {
    throw wrongType('inputs', `${this.#way.join('.')}: ${reason}`);
  }
}

/**
 * @param {string} type
 * @param {Record<string, string>} parts the texts of the parts
 */
function tagged(type, parts) {
  const texts = Object.entries(parts).map(([name, text]) => `,${JSON.stringify(name)}:${text}`);
  return `{"$type":${JSON.stringify(type)}${texts.join('')}}`;
}

/** @param {number} value */
function number(value) {
  const isPlain = Number.isInteger(value)
    ? Number.isSafeInteger(value) && !Object.is(value, -0)
    : Number.isFinite(value);
  return isPlain ? String(value) : float(value);
}

/** @param {number} value */
function float(value) {
  if (Number.isFinite(value)) {
    return tagged('float', { value: string(Object.is(value, -0) ? '-0.0' : String(value)) });
  }
  return tagged('float', { value: string(Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf') });
}

/** @param {bigint} value */
function integer(value) {
  const hex = value.toString(16);
  return hex.length > DIGITS * 0.8
    ? tagged('int', { hex: string(hex) })
    : tagged('int', { value: string(String(value)) });
}

/** @param {string} text */
function string(text) {
  if (isWellFormed(text)) {
    return JSON.stringify(text);
  }
  // UTF-8 in which lone surrogates are encoded like any other character.
  const pieces = Array.from(text, (character) => {
    const code = /** @type {number} */ (character.codePointAt(0));
    return code >= 0xd800 && code <= 0xdfff
      ? Buffer.from([0xed, 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)])
      : Buffer.from(character);
  });
  return tagged('str', { surrogatepass: JSON.stringify(Buffer.concat(pieces).toString('base64')) });
}

/** Whether text has no lone surrogates. @param {string} text */
function isWellFormed(text) {
  return !/\p{Surrogate}/u.test(text);
}

module.exports = { Encoder };
