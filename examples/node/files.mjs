// Files of a session: written, changed by the code, listed, read and removed.
import assert from 'node:assert/strict';
import { Sandbox } from 'terrarium';

const sandbox = await Sandbox.create({ files: { 'settings.json': '{"scale": 2}' } });
const session = await sandbox.session();
await session.writeFile('in/numbers.bin', Uint8Array.of(1, 2, 3));

const { outputFiles, deletedFiles } = await session.execute(`
import json, os
scale = json.load(open('settings.json'))['scale']
data = open('in/numbers.bin', 'rb').read()
os.makedirs('out')
open('out/scaled.bin', 'wb').write(bytes(b * scale for b in data))
os.remove('in/numbers.bin')
`);
assert.deepEqual(outputFiles, { 'out/scaled.bin': Buffer.of(2, 4, 6) });
assert.deepEqual(deletedFiles, ['in/numbers.bin']);

for (const { path, size } of await session.listFiles()) {
  console.log(`${size} bytes  ${path}`);
}
await session.removeFile('out/scaled.bin');
assert.deepEqual(Object.keys(await session.allFiles()), ['settings.json']);
await session.close();
