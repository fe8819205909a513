// Tables of pandas, with their columns and labels.
'use strict';

const { items, texts, TYPED, view, withMissing } = require('./buffers.js');
const { Tuple } = require('./containers.js');
const { Tagged } = require('./kinds.js');

/**
 * Values of one type: a column of a table, the values of a series, or an array of pandas, such as a `Categorical`.
 *
 * `parts` has the values: a list (`values`) in a short column; in a long one `length`, `data` and, if a value is
 * missing, `validity`, and for text `offsets`, which are buffers in the layout of Apache Arrow (a `bool` has a byte). A
 * categorical has `codes`, `categories` and `ordered`, intervals have `left` and `right`, and a sparse column has
 * `length`, `indices`, `points` and `fill_value`.
 */
class Column extends Tagged {
  /**
   * @param {string} dtype the type in pandas' words: `int64`, `str`, `datetime64[ns, Europe/Berlin]`
   * @param {Record<string, any> | unknown[]} parts the parts, or a list of values, in which `null` is missing
   */
  constructor(dtype, parts) {
    super('column');
    /** The type in pandas' words. */
    this.dtype = dtype;
    /** The values, in one of the layouts. @type {Record<string, any>} */
    this.parts = Array.isArray(parts) ? { values: parts } : parts;
  }

  /** The number of values. */
  get length() {
    const { values, codes, left, length } = this.parts;
    return (values ?? codes ?? left)?.length ?? length;
  }

  /** The numbers of a long column without a copy, where a typed array has their type; otherwise `undefined`. */
  get typed() {
    const [Typed, width] = TYPED[this.dtype] ?? [];
    return this.parts.data && width === 1 ? view(this.parts.data, Typed) : undefined;
  }

  /**
   * Returns the values, `null` for missing ones: dates as text (in a long column with a time zone in UTC), durations as
   * counts of their unit, and periods as text in a short column and as counts in a long one.
   *
   * @returns {unknown[]}
   */
  toArray() {
    const { values, codes, categories, left, right, indices, points, ...buffers } = this.parts;
    if (values) {
      return [...values];
    }
    if (codes) {
      const labels = categories.toArray();
      return codes.toArray().map((/** @type {number} */ code) => (code < 0 ? null : labels[code]));
    }
    if (left) {
      const closed = this.dtype.slice(0, -1).split(', ').at(-1);
      const ends = right.toArray();
      return left
        .toArray()
        .map((/** @type {unknown} */ start, /** @type {number} */ at) =>
          start === null ? null : new Tagged('interval', { left: start, right: ends[at], closed }),
        );
    }
    if (indices) {
      const dense = Array.from({ length: buffers.length }, () => buffers.fill_value);
      const stored = points.toArray();
      indices.toArray().forEach((/** @type {number} */ place, /** @type {number} */ at) => {
        dense[place] = stored[at];
      });
      return dense;
    }
    const { length, offsets, data, validity } = buffers;
    return withMissing(offsets ? texts(length, offsets, data) : (items(this.dtype, data) ?? []), validity);
  }

  toString() {
    return `Column(${this.dtype}: ${this.length} values)`;
  }
}

/** The labels of rows or columns: an `Index` of pandas, or a `MultiIndex`, whose labels are tuples. */
class Index extends Tagged {
  /**
   * @param {Column | Tagged | unknown[]} values the labels: a column, a range, or a list
   * @param {unknown} [name]
   * @param {unknown} [freq] the frequency of dates or durations
   */
  constructor(values, name = null, freq) {
    super('index');
    /** The name of each level, or `null`. @type {unknown[]} */
    this.names = [name];
    /** The labels: `values` and `freq`, or `levels` and `codes` of several levels. @type {Record<string, any>} */
    this.parts = freq === undefined ? { values } : { values, freq };
  }

