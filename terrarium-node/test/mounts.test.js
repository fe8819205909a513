// Folders and files of the host that code sees.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, test } = require('node:test');

const { Sandbox } = require('terrarium');

const PLACE = fs.mkdtempSync(path.join(os.tmpdir(), 'mounts-'));
after(() => fs.rmSync(PLACE, { recursive: true }));

function folder(name) {
  const place = path.join(PLACE, name);
  fs.mkdirSync(place);
  fs.writeFileSync(path.join(place, 'a.csv'), 'x,y\n1,2\n');
  fs.symlinkSync('..', path.join(place, 'out'));
  return place;
}

test('a path alone is a read-only mount', async () => {
  const place = folder('read');
  for (const mounts of [{ data: place }, { data: { path: place, mode: 'read-only' } }, new Map([['data', place]])]) {
    const sandbox = await Sandbox.create({ mounts });
    const read = await sandbox.execute("import os\n[os.listdir('data'), open('data/a.csv').read()]");
    assert.deepEqual(read.finalExpression, [['a.csv', 'out'], 'x,y\n1,2\n']);
    const written = await sandbox.execute("open('data/b', 'w')");
    assert.match(written.error.message, /Read-only file system/);
    const out = await sandbox.execute("import os\nos.listdir('data/out')");
    assert.equal(out.error.type, 'PermissionError');
    assert.ok(!out.error.traceback.includes(PLACE));
  }
});

test('an overlay reports changes and leaves the host alone', async () => {
  const place = folder('overlay');
  const sandbox = await Sandbox.create({ mounts: { data: { path: place, mode: 'overlay' } } });
  const { outputFiles } = await sandbox.execute("open('data/a.csv', 'a').write('z')");
  assert.deepEqual(outputFiles, { 'data/a.csv': Buffer.from('x,y\n1,2\nz') });
  assert.equal(fs.readFileSync(path.join(place, 'a.csv'), 'utf8'), 'x,y\n1,2\n');
});

test('a read-write mount is shared with the host, within its bounds', async () => {
  const place = folder('write');
  const mount = { path: place, mode: 'read-write', maxBytes: 100, maxFiles: 2 };
  const session = await (await Sandbox.create({ mounts: { '/mnt/data': mount } })).session();
  await session.execute("open('/mnt/data/made', 'w').write('one')");
  assert.equal(fs.readFileSync(path.join(place, 'made'), 'utf8'), 'one');
  fs.writeFileSync(path.join(place, 'answer'), '42');
  assert.equal((await session.execute("int(open('/mnt/data/answer').read())")).finalExpression, 42);
  const full = await session.execute("with open('/mnt/data/made', 'w') as f: f.write('x' * 1000)");
  assert.match(full.error.message, /No space left on device/);
  await session.close();
});

test('what cannot be mounted is refused by name', async () => {
  for (const [mounts, text] of [
    [{ data: path.join(PLACE, 'missing') }, /cannot open/],
    [{ '/lib': PLACE }, /belongs to the interpreter/],
    [{ data: { path: PLACE, mode: 'rw' } }, /none of/],
    [{ data: { path: PLACE, maxByte: 1 } }, /maxByte/],
    [{ data: 5 }, /paths or objects/],
    ['data', /not an object/],
  ]) {
    await assert.rejects(Sandbox.create({ mounts }), text);
  }
});
