// The package store, against a server on the loopback interface that serves real wheels with their lock.
'use strict';

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { after, before, beforeEach, afterEach, test } = require('node:test');
const { Worker } = require('node:worker_threads');

const { PackageStore, Sandbox, TerrariumError } = require('terrarium');

const { ROOT } = require('./tools.js');

const CORPUS = path.join(ROOT, 'tests/corpus');
const LOCK = 'pyodide-lock.json';
/** Pure Python with one dependency. */
const NAME = 'python-dateutil';
const NEEDED = 'six';

const { info, packages: all } = JSON.parse(fs.readFileSync(path.join(CORPUS, LOCK), 'utf8'));
const wheel = (name) => all[name].file_name.split('/').at(-1);
const lockOf = (names) => ({ info, packages: Object.fromEntries(names.map((name) => [name, all[name]])) });

/** The files of the server, by path; a function answers the request itself. */
let files;
let asked;
const server = http.createServer((request, response) => {
  const name = decodeURIComponent(request.url.slice(1));
  asked.push(name);
  const file = files[name];
  if (typeof file === 'function') {
    file(response);
  } else if (file === undefined) {
    response.writeHead(404).end();
  } else {
    response.writeHead(200, { 'Content-Length': file.length }).end(file);
  }
});
let from;
let cacheDir;

