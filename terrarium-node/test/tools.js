// What the tests share.
'use strict';

const path = require('node:path');

const { Sandbox } = require('terrarium');

/** The project's root, which is not above the package when it was laid out elsewhere. */
const ROOT = process.env.TERRARIUM_ROOT ?? path.join(__dirname, '../..');

/** A sandbox with the defaults, made once. */
let plain;
function sandbox() {
  plain ??= Sandbox.create();
  return plain;
}

/** The value of the last expression, of code that has to succeed. */
async function evaluate(code, options) {
  const result = await (await sandbox()).execute(code, options);
  return result.raiseForStatus().finalExpression;
}

module.exports = { evaluate, ROOT, sandbox };
