// Every example in Node runs: the programs, those in the documents, and those in the comments of `lib`.
'use strict';

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { after, test } = require('node:test');
const { promisify } = require('node:util');

const { ROOT } = require('./tools.js');

const PACKAGE = path.join(__dirname, '..');
/** In the package, so that they find it by its name. */
const PLACE = fs.mkdtempSync(path.join(PACKAGE, 'examples-'));
after(() => fs.rmSync(PLACE, { recursive: true }));

const read = (...parts) => fs.readFileSync(path.join(...parts), 'utf8');
const listed = (folder, ending) =>
  fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => name.endsWith(ending)) : [];

async function runs(name, program) {
  const file = path.join(PLACE, `${name.replace(/\W+/g, '_')}.mjs`);
  fs.writeFileSync(file, program);
  await promisify(execFile)(process.execPath, [file], { cwd: PLACE, timeout: 60_000 });
}

const EXAMPLES = path.join(ROOT, 'examples/node');
for (const name of listed(EXAMPLES, '.mjs')) {
  test(`the example ${name} runs`, () => runs(name, read(EXAMPLES, name)));
}

test('there are examples, and each ends in an assertion', () => {
  const names = listed(EXAMPLES, '.mjs');
  assert.ok(names.length >= 5, EXAMPLES);
  for (const name of names) {
    assert.match(read(EXAMPLES, name), /\bassert[^\n]*\n(\}\n|await session\.close\(\);\n)?$/, name);
  }
});

/** The pages of the site. */
function pages(folder) {
  const names = fs.readdirSync(folder, { recursive: true });
  return names.filter((name) => name.endsWith('.md')).map((name) => path.join(folder, name));
}

const GUIDE = path.join(ROOT, 'terrarium-core/guide');
const documents = [
  path.join(ROOT, 'README.md'),
  path.join(PACKAGE, 'README.md'),
  ...listed(GUIDE, '.md').map((name) => path.join(GUIDE, name)),
  ...pages(path.join(ROOT, 'docs')),
];
for (const document of documents) {
  const blocks = [...fs.readFileSync(document, 'utf8').matchAll(/^```js\n(.*?)^```$/gms)];
  for (const [index, [, program]] of blocks.entries()) {
    const name = `${path.basename(path.dirname(document))} ${path.basename(document)} ${index + 1}`;
    test(`the program in ${name} runs`, () => runs(name, program));
  }
}

/** The definitions that the examples in comments assume. */
const GIVEN = {
  'console.assert': "import assert from 'node:assert/strict';\n",
  Image: "import { Image } from 'terrarium';\n",
  CacheFolder: "import { CacheFolder } from 'terrarium';\n",
  PackageStore: "import { PackageStore } from 'terrarium';\n",
  Sandbox: "import { Sandbox } from 'terrarium';\n",
  sandbox: 'const sandbox = await Sandbox.create();\n',
};

for (const name of listed(path.join(PACKAGE, 'lib'), '.js')) {
  const comments = read(PACKAGE, 'lib', name).matchAll(/\* @example\n(.*?)\*\//gs);
  for (const [index, [, comment]] of [...comments].entries()) {
    test(`example ${index + 1} in the comments of ${name} runs`, () => {
      const code = comment.replace(/^ *\* ?/gm, '').replaceAll('console.assert', 'assert');
      const needs = (word) => word === 'Sandbox' || new RegExp(`\\b${word}\\b`).test(comment);
      const given = Object.entries(GIVEN).filter(([word]) => needs(word) && !code.includes(`const ${word} =`));
      return runs(`${name} ${index + 1}`, given.map(([, line]) => line).join('') + code);
    });
  }
}
