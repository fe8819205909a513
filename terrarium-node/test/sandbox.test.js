// Running code: results, options, files, and the ways in which it fails.
'use strict';

const assert = require('node:assert/strict');
const { readFile } = require('node:fs/promises');
const { test } = require('node:test');

const { about, ExecutionError, ExecutionResult, Sandbox, TerrariumError } = require('terrarium');

const { evaluate, sandbox } = require('./tools.js');

test('the value of the last expression, the streams and the files come back', async () => {
  const result = await (
    await sandbox()
  ).execute("print('hi'); open('out/x', 'wb') if 0 else None\nopen('x', 'wb').write(b'\\0\\xff')");
  assert.ok(result instanceof ExecutionResult);
  assert.equal(result.status, 'success');
  assert.equal(result.finalExpression, 2);
  assert.equal(result.stdout, 'hi\n');
  assert.deepEqual(result.outputFiles, { x: Buffer.from([0, 255]) });
  assert.ok(result.metrics.total >= result.metrics.run);
});

test('no final expression is not None', async () => {
  const none = await (await sandbox()).execute('None');
  const nothing = await (await sandbox()).execute('x = 1');
  assert.equal(none.finalExpression, null);
  assert.ok(Object.hasOwn(none, 'finalExpression'));
  assert.ok(!Object.hasOwn(nothing, 'finalExpression'));
});

test('runs do not see each other', async () => {
  await (await sandbox()).execute("x = 1; open('left', 'w').write('x')");
  const { error } = await (await sandbox()).execute('x');
  assert.equal(error.type, 'NameError');
  assert.equal(await evaluate("import os; os.path.exists('left')"), false);
});

test('a failure of the code is a result, and an exception only where it is asked for', async () => {
  const result = await (await sandbox()).execute("print('before')\ndef f(): return 1 / 0\nf()");
  assert.equal(result.status, 'error');
  assert.equal(result.stdout, 'before\n');
  assert.deepEqual(
    [result.error.type, result.error.message, result.error.line, result.error.frames.map((frame) => frame.function)],
    ['ZeroDivisionError', 'division by zero', 2, ['<module>', 'f']],
  );
  assert.throws(
    () => result.raiseForStatus(),
    (error) => {
      assert.ok(error instanceof ExecutionError && !(error instanceof TerrariumError));
      assert.equal(error.message, 'ZeroDivisionError: division by zero');
      assert.equal(error.code, 'ERR_TERRARIUM_EXECUTION');
      assert.equal(error.result, result);
      assert.match(error.traceback, /line 2, in f/);
      return true;
    },
  );
});

test('files are text or bytes of any kind', async () => {
  const bytes = Uint8Array.from([9, 1, 2, 9]);
  const files = {
    'a/text': 'żółć',
    buffer: Buffer.from([1, 2]),
    view: bytes.subarray(1, 3),
    buffer16: Uint16Array.from([0x0201]),
    array: Uint8Array.from([1, 2]).buffer,
    shared: new Uint8Array(new SharedArrayBuffer(2)),
  };
  const code =
    "[open('a/text', encoding='utf-8').read()] + [list(open(n, 'rb').read()) for n in ('buffer', 'view', 'buffer16', 'array', 'shared')]";
  const expected = ['żółć', [1, 2], [1, 2], [1, 2], [1, 2], [0, 0]];
  assert.deepEqual(await evaluate(code, { files }), expected);
  assert.deepEqual(await evaluate(code, { files: new Map(Object.entries(files)) }), expected);
});

test('what a file holds is taken at the call', async () => {
  const data = Buffer.from('before');
  const made = await sandbox();
  const pending = made.execute("open('x').read()", { files: { x: data } });
  data.write('after!');
  assert.equal((await pending).finalExpression, 'before');
});

test('empty files are files', async () => {
  const result = await (await sandbox()).execute("for n in 'ab': open(n, 'w').close()", { files: { c: '' } });
  assert.deepEqual(result.outputFiles, { a: Buffer.alloc(0), b: Buffer.alloc(0) });
});

