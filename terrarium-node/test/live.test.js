// Input, displays and events while the code runs.
'use strict';

const assert = require('node:assert/strict');
const { Readable } = require('node:stream');
const { test } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');

const { EventStream, ExecutionError, Sandbox } = require('terrarium');

/** More milliseconds than any step takes on a busy machine. */
const PATIENCE = 20_000;

let made;
const sandbox = () => (made ??= Sandbox.create({ timeout: 20 }));

test('a function gets the prompt and the echo', async () => {
  const asked = [];
  const stdin = (request) => asked.push(request) && `answer ${asked.length}`;
  const code = "import getpass, sys\n[input('name? '), getpass.getpass('pin? '), input(), sys.stdin.readline()]";
  const result = await (await sandbox()).execute(code, { stdin });
  assert.deepEqual(result.finalExpression, ['answer 1', 'answer 2', 'answer 3', 'answer 4\n']);
  assert.equal(result.stdout, '');
  assert.deepEqual(asked, [
    { prompt: 'name? ', echo: true },
    { prompt: 'pin? ', echo: false },
    { prompt: '', echo: true },
    { prompt: '', echo: true },
  ]);
  assert.deepEqual((await sandbox()).executeSync('input("a")', { stdin: ({ prompt }) => prompt }).finalExpression, 'a');
});

test('iterators and streams give pieces', async () => {
  async function* slowly() {
    for (const piece of ['1', Buffer.from('2'), new Uint8Array([51]), '4\n']) {
      await sleep(5);
      yield piece;
    }
  }
  const read = 'import sys; sys.stdin.read()';
  for (const [stdin, expected] of [
    [['a', 'b\n', Buffer.from('c')], 'a\nb\nc'],
    [new Set(['x']), 'x\n'],
    [slowly(), '1\n234\n'],
    [Readable.from([Buffer.from('ab'), Buffer.from('c')]), 'abc'],
    [[], ''],
  ]) {
    assert.equal((await (await sandbox()).execute(read, { stdin })).finalExpression, expected);
  }
  const result = await (await sandbox()).execute("print(input('prompt '))", { stdin: ['1'] });
  assert.equal(result.stdout, 'prompt 1\n');
});

test('asynchronous functions are awaited, and the end is null', async () => {
  let turns = 0;
  const stdin = async ({ prompt }) => {
    await sleep(5);
    return turns++ === 0 ? prompt : null;
  };
  const code = "print(input('é'))\ntry: input()\nexcept EOFError: print('end')";
  assert.equal((await (await sandbox()).execute(code, { stdin })).stdout, 'é\nend\n');
});

test('what a function throws is an OSError of the code, and at hand', async () => {
  const problem = new RangeError('no such person');
  const fail = () => {
    throw problem;
  };
  for (const stdin of [fail, async () => fail()]) {
    const result = await (await sandbox()).execute('input()', { stdin });
    assert.deepEqual([result.status, result.error.type, result.inputError], ['error', 'OSError', problem]);
    assert.throws(
      () => result.raiseForStatus(),
      (error) => error instanceof ExecutionError && error.cause === problem,
    );
    const caught = await (await sandbox()).execute("try: input()\nexcept OSError: print('caught')", { stdin });
    assert.deepEqual([caught.stdout, caught.inputError], ['caught\n', problem]);
  }
  for (const answer of [1, {}, true, Buffer.alloc((64 << 20) + 1)]) {
    const result = await (await sandbox()).execute('input()', { stdin: () => answer });
    assert.equal(result.error.type, 'OSError');
    assert.ok(result.inputError instanceof Error);
  }
  const waits = (await sandbox()).executeSync('input()', { stdin: async () => 'x' });
  assert.match(waits.inputError.message, /executeSync/);
  assert.equal((await (await sandbox()).execute('1')).inputError, undefined);
});

test('a function that never answers holds no run, and a late answer is dropped', async () => {
  const session = await (await sandbox()).session();
  await session.execute('x = 41');
  let answer;
  const stdin = () => new Promise((resolve) => (answer = resolve));
  const begun = Date.now();
  const late = await session.execute('input()', { stdin, timeout: 0.3 });
  assert.deepEqual([late.status, late.sessionLost, late.metrics.abandoned], ['timeout', false, 1]);
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 200);
  const cancelled = await session.execute('input()', { stdin, timeout: null, signal: abort.signal });
  assert.deepEqual([cancelled.status, cancelled.metrics.abandoned], ['cancelled', 1]);
  assert.ok(Date.now() - begun < PATIENCE);
  answer('late');
  const own = await session.execute('[input(), x + 1]', { stdin: 'own\n' });
  assert.deepEqual(own.finalExpression, ['own', 42]);
  await session.close();
});

