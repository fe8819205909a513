// Sessions keep their state, do one thing at a time, and have files.
'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');

const { Sandbox } = require('terrarium');

const { sandbox } = require('./tools.js');

const start = async () => (await sandbox()).session();

test('names stay, and are forgotten on request', async () => {
  const session = await start();
  await session.execute('import math; x = 41');
  assert.equal((await session.execute('x + 1')).finalExpression, 42);
  assert.equal(session.executeSync('x + 2').finalExpression, 43);
  await session.resetGlobals();
  assert.equal((await session.execute('x')).error.type, 'NameError');
  await session.close();
});

test('what is asked at once is done in the order of the calls', async () => {
  const session = await start();
  const runs = [session.execute('x = []')];
  for (let number = 0; number < 20; number++) {
    runs.push(session.execute(`x.append(${number})`));
  }
  runs.push(session.writeFile('a', 'text'));
  const last = session.execute("x, open('a').read()");
  await Promise.all(runs);
  assert.deepEqual([...(await last).finalExpression], [Array.from({ length: 20 }, (_, number) => number), 'text']);
  await session.close();
});

test('files are written, listed, read and removed', async () => {
  const session = await start();
  await session.writeFile('in/a.txt', 'text');
  await session.writeFile('b', Uint8Array.from([0, 255]));
  assert.equal((await session.execute("open('in/a.txt').read()")).finalExpression, 'text');
  assert.deepEqual(await session.listFiles(), [
    { path: 'b', size: 2 },
    { path: 'in/a.txt', size: 4 },
  ]);
  assert.deepEqual(await session.readFile('b'), Buffer.from([0, 255]));
  assert.deepEqual(await session.allFiles(), { b: Buffer.from([0, 255]), 'in/a.txt': Buffer.from('text') });
  await session.removeFile('b');
  await assert.rejects(session.readFile('b'), {
    name: 'TerrariumError',
    code: 'ERR_TERRARIUM_FILE',
    path: 'b',
    operation: 'read',
    errno: 'ENOENT',
  });
  await assert.rejects(session.writeFile('../c', ''), { code: 'ERR_TERRARIUM_INVALID_PATH', path: '../c' });
  await assert.rejects(session.writeFile('c', 1), TypeError);
  await session.reset();
  assert.deepEqual(await session.listFiles(), []);
  await session.close();
});

test('code is checked and completed, with places as JavaScript counts them', async () => {
  const session = await start();
  assert.equal(await session.check('1 + 1'), 'complete');
  assert.equal(await session.check('for x in y:'), 'incomplete');
  assert.equal(await session.check('1 +* 1'), 'invalid');
  await session.execute('lengths = [1, 2]');
  assert.deepEqual(await session.complete('x = leng'), { matches: ['lengths'], start: 4 });
  const code = "'🌍', leng + 1";
  assert.deepEqual(await session.complete(code, code.indexOf(' + 1')), { matches: ['lengths'], start: 6 });
  await session.close();
});

test('a run that is stopped keeps the session or says that it is lost', async () => {
  const patient = await Sandbox.create({ grace: 10 });
  const session = await patient.session();
  await session.execute('x = 1');
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 100);
  const result = await session.execute('while True: pass', { signal: abort.signal });
  assert.deepEqual([result.status, result.sessionLost], ['cancelled', false]);
  assert.equal((await session.execute('x')).finalExpression, 1);
  await session.close();
});

test('a stream of a session leaves its names behind', async () => {
  const session = await start();
  let text = '';
  for await (const piece of session.stream('x = 7; print(x)')) {
    text += piece.text;
  }
  assert.equal(text, '7\n');
  assert.equal((await session.execute('x')).finalExpression, 7);
  await session.close();
});

test('a stream has its turn like any other run', async () => {
  const session = await start();
  const first = session.execute("import time; time.sleep(0.2); x = 'first'");
  const output = session.stream('x');
  const { value } = await output.next();
  assert.equal(value.finalExpression, 'first');
  await first;
  await session.close();
});

test('a call that waits is refused while the session is at work', async () => {
  const session = await start();
  const pending = session.execute('import time; time.sleep(0.1); 1');
  assert.throws(() => session.executeSync('1'), { code: 'ERR_TERRARIUM_BUSY' });
  assert.equal((await pending).finalExpression, 1);
  assert.equal(session.executeSync('2').finalExpression, 2);
  await session.close();
});

test('a closed session says so', async () => {
  const session = await start();
  const pending = session.execute('1');
  await session.close();
  assert.equal((await pending).finalExpression, 1);
  await assert.rejects(session.execute('1'), { name: 'TerrariumError', code: 'ERR_TERRARIUM_CLOSED' });
  assert.throws(() => session.executeSync('1'), { code: 'ERR_TERRARIUM_CLOSED' });
  await session.close();
  assert.equal(typeof session[Symbol.asyncDispose], Symbol.asyncDispose ? 'function' : 'undefined');
});

test('sessions share nothing', async () => {
  const [one, two] = await Promise.all([start(), start()]);
  await one.execute("x = 1; open('f', 'w').close()");
  assert.equal((await two.execute('x')).error.type, 'NameError');
  assert.deepEqual(await two.listFiles(), []);
  await Promise.all([one.close(), two.close()]);
});
