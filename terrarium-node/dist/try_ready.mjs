// The first steps of a new user of a ready image; prints their duration in milliseconds.

import assert from "node:assert/strict";

const [, , name, code] = process.argv;
const begun = performance.now();
const { CacheFolder, Sandbox } = await import("terrarium");
const imported = performance.now();
const sandbox = await Sandbox.create({ packages: [name] });
const result = await sandbox.execute(code);
const first = performance.now();
assert.deepEqual([result.finalExpression, result.status], [42, "success"]);
assert.notEqual(result.metrics.image, "base");
// Nothing was built: the image is the only file besides records.
const entries = await (await CacheFolder.open()).list();
assert.deepEqual(
  entries.map((entry) => entry.kind),
  ["image"],
);

const runs = [];
for (let run = 0; run < 300; run++) {
  const start = performance.now();
  assert.equal((await sandbox.execute("1 + 1")).finalExpression, 2);
  runs.push(performance.now() - start);
}
runs.sort((a, b) => a - b);

console.log(
  `import ${(imported - begun).toFixed(1)} ms, first result ${(first - imported).toFixed(1)} ms, then ${runs[150].toFixed(3)} ms`,
);
