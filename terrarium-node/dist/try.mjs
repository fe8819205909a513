// The first steps of a new user of the npm package; prints their duration in milliseconds.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const begun = performance.now();
const { Sandbox } = await import("terrarium");
const imported = performance.now();
const sandbox = await Sandbox.create();
const result = await sandbox.execute("print('hello'); 6 * 7", { files: { "a.csv": "x\n1\n" } });
const first = performance.now();
assert.deepEqual([result.stdout, result.finalExpression, result.status], ["hello\n", 42, "success"]);

const runs = [];
for (let run = 0; run < 300; run++) {
  const start = performance.now();
  const { finalExpression } = await sandbox.execute("1 + 1");
  runs.push(performance.now() - start);
  assert.equal(finalExpression, 2);
}
runs.sort((a, b) => a - b);

assert.equal(createRequire(import.meta.url)("terrarium").Sandbox, Sandbox);
console.log(
  `import ${(imported - begun).toFixed(1)} ms, first result ${(first - imported).toFixed(1)} ms, then ${runs[150].toFixed(3)} ms`,
);
