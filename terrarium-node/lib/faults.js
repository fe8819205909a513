// Faults of the addon as errors of JavaScript.
'use strict';

const { TerrariumError } = require('./errors.js');
const { optionHere, record, withOptions } = require('./names.js');

/**
 * The ways out that only this package can name, by the code of the error.
 *
 * @type {Record<string, (details: import('./errors.js').ErrorDetails) => string>}
 */
const WAYS_OUT = {
  ERR_TERRARIUM_PACKAGE_UNKNOWN: ({ package: name }) =>
    `add it with \`(await PackageStore.open()).add([${quoted(name ?? '')}])\``,
};

/**
 * The error that the addon reports as JSON.
 *
 * @param {string} text
 * @param {boolean} [isStore] whether the package store reports it, which then is no way out
 */
function fromNative(text, isStore = false) {
  const { code, message, is_type: isType, details } = JSON.parse(text);
  const members = record(details);
  if (members.option !== undefined) {
    members.option = optionHere(members.option);
  }
  const wayOut = isStore ? undefined : WAYS_OUT[code];
  const words = withOptions(message) + (wayOut ? `; ${wayOut(members)}` : '');
  return isType ? Object.assign(new TypeError(words), { code, ...members }) : new TerrariumError(code, words, members);
}

/** A string as JavaScript writes it. @param {string} text */
function quoted(text) {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

module.exports = { fromNative };
