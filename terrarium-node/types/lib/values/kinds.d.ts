/** A `complex` number. */
export class Complex extends Tagged {
    /**
     * @param {number} real
     * @param {number} imag
     */
    constructor(real: number, imag: number);
    real: number;
    imag: number;
}
/** The place where a container holds itself. It cannot be an input. */
export class Cycle extends Tagged {
    constructor();
}
/** An instance of a data class. As an input it becomes a `types.SimpleNamespace`, because its class stayed behind. */
export class Dataclass extends Tagged {
    /**
     * @param {string} name the class
     * @param {Record<string, unknown>} fields
     */
    constructor(name: string, fields: Record<string, unknown>);
    name: string;
    fields: Record<string, unknown>;
}
/**
 * A `datetime.datetime` with a time zone: a `Date`, rounded down to milliseconds, that keeps the exact text (with
 * microseconds and the offset) as `value`. A `Date` is an input as well, and becomes a `datetime` in UTC.
 */
export class DateTime extends Date {
    /** @param {string} value ISO 8601 with an offset, such as `2026-01-31T12:00:00.123456+02:00` */
    constructor(value: string);
    /** The exact text. */
    value: string;
    /** The kind's name. */
    type: string;
}
/** A `decimal.Decimal`: `value` are its digits, none lost. */
export class Decimal extends Text {
    /** @param {string} value */
    constructor(value: string);
}
/** A member of an enumeration. As an input it becomes its value, because its class stayed behind. */
export class Enum extends Tagged {
    /**
     * @param {string} className
     * @param {string} name
     * @param {unknown} value
     */
    constructor(className: string, name: string, value: unknown);
    class: string;
    name: string;
    value: unknown;
}
/**
 * A `float` as an input, where it matters that the guest gets `2.0` and not `2`: JavaScript has one type of number, and
 * whole numbers become an `int` otherwise. Results have plain numbers.
 */
export class Float extends Tagged {
    /** @param {number} value */
    constructor(value: number);
    value: number;
    valueOf(): number;
}
/** A `fractions.Fraction`. */
export class Fraction extends Tagged {
    /**
     * @param {number | bigint} numerator
     * @param {number | bigint} denominator
     */
    constructor(numerator: number | bigint, denominator: number | bigint);
    numerator: number | bigint;
    denominator: number | bigint;
}
/** @param {string} value */
export function instant(value: string): number;
/** A value that has no form here: its class and what `repr()` says. It cannot be an input. */
export class Opaque extends Tagged {
    /**
     * @param {string} className
     * @param {string} repr
     */
    constructor(className: string, repr: string);
    class: string;
    repr: string;
}
/** A `pathlib` path, of the guest's file system. */
export class Path extends Text {
    /** @param {string} value */
    constructor(value: string);
}
/** A `datetime.date` in ISO 8601. */
export class PlainDate extends Text {
    /** @param {string} value */
    constructor(value: string);
}
/** A `datetime.datetime` without a time zone, which is no instant, in ISO 8601 with microseconds. */
export class PlainDateTime extends Text {
    /** @param {string} value */
    constructor(value: string);
}
/** A `datetime.time` in ISO 8601 with microseconds. */
export class PlainTime extends Text {
    /** @param {string} value */
    constructor(value: string);
}
/** A `range`. */
export class Range extends Tagged {
    /**
     * @param {number | bigint} start
     * @param {number | bigint} stop
     * @param {number | bigint} [step]
     */
    constructor(start: number | bigint, stop: number | bigint, step?: number | bigint);
    start: number | bigint;
    stop: number | bigint;
    step: number | bigint;
}
/**
 * A value of a Python type that JavaScript has not.
 *
 * `type` is the kind's name and the other properties are its parts, as in the JSON form of a value. Kinds that have a
 * class of their own are instances of that; this one serves all others. Given back as an input, the guest gets an equal
 * value, if the kind can be one.
 */
export class Tagged {
    /**
     * @param {string} type
     * @param {Record<string, unknown>} [parts]
     */
    constructor(type: string, parts?: Record<string, unknown>);
    /** The kind's name. */
    type: string;
    toString(): string;
}
/** A `datetime.timedelta`, in the form that Python keeps it: only `days` may be negative. */
export class TimeDelta extends Tagged {
    /**
     * @param {number} days
     * @param {number} [seconds] 0 to 86,399
     * @param {number} [microseconds] 0 to 999,999
     */
    constructor(days: number, seconds?: number, microseconds?: number);
    days: number;
    seconds: number;
    microseconds: number;
    /** The whole duration in seconds, as exact as a number can be. */
    totalSeconds(): number;
}
/** A value that is larger than the option `value_bytes`: its class and the start of its `repr()`. */
export class Truncated extends Tagged {
    /** @param {Record<string, unknown>} parts */
    constructor({ class: className, repr, ...others }: Record<string, unknown>);
    /** @type {string} */
    class: string;
    /** @type {string} */
    repr: string;
}
/** A `uuid.UUID`. */
export class UUID extends Text {
    /** @param {string} value */
    constructor(value: string);
}
/** A kind that is told by its text, `value`. */
declare class Text extends Tagged {
    /**
     * @param {string} type
     * @param {string} value
     */
    constructor(type: string, value: string);
    value: string;
}
export {};
