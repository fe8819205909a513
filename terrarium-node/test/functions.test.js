// Functions of JavaScript that code calls.
'use strict';

const assert = require('node:assert/strict');
const { AsyncLocalStorage } = require('node:async_hooks');
const { setTimeout: sleep } = require('node:timers/promises');
const { test } = require('node:test');

const { currentCall, EndRun, HostError, Sandbox } = require('terrarium');

const add = {
  call: (a, b) => a + b,
  signature: '(a: int, b: int = 1) -> int',
  doc: 'Return the sum.',
};
const wait = async (ms, value = null) => {
  await sleep(ms, undefined, { signal: currentCall().signal });
  return value;
};

const run = async (code, functions, options) =>
  (await (await Sandbox.create({ functions, ...options })).execute(code)).finalExpression;

test('functions are passed by name, in modules, or in a list', async () => {
  assert.deepEqual(await run('[add(2), add(b=3, a=1)]', { add }), [3, 4]);
  assert.equal(await run('import math_tools\nmath_tools.add(1, 5)', { math_tools: { add } }), 6);
  function twice(x) {
    return 2 * x;
  }
  assert.equal(await run('twice(21)', [twice]), 42);
  assert.equal(await run('echo(1, x=2)["x"]', { echo: (_, named) => named }), 2);
  await assert.rejects(Sandbox.create({ functions: { x: 1 } }), /functions.*x is no function/);
  await assert.rejects(Sandbox.create({ functions: { 'a b': add } }), { code: 'ERR_TERRARIUM_INVALID_OPTION' });
});

test('code sees the declaration, and arguments are checked', async () => {
  const search = {
    call: ({ query, limit }) => `${query} ${limit ?? '-'}`,
    description: 'Search.',
    inputSchema: {
      type: 'object',
      properties: { query: { type: 'string' }, limit: { type: 'integer' } },
      required: ['query'],
    },
  };
  const sandbox = await Sandbox.create({ functions: { add, search, wait } });
  assert.equal(
    sandbox.functionStubs(),
    'def add(a: int, b: int = 1) -> int:\n    """Return the sum."""\n' +
      'def search(query: str, limit: int | None = None):\n    """Search."""\nasync def wait(*args, **kwargs): ...\n',
  );
  const result = await sandbox.execute("[search('x'), search(query='y', limit=2)]");
  assert.deepEqual(result.finalExpression, ['x -', 'y 2']);
  const { error } = await sandbox.execute("add('1')");
  assert.equal(error.message, "add() argument 'a' must be int, not str");
});

test('values keep their types', async () => {
  const seen = [];
  const echo = (value) => {
    seen.push(value);
    return value;
  };
  const code = `from decimal import Decimal
values = [b'\\x00' * 100_000, 10**30, Decimal('1.1'), (1, 2), 'x' * 200_000, {'a': [1.5]}, None]
[echo(v) == v for v in values]`;
  assert.deepEqual(await run(code, { echo }), Array(7).fill(true));
  assert.equal(seen[0].length, 100_000);
  assert.equal(seen[1], 10n ** 30n);
});

test('errors have their class, and what was thrown is at hand', async () => {
  class QuotaError extends Error {
    name = 'QuotaError';
  }
  const fail = (kind) => {
    if (kind === 'type') null.x;
    if (kind === 'own') throw new HostError('Quota', 'used up', { left: 0 });
    if (kind === 'file') require('node:fs').readFileSync('/no/such/secret');
    throw new QuotaError('none left');
  };
  const sandbox = await Sandbox.create({ functions: { fail } });
  const caught = async (kind, name, shown) =>
    (await sandbox.execute(`import host\ntry: fail('${kind}')\nexcept ${name} as e: r = ${shown}\nr`)).finalExpression;
  assert.match(await caught('type', 'TypeError', 'str(e)'), /null/);
  assert.deepEqual(await caught('own', 'host.HostError', '[e.kind, e.message, e.data]'), [
    'Quota',
    'used up',
    { left: 0 },
  ]);
  assert.equal(await caught('file', 'FileNotFoundError', 'str(e)'), 'ENOENT');
  const result = await sandbox.execute("fail('?')");
  assert.equal(result.error.message, 'QuotaError: none left');
  assert.ok(result.error.hostCall.exception instanceof QuotaError);
  assert.deepEqual([result.hostCalls[0].outcome, result.metrics.hostCalls], ['raised', 1]);
});

test('async functions are awaited, several at a time', async () => {
  const code =
    'import asyncio, time\nt = time.monotonic()\nr = await asyncio.gather(*[wait(300, n) for n in range(10)])\n[sum(r), time.monotonic() - t < 2]';
  assert.deepEqual(await run(code, { wait }), [45, true]);
});

test('a cancelled task, and the end of the run, abort the signal of the call', async () => {
  let aborted = 0;
  const stuck = async () => {
    await new Promise((resolve) => {
      currentCall().signal.addEventListener('abort', () => {
        aborted += 1;
        resolve();
      });
    });
  };
  const sandbox = await Sandbox.create({ functions: { stuck } });
  const code =
    'import asyncio\ntry:\n    async with asyncio.timeout(0.05): await stuck()\nexcept TimeoutError: r = 1\nr';
  assert.equal((await sandbox.execute(code)).finalExpression, 1);
  const session = await sandbox.session();
  await session.execute('x = 1');
  const result = await session.execute('await stuck()', { timeout: 0.3 });
  assert.deepEqual([result.status, result.sessionLost], ['timeout', false]);
  assert.equal((await session.execute('x')).finalExpression, 1);
  await sleep(100);
  assert.equal(aborted, 2);
});