  /**
   * Makes labels of several levels.
   *
   * @param {Index[]} levels the values of each level
   * @param {Column[]} codes the place of each label in each level; -1 for a missing value
   * @param {unknown[]} names
   */
  static multi(levels, codes, names) {
    const made = new Index([]);
    made.type = 'multi_index';
    made.names = names;
    made.parts = { levels, codes };
    return made;
  }

  /** The number of labels. */
  get length() {
    const { values, codes } = this.parts;
    if (codes) {
      return codes[0]?.length ?? 0;
    }
    const { start, stop, step } = values;
    return start === undefined ? values.length : Math.max(0, Math.ceil((Number(stop) - Number(start)) / Number(step)));
  }

  /**
   * Returns the labels; those of several levels are tuples.
   *
   * @returns {unknown[]}
   */
  toArray() {
    const { values, levels, codes } = this.parts;
    if (levels) {
      const parts = levels.map((/** @type {Index} */ level, /** @type {number} */ at) => {
        const labels = level.toArray();
        return codes[at].toArray().map((/** @type {number} */ code) => (code < 0 ? null : labels[code]));
      });
      return Array.from({ length: this.length }, (_, at) =>
        Tuple.from(parts.map((/** @type {unknown[]} */ part) => part[at])),
      );
    }
    if (values instanceof Column) {
      return values.toArray();
    }
    const { start, step } = values;
    return Array.isArray(values)
      ? [...values]
      : Array.from({ length: this.length }, (_, at) => Number(start) + at * Number(step));
  }

  toString() {
    return `Index(${this.length} labels)`;
  }
}

/** A pandas `DataFrame`. */
class DataFrame extends Tagged {
  /** @param {FrameParts} parts */
  constructor({ columns, index, data, shape, ...others }) {
    super('dataframe');
    const rows = data[0]?.length ?? 0;
    /** The labels of the columns. @type {Index} */
    this.columns = Array.isArray(columns) ? new Index(columns) : columns;
    /** The labels of the rows. @type {Index} */
    this.index = index ?? new Index(new Tagged('range', { start: 0, stop: rows, step: 1 }));
    /** The columns. */
    this.data = data;
    /** The number of rows and of columns. @type {number[]} */
    this.shape = shape ?? [this.index.length, data.length];
    /** Other parts by their names in JSON, such as `attrs`. */
    this.others = others;
  }

  /**
   * Returns the values of the first column with this label.
   *
   * @param {unknown} label
   */
  column(label) {
    return this.data[this.columns.toArray().indexOf(label)];
  }

  /** Returns the rows as arrays. */
  toRows() {
    const columns = this.data.map((column) => column.toArray());
    return Array.from({ length: columns.length ? this.index.length : 0 }, (_, row) =>
      columns.map((column) => column[row]),
    );
  }

  /** Returns the rows as objects, by the labels of the columns. */
  toObjects() {
    const names = this.columns.toArray().map(String);
    return this.toRows().map((row) => Object.fromEntries(names.map((name, at) => [name, row[at]])));
  }

  toString() {
    return `DataFrame(${this.shape.join('x')}: ${this.columns.toArray().join(', ')})`;
  }
}

/** A pandas `Series`. */
class Series extends Tagged {
  /** @param {SeriesParts} parts */
  constructor({ name = null, index, values, ...others }) {
    super('series');
    /** The name of the series. */
    this.name = name;
    /** The labels of the values. @type {Index} */
    this.index = index ?? new Index(new Tagged('range', { start: 0, stop: values.length, step: 1 }));
    /** The values. */
    this.values = values;
    /** Other parts by their names in JSON, such as `attrs`. */
    this.others = others;
  }

  toString() {
    return `Series(${this.name}: ${this.values.length} values)`;
  }
}

/** @typedef {{ columns: Index | unknown[], index?: Index, data: Column[], shape?: number[] }} FrameParts */
/** @typedef {{ name?: unknown, index?: Index, values: Column }} SeriesParts */

module.exports = { Column, DataFrame, Index, Series };
