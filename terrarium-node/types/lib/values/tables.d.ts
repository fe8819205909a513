export type TableParts = {
    shape: number[];
    index?: unknown[] | Tagged;
    repr?: string;
};
export type Values = unknown[] | NdArray;
export type FrameParts = TableParts & {
    columns?: unknown[];
    dtypes: string[];
    data?: unknown[][];
    column_data?: Values[];
};
export type SeriesParts = TableParts & {
    name?: unknown;
    dtype: string;
    data?: Values;
};
/**
 * A pandas `DataFrame`. One with more than 100,000 cells has `column_data` instead of `data`, or, where its cells are not
 * plain numbers, only `shape`, `dtypes` and `repr`.
 */
export class DataFrame extends Tagged {
    /** @param {FrameParts} parts */
    constructor({ shape, dtypes, columns, index, data, column_data, repr }: FrameParts);
    /** Rows and columns. */
    shape: number[];
    /** The types of the columns. */
    dtypes: string[];
    /** The names of the columns. */
    columns: unknown[];
    /** The names of the rows; in a large table a range or an array of numpy. */
    index: unknown[] | Tagged;
    /** The rows, in a table that is not large. What is missing (NA, NaT) is `null`. */
    data: unknown[][] | undefined;
    /** The columns of a large table: arrays of numpy where they are plain, else lists. */
    column_data: Values[] | undefined;
    /** The text, of a table that is too large to be here. */
    repr: string | undefined;
    /** The rows as objects, by the names of the columns. */
    toObjects(): {
        [k: string]: unknown;
    }[];
}
/**
 * A pandas `Series`. One with more than 100,000 values has an array of numpy as its `data`, or, where they are not plain
 * numbers, only `name`, `dtype`, `shape` and `repr`.
 */
export class Series extends Tagged {
    /** @param {SeriesParts} parts */
    constructor({ name, dtype, shape, index, data, repr }: SeriesParts);
    name: unknown;
    /** The type of the values. */
    dtype: string;
    /** The number of values. */
    shape: number[];
    /** The names of the values. */
    index: unknown[] | Tagged;
    /** The values. What is missing (NA, NaT) is `null`. */
    data: Values | undefined;
    /** The text, of a series that is too large to be here. */
    repr: string | undefined;
}
import { Tagged } from "./kinds.js";
import { NdArray } from "./ndarray.js";
