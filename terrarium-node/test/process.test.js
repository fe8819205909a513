// The life of a process: worker threads, its end while code runs, no leak, and both module systems.
'use strict';

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const { test } = require('node:test');
const { promisify } = require('node:util');
const { Worker } = require('node:worker_threads');

const terrarium = require('terrarium');

const { sandbox } = require('./tools.js');

/** Runs a program and tells what it wrote; a crash is an error, and so is one that does not end. */
async function program(code, options = []) {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [...options, '-e', code], {
    cwd: __dirname,
    timeout: 60_000,
  });
  return { stdout, stderr };
}

/** A worker's messages, until it exits. */
function worker(code, wish = () => {}) {
  const thread = new Worker(code, { eval: true });
  const messages = [];
  return new Promise((resolve, reject) => {
    thread.on('message', (message) => {
      messages.push(message);
      wish(thread, message);
    });
    thread.on('error', reject);
    thread.on('exit', () => resolve(messages));
  });
}

const HEAD = `const { Sandbox } = require('terrarium');
const { parentPort } = require('node:worker_threads');`;

test('worker threads have sandboxes of their own', async () => {
  const code = `${HEAD}
    Sandbox.create().then(async (sandbox) => {
      const runs = Array.from({ length: 10 }, (_, x) => sandbox.execute('x * 2', { inputs: { x } }));
      for (const { finalExpression } of await Promise.all(runs)) parentPort.postMessage(finalExpression);
    });`;
  const expected = Array.from({ length: 10 }, (_, x) => x * 2);
  const found = await Promise.all([worker(code), worker(code), worker(code)]);
  assert.deepEqual(found, [expected, expected, expected]);
});

test('a worker that is terminated while code runs takes nothing with it', async () => {
  const code = `${HEAD}
    Sandbox.create({ timeout: null }).then(async (sandbox) => {
      sandbox.execute('while True: print(1)', { onStdout() {} });
      sandbox.session().then((session) => session.execute('while True: pass'));
      (async () => { for await (const _ of sandbox.stream('while True: print(1)')); })();
      sandbox.execute('while True: pass');
      setTimeout(() => parentPort.postMessage('running'), 100);
    });`;
  for (let round = 0; round < 5; round++) {
    assert.deepEqual(await worker(code, (thread) => thread.terminate()), ['running']);
  }
  assert.equal((await (await sandbox()).execute('6 * 7')).finalExpression, 42);
});

test('a worker that waits for a run can be terminated', async () => {
  const code = `${HEAD}
    parentPort.postMessage('running');
    Sandbox.createSync({ timeout: null }).executeSync('while True: pass');`;
  assert.deepEqual(await worker(code, (thread) => setTimeout(() => thread.terminate(), 300)), ['running']);
});

test('a stream that nobody reads to its end keeps no process alive', async () => {
  const code = `${HEAD}
    Sandbox.create({ timeout: null }).then(async (sandbox) => {
      globalThis.output = sandbox.stream("while True: print('x' * 1000)");
      console.log((await output.next()).value.type);
    });`;
  assert.equal((await program(code)).stdout, 'stdout\n');
});

test('a process ends at once while code runs', async () => {
  const code = `${HEAD}
    Sandbox.create({ timeout: null }).then(async (sandbox) => {
      sandbox.execute('while True: pass');
      sandbox.execute('while True: print(1)', { onStdout() {} });
      const session = await sandbox.session();
      session.execute('import time; time.sleep(1000)');
      setTimeout(() => { console.log('bye'); process.exit(0); }, 200);
    });`;
  const { stdout, stderr } = await program(code);
  assert.deepEqual([stdout, stderr], ['bye\n', '']);
});

test('an uncaught error ends a process while code runs', async () => {
  const code = `${HEAD}
    Sandbox.create({ timeout: null }).then((sandbox) => {
      sandbox.execute('while True: pass');
      setTimeout(() => { throw new Error('meant'); }, 100);
    });`;
  await assert.rejects(program(code), (error) => {
    assert.deepEqual([error.code, error.signal], [1, null]);
    assert.match(error.stderr, /meant/);
    return true;
  });
});

test('a run keeps the process alive until its end, an idle session does not', async () => {
  const code = `${HEAD}
    Sandbox.create().then(async (sandbox) => {
      globalThis.session = await sandbox.session();
      sandbox.execute("import time; time.sleep(0.3); 'slept'").then((r) => console.log(r.finalExpression));
    });`;
  const { stdout } = await program(code);
  assert.equal(stdout, 'slept\n');
});

