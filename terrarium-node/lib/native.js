// The addon: the native part of the package.
'use strict';

const { existsSync } = require('node:fs');
const { join } = require('node:path');

/** @type {import('./native.d.ts')} */
// @ts-expect-error: the addon is built, not written.
const native = require('../terrarium.node');

// With the bare image beside it, nothing is compiled where the package is installed.
const base = join(__dirname, '../base.timg');
if (existsSync(base)) {
  native.setBareImage(base);
}

module.exports = native;
