// Small classes for Python's types that JavaScript lacks. Each instance has `type`, its parts, and a text.
'use strict';

/**
 * A value of a Python type that JavaScript lacks.
 *
 * `type` is the kind's name and the other properties are its parts. Most kinds have a separate class that extends this
 * one; this class serves the others, with the parts of the JSON form. Given back as an input, the value is equal in the
 * guest, if the kind can be an input.
 */
class Tagged {
  /**
   * @param {string} type
   * @param {Record<string, unknown>} [parts]
   */
  constructor(type, parts = {}) {
    /** The kind's name. */
    this.type = type;
    Object.assign(this, parts);
  }

  toString() {
    const parts = Object.entries(this).filter(([name]) => name !== 'type');
    return `${this.type}(${parts.map(([name, part]) => `${name}=${part}`).join(', ')})`;
  }
}

/** A `complex` number. */
class Complex extends Tagged {
  /**
   * @param {number} real
   * @param {number} imag
   */
  constructor(real, imag) {
    super('complex');
    this.real = real;
    this.imag = imag;
  }

  toString() {
    const sign = this.imag < 0 || Object.is(this.imag, -0) ? '-' : '+';
    return `(${this.real}${sign}${Math.abs(this.imag)}j)`;
  }
}

/**
 * A `float` as an input, for a guest that must receive `2.0` and not `2`: JavaScript has one type of number, and a whole
 * number becomes an `int` otherwise. Results have plain numbers; `finalRepr` tells `2.0` from `2` there.
 */
class Float extends Tagged {
  /** @param {number} value */
  constructor(value) {
    super('float');
    this.value = Number(value);
  }

  valueOf() {
    return this.value;
  }

  toString() {
    return String(this.value);
  }
}

/** A kind that its text, `value`, describes. */
class Text extends Tagged {
  /**
   * @param {string} type
   * @param {string} value
   */
  constructor(type, value) {
    super(type);
    this.value = String(value);
  }

  toString() {
    return this.value;
  }
}

/** A `decimal.Decimal`; `value` has all its digits. */
class Decimal extends Text {
  /** @param {string} value */
  constructor(value) {
    super('decimal', value);
  }
}

/** A `datetime.datetime` without a time zone, in ISO 8601 with microseconds. */
class PlainDateTime extends Text {
  /** @param {string} value */
  constructor(value) {
    super('datetime', value);
  }
}

/** A `datetime.date` in ISO 8601. */
class PlainDate extends Text {
  /** @param {string} value */
  constructor(value) {
    super('date', value);
  }
}

/** A `datetime.time` in ISO 8601 with microseconds. */
class PlainTime extends Text {
  /** @param {string} value */
  constructor(value) {
    super('time', value);
  }
}

/** A `uuid.UUID`. */
class UUID extends Text {
  /** @param {string} value */
  constructor(value) {
    super('uuid', value);
  }
}

/** A `pathlib` path, of the guest's file system. */
class Path extends Text {
  /** @param {string} value */
  constructor(value) {
    super('path', value);
  }
}

/** The parts of an ISO 8601 instant: date, time, fraction and offset. */
const INSTANT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)$/;

/**
 * A `datetime.datetime` with a time zone: a `Date`, rounded down to milliseconds, that keeps the exact text (with
 * microseconds and the offset) as `value`. A `Date` is an input as well, and becomes a `datetime` in UTC.
 */
class DateTime extends Date {
  /** @param {string} value ISO 8601 with an offset, such as `2026-01-31T12:00:00.123456+02:00` */
  constructor(value) {
    super(instant(value));
    /** The exact text. */
    this.value = value;
    /** The kind's name. */
    this.type = 'datetime';
    /** The name of the time zone, where Python has it. @type {string | undefined} */
    this.zone = undefined;
    /** The unit of a `Timestamp` of pandas. @type {string | undefined} */
    this.unit = undefined;
    /** 1 for the second of two equal times of day, at the end of summer time. @type {number | undefined} */
    this.fold = undefined;
  }