test('large contents go in and out unchanged', async () => {
  const data = Buffer.alloc(5 << 20, 'abc\0\xff', 'latin1');
  const result = await (
    await sandbox()
  ).execute("open('out', 'wb').write(open('in', 'rb').read())", {
    files: { in: data },
  });
  assert.ok(result.outputFiles.out.equals(data));
  assert.equal(Object.keys(result.outputFiles).length, 1);
});

test('names that mean something to JavaScript are names like any other', async () => {
  const files = new Map([
    ['__proto__', 'p'],
    ['constructor', 'c'],
  ]);
  const code =
    "for n in ('__proto__', 'toString'): open(n + 'x', 'w').write(n)\nopen('__proto__', 'a').write('!')\n__proto__ = 1";
  const result = await (await sandbox()).execute(code, { files, outputs: ['__proto__'] });
  assert.equal(result.status, 'success');
  assert.deepEqual(Object.keys(result.outputFiles).sort(), ['__proto__', '__proto__x', 'toStringx']);
  assert.equal(Object.getOwnPropertyDescriptor(result.outputFiles, '__proto__').value.toString(), 'p!');
  assert.equal(Object.getPrototypeOf(result.outputs), Object.prototype);
  assert.deepEqual(Object.entries(result.outputs), [['__proto__', 1]]);
});

test('every option of a run reaches the guest', async () => {
  const code = "import sys, os\ny = x + 1\n(sys.argv, os.environ['A'], os.getcwd(), sys.stdin.read(), __file__)";
  const result = await (
    await sandbox()
  ).execute(code, {
    args: ['a'],
    env: { A: 'b' },
    cwd: 'sub',
    stdin: 'line',
    filename: 'program.py',
    inputs: { x: 1 },
    outputs: ['y', 'absent'],
    files: { 'sub/f': '' },
    timeout: undefined,
  });
  assert.deepEqual(
    [...result.finalExpression],
    [['program.py', 'a'], 'b', '/home/earth/sub', 'line', '/home/earth/sub/program.py'],
  );
  assert.deepEqual(result.outputs, { y: 2 });
});

test('a deadline and a bound of memory are kept', async () => {
  const limited = await Sandbox.create({ timeout: 0.2, memory: 128n << 20n });
  assert.equal((await limited.execute('while True: pass')).status, 'timeout');
  assert.equal((await limited.execute('x = bytearray(200 << 20)')).status, 'memory_exceeded');
  const free = await Sandbox.create({ timeout: null });
  assert.equal((await free.execute('1', { timeout: 5 })).finalExpression, 1);
});

test('runs go on side by side, more than there are threads in the pool of Node, and hold up none of its work', async () => {
  const abort = new AbortController();
  const made = await sandbox();
  let begun = 0;
  const loops = Array.from({ length: 16 }, () => {
    const onStdout = () => {
      begun += 1;
      if (begun === 16) {
        // Only reached if all of them run; and files are read meanwhile.
        readFile(__filename).then(() => abort.abort());
      }
    };
    const code = "print('x', end='', flush=True)\nwhile True: pass";
    return made.execute(code, { signal: abort.signal, timeout: null, onStdout });
  });
  assert.deepEqual(new Set((await Promise.all(loops)).map(({ status }) => status)), new Set(['cancelled']));
});

test('many more runs than threads all come to their end', async () => {
  const sums = Array.from({ length: 300 }, (_, number) => evaluate('x * 2', { inputs: { x: number } }));
  assert.deepEqual(
    await Promise.all(sums),
    Array.from({ length: 300 }, (_, number) => number * 2),
  );
});

test('the calls that wait do the same', () => {
  const direct = Sandbox.createSync();
  const result = direct.executeSync("open('a').read() + '!'", { files: { a: 'hi' } });
  assert.equal(result.finalExpression, 'hi!');
  assert.equal(direct.executeSync('1 / 0').error.type, 'ZeroDivisionError');
  assert.throws(() => Sandbox.createSync({ timeout: -1 }), { code: 'ERR_TERRARIUM_INVALID_OPTION' });
});

