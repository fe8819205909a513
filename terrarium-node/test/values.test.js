// Values in both directions: each of Python's types has its form, and goes back as what it was.
'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const vm = require('node:vm');

const terrarium = require('terrarium');

const { evaluate, sandbox } = require('./tools.js');

const { Complex, DateTime, Decimal, Enum, Float, Fraction, FrozenSet, NamedTuple, Opaque, Path } = terrarium;
const { PlainDate, PlainDateTime, PlainTime, Range, TimeDelta, Truncated, Tuple, UUID } = terrarium;

/** The repr in Python of an input. */
const repr = (x) => evaluate('repr(x)', { inputs: { x } });

const SAMPLES = [
  ['None', null],
  ['True', true],
  ['-7', -7],
  ['9007199254740991', 2 ** 53 - 1],
  ['9007199254740992', 2n ** 53n],
  ['-123456789012345678901234567890', -123456789012345678901234567890n],
  ['0.1', 0.1],
  ['-0.0', -0],
  ['1e+22', 1e22],
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ["'żółć 🌍'", 'żółć 🌍'],
  ["'a\\ud800b\\udc00'", 'a\ud800b\udc00'],
  ["b'\\x00\\xff'", Buffer.from([0, 255])],
  ["[1, [2, 'a'], {}]", [1, [2, 'a'], {}]],
  ["{'a': 1, '': None}", { a: 1, '': null }],
  ["{'$type': 'x'}", { $type: 'x' }],
  [
    "{1: 'a', None: 2}",
    new Map([
      [1, 'a'],
      [null, 2],
    ]),
  ],
  ['{3}', new Set([3])],
  ["frozenset({'a'})", new FrozenSet(['a'])],
  ['(1, (2,), ())', Tuple.of(1, Tuple.from([2]), new Tuple())],
  ['range(1, 9, 2)', new Range(1, 9, 2)],
  ['(1.5-0j)', new Complex(1.5, -0)],
];

for (const [text, value] of SAMPLES) {
  test(`${text} has its form, and goes back`, async () => {
    const result = await (await sandbox()).execute(`x = ${text.replace(/^(nan|inf)$/, "float('$1')")}\nx`);
    const found = result.raiseForStatus().finalExpression;
    assert.deepStrictEqual(found, value);
    assert.equal(await repr(found), text);
  });
}

const TAGGED = [
  ["__import__('decimal').Decimal('1.10')", Decimal, '1.10', "Decimal('1.10')"],
  ["__import__('fractions').Fraction(1, 3)", Fraction, '1/3', 'Fraction(1, 3)'],
  [
    "__import__('uuid').UUID(int=5)",
    UUID,
    '00000000-0000-0000-0000-000000000005',
    "UUID('00000000-0000-0000-0000-000000000005')",
  ],
  ["__import__('pathlib').Path('/a/b')", Path, '/a/b', "PosixPath('/a/b')"],
  ["__import__('datetime').date(2026, 2, 28)", PlainDate, '2026-02-28', 'datetime.date(2026, 2, 28)'],
  ["__import__('datetime').time(23, 59, 58, 1)", PlainTime, '23:59:58.000001', 'datetime.time(23, 59, 58, 1)'],
  [
    "__import__('datetime').datetime(1, 1, 1)",
    PlainDateTime,
    '0001-01-01T00:00:00',
    'datetime.datetime(1, 1, 1, 0, 0)',
  ],
  [
    "__import__('datetime').timedelta(days=-1, microseconds=1)",
    TimeDelta,
    '-1 days, 0 s, 1 us',
    'datetime.timedelta(days=-1, microseconds=1)',
  ],
  ['complex(0, -2)', Complex, '(0-2j)', '-2j'],
];

for (const [code, Kind, text, expected] of TAGGED) {
  test(`${expected} is a ${Kind.name}, and goes back`, async () => {
    const value = await evaluate(code);
    assert.ok(value instanceof Kind);
    assert.equal(String(value), text);
    assert.equal(await repr(value), expected);
  });
}

