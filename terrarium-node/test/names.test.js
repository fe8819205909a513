// Names: camelCase in the whole API, and nothing that is the user's is renamed.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { test } = require('node:test');

const terrarium = require('terrarium');

const native = require('../lib/native.js');
const { sandbox } = require('./tools.js');

const { about, CacheFolder, Image, PackageStore, Sandbox, Session } = terrarium;

/** The names of the members that an interface of `types.d.ts` declares. */
function declared(name) {
  const text = fs.readFileSync(require.resolve('../lib/types.d.ts'), 'utf8');
  const [, body] = new RegExp(`^export interface ${name} \\{\\n(.*?)^\\}`, 'ms').exec(text);
  return [...body.matchAll(/^ {2}(\w+)\??:/gm)].map(([, member]) => member).sort();
}

const members = (record) => Object.keys(record).sort();

test('the declared options are those of core, in camelCase', () => {
  const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
  const { sandbox, execute, image } = native.optionNames();
  assert.deepEqual(declared('SandboxOptions'), [...sandbox.map(camel), 'signal', 'functions', 'decide'].sort());
  assert.deepEqual(
    declared('ExecuteOptions'),
    [...execute.map(camel), 'signal', 'onStdout', 'onStderr', 'onDisplay', 'onEvent', 'functions', 'decide'].sort(),
  );
  assert.deepEqual(declared('ImageOptions'), [...image.map(camel), 'signal'].sort());
  assert.ok(sandbox.includes('file_bytes') && execute.includes('store_last') && image.includes('cache_dir'));
});

test('records have the members that are declared', async () => {
  const result = await (await sandbox()).execute('def f():\n  return 1 / 0\nf()');
  assert.deepEqual(members(result.error), declared('PythonError'));
  assert.deepEqual(members(result.error.frames[0]), declared('Frame'));
  assert.deepEqual(members(result.metrics), declared('Metrics'));
  assert.equal(result.error.endLine, 2);
  assert.ok(result.metrics.peakMemory > 0);
  assert.deepEqual(members(about()), declared('About'));
  assert.deepEqual(members((await Image.list())[0]), declared('ImageInfo'));
  const session = await (await sandbox()).session();
  await session.writeFile('a_b', '');
  assert.deepEqual(members((await session.listFiles())[0]), declared('FileInfo'));
  assert.deepEqual(members(await session.complete('impo')), declared('Completion'));
  await session.close();
});

test('no member of a result has an underscore, and its JSON form has the names of core', async () => {
  const made = await Sandbox.create({ reprBytes: 3 });
  const code =
    "import os, sys\nopen('new_file', 'w').close()\nos.remove('old_file')\nsys.stdout.buffer.write(b'\\xff')\n1000";
  const result = await made.execute(code, { files: { old_file: '' } });
  assert.ok(
    Object.keys(result).every((name) => /^[a-z]+([A-Z][a-z]+)*$/.test(name)),
    Object.keys(result).join(),
  );
  assert.deepEqual([result.finalRepr, result.finalReprTruncated], ['100', true]);
  assert.deepEqual([result.outputFiles, result.deletedFiles], [{ new_file: Buffer.alloc(0) }, ['old_file']]);
  assert.deepEqual(result.stdoutBytes, Buffer.of(255));
  assert.deepEqual([result.exitCode, result.sessionLost], [null, false]);
  const json = result.toJSON();
  const core =
    `status final_expression final_repr final_repr_truncated outputs stdout stdout_bytes stdout_truncated stderr
    stderr_truncated output_files deleted_files displays error exit_code session_lost host_calls journal metrics`.split(
      /\s+/,
    );
  assert.deepEqual(members(json), core.sort());
  assert.deepEqual(members(json.metrics), [
    'abandoned',
    'host',
    'host_calls',
    'image',
    'packages',
    'peak_memory',
    'run',
    'start',
    'total',
  ]);
  assert.deepEqual(
    [json.output_files, json.deleted_files, json.stdout_bytes],
    [{ new_file: '' }, ['old_file'], '/w=='],
  );
  const failed = (await made.execute('1 / 0')).toJSON();
  assert.equal(failed.error.end_line, 1);
});

