export type TableParts = {
    shape: number[];
    index?: unknown[];
    repr?: string;
};
/**
 * A pandas `DataFrame`. Of a table with more than 100,000 cells only `shape`, `dtypes` and `repr` are there.
 */
export class DataFrame extends Tagged {
    /** @param {TableParts & { columns?: unknown[], dtypes: string[], data?: unknown[][] }} parts */
    constructor({ shape, dtypes, columns, index, data, repr }: TableParts & {
        columns?: unknown[];
        dtypes: string[];
        data?: unknown[][];
    });
    /** Rows and columns. */
    shape: number[];
    /** The types of the columns. */
    dtypes: string[];
    /** The names of the columns. */
    columns: unknown[];
    /** The names of the rows. */
    index: unknown[];
    /** The rows. What is missing (NA, NaT) is `null`. */
    data: unknown[][];
    /** The text, of a table that is too large to be here. */
    repr: string | undefined;
    /** The rows as objects, by the names of the columns. */
    toObjects(): {
        [k: string]: unknown;
    }[];
}
/**
 * A pandas `Series`. Of one with more than 100,000 values only `name`, `dtype`, `shape` and `repr` are there.
 */
export class Series extends Tagged {
    /** @param {TableParts & { name?: unknown, dtype: string, data?: unknown[] }} parts */
    constructor({ name, dtype, shape, index, data, repr }: TableParts & {
        name?: unknown;
        dtype: string;
        data?: unknown[];
    });
    name: unknown;
    /** The type of the values. */
    dtype: string;
    /** The number of values. */
    shape: number[];
    /** The names of the values. */
    index: unknown[];
    /** The values. What is missing (NA, NaT) is `null`. */
    data: unknown[];
    /** The text, of a series that is too large to be here. */
    repr: string | undefined;
}
import { Tagged } from "./kinds.js";
