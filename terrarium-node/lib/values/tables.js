// Tables of pandas.
'use strict';

const { Tagged } = require('./kinds.js');
const { NdArray } = require('./ndarray.js');

/**
 * A pandas `DataFrame`. A table with more than 100,000 cells has `columnData` instead of `data`, or, where its cells are
 * not plain numbers, only `shape`, `dtypes` and `repr`.
 */
class DataFrame extends Tagged {
  /** @param {FrameParts} parts */
  constructor({ shape, dtypes, columns = [], index = [], data, columnData, repr }) {
    super('dataframe');
    /** The number of rows and of columns. */
    this.shape = shape;
    /** The types of the columns. */
    this.dtypes = dtypes;
    /** The names of the columns. */
    this.columns = columns;
    /** The names of the rows; in a large table a range or an array of numpy. */
    this.index = index;
    /** The rows, in a table that is not large. Missing cells (NA, NaT) are `null`. */
    this.data = data;
    /** The columns of a large table: arrays of numpy for plain numbers, else lists. */
    this.columnData = columnData;
    /** The `repr()` of a table whose cells are too many to leave the guest. */
    this.repr = repr;
  }

  /** Returns the rows as objects, by the names of the columns. */
  toObjects() {
    const names = this.columns.map(String);
    const columns = this.columnData?.map((column) => (column instanceof NdArray ? (column.data ?? []) : column));
    const rows = Array.from({ length: this.repr === undefined ? (this.shape[0] ?? 0) : 0 }, (_, row) => row);
    /** @type {(row: number, column: number) => unknown} */
    const cell = (row, column) => (columns ? columns[column]?.[row] : this.data?.[row]?.[column]);
    return rows.map((row) => Object.fromEntries(names.map((name, column) => [name, cell(row, column)])));
  }

  toString() {
    return this.repr ?? `DataFrame(${this.shape.join('x')}: ${this.columns.join(', ')})`;
  }
}

/**
 * A pandas `Series`. A series with more than 100,000 values has an array of numpy as its `data`, or, where the values are
 * not plain numbers, only `name`, `dtype`, `shape` and `repr`.
 */
class Series extends Tagged {
  /** @param {SeriesParts} parts */
  constructor({ name = null, dtype, shape, index = [], data, repr }) {
    super('series');
    /** The name of the series. */
    this.name = name;
    /** The type of the values. */
    this.dtype = dtype;
    /** The number of values. */
    this.shape = shape;
    /** The names of the values. */
    this.index = index;
    /** The values. Missing values (NA, NaT) are `null`. */
    this.data = data;
    /** The `repr()` of a series whose values are too many to leave the guest. */
    this.repr = repr;
  }

  toString() {
    return this.repr ?? `Series(${this.name}: ${this.shape[0]} values)`;
  }
}

/** @typedef {{ shape: number[], index?: unknown[] | Tagged, repr?: string }} TableParts */
/** @typedef {unknown[] | NdArray} Values */
/** @typedef {TableParts & { columns?: unknown[], dtypes: string[], data?: unknown[][], columnData?: Values[] }} FrameParts */
/** @typedef {TableParts & { name?: unknown, dtype: string, data?: Values }} SeriesParts */

module.exports = { DataFrame, Series };
