// The addon: the native part of the package.
'use strict';

/** @type {import('./native.d.ts')} */
// @ts-expect-error: the addon is built, not written.
const native = require('../terrarium.node');

module.exports = native;
