// Images: built, saved, opened, listed; and packages in them.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');

const { Column, DataFrame, Image, Index, NdArray, Sandbox, Series, Tuple } = require('terrarium');

const { ROOT } = require('./tools.js');

const CORPUS = path.join(ROOT, 'tests/corpus');

test('a signal stops a build at once, and the next build is whole', async () => {
  const cacheDir = fs.mkdtempSync(path.join(os.tmpdir(), 'terrarium-'));
  fs.chmodSync(cacheDir, 0o700);
  const reason = new Error('enough');
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 1500);
  const begun = performance.now();
  // With a package of compiled code: the addon may contain the bare image.
  const options = { cacheDir, packages: ['kiwisolver'], packagesFrom: [CORPUS], quickStart: false };
  await assert.rejects(Sandbox.create({ ...options, signal: controller.signal }), reason);
  assert.ok(performance.now() - begun < 10_000);
  await assert.rejects(Image.build({ cacheDir, signal: controller.signal }), reason);
  assert.throws(() => Image.buildSync({ cacheDir, signal: controller.signal }), reason);
  await assert.rejects(Image.build({ cacheDir, signal: 1 }), { code: 'ERR_TERRARIUM_INVALID_OPTION' });
  const images = await Image.list({ cacheDir });
  assert.deepEqual(
    images.filter((image) => image.packages.length > 0),
    [],
  );
  const sandbox = await Sandbox.create({ ...options, signal: new AbortController().signal });
  assert.equal((await sandbox.execute('1 + 1')).finalExpression, 2);
  fs.rmSync(cacheDir, { recursive: true });
});

test('an image is built with progress, saved, opened and started from', async () => {
  const steps = [];
  const image = await Image.build({ prepare: 'import fractions' }, (step) => steps.push(step));
  assert.match(image.info.python, /^3\.14/);
  const again = Image.buildSync({ prepare: 'import fractions' });
  assert.deepEqual(again.info, image.info);

  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'terrarium-'));
  try {
    const file = path.join(folder, 'fractions.timg');
    await image.save(file);
    assert.equal((await Image.inspect(file)).isComplete, true);
    const code = "import sys; 'fractions' in sys.modules";
    for (const from of [file, image, await Image.open(file), Image.openSync(file)]) {
      const started = await Sandbox.create({ image: from, timeout: 5 });
      assert.equal((await started.execute(code)).finalExpression, true);
    }
    const direct = await Sandbox.onImage(image, { timeout: 5 });
    assert.equal((await direct.execute(code)).finalExpression, true);
    await assert.rejects(Image.open(path.join(folder, 'no.timg')), { code: 'ERR_TERRARIUM_IMAGE' });
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

test('the images of a cache folder are listed and pruned', async () => {
  await Sandbox.create();
  assert.ok((await Image.list()).some(({ name }) => name === 'base'));
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'terrarium-'));
  try {
    assert.deepEqual(await Image.list({ cacheDir: folder }), []);
    assert.deepEqual(await Image.prune({ cacheDir: folder, unusedFor: 10 }), []);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
  await assert.rejects(Image.prune({ unused: 10 }), { name: 'TypeError', option: 'unused' });
  await assert.rejects(Image.build({ prepare: 'x' }), { code: 'ERR_TERRARIUM_IMAGE', message: /NameError/ });
});

