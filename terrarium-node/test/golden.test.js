// The cases that every language has to pass: see `tests/golden`.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const { Sandbox } = require('terrarium');

const { ROOT } = require('./tools.js');

const FOLDER = path.join(ROOT, 'tests/golden');
const files = fs.readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

/** Contents are base64 in the cases. */
const bytes = (text) => Buffer.from(text, 'base64');
const contents = (files) => Object.fromEntries(Object.entries(files).map(([name, text]) => [name, bytes(text)]));

/** The cases have the names of the JSON form. */
const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());

function options({ files, stdin, ...others }) {
  const own = Object.fromEntries(Object.entries(others).map(([name, value]) => [camel(name), value]));
  if (files) {
    own.files = contents(files);
  }
  if (stdin !== undefined) {
    own.stdin = bytes(stdin);
  }
  return own;
}

/** Every member that is named must be equal; of an error and of metrics, those of their members that are named. */
function includes(found, expected, where) {
  for (const [name, value] of Object.entries(expected)) {
    const place = `${where}.${name}`;
    if (value === null) {
      assert.equal(found[name] ?? null, null, place);
    } else if (name === 'error' || name === 'metrics') {
      includes(found[name] ?? {}, value, place);
    } else {
      assert.deepStrictEqual(found[name], value, place);
    }
  }
}

async function run(found) {
  const sandbox = await Sandbox.create(options(found.options ?? {}));
  const place = found.session ? await sandbox.session() : sandbox;
  const results = [];
  for (const { code, ...others } of found.runs) {
    results.push(await place.execute(code, options(others)));
  }
  assert.equal(results.length, found.expect.length);
  for (const [index, expected] of found.expect.entries()) {
    includes(results[index].toJSON(), expected, `run ${index + 1}`);
  }
  const last = results.at(-1);
  for (const [name, expected] of Object.entries(found.repr ?? {})) {
    const x = name === 'final_expression' ? last.finalExpression : last.outputs[name];
    const { finalExpression } = (await sandbox.execute('repr(x)', { inputs: { x } })).raiseForStatus();
    assert.equal(finalExpression, expected, name);
  }
}

test('there are cases', () => {
  assert.ok(files.length > 0, FOLDER);
});

for (const file of files) {
  for (const found of JSON.parse(fs.readFileSync(path.join(FOLDER, file), 'utf8'))) {
    test(`${path.basename(file, '.json')}: ${found.name}`, () => run(found));
  }
}
