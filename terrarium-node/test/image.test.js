// Images: built, saved, opened, listed; and packages in them.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');

const { DataFrame, Image, NdArray, Sandbox, Series } = require('terrarium');

const { ROOT } = require('./tools.js');

const CORPUS = path.join(ROOT, 'tests/corpus');

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
  const science = await Sandbox.create({ packages: ['pandas'], packagesFrom: [CORPUS] });
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

  const table = await run("import pandas as pd\npd.DataFrame({'a': [1, 2], 'b': ['x', None]}, index=['r', 's'])");
  assert.ok(table instanceof DataFrame);
  assert.deepEqual(
    [table.columns, table.index, table.shape],
    [
      ['a', 'b'],
      ['r', 's'],
      [2, 2],
    ],
  );
  assert.deepEqual(table.toObjects(), [
    { a: 1, b: 'x' },
    { a: 2, b: Number.NaN },
  ]);
  assert.equal(await run('x.loc["s", "a"] == 2 and list(x.columns) == ["a", "b"]', { x: table }), true);
  const series = await run("import pandas as pd\npd.Series([1.5, 2], name='n')");
  assert.ok(series instanceof Series);
  assert.deepEqual([series.name, series.data, series.dtype], ['n', [1.5, 2], 'float64']);
  assert.equal(await run('str(x.dtype) + x.name + str(x.sum())', { x: series }), 'float64n3.5');
});

test('large tables come as columns, and go back', async () => {
  const science = await Sandbox.create({ packages: ['pandas'], packagesFrom: [CORPUS] });
  const code = `import pandas as pd, numpy as np
frame = pd.DataFrame({'a': np.arange(60_000), 'b': np.arange(60_000) * 0.5})
series = pd.Series(np.arange(120_000), name='n')
odd = pd.DataFrame({'a': [object()] * 120_000})`;
  const { outputs } = (await science.execute(code, { outputs: ['frame', 'series', 'odd'] })).raiseForStatus();
  const { frame, series, odd } = outputs;
  assert.deepEqual(frame.shape, [60_000, 2]);
  assert.equal(frame.columnData[1].data[59_999], 29_999.5);
  assert.deepEqual(frame.toObjects()[2], { a: frame.columnData[0].data[2], b: 1 });
  assert.equal(series.data.data.length, 120_000);
  const same = `import pandas as pd, numpy as np
[frame.equals(pd.DataFrame({'a': np.arange(60_000), 'b': np.arange(60_000) * 0.5})), int(series.sum()), series.name]`;
  const back = (await science.execute(same, { inputs: { frame, series } })).raiseForStatus();
  assert.deepEqual(back.finalExpression, [true, 7_199_940_000, 'n']);
  assert.match(odd.repr, /object/);
  await assert.rejects(science.execute('odd', { inputs: { odd } }), /stayed in the guest/);
});
