// Any value that goes in comes out as it was.
'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');

const fc = require('fast-check');
const { Complex, Decimal, FrozenSet, Range, Tuple } = require('terrarium');

const { evaluate } = require('./tools.js');

const integer = fc.maxSafeInteger();
// Numbers that are whole become ints, and what a number cannot hold comes back as a BigInt.
const float = fc.double().filter((number) => !Number.isInteger(number) || Object.is(number, -0));
const big = fc.bigInt().filter((number) => number > 2n ** 53n || number < -(2n ** 53n));
// Strings of any UTF-16 code units, halves of pairs included.
const text = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) });
const bytes = fc.uint8Array().map((array) => Buffer.from(array));

const plain = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  integer,
  float,
  big,
  text,
  bytes,
  fc.tuple(float, float).map(([real, imaginary]) => new Complex(real, imaginary)),
  fc.tuple(fc.nat(), fc.nat(), fc.integer({ min: 1 })).map((parts) => new Range(...parts)),
  fc.tuple(integer, fc.nat(9999)).map(([whole, part]) => new Decimal(`${whole}.${part}`)),
);

const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    plain,
    fc.array(tie('value')),
    fc.array(tie('value')).map((items) => Tuple.from(items)),
    // A prototype is no key of an object; it comes as a Map.
    fc.dictionary(
      text.filter((key) => key !== '__proto__'),
      tie('value'),
      { noNullPrototype: true },
    ),
    // With text alone for keys it would be an object.
    fc.array(fc.tuple(integer, tie('value')), { minLength: 1 }).map((entries) => new Map(entries)),
    fc.array(fc.oneof(integer, text)).map((items) => new Set(items)),
    fc.array(fc.oneof(integer, text)).map((items) => new FrozenSet(items)),
  ),
}));

test('any value that goes in comes out as it was', async () => {
  await fc.assert(
    fc.asyncProperty(value, async (x) => {
      assert.deepStrictEqual(await evaluate('x', { inputs: { x } }), x);
    }),
    { numRuns: 300 },
  );
});

test('text and numbers are in Python what they are here', async () => {
  await fc.assert(
    fc.asyncProperty(text, fc.bigInt(), float, async (s, n, x) => {
      const code = "(len(s.encode('utf-16-le', 'surrogatepass')), str(n), x.hex())";
      const [length, digits, hex] = await evaluate(code, { inputs: { s, n, x } });
      assert.equal(length, s.length * 2);
      assert.equal(digits, String(n));
      assert.ok(Object.is(await evaluate('float.fromhex(hex)', { inputs: { hex } }), x));
    }),
    { numRuns: 100 },
  );
});
