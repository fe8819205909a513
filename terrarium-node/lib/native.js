// The addon: the native part of the package.
'use strict';

const { existsSync } = require('node:fs');
const { dirname, join } = require('node:path');

/** @type {import('./native.d.ts')} */
// @ts-expect-error: the addon is built, not written.
const native = require('../terrarium.node');

// With the bare image beside it, nothing is compiled where the package is installed.
const base = join(__dirname, '../base.timg');
if (existsSync(base)) {
  native.setBareImage(base);
}

// The ready images of the package `terrarium-science`, if it is installed.
try {
  const science = dirname(require.resolve('terrarium-science/package.json', { paths: [__dirname, process.cwd()] }));
  const reason = native.addReadyImages(join(science, 'ready'));
  if (reason !== null) {
    process.emitWarning(`the ready images of terrarium-science are not used: ${reason}`);
  }
} catch (error) {
  if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'MODULE_NOT_FOUND') {
    throw error;
  }
}

module.exports = native;
