// Names at the boundary: core and the guest use snake_case, this package camelCase. All of the mapping is here.
//
// Only names of the API are mapped. Keys that are the user's data (paths of files, names of variables, inputs and outputs)
// never come here.
'use strict';

const { noSuchOption } = require('./errors.js');
const native = require('./native.js');

/** @typedef {'sandbox' | 'execute' | 'mount' | 'image' | 'images' | 'store' | 'cache'} Kind */

/** Options of a run that only JavaScript has. */
const OWN = ['signal', 'onStdout', 'onStderr', 'onDisplay', 'onEvent', 'functions', 'decide'];

/** Options of a sandbox that only JavaScript has. */
const OWN_OF_SANDBOX = ['functions', 'decide'];

const { sandbox, execute, image } = native.optionNames();

/** Core's name of each option, by the name here. @type {Record<Kind, Map<string, string>>} */
const OPTIONS = {
  sandbox: table(sandbox),
  execute: table(execute),
  mount: table(['path', 'mode', 'max_bytes', 'max_files']),
  image: table(image),
  images: table(['cache_dir', 'unused_for']),
  store: table(['cache_dir']),
  cache: table(['bytes', 'unused_for']),
};

/** The name here of each option, by core's name. */
const RENAMED = new Map(
  Object.values(OPTIONS).flatMap((names) => [...names].map(([name, coreName]) => [coreName, name])),
);

/** @param {string[]} coreNames */
function table(coreNames) {
  return new Map(coreNames.map((name) => [camel(name), name]));
}

/** `peak_memory` becomes `peakMemory`. @param {string} name */
function camel(name) {
  return name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());
}

/** `columnData` becomes `column_data`. @param {string} name */
function snake(name) {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * A record of core with the names of its members as they are here. Their values are not touched.
 *
 * @param {object} members
 * @returns {any}
 */
function record(members) {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [camel(name), value]));
}

/**
 * Core's name of an option; the same for one that only JavaScript has.
 *
 * @param {Kind} kind
 * @param {string} name
 * @returns {string}
 * @throws {TypeError} for an unknown option
 */
function coreName(kind, name) {
  const known = OPTIONS[kind];
  const own = kind === 'execute' ? OWN : kind === 'sandbox' ? OWN_OF_SANDBOX : [];
  const found = own.includes(name) ? name : known.get(name);
  if (found === undefined) {
    const here = camel(name);
    const isSpelling = here !== name && (known.has(here) || own.includes(here));
    throw noSuchOption(name, isSpelling ? [here] : [], [...known.keys(), ...own]);
  }
  return found;
}

/**
 * A text of core with the names that options have here. Core writes the names of options in backticks.
 *
 * @param {string} text
 */
function withOptions(text) {
  return text.replace(/`([a-z_]+)`/g, (_, name) => `\`${optionHere(name)}\``);
}

/**
 * The name here of an option of core.
 *
 * @param {string} name
 */
function optionHere(name) {
  return RENAMED.get(name) ?? name;
}

module.exports = { coreName, optionHere, record, snake, withOptions };
