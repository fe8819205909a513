/**
 * @template [T=any]
 * @param {{ execute: import('./native.js').Session['execute'] }} native what runs it
 * @param {string} code
 * @param {import('./types.js').ExecuteOptions} [options]
 * @param {boolean} [isStream] whether both streams are wanted while it runs
 * @returns {import('./work.js').Task<ExecutionResult<T>>}
 */
export function execution<T = any>(native: {
    execute: import("./native.js").Session["execute"];
}, code: string, options?: import("./types.js").ExecuteOptions, isStream?: boolean): import("./work.js").Task<ExecutionResult<T>>;
/**
 * An argument that has to be text.
 *
 * @param {string} name
 * @param {unknown} value
 * @returns {string}
 */
export function string(name: string, value: unknown): string;
import { ExecutionResult } from "./result.js";
