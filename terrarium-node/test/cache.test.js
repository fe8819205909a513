// The cache folder.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');

const { CacheFolder, Image, Sandbox } = require('terrarium');

/** A cache folder with the bare image and a bytecode file that was not used for a year. */
async function filled() {
  const cacheDir = fs.mkdtempSync(path.join(os.tmpdir(), 'terrarium-'));
  fs.chmodSync(cacheDir, 0o700);
  const { path: built } = (await Image.build()).info;
  const image = path.join(cacheDir, path.basename(built));
  fs.copyFileSync(built, image);
  fs.chmodSync(image, 0o600);
  const old = path.join(cacheDir, 'a.pyc.zip');
  fs.writeFileSync(old, 'old', { mode: 0o600 });
  const year = Date.now() / 1000 - 365 * 86400;
  fs.utimesSync(old, year, year);
  return { cacheDir, image, old };
}

test('files are listed with their kinds, and removed by age and by size', async () => {
  const { cacheDir, image, old } = await filled();
  const cache = await CacheFolder.open({ cacheDir });
  assert.equal(path.resolve(cache.path), cacheDir);
  const entries = await cache.list();
  assert.deepEqual(
    entries.map(({ kind, name, isOpen }) => [kind, name, isOpen]),
    [
      ['bytecode', 'a.pyc.zip', false],
      ['image', 'base', false],
    ],
  );
  assert.deepEqual(entries, cache.listSync());
  assert.ok(entries[1].bytes > 1 << 20 && entries[1].used > 1.7e9);
  assert.deepEqual(await cache.prune({ bytes: 2 ** 40 }), []);
  const removed = await cache.prune({ unusedFor: 86400 });
  assert.deepEqual(
    removed.map((entry) => entry.path),
    [old],
  );
  assert.deepEqual(
    cache.pruneSync({ bytes: 1000 }).map((entry) => entry.path),
    [image],
  );
  assert.deepEqual(await cache.clear(), []);
  await assert.rejects(cache.prune({ unused_for: 1 }), { code: 'ERR_TERRARIUM_INVALID_OPTION' });
  assert.throws(() => new CacheFolder(), /CacheFolder\.open/);
  fs.rmSync(cacheDir, { recursive: true });
});

test('an image that is open stays', async () => {
  const { cacheDir, image } = await filled();
  const sandbox = await Sandbox.create({ cacheDir });
  const cache = CacheFolder.openSync({ cacheDir });
  assert.ok((await cache.list()).some((entry) => entry.path === image && entry.isOpen));
  assert.deepEqual(
    cache.clearSync().map((entry) => entry.name),
    ['a.pyc.zip'],
  );
  assert.equal((await sandbox.execute('1 + 1')).finalExpression, 2);
  assert.ok(fs.existsSync(image));
  fs.rmSync(cacheDir, { recursive: true });
});