test('an unknown option or one of a wrong type is a TypeError that names it', async () => {
  const cases = [
    [{ tiemout: 1 }, 'tiemout', /option `tiemout`: there is no such option; the options are .*`timeout`/],
    [{ timeout: '1' }, 'timeout', /option `timeout`: expected .*, found a string/],
    [{ timeout: Number.NaN }, 'timeout', /NaN is no finite number/],
    [{ memory: 1.5 }, 'memory', /option `memory`/],
    [{ memory: () => 1 }, 'memory', /holds a function/],
    [
      { packages: { numpy: 1 } },
      'packages',
      /option `packages`: expected a list of strings or "auto", found an object/,
    ],
    [{ files: ['a'] }, 'files', /it is an array, not an object/],
    [{ files: { a: 1 } }, 'files', /"a" is a number, neither text nor bytes/],
    [{ env: { A: 1 } }, 'env', /option `env`/],
    [{ env: { A: Symbol('s') } }, 'env', /holds a symbol/],
  ];
  for (const [options, option, message] of cases) {
    await assert.rejects(Sandbox.create(options), (error) => {
      assert.ok(error instanceof TypeError, `${error}`);
      assert.deepEqual([error.code, error.option], ['ERR_TERRARIUM_INVALID_OPTION', option]);
      assert.match(error.message, message);
      return true;
    });
  }
  const run = (options) => sandbox().then((made) => made.execute('1', options));
  for (const [options, option] of [
    [{ signal: {} }, 'signal'],
    [{ onStdout: 'x' }, 'onStdout'],
    [{ stdin: 1 }, 'stdin'],
    [{ inputs: 1 }, 'inputs'],
    [{ inputs: new Map([[1, 2]]) }, 'inputs'],
    [{ outputs: 'y' }, 'outputs'],
    [{ memory: 1 << 30 }, 'memory'],
  ]) {
    await assert.rejects(run(options), { name: 'TypeError', code: 'ERR_TERRARIUM_INVALID_OPTION', option });
  }
  await assert.rejects(run('x'), { name: 'TypeError', option: 'options' });
  await assert.rejects(
    sandbox().then((made) => made.execute(1)),
    { name: 'TypeError', message: /code is number/ },
  );
});

test('a fault of the host is a TerrariumError with its code and what is at fault', async () => {
  const fault = (code, fields) => (error) => {
    assert.ok(error instanceof TerrariumError && error.name === 'TerrariumError', `${error.stack}`);
    assert.equal(error.code, code);
    for (const [name, value] of Object.entries(fields)) {
      assert.equal(error[name], value);
    }
    return true;
  };
  await assert.rejects(Sandbox.create({ memory: 1 }), fault('ERR_TERRARIUM_INVALID_OPTION', { option: 'memory' }));
  const packages = fault('ERR_TERRARIUM_INVALID_OPTION', { option: 'packages', problem: 'value' });
  await assert.rejects(Sandbox.create({ packages: 'numpy' }), packages);
  const run = (options) => sandbox().then((made) => made.execute('1', options));
  await assert.rejects(run({ files: { '../x': '' } }), fault('ERR_TERRARIUM_INVALID_PATH', { path: '../x' }));
  await assert.rejects(
    Sandbox.create({ packages: ['no-such-package'] }),
    fault('ERR_TERRARIUM_PACKAGE_UNKNOWN', { package: 'no-such-package' }),
  );
  const small = await Sandbox.create({ codeBytes: 10 });
  const big = fault('ERR_TERRARIUM_TOO_LARGE', { option: 'codeBytes', limit: 10, used: 20 });
  await assert.rejects(small.execute(' '.repeat(20)), big);
  assert.throws(() => small.executeSync(' '.repeat(20)), big);
});

test('a result is frozen, and its JSON form has every value with its type', async () => {
  const result = await (await sandbox()).execute("open('f', 'wb').write(b'\\0')\n(1, b'x' * 2000)", {});
  assert.throws(() => {
    result.status = 'error';
  }, TypeError);
  const json = JSON.parse(JSON.stringify(result));
  assert.deepEqual(json.final_expression, {
    $type: 'tuple',
    items: [1, { $type: 'bytes', base64: Buffer.alloc(2000, 'x').toString('base64') }],
  });
  assert.deepEqual(json.output_files, { f: 'AA==' });
  assert.equal(json.stdout_bytes, undefined);
});

test('the library says what it is made of', () => {
  const { terrarium, python, engine } = about();
  assert.equal(terrarium, require('terrarium/package.json').version);
  assert.match(python, /^3\.14/);
  assert.match(engine, /^wasmtime /);
});
