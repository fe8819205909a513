// Tables of pandas.
'use strict';

const { Tagged } = require('./kinds.js');

/**
 * A pandas `DataFrame`. Of a table with more than 100,000 cells only `shape`, `dtypes` and `repr` are there.
 */
class DataFrame extends Tagged {
  /** @param {TableParts & { columns?: unknown[], dtypes: string[], data?: unknown[][] }} parts */
  constructor({ shape, dtypes, columns = [], index = [], data = [], repr }) {
    super('dataframe');
    /** Rows and columns. */
    this.shape = shape;
    /** The types of the columns. */
    this.dtypes = dtypes;
    /** The names of the columns. */
    this.columns = columns;
    /** The names of the rows. */
    this.index = index;
    /** The rows. What is missing (NA, NaT) is `null`. */
    this.data = data;
    /** The text, of a table that is too large to be here. */
    this.repr = repr;
  }

  /** The rows as objects, by the names of the columns. */
  toObjects() {
    const names = this.columns.map(String);
    return this.data.map((row) => Object.fromEntries(names.map((name, column) => [name, row[column]])));
  }

  toString() {
    return this.repr ?? `DataFrame(${this.shape.join('x')}: ${this.columns.join(', ')})`;
  }
}

/**
 * A pandas `Series`. Of one with more than 100,000 values only `name`, `dtype`, `shape` and `repr` are there.
 */
class Series extends Tagged {
  /** @param {TableParts & { name?: unknown, dtype: string, data?: unknown[] }} parts */
  constructor({ name = null, dtype, shape, index = [], data = [], repr }) {
    super('series');
    this.name = name;
    /** The type of the values. */
    this.dtype = dtype;
    /** The number of values. */
    this.shape = shape;
    /** The names of the values. */
    this.index = index;
    /** The values. What is missing (NA, NaT) is `null`. */
    this.data = data;
    /** The text, of a series that is too large to be here. */
    this.repr = repr;
  }

  toString() {
    return this.repr ?? `Series(${this.name}: ${this.data.length} values)`;
  }
}

/** @typedef {{ shape: number[], index?: unknown[], repr?: string }} TableParts */

module.exports = { DataFrame, Series };