test('many questions are answered', async () => {
  let n = 0;
  const code = "sum(int(input('?')) for _ in range(10_000))";
  const result = await (await sandbox()).execute(code, { stdin: () => String(n++), timeout: 120 });
  assert.equal(result.finalExpression, 49_995_000);
});

const CODE = `
import sys
from IPython.display import clear_output
print('é')
handle = display(1, display_id='x')
print('two', file=sys.stderr)
handle.update(2)
clear_output(wait=True)
print('three')
`;
const EVENTS = ['stdout:é\n', 'display:x:1', 'stderr:two\n', 'update:x:2', 'clear:true', 'stdout:three\n'];

/** The events in a short form, adjacent texts joined. */
function short(events) {
  const forms = [];
  for (const event of events) {
    const { type } = event;
    if (type === 'stdout' || type === 'stderr') {
      assert.ok(Buffer.isBuffer(event.data));
      if (forms.at(-1)?.startsWith(type)) {
        forms.push(forms.pop() + event.text);
      } else {
        forms.push(`${type}:${event.text}`);
      }
    } else if (type === 'clear') {
      forms.push(`clear:${event.wait}`);
    } else {
      forms.push(`${type}:${event.display.id}:${event.display.data['text/plain']}`);
    }
  }
  return forms;
}

test('events come in their order', async () => {
  const [events, displays, bytes] = [[], [], []];
  const options = {
    onEvent: (event) => events.push(event),
    onDisplay: (display) => displays.push(display.data['text/plain']),
    onStdout: (data) => bytes.push(data),
  };
  const result = await (await sandbox()).execute(CODE, options);
  assert.deepEqual(short(events), EVENTS);
  assert.deepEqual(displays, ['1', '2']);
  assert.equal(Buffer.concat(bytes).toString(), 'é\nthree\n');
  assert.deepEqual([result.stdout, result.displays], ['three\n', []]);
  events.length = 0;
  (await sandbox()).executeSync(CODE, options);
  assert.deepEqual(short(events), EVENTS);
});

test('displays have their identifier in results', async () => {
  const { displays } = await (await sandbox()).execute("display(1, display_id='x'); display(2)");
  assert.deepEqual(
    displays.map(({ id }) => id),
    ['x', null],
  );
});

test('a stream has the events, asks for input, and has the result', async () => {
  const stream = (await sandbox()).stream(`${CODE}42`);
  assert.ok(stream instanceof EventStream);
  const all = [];
  for await (const event of stream) {
    all.push(event);
  }
  assert.deepEqual(short(all), EVENTS);
  assert.equal(stream.result.finalExpression, 42);
  let answer;
  const asks = (await sandbox()).stream("print('ready')\nprint(input())", {
    stdin: () => new Promise((resolve) => (answer = resolve)),
  });
  const events = [];
  const timer = setInterval(() => answer?.('typed'), 20);
  for await (const event of asks) {
    events.push(event);
  }
  clearInterval(timer);
  assert.deepEqual(short(events), ['stdout:ready\ntyped\n']);
});

test('a listener that throws stops the run', async () => {
  const problem = new Error('enough');
  const fail = () => {
    throw problem;
  };
  for (const name of ['onEvent', 'onDisplay']) {
    await assert.rejects((await sandbox()).execute('while True: display(1)', { [name]: fail, timeout: null }), problem);
  }
});

test('a slow listener does not delay the end', async () => {
  let count = 0;
  const onEvent = () => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    count += 1;
  };
  const begun = Date.now();
  const code = "while True: print('x'); display(1)";
  const result = await (await sandbox()).execute(code, { onEvent, timeout: 0.5 });
  assert.equal(result.status, 'timeout');
  assert.ok(Date.now() - begun < PATIENCE);
  assert.ok(count < 400, `${count} calls`);
});

test('a guest that displays without end waits for its reader', async () => {
  const stream = (await sandbox()).stream("while True: display('x' * 10_000)", { timeout: 1 });
  const before = process.memoryUsage().rss;
  await stream.next();
  await sleep(1500);
  assert.ok(process.memoryUsage().rss - before < 200e6);
  for await (const _ of stream);
  assert.equal(stream.result.status, 'timeout');
});