test('arrays and tables have classes, and go back', async () => {
  const science = await Sandbox.create({ packages: ['pandas'], packagesFrom: [CORPUS], quickStart: false });
  const run = async (code, inputs = {}) => (await science.execute(code, { inputs })).raiseForStatus().finalExpression;
  const cases = [
    ["np.arange(6, dtype='int32').reshape(2, 3)", Int32Array.of(0, 1, 2, 3, 4, 5), [2, 3], 'int32'],
    ['np.array([-1, 2**62])', BigInt64Array.of(-1n, 2n ** 62n), [2], 'int64'],
    ["np.array([0.5, float('nan')])", Float64Array.of(0.5, Number.NaN), [2], 'float64'],
    ['np.array([True, False])', Uint8Array.of(1, 0), [2], 'bool'],
    ['np.array([1 + 2j])', Float64Array.of(1, 2), [1], 'complex128'],
    ["np.array([0.5, -2], dtype='float16')", [0.5, -2], [2], 'float16'],
    ["np.array([1, 2], dtype='>i2')", Int16Array.of(1, 2), [2], '>i2'],
    ["np.array(['a', 'é'])", ['a', 'é'], [2], '<U1'],
    ["np.array(['2026-01-01', 'NaT'], dtype='datetime64[D]')", ['2026-01-01', 'NaT'], [2], 'datetime64[D]'],
    ['np.array(1.5)', Float64Array.of(1.5), [], 'float64'],
    ['np.zeros((0, 3))', new Float64Array(), [0, 3], 'float64'],
    ["np.ones((100, 200), dtype='float32') / 2", new Float32Array(20_000).fill(0.5), [100, 200], 'float32'],
    ["np.full(40_000, 0.25, dtype='float16')", Array(40_000).fill(0.25), [40_000], 'float16'],
    ["np.full(40_000, 3, dtype='>i2')", new Int16Array(40_000).fill(3), [40_000], '>i2'],
  ];
  for (const [code, data, shape, dtype] of cases) {
    const array = await run(`import numpy as np\n${code}`);
    assert.ok(array instanceof NdArray, code);
    assert.deepStrictEqual([array.data, array.shape, array.dtype], [data, shape, dtype], code);
    const same = `import numpy as np\ny = ${code}\nx.dtype == y.dtype and x.shape == y.shape and x.tobytes() == y.tobytes()`;
    assert.equal(await run(same, { x: array }), true, code);
  }
  const nested = await run("import numpy as np\nnp.arange(6, dtype='int8').reshape(2, 3)");
  assert.deepEqual(nested.toNested(), [
    [0, 1, 2],
    [3, 4, 5],
  ]);
  assert.equal(await run('x[0] = 9; float(x.sum())', { x: Float64Array.of(1, 2.5) }), 11.5);

  const masked = await run('import numpy as np\nnp.ma.array([1, 2], mask=[0, 1], dtype="int32")');
  assert.deepEqual(
    [[...masked.data], [...masked.mask.data]],
    [
      [1, 2],
      [0, 1],
    ],
  );
  const records = await run("import numpy as np\nnp.array([(1, 'a')], dtype=[('x', 'i4'), ('y', 'U1')])");
  assert.deepEqual([records.dtype.names, records.data], [['x', 'y'], [Tuple.of(1, 'a')]]);

  const table = await run("import pandas as pd\npd.DataFrame({'a': [1, 2], 'b': ['x', None]}, index=['r', 's'])");
  assert.ok(table instanceof DataFrame);
  assert.deepEqual(
    [table.columns.toArray(), table.index.toArray(), table.shape],
    [
      ['a', 'b'],
      ['r', 's'],
      [2, 2],
    ],
  );
  assert.deepEqual(table.toObjects(), [
    { a: 1, b: 'x' },
    { a: 2, b: null },
  ]);
  assert.equal(table.column('b').dtype, 'str');
  assert.equal(await run('x.loc["s", "a"] == 2 and list(x.columns) == ["a", "b"]', { x: table }), true);
  const series = await run("import pandas as pd\npd.Series([1.5, 2], name='n')");
  assert.ok(series instanceof Series);
  assert.deepEqual([series.name, series.values.toArray(), series.values.dtype], ['n', [1.5, 2], 'float64']);
  assert.equal(await run('str(x.dtype) + x.name + str(x.sum())', { x: series }), 'float64n3.5');
});

test('every value of numpy and pandas goes back as what it was', async () => {
  const science = await Sandbox.create({ packages: ['pandas'], packagesFrom: [CORPUS], quickStart: false });
  const program = fs.readFileSync(path.join(ROOT, 'tests/programs/border.py'), 'utf8');
  const { finalExpression: found } = (await science.execute(program)).raiseForStatus();
  assert.ok(found.length > 100);
  // The program compares each value with the one that it makes itself.
  (await science.execute(program, { inputs: { found } })).raiseForStatus();
});