  toString() {
    return this.value;
  }
}

/** @param {string} value */
function instant(value) {
  const [, base, fraction = '', sign, hours, minutes, seconds = '0'] = INSTANT.exec(value) ?? [];
  const offset = sign ? (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * (sign === '-' ? -1 : 1) : 0;
  return Date.parse(`${base}Z`) + Number(fraction.padEnd(3, '0').slice(0, 3)) - offset * 1000;
}

/** A `datetime.timedelta` in Python's normal form: only `days` may be negative. */
class TimeDelta extends Tagged {
  /**
   * @param {number} days
   * @param {number} [seconds] 0 to 86,399
   * @param {number} [microseconds] 0 to 999,999
   */
  constructor(days, seconds = 0, microseconds = 0) {
    super('timedelta');
    this.days = days;
    this.seconds = seconds;
    this.microseconds = microseconds;
  }

  /** Returns the whole duration in seconds, as exact as a number can be. */
  totalSeconds() {
    return this.days * 86400 + this.seconds + this.microseconds / 1e6;
  }

  toString() {
    return `${this.days} days, ${this.seconds} s, ${this.microseconds} us`;
  }
}

/** A `fractions.Fraction`. */
class Fraction extends Tagged {
  /**
   * @param {number | bigint} numerator
   * @param {number | bigint} denominator
   */
  constructor(numerator, denominator) {
    super('fraction');
    this.numerator = numerator;
    this.denominator = denominator;
  }

  toString() {
    return `${this.numerator}/${this.denominator}`;
  }
}

/** A `range`. */
class Range extends Tagged {
  /**
   * @param {number | bigint} start
   * @param {number | bigint} stop
   * @param {number | bigint} [step]
   */
  constructor(start, stop, step = 1) {
    super('range');
    this.start = start;
    this.stop = stop;
    this.step = step;
  }

  toString() {
    return `range(${this.start}, ${this.stop}, ${this.step})`;
  }
}

/** An instance of a data class. As an input it becomes a `types.SimpleNamespace`, because its class stays in the guest. */
class Dataclass extends Tagged {
  /**
   * @param {string} name the class
   * @param {Record<string, unknown>} fields
   */
  constructor(name, fields) {
    super('dataclass');
    this.name = name;
    this.fields = fields;
  }

  toString() {
    return `${this.name}(${Object.keys(this.fields).join(', ')})`;
  }
}

/** A member of an enumeration. As an input it becomes its value, because its class stays in the guest. */
class Enum extends Tagged {
  /**
   * @param {string} className
   * @param {string} name
   * @param {unknown} value
   */
  constructor(className, name, value) {
    super('enum');
    this.class = className;
    this.name = name;
    this.value = value;
  }

  toString() {
    return `${this.class}.${this.name}`;
  }
}

/** A value without a form in JavaScript: its class and its `repr()`. It cannot be an input. */
class Opaque extends Tagged {
  /**
   * @param {string} className
   * @param {string} repr
   */
  constructor(className, repr) {
    super('object');
    this.class = className;
    this.repr = repr;
  }

  toString() {
    return this.repr;
  }
}

/** A value that is larger than the option `valueBytes`: its class and the start of its `repr()`. */
class Truncated extends Tagged {
  /** @param {Record<string, unknown>} parts */
  constructor({ class: className, repr, ...others }) {
    super('truncated');
    /** @type {string} */
    this.class = String(className);
    /** @type {string} */
    this.repr = String(repr);
    Object.assign(this, others);
  }

  toString() {
    return this.repr;
  }
}

/** The place in a container where it holds itself. It cannot be an input. */
class Cycle extends Tagged {
  constructor() {
    super('cycle');
  }

  toString() {
    return '...';
  }
}

module.exports = {
  Complex,
  Cycle,
  Dataclass,
  DateTime,
  Decimal,
  Enum,
  Float,
  Fraction,
  instant,
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
};
