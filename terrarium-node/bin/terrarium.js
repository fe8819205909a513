#!/usr/bin/env node
// The command `terrarium`. It uses the standard streams itself, so JavaScript must not open them.
'use strict';

const native = require('../lib/native.js');

process.exitCode = native.command(['terrarium', ...process.argv.slice(2)]);