test('labels have names and levels, and columns their types', async () => {
  const science = await Sandbox.create({ packages: ['pandas'], packagesFrom: [CORPUS], quickStart: false });
  const code = `import pandas as pd
index = pd.MultiIndex.from_tuples([('x', 1), ('y', 2)], names=['shop', None])
day = pd.date_range('2026-10-24', periods=2, freq='2D', tz='Europe/Berlin')
pd.DataFrame({'day': day, 'grade': pd.Categorical(['b', None], ['b', 'a'], ordered=True)}, index=index)`;
  const { finalExpression: table } = (await science.execute(code)).raiseForStatus();
  assert.deepEqual(table.index.names, ['shop', null]);
  assert.deepEqual(table.index.toArray(), [Tuple.of('x', 1), Tuple.of('y', 2)]);
  const [day, grade] = table.data;
  assert.deepEqual([day.dtype, day.toArray()[1]], ['datetime64[us, Europe/Berlin]', '2026-10-26T00:00:00+01:00']);
  assert.deepEqual([grade.toArray(), grade.parts.ordered], [['b', null], true]);
});

test('tables that are made here go in', async () => {
  const science = await Sandbox.create({ packages: ['pandas'], packagesFrom: [CORPUS], quickStart: false });
  const table = new DataFrame({
    columns: new Index(['n', 't'], 'field'),
    index: new Index(new Column('str', ['r', 's']), 'row'),
    data: [new Column('Int64', [1, null]), new Column('str', ['x', null])],
  });
  const code = 'import pandas\n[str(x.n.dtype), str(x.t.dtype), x.index.name, x.columns.name, x.isna().sum().tolist()]';
  const { finalExpression } = (await science.execute(code, { inputs: { x: table } })).raiseForStatus();
  assert.deepEqual(finalExpression, ['Int64', 'str', 'row', 'field', [1, 1]]);
});

test('long columns are buffers, and go back', async () => {
  const science = await Sandbox.create({ packages: ['pandas'], packagesFrom: [CORPUS], quickStart: false });
  const code = `import pandas as pd, numpy as np
n = 60_000
frame = pd.DataFrame({'a': np.arange(n, dtype='i8'), 'b': np.arange(n) * 0.5, 't': ['é', None] * (n // 2),
    'd': pd.date_range('2020', periods=n, freq='s'), 'i': pd.array([1, None] * (n // 2), dtype='Int8')})
frame`;
  const { finalExpression: frame } = (await science.execute(code)).raiseForStatus();
  const [a, b, t, d, i] = frame.data;
  assert.equal(frame.index.length, 60_000);
  assert.deepEqual([a.typed[59_999], b.typed[59_999], a.toArray()[59_999]], [59_999n, 29_999.5, 59_999]);
  assert.deepEqual(
    [t.toArray().slice(0, 2), i.toArray().slice(0, 2)],
    [
      ['é', null],
      [1, null],
    ],
  );
  assert.equal(d.toArray()[61], '2020-01-01T00:01:01');
  assert.deepEqual(frame.toRows()[2], [2, 1, 'é', '2020-01-01T00:00:02', 1]);
  const same = `${code}.equals(x)`;
  const back = (await science.execute(same, { inputs: { x: frame } })).raiseForStatus();
  assert.equal(back.finalExpression, true);
});

test('a table over the bound is told by its class and repr', async () => {
  const science = await Sandbox.create({
    packages: ['pandas'],
    packagesFrom: [CORPUS],
    quickStart: false,
    valueBytes: 100_000,
  });
  const code = "import pandas as pd\n[1, pd.DataFrame({'a': ['x' * 50] * 10_000})]";
  const { finalExpression } = (await science.execute(code)).raiseForStatus();
  assert.deepEqual([finalExpression[0], finalExpression[1].class], [1, 'pandas.DataFrame']);
  assert.match(finalExpression[1].repr, /10000 rows/);
});