test('names of files, variables, inputs and outputs are the user’s and stay as they are', async () => {
  const code =
    "import os\nmy_out = {'snake_key': my_in['camelKey_b'], 'camelKey': os.environ['MY_VAR'] + os.environ['camelVar']}";
  const { outputs } = (
    await (
      await sandbox()
    ).execute(`${code}\nopen('out_dir_file', 'w').write(open('in_file').read())`, {
      files: { in_file: 'x' },
      env: { MY_VAR: 'a', camelVar: 'b' },
      inputs: { my_in: { camelKey_b: 1 } },
      outputs: ['my_out'],
    })
  ).raiseForStatus();
  assert.deepEqual(outputs, { my_out: { snake_key: 1, camelKey: 'ab' } });
  const shown = await (
    await sandbox()
  ).execute("display({'application/json': {'a_b': 1}}, raw=True, metadata={'c_d': 2})");
  assert.deepEqual([shown.displays[0].data['application/json'], shown.displays[0].metadata], [{ a_b: 1 }, { c_d: 2 }]);
});

test('an option in snake_case is an error that names the one in camelCase', async () => {
  const code = 'ERR_TERRARIUM_INVALID_OPTION';
  const cases = [
    [() => Sandbox.create({ file_bytes: 1 }), 'file_bytes', /did you mean `fileBytes`\?$/],
    [() => Sandbox.create({ packages_from: [] }), 'packages_from', /did you mean `packagesFrom`\?$/],
    [() => Image.build({ cache_dir: 'x' }), 'cache_dir', /did you mean `cacheDir`\?$/],
    [() => Image.list({ cache_dir: 'x' }), 'cache_dir', /did you mean `cacheDir`\?$/],
    [() => Image.prune({ unused_for: 1 }), 'unused_for', /did you mean `unusedFor`\?$/],
    [async () => (await sandbox()).execute('1', { on_stdout() {} }), 'on_stdout', /did you mean `onStdout`\?$/],
    [async () => (await sandbox()).execute('1', { store_last: true }), 'store_last', /did you mean `storeLast`\?$/],
    [() => Sandbox.create({ no_such: 1 }), 'no_such', /there is no such option; the options are .*`fileBytes`/],
  ];
  for (const [call, option, message] of cases) {
    await assert.rejects(call, { name: 'TypeError', code, option, message });
  }
});

test('the texts of errors have the names that options have here', async () => {
  await assert.rejects(Sandbox.create({ fileBytes: 2 ** 60 }), (error) => {
    assert.equal(error.option, 'fileBytes');
    assert.match(error.message, /`fileBytes`/);
    assert.doesNotMatch(error.message, /file_bytes/);
    return true;
  });
  const small = await Sandbox.create({ codeBytes: 10 });
  await assert.rejects(small.execute(' '.repeat(20)), /raise the option `codeBytes`/);
  await assert.rejects(Sandbox.create({ fileCount: 'x' }), /option `fileCount`: expected .*, found a string/);
});

test('no class has a constructor that blocks, or one for users at all', () => {
  for (const Class of [CacheFolder, Sandbox, Session, Image, PackageStore]) {
    for (const argument of [undefined, {}, { timeout: 1 }, Object.create(Class.prototype)]) {
      assert.throws(() => new Class(argument), {
        name: 'TypeError',
        code: 'ERR_ILLEGAL_CONSTRUCTOR',
        message: new RegExp(`^${Class.name} has no public constructor, use \`await `),
      });
    }
  }
});

test('a float that is whole is told from an int by its repr', async () => {
  const float = await (await sandbox()).execute('2.0');
  const int = await (await sandbox()).execute('2');
  assert.equal(float.finalExpression, int.finalExpression);
  assert.deepEqual([float.finalRepr, int.finalRepr], ['2.0', '2']);
});
