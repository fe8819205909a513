// Stopping runs, and output while they go on.
'use strict';

const assert = require('node:assert/strict');
const { getEventListeners } = require('node:events');
const { test } = require('node:test');

const { EventStream, Sandbox } = require('terrarium');

const { sandbox } = require('./tools.js');

const LOOP = "print('begun\\n', end='', flush=True)\nwhile True: pass";

test('an aborted run is cancelled and keeps what it wrote', async () => {
  const abort = new AbortController();
  const result = await (await sandbox()).execute(LOOP, { signal: abort.signal, onStdout: () => abort.abort() });
  assert.equal(result.status, 'cancelled');
  assert.equal(result.stdout, 'begun\n');
  assert.equal(getEventListeners(abort.signal, 'abort').length, 0);
});

test('a signal that was aborted before stops the run at once', async () => {
  const signal = AbortSignal.abort();
  assert.equal((await (await sandbox()).execute(LOOP, { signal })).status, 'cancelled');
  assert.equal((await sandbox()).executeSync(LOOP, { signal }).status, 'cancelled');
});

test('a run whose signal was aborted before does not begin', async () => {
  const options = { signal: AbortSignal.abort() };
  const code = "print('begun')";
  for (const result of [await (await sandbox()).execute(code, options), (await sandbox()).executeSync(code, options)]) {
    assert.deepEqual([result.status, result.stdout], ['cancelled', '']);
  }
});

test('a slow listener does not delay the end, and misses nothing', async () => {
  const code = 'n = 0\nwhile True: print(n := n + 1)';
  const check = (pieces, begun, result) => {
    assert.equal(result.status, 'timeout');
    assert.ok(Date.now() - begun < 5000);
    assert.equal(Buffer.concat(pieces).toString(), result.stdout);
  };
  const slow = (pieces) => (data) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    pieces.push(data);
  };
  for (const name of ['execute', 'executeSync']) {
    const pieces = [];
    const begun = Date.now();
    check(pieces, begun, await (await sandbox())[name](code, { timeout: 0.5, onStdout: slow(pieces) }));
  }
});

test('one signal stops many runs, and none that ended', async () => {
  const abort = new AbortController();
  const { signal } = abort;
  const ended = await (await sandbox()).execute('1', { signal });
  const made = await sandbox();
  const runs = Array.from({ length: 20 }, () => made.execute(LOOP, { signal }));
  assert.equal(getEventListeners(signal, 'abort').length, 1);
  setTimeout(() => abort.abort(), 100);
  const statuses = (await Promise.all(runs)).map(({ status }) => status);
  assert.deepEqual([ended.status, new Set(statuses)], ['success', new Set(['cancelled'])]);
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

test('callbacks get all output, in order, before the result is there', async () => {
  const code =
    "import sys\nfor i in range(50):\n  print(i)\n  print(i, file=sys.stderr)\nsys.stdout.buffer.write(b'\\xff')\nNone";
  const pieces = { out: [], err: [] };
  const options = { onStdout: (data) => pieces.out.push(data), onStderr: (data) => pieces.err.push(data) };
  const lines = Array.from({ length: 50 }, (_, number) => `${number}\n`).join('');
  const check = (result) => {
    assert.ok(pieces.out.every(Buffer.isBuffer));
    assert.deepEqual(Buffer.concat(pieces.out), Buffer.concat([Buffer.from(lines), Buffer.from([255])]));
    assert.deepEqual(Buffer.concat(pieces.out), result.stdoutBytes);
    assert.equal(Buffer.concat(pieces.err).toString(), lines);
    pieces.out = [];
    pieces.err = [];
  };
  check(await (await sandbox()).execute(code, options));
  check((await sandbox()).executeSync(code, options));
});

test('what a callback throws stops the run and is thrown', async () => {
  const failure = new Error('from the callback');
  const onStdout = () => {
    throw failure;
  };
  await assert.rejects((await sandbox()).execute(LOOP, { onStdout }), failure);
  const direct = await sandbox();
  assert.throws(() => direct.executeSync(LOOP, { onStdout }), failure);
});

test('a callback may run code itself', async () => {
  const direct = await sandbox();
  const seen = [];
  const onStdout = () => seen.push(direct.executeSync('6 * 7').finalExpression);
  await direct.execute("print('x', end='')", { onStdout });
  direct.executeSync("print('x', end='')", { onStdout });
  assert.deepEqual(seen, [42, 42]);
});

test('a stream gives the output piece by piece and the result at its end', async () => {
  const code = "import sys, time\nprint('a', flush=True)\nprint('ż', file=sys.stderr, flush=True)\n42";
  const output = (await sandbox()).stream(code);
  assert.ok(output instanceof EventStream);
  const texts = { stdout: '', stderr: '' };
  for await (const { type, data, text } of output) {
    assert.ok(Buffer.isBuffer(data));
    texts[type] += text;
  }
  assert.deepEqual(texts, { stdout: 'a\n', stderr: 'ż\n' });
  assert.equal(output.result.finalExpression, 42);
  const { done, value } = await (await sandbox()).stream('7').next();
  assert.deepEqual([done, value.finalExpression], [true, 7]);
});

test('a character that comes in two pieces is whole in the text', async () => {
  const code =
    "import sys\nfor b in 'ż'.encode(): sys.stdout.buffer.write(bytes([b])), sys.stdout.buffer.flush()\nNone";
  let text = '';
  for await (const piece of (await sandbox()).stream(code)) {
    text += piece.text;
  }
  assert.equal(text, 'ż');
});

test('leaving the loop of a stream stops the run', async () => {
  const output = (await sandbox()).stream('while True: print(1)', { timeout: null });
  let pieces = 0;
  for await (const _ of output) {
    pieces += 1;
    if (pieces === 3) {
      break;
    }
  }
  assert.equal(output.result, undefined);
  assert.equal((await output.next()).done, true);
});

test('a signal stops a stream, and a fault of the host is thrown from it', async () => {
  const abort = new AbortController();
  const output = (await sandbox()).stream(LOOP, { signal: abort.signal });
  for await (const _ of output) {
    abort.abort();
  }
  assert.equal(output.result.status, 'cancelled');
  await assert.rejects((await sandbox()).stream('1', { files: { '../x': '' } }).next(), {
    code: 'ERR_TERRARIUM_INVALID_PATH',
  });
  await assert.rejects((await sandbox()).stream('1', { tiemout: 1 }).next(), TypeError);
});

test('a guest that is ahead of its reader waits, and its deadline holds all the same', async () => {
  const limited = await Sandbox.create({ timeout: 1, streamBytes: 1000 });
  const output = limited.stream("while True: print('x' * 100_000)");
  const before = process.memoryUsage().rss;
  await output.next();
  await new Promise((resolve) => setTimeout(resolve, 1500));
  // It wrote gigabytes if it had not waited.
  assert.ok(process.memoryUsage().rss - before < 200e6);
  for await (const _ of output);
  assert.equal(output.result.status, 'timeout');
});

test('the event loop has its turn while a guest writes without end', async () => {
  const abort = new AbortController();
  const { signal } = abort;
  setTimeout(() => abort.abort(), 100);
  const code = 'while True: print(1)';
  const result = await (await sandbox()).execute(code, { signal, onStdout() {} });
  assert.equal(result.status, 'cancelled');
  let timer = false;
  setTimeout(() => {
    timer = true;
  }, 100);
  for await (const _ of (await sandbox()).stream(code)) {
    if (timer) {
      break;
    }
  }
});