test('decide allows, denies and answers', async () => {
  const decide = async (call) => {
    if (call.name === 'wait') return { answer: 'known' };
    return call.args[0] === 13 ? { deny: 'ask a person' } : undefined;
  };
  const sandbox = await Sandbox.create({ functions: { add, wait }, decide });
  const code = 'try: add(13)\nexcept PermissionError as e: r = str(e)\n[r, add(1), await wait(10_000)]';
  const result = await sandbox.execute(code);
  assert.deepEqual(result.finalExpression, ['ask a person', 2, 'known']);
  assert.deepEqual(
    result.hostCalls.map(({ outcome }) => outcome),
    ['denied', 'returned', 'answered'],
  );
});

test('a function can end the run', async () => {
  const stop = () => {
    throw new EndRun('enough');
  };
  const result = await (
    await Sandbox.create({ functions: { stop } })
  ).execute('try: stop()\nexcept Exception: pass\nwhile True: pass');
  assert.deepEqual([result.status, result.error.message], ['cancelled', 'enough']);
});

test('iterators are streams', async () => {
  let made = 0;
  function* rows(count) {
    for (let row = 0; row < count; row++) {
      made += 1;
      yield { row };
    }
  }
  async function* pages(count) {
    for (let page = 0; page < count; page++) {
      await sleep(1);
      yield page;
    }
  }
  assert.deepEqual(await run("[r['row'] for r in rows(3)]", { rows }), [0, 1, 2]);
  made = 0;
  assert.equal(await run("next(rows(1_000_000))['row']", { rows }), 0);
  assert.ok(made <= 2);
  assert.deepEqual(await run('[p async for p in await pages(3)]', { pages }), [0, 1, 2]);
});

test('sync functions work while executeSync blocks, and async ones fail clearly', () => {
  const sandbox = Sandbox.createSync({ functions: { add, wait } });
  assert.equal(sandbox.executeSync('sum(map(add, range(4)))').finalExpression, 10);
  const { error } = sandbox.executeSync('await wait(1)');
  assert.match(error.message, /asynchronous function cannot answer/);
});

test('functions of a run are beside those of the sandbox, and a session can be used by other code meanwhile', async () => {
  const sandbox = await Sandbox.create({ functions: { add } });
  const { finalExpression } = await sandbox.execute('[add(1), sub(1)]', { functions: { sub: (x) => x - 1 } });
  assert.deepEqual(finalExpression, [2, 0]);
  assert.equal((await sandbox.execute('sub(1)')).error.type, 'NameError');
});

test('functions see the async context of the caller', async () => {
  const user = new AsyncLocalStorage();
  const sandbox = await Sandbox.create({ functions: { who: () => user.getStore() ?? '?' } });
  const who = () => sandbox.execute('who()').then((result) => result.finalExpression);
  assert.deepEqual(await Promise.all([user.run('ann', who), user.run('bob', who), who()]), ['ann', 'bob', '?']);
});

test('a journal answers the calls of a run again', async () => {
  let next = 0;
  const sandbox = await Sandbox.create({ functions: { draw: () => next++ } });
  const code = '[draw(), draw()]';
  const first = await sandbox.execute(code, { journal: 'record' });
  const replay = JSON.parse(JSON.stringify(first.journal));
  assert.deepEqual((await sandbox.execute(code, { journal: { replay } })).finalExpression, [0, 1]);
  assert.deepEqual(
    (await sandbox.execute(`${code} + [draw()]`, { journal: { resume: replay } })).finalExpression,
    [0, 1, 2],
  );
  const diverged = await sandbox.execute('draw(1)', { journal: { replay } });
  assert.match(diverged.error.message, /the journal has no further call like draw\[\[1\],\{\}\]/);
});

test('calls are events, among the text', async () => {
  const sandbox = await Sandbox.create({ functions: { add } });
  const seen = [];
  const onEvent = (event) => seen.push(event);
  await sandbox.execute("print(add(1), flush=True)\nadd('x')", { onEvent });
  const calls = seen.filter(({ type }) => type.startsWith('call_'));
  assert.deepEqual(
    calls.map(({ type, id, call }) => [type, id, call?.outcome]),
    [
      ['call_begun', 1, undefined],
      ['call_ended', 1, 'returned'],
      ['call_begun', 2, undefined],
      ['call_ended', 2, 'refused'],
    ],
  );
});

test('a session is busy for the functions that its code waits for, and others are not', async () => {
  const sandbox = await Sandbox.create();
  const session = await sandbox.session();
  const again = async () => {
    const { code } = await session.execute('1').catch((error) => error);
    const inner = { deeper: async () => (await session.readFile('x').catch((error) => error)).code };
    const other = await sandbox.execute('await deeper()', { functions: inner });
    return [code, other.finalExpression, (await sandbox.execute('6 * 7')).finalExpression];
  };
  const result = await session.execute('await again()', { functions: { again } });
  assert.deepEqual(result.finalExpression, ['ERR_TERRARIUM_BUSY', 'ERR_TERRARIUM_BUSY', 42]);
  assert.equal((await session.execute('2')).finalExpression, 2);
});