test('a time with a zone is a Date that keeps its microseconds and its offset', async () => {
  const code =
    'from datetime import *\ndatetime(2026, 11, 21, 12, 30, 0, 123456, tzinfo=timezone(timedelta(hours=5, minutes=30)))';
  const value = await evaluate(code);
  assert.ok(value instanceof Date && value instanceof DateTime);
  assert.equal(value.getTime(), Date.UTC(2026, 10, 21, 7, 0, 0, 123));
  assert.equal(value.value, '2026-11-21T12:30:00.123456+05:30');
  assert.equal(
    await repr(value),
    'datetime.datetime(2026, 11, 21, 12, 30, 0, 123456, tzinfo=datetime.timezone(datetime.timedelta(seconds=19800)))',
  );
  value.setUTCFullYear(2000);
  assert.match(await repr(value), /^datetime.datetime\(2000, 11, 21, 7, 0, 0, 123000, tzinfo=datetime.timezone.utc\)$/);
  assert.equal(await repr(new Date(0)), 'datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)');
});

test('dates keep the name of their zone, and the fold', async () => {
  const code = `from datetime import *; from zoneinfo import ZoneInfo
[datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo('Europe/Berlin')), time(1, tzinfo=ZoneInfo('Europe/Berlin'))]`;
  const [moment, time] = await evaluate(code);
  assert.deepEqual([moment.value, moment.zone, moment.fold], ['2026-10-25T02:30:00+01:00', 'Europe/Berlin', 1]);
  assert.deepEqual([time.value, time.zone], ['01:00:00', 'Europe/Berlin']);
  assert.equal(
    await repr([moment, time]),
    "[datetime.datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=zoneinfo.ZoneInfo(key='Europe/Berlin')), " +
      "datetime.time(1, 0, tzinfo=zoneinfo.ZoneInfo(key='Europe/Berlin'))]",
  );
  assert.equal(await repr(await evaluate('__import__("collections").deque([1], 2)')), 'deque([1], maxlen=2)');
});

test('dicts are objects, and maps where an object could not hold their keys', async () => {
  assert.deepStrictEqual(await evaluate("{'constructor': 1, 'b': {'c': 2}}"), { constructor: 1, b: { c: 2 } });
  const names = await evaluate("{'__proto__': {'polluted': True}, 'a': 1}");
  assert.ok(names instanceof Map);
  assert.equal({}.polluted, undefined);
  assert.equal(await repr(names), "{'__proto__': {'polluted': True}, 'a': 1}");
  assert.equal(await repr(JSON.parse('{"__proto__": 1}')), "{'__proto__': 1}");
  const pairs = await evaluate('{(1, 2): 3}');
  assert.deepStrictEqual([...pairs], [[Tuple.of(1, 2), 3]]);
});

test('named tuples, data classes and enumerations keep their names', async () => {
  const point = await evaluate("from collections import namedtuple\nnamedtuple('Point', 'x y')(1, 2)");
  assert.ok(point instanceof NamedTuple && point instanceof Tuple && Array.isArray(point));
  assert.deepEqual([[...point], point.fields, point.toObject()], [[1, 2], ['x', 'y'], { x: 1, y: 2 }]);
  assert.equal(await repr(point), 'Point(x=1, y=2)');
  assert.equal(point.map((x) => x * 2).constructor, Array);

  const item = await evaluate('from dataclasses import *\n@dataclass\nclass Item:\n  price: float\nItem(0.5)');
  assert.deepEqual([item.type, item.fields], ['dataclass', { price: 0.5 }]);
  assert.equal(await repr(item), 'namespace(price=0.5)');

  const colour = await evaluate("from enum import Enum\nColour = Enum('Colour', 'RED BLUE')\nColour.BLUE");
  assert.ok(colour instanceof Enum);
  assert.deepEqual([colour.name, colour.value], ['BLUE', 2]);
  assert.equal(await repr(colour), '2');
});