before(async () => {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  from = `http://127.0.0.1:${server.address().port}`;
});
after(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(() => {
  cacheDir = fs.mkdtempSync(path.join(os.tmpdir(), 'terrarium-'));
  asked = [];
  files = { [LOCK]: Buffer.from(JSON.stringify(lockOf([NAME, NEEDED]))) };
  for (const name of [NAME, NEEDED]) {
    files[wheel(name)] = fs.readFileSync(path.join(CORPUS, wheel(name)));
  }
});
afterEach(() => fs.rmSync(cacheDir, { recursive: true }));

const open = () => PackageStore.open({ cacheDir });
const names = (packages) => packages.map(({ name }) => name).sort();

test('packages are added with progress, listed, used, updated and removed', async () => {
  const store = await open();
  assert.ok(store.path.startsWith(cacheDir) && fs.existsSync(store.path));
  assert.deepEqual(await store.list(), []);

  const seen = [];
  const added = await store.add([NAME], { from, onProgress: (progress) => seen.push(progress) });
  assert.deepEqual(names(added), [NAME, NEEDED]);
  const size = files[wheel(NAME)].length;
  const last = seen.filter(({ fileName }) => fileName === wheel(NAME)).at(-1);
  assert.deepEqual([last.done, last.total], [size, size]);
  assert.equal(seen.at(-1).allDone, size + files[wheel(NEEDED)].length);
  assert.deepEqual(
    (await store.list()).find(({ name }) => name === NAME),
    { name: NAME, version: all[NAME].version, bytes: size, asked: true, from, warnings: [] },
  );

  // Nothing is fetched twice, and nothing while code runs.
  asked = [];
  assert.deepEqual(await store.add([NAME], { from }), []);
  assert.deepEqual(await store.update(), []);
  assert.ok(
    asked.every((name) => name === LOCK),
    asked.join(),
  );
  asked = [];
  const sandbox = await Sandbox.create({ packages: [NAME], packagesFrom: [store.path], preload: false });
  const result = await sandbox.execute("import dateutil.parser\ndateutil.parser.parse('1 May 2026').month");
  assert.equal(result.raiseForStatus().finalExpression, 5);
  assert.deepEqual(asked, []);

  await assert.rejects(store.remove([NEEDED]), { code: 'ERR_TERRARIUM_PACKAGE_STORE' });
  assert.deepEqual(names(await store.remove([NAME])), [NAME, NEEDED]);
  assert.deepEqual(await store.list(), []);
});

test('the calls that wait do the same', async () => {
  // The server needs the thread that waits, so another one calls.
  const code = `
    const { PackageStore } = require('terrarium');
    const { parentPort, workerData: { cacheDir, from, name } } = require('node:worker_threads');
    const store = PackageStore.openSync({ cacheDir });
    let last;
    const added = store.addSync([name], { from, onProgress: (progress) => { last = progress; } });
    const listed = store.listSync();
    const updated = store.updateSync([name]);
    const removed = store.removeSync([name]);
    parentPort.postMessage({ added, last, listed, updated, removed });`;
  const worker = new Worker(code, { eval: true, workerData: { cacheDir, from, name: NAME } });
  const done = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  for (const packages of [done.added, done.listed, done.removed]) {
    assert.deepEqual(names(packages), [NAME, NEEDED]);
  }
  assert.deepEqual(done.updated, []);
  assert.equal(done.last.done, done.last.total);
});

test('packages come from an index with versions, files, scripts and locks', async () => {
  const sha256 = (content) => crypto.createHash('sha256').update(content).digest('hex');
  for (const name of [NAME, NEEDED]) {
    const hashes = { sha256: sha256(files[wheel(name)]) };
    const page = {
      meta: { 'api-version': '1.1' },
      name,
      files: [{ filename: wheel(name), url: `/${wheel(name)}`, hashes }],
    };
    files[`simple/${name}/`] = (response) => {
      response.setHeader('Content-Type', 'application/vnd.pypi.simple.v1+json').end(JSON.stringify(page));
    };
  }
  const index = `${from}/simple/`;
  const file = path.join(cacheDir, 'requirements.txt');
  fs.writeFileSync(file, `${NAME}>=2 # dates\n`);
  const store = await open();
  const added = await store.add([], { index, extraIndexes: [], requirementsFiles: [file] });
  assert.deepEqual(names(added), [NAME, NEEDED]);
  assert.deepEqual(new Set(added.map(({ from: place }) => place)), new Set([index]));
  const script = `# /// script\n# dependencies = ['${NEEDED}']\n# ///\n`;
  assert.deepEqual(await store.add([], { script, offline: true, prereleases: false }), []);

  const lockFile = path.join(cacheDir, 'pylock.toml');
  fs.writeFileSync(lockFile, await store.pylock());
  assert.equal(store.pylockSync(), fs.readFileSync(lockFile, 'utf8'));
  const other = await PackageStore.open({ cacheDir: path.join(cacheDir, 'other') });
  assert.deepEqual(names(await other.add([], { lockFile })), [NAME, NEEDED]);
  await assert.rejects(store.add([`${NEEDED}>99`], { index }), {
    code: 'ERR_TERRARIUM_PACKAGE_UNSATISFIABLE',
    message: /you require six>99/,
  });
  await assert.rejects(store.add(['six >< 2'], { index }), { code: 'ERR_TERRARIUM_PACKAGE_REQUIREMENT' });
  await assert.rejects(store.add(['six'], { offline: 'yes' }), TypeError);
});

test('an unknown name is an error that says how Node adds a package', async () => {
  const store = await open();
  await assert.rejects(store.add(['no-such'], { from }), (error) => {
    assert.ok(error instanceof TerrariumError);
    assert.deepEqual([error.code, error.package], ['ERR_TERRARIUM_PACKAGE_UNKNOWN', 'no-such']);
    assert.doesNotMatch(error.message, /PackageStore/);
    return true;
  });
  await assert.rejects(Sandbox.create({ cacheDir, packages: ['sixx'], packagesFrom: [CORPUS] }), (error) => {
    assert.equal(error.code, 'ERR_TERRARIUM_PACKAGE_UNKNOWN');
    assert.match(error.message, /no package "sixx".*did you mean six/);
    assert.match(error.message, /add it with `\(await PackageStore\.open\(\)\)\.add\(\['sixx'\]\)`/);
    assert.doesNotMatch(error.message, /terrarium packages|packages_from/);
    return true;
  });
});

test('a file with another hash is refused and not kept', async () => {
  files[wheel(NEEDED)] = Buffer.concat([files[wheel(NEEDED)], Buffer.of(0)]);
  const store = await open();
  await assert.rejects(store.add([NEEDED], { from }), (error) => {
    assert.equal(error.code, 'ERR_TERRARIUM_PACKAGE_HASH');
    assert.ok(error.path.endsWith(wheel(NEEDED)), error.path);
    assert.match(error.message, new RegExp(all[NEEDED].sha256));
    return true;
  });
  assert.deepEqual(await store.list(), []);
  assert.ok(!fs.existsSync(path.join(store.path, wheel(NEEDED))));
});

test('a file or a lock that the server does not have is an error with its address', async () => {
  delete files[wheel(NEEDED)];
  const store = await open();
  const code = 'ERR_TERRARIUM_PACKAGE_DOWNLOAD';
  await assert.rejects(store.add([NEEDED], { from }), { code, url: `${from}/${wheel(NEEDED)}`, message: /404/ });
  await assert.rejects(store.add([NEEDED], { from: `${from}/no` }), { code, url: `${from}/no/${LOCK}` });
  await assert.rejects(store.add([NEEDED], { from: path.join(cacheDir, 'no') }), {
    code: 'ERR_TERRARIUM_PACKAGE_SOURCE',
  });
});

test('a signal stops a download, and the next call continues it', async () => {
  const content = files[wheel(NAME)];
  const half = content.length >> 1;
  const abort = new AbortController();
  let closed;
  const wasClosed = new Promise((resolve) => {
    closed = resolve;
  });
  files[wheel(NAME)] = (response) => {
    response.on('close', closed);
    response.writeHead(200, { 'Content-Length': content.length });
    response.write(content.subarray(0, half));
    // Drops, until the guest of this answer has gone.
    const more = setInterval(() => response.destroyed || response.write(content.subarray(half, half + 1)), 20);
    response.on('close', () => clearInterval(more));
  };
  const store = await open();
  const onProgress = ({ done }) => done >= half && abort.abort(new Error('enough'));
  await assert.rejects(store.add([NAME], { from, signal: abort.signal, onProgress }), /enough/);
  await wasClosed;
  await assert.rejects(store.add([NAME], { from, signal: abort.signal }), /enough/);

  files[wheel(NAME)] = content;
  assert.deepEqual(names(await store.add([NAME], { from, signal: new AbortController().signal })), [NAME, NEEDED]);
});

test('a signal and an error of the listener end a call that waits for a page or a file', async () => {
  const store = await open();
  const index = `${from}/simple/`;
  const silent = (name) => {
    let closed;
    const wasClosed = new Promise((resolve) => (closed = resolve));
    files[name] = (response) => response.on('close', closed);
    return wasClosed;
  };
  for (const [name, requirements, options] of [
    ['simple/nothing/', ['nothing'], { index }],
    [wheel(NAME), [NAME], { from }],
  ]) {
    const content = files[name];
    const begun = performance.now();
    for (const end of [
      (wasClosed) => {
        const signal = AbortSignal.timeout(500);
        return [{ signal }, { name: 'TimeoutError' }, wasClosed];
      },
      (wasClosed) => {
        const onProgress = () => {
          if (asked.includes(name)) {
            throw new RangeError('enough');
          }
        };
        return [{ onProgress }, RangeError, wasClosed];
      },
    ]) {
      asked = [];
      const [more, expected, wasClosed] = end(silent(name));
      await assert.rejects(store.add(requirements, { ...options, ...more }), expected);
      await wasClosed;
    }
    assert.ok(performance.now() - begun < 15_000);
    files[name] = content;
  }
  assert.deepEqual(names(await store.add([NAME], { from })), [NAME, NEEDED]);
});

test('a script for another Python is refused', async () => {
  const store = await open();
  const script = `# /// script\n# requires-python = '<3.14'\n# dependencies = ['six']\n# ///\n`;
  await assert.rejects(store.add([], { script }), {
    code: 'ERR_TERRARIUM_PACKAGE_REQUIREMENT',
    message: /it requires Python <3\.14, this is 3\.14/,
  });
});

test('a run that installs ends when it is cancelled while the index is silent', async () => {
  const before = process.env.PIP_INDEX_URL;
  process.env.PIP_INDEX_URL = `${from}/simple/`;
  try {
    files['simple/nothing/'] = () => {};
    const box = await Sandbox.create({ install: 'index', cacheDir, timeout: 60 });
    await box.execute('1');
    const abort = new AbortController();
    const waiting = setInterval(() => asked.includes('simple/nothing/') && abort.abort(), 20);
    const begun = performance.now();
    const result = await box.execute('%pip install nothing', { signal: abort.signal }).catch((error) => error);
    clearInterval(waiting);
    assert.ok(result.status === 'cancelled' || result.name === 'AbortError', `${result}`);
    assert.ok(performance.now() - begun < 8_000);
  } finally {
    if (before === undefined) {
      delete process.env.PIP_INDEX_URL;
    } else {
      process.env.PIP_INDEX_URL = before;
    }
  }
});

test('an error that is thrown while progress is told ends the call', async () => {
  const store = await open();
  const failure = new Error('from the callback');
  const onProgress = () => {
    throw failure;
  };
  await assert.rejects(store.add([NAME], { from, onProgress }), failure);
});

test('wrong arguments are TypeErrors', async () => {
  const store = await open();
  for (const [call, option] of [
    [() => PackageStore.open({ cache_dir: cacheDir }), 'cache_dir'],
    [() => store.add(NAME, { from }), 'names'],
    [() => store.add([NAME], { form: from }), 'form'],
    [() => store.add([NAME], { from, onProgress: 1 }), 'onProgress'],
    [() => store.update([], { from }), 'from'],
    [() => store.remove(undefined), 'names'],
  ]) {
    await assert.rejects(call, { name: 'TypeError', code: 'ERR_TERRARIUM_INVALID_OPTION', option });
  }
  await assert.rejects(store.add([1], { from }), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' });
});

test('packages are prepared before a run', async () => {
  const sandbox = await Sandbox.create({ packages: 'auto', packagesFrom: [CORPUS] });
  assert.equal(await sandbox.preparePackages('import six; 1 / 0'), undefined);
  assert.equal(sandbox.preparePackagesSync('import six'), undefined);
  assert.equal((await sandbox.execute('import six; six.PY3')).finalExpression, true);
  await assert.rejects(sandbox.preparePackages(1), { code: 'ERR_INVALID_ARG_TYPE' });
});
