// Classes for Python's containers that JavaScript lacks.
'use strict';

/**
 * A `tuple`: an array that goes back as a tuple. `Tuple.of(1, 2)` and `Tuple.from(items)` make one.
 *
 * @template [T=unknown]
 * @extends {Array<T>}
 */
class Tuple extends Array {
  // `map` and `filter` make ordinary arrays.
  static get [Symbol.species]() {
    return Array;
  }
}

/**
 * A named tuple: a `Tuple` whose items have names. As an input it becomes a named tuple of a new class with these names.
 *
 * @template [T=unknown]
 * @extends {Tuple<T>}
 */
class NamedTuple extends Tuple {
  /**
   * @param {string} name the class
   * @param {string[]} fields the names
   * @param {Iterable<T>} items
   */
  constructor(name, fields, items) {
    super();
    for (const item of items) {
      this.push(item);
    }
    /** The class. */
    this.name = name;
    /** The names of the items. */
    this.fields = fields;
  }

  /** Returns the items by name. */
  toObject() {
    return Object.fromEntries(this.fields.map((field, index) => [field, this[index]]));
  }
}

/**
 * A `frozenset`: a `Set` that goes back as a `frozenset`.
 *
 * @template [T=unknown]
 * @extends {Set<T>}
 */
class FrozenSet extends Set {}

module.exports = { FrozenSet, NamedTuple, Tuple };
