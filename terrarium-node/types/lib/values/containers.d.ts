/**
 * A `frozenset`: a set that is given back as one.
 *
 * @template [T=unknown]
 * @extends {Set<T>}
 */
export class FrozenSet<T = unknown> extends Set<T> {
    constructor(values?: readonly T[] | null | undefined);
    constructor(iterable?: Iterable<T> | null | undefined);
}
/**
 * A named tuple: a `Tuple` whose items have names. Given back, it is one of a new class with the same names.
 *
 * @template [T=unknown]
 * @extends {Tuple<T>}
 */
export class NamedTuple<T = unknown> extends Tuple<T> {
    /**
     * @param {string} name the class
     * @param {string[]} fields the names
     * @param {Iterable<T>} items
     */
    constructor(name: string, fields: string[], items: Iterable<T>);
    /** The class. */
    name: string;
    /** The names of the items. */
    fields: string[];
    /** The items by name. */
    toObject(): {
        [k: string]: T;
    };
}
/**
 * A `tuple`: an array that is given back as a tuple. `Tuple.of(1, 2)` and `Tuple.from(items)` make one.
 *
 * @template [T=unknown]
 * @extends {Array<T>}
 */
export class Tuple<T = unknown> extends Array<T> {
    constructor(arrayLength?: number);
    constructor(arrayLength: number);
    constructor(...items: T[]);
}