test('a value without a form is told by its class and repr, and is never an exception', async () => {
  const opaque = await evaluate('[object, [1, lambda: 0]]');
  assert.ok(opaque[0] instanceof Opaque && opaque[1][1] instanceof Opaque);
  assert.equal(String(opaque[0]), "<class 'object'>");
  const cycle = await evaluate('x = [1]\nx.append(x)\nx');
  assert.equal(cycle[1].type, 'cycle');
  const small = await terrarium.Sandbox.create({ valueBytes: 1000 });
  const { finalExpression: large } = await small.execute("'x' * 100_000");
  assert.ok(large instanceof Truncated);
  assert.match(large.repr, /^'xxx/);
});

test('an integer of any size is exact', async () => {
  const huge = await evaluate('1 << 60_000');
  assert.equal(huge, 1n << 60_000n);
  assert.equal(await evaluate('x == -(1 << 60_000)', { inputs: { x: -huge } }), true);
});

test('whole numbers are integers unless they are said to be floats', async () => {
  assert.equal(await repr([2, new Float(2), 2.5]), '[2, 2.0, 2.5]');
});

test('bytes of any kind, small and large, go in as bytes', async () => {
  const large = Buffer.alloc(100_000, 7);
  const inputs = { x: [Uint8Array.from([1]), new ArrayBuffer(1), new DataView(new ArrayBuffer(2)), large] };
  assert.equal(
    await evaluate("[len(i) for i in x] + [type(i).__name__ for i in x] == [1, 1, 2, 100_000] + ['bytes'] * 4", {
      inputs,
    }),
    true,
  );
  const back = await evaluate('x', { inputs: { x: { a: [large, large] } } });
  assert.ok(back.a[0].equals(large) && back.a[1].equals(large));
});

test('what cannot be an input is a TypeError that says where it is', async () => {
  const cycle = [];
  cycle.push({ again: cycle });
  let deep = [];
  for (let level = 0; level < 200; level++) {
    deep = [deep];
  }
  const cases = [
    [() => 1, /x: a function cannot/],
    [{ a: [1, Symbol('s')] }, /x\.a\.1: a symbol cannot/],
    [new (class Own {})(), /an instance of Own cannot/],
    [Promise.resolve(), /an instance of Promise cannot/],
    [cycle, /x\.0\.again: a value that holds itself/],
    [deep, /levels deep/],
    [new Date(Number.NaN), /an invalid Date/],
    [new Date(8.64e15), /between the years/],
  ];
  for (const [x, message] of cases) {
    const run = (await sandbox()).execute('1', { inputs: { x } });
    await assert.rejects(run, { name: 'TypeError', code: 'ERR_TERRARIUM_INVALID_OPTION', option: 'inputs', message });
  }
});

test('objects of another context, holes and undefined are taken as what they are', async () => {
  assert.equal(
    await repr(vm.runInNewContext('({ a: [1], s: new Set([2]), m: new Map([[3, 4]]) })')),
    "{'a': [1], 's': {2}, 'm': {3: 4}}",
  );
  assert.equal(await repr(Array(2)), '[None, None]');
  assert.equal(await repr({ a: undefined }), "{'a': None}");
});

test('long lists and deep values come back whole', async () => {
  const long = await evaluate('list(range(200_000))');
  assert.deepEqual([long.length, long[199_999]], [200_000, 199_999]);
  assert.equal(await evaluate('sum(x)', { inputs: { x: long } }), 19_999_900_000);
  const deep = await evaluate('x = 1\nfor _ in range(30): x = {"a": (x,)} if _ % 2 else [x]\nx');
  assert.ok(Array.isArray(deep) || typeof deep === 'object');
});

const KINDS =
  'int float str bytes tuple set frozenset dict complex range datetime date time timedelta decimal fraction uuid path ' +
  'enum dataclass object truncated cycle ndarray dataframe series blob x';
const PARTS =
  'value hex surrogatepass base64 blob index items name fields real imag start numerator days class repr dtype shape ' +
  'data columns dtypes column_data';

for (const kind of KINDS.split(' ')) {
  test(`a forged value of the kind ${kind} is a result`, async () => {
    const parts = PARTS.split(' ');
    const wrong = ['null', '5', '"x"', '[]', '[[1]]', '{"a":1}', '{"$type":"blob","index":0}', '-1'];
    const forms = [`{"$type":"${kind}"}`];
    for (const part of wrong) {
      forms.push(`{"$type":"${kind}",${parts.map((name) => `"${name}":${part}`).join(',')}}`);
      forms.push(...parts.map((name) => `{"$type":"${kind}","${name}":${part}}`));
    }
    const made = await sandbox();
    for (const form of forms) {
      const code = `import os
os.writev(1 << 20, [b'B', b'content'])
os.writev(1 << 20, [b'V', b'{"final":[${form}],"outputs":{}}'])
import _terrarium.run
_terrarium.run.Run._send_values = lambda run: None
object()`;
      const result = await made.execute(code);
      assert.ok(Object.hasOwn(result, 'finalExpression'), form);
      assert.equal(JSON.parse(JSON.stringify(result)).status, result.status);
    }
  });
}