test('loading the package keeps no process alive and starts no thread', async () => {
  const code = "require('terrarium'); console.log(require('node:fs').readdirSync('/proc/self/task').length)";
  const bare = await program("console.log(require('node:fs').readdirSync('/proc/self/task').length)");
  assert.equal((await program(code)).stdout, bare.stdout);
});

test("the traps of Node's own WebAssembly still work", async () => {
  await (await sandbox()).execute('1');
  // (module (memory 1) (func (export "read") (result i32) i32.const -1 i32.load))
  const bytes = Buffer.from(
    '0061736d010000000105016000017f030201000503010001070801047265616400000a0901070041' + '7f2802000b',
    'hex',
  );
  const { read } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
  for (let round = 0; round < 3; round++) {
    assert.throws(read, WebAssembly.RuntimeError);
    assert.equal((await (await sandbox()).execute('1 + 1')).finalExpression, 2);
  }
});

test('ten thousand runs leave the process where it was', { skip: process.platform !== 'linux' }, async () => {
  const code = `${HEAD}
    const fs = require('node:fs');
    const state = () => {
      gc();
      return { rss: process.memoryUsage().rss, files: fs.readdirSync('/proc/self/fd').length };
    };
    Sandbox.create().then(async (sandbox) => {
      const some = async (count) => {
        for (let i = 0; i < count; i++) {
          await sandbox.execute("print('x' * 1000); open('f', 'w').write('y' * 5000)", { files: { g: Buffer.alloc(5000) } });
          if (i % 100 === 0) {
            const session = await sandbox.session();
            await session.execute('x = 1');
            if (i % 200 === 0) await session.close();
            await sandbox.execute('1 / 0');
          }
        }
        // Buffers that are done with go in steps of the event loop.
        await new Promise((resolve) => setTimeout(resolve, 100));
      };
      await some(2000);
      const before = state();
      await some(10_000);
      const after = state();
      // A thread that nobody needs ends.
      await new Promise((resolve) => setTimeout(resolve, 6000));
      console.log(JSON.stringify({ grown: after.rss - before.rss, files: after.files - before.files,
        threads: fs.readdirSync('/proc/self/task').filter((id) =>
          fs.readFileSync('/proc/self/task/' + id + '/comm', 'utf8').startsWith('terrarium-run')).length }));
    });`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '-e', code], { cwd: __dirname });
  const { grown, files, threads } = JSON.parse(stdout);
  assert.ok(grown < 30e6, `the process grew by ${grown} bytes`);
  assert.deepEqual([files, threads], [0, 0]);
});

test('both module systems give the same objects', async () => {
  const imported = await import('terrarium');
  assert.equal(imported.default, terrarium);
  const names = Object.keys(imported).filter((name) => name !== 'default' && name !== 'module.exports');
  assert.deepEqual(names.sort(), Object.keys(terrarium).sort());
  for (const name of names) {
    assert.equal(imported[name], terrarium[name]);
  }
});

test('the addon has what its declaration says, and nothing else', () => {
  const native = require('../lib/native.js');
  const text = fs.readFileSync(require.resolve('../lib/native.d.ts'), 'utf8');
  const declared = {};
  let holder = '';
  for (const line of text.split('\n')) {
    const top = /^export (class|function|interface) (\w+)/.exec(line);
    if (top) {
      holder = top[1] === 'class' ? top[2] : '';
      if (top[1] !== 'interface') {
        declared[top[2]] = [];
      }
    }
    const member = /^ {2}(?:static )?(\w+)\(/.exec(line);
    if (holder && member && member[1] !== 'constructor') {
      declared[holder].push(member[1]);
    }
  }
  const found = Object.fromEntries(
    Object.entries(native).map(([name, item]) => {
      const own = Object.getOwnPropertyNames(item).filter((key) => typeof item[key] === 'function' && item.prototype);
      const methods = Object.getOwnPropertyNames(item.prototype ?? {}).filter((key) => key !== 'constructor');
      return [name, [...own, ...methods].sort()];
    }),
  );
  for (const members of Object.values(declared)) {
    members.sort();
  }
  assert.deepEqual(found, declared);
});
