// Values in both directions, with their types.
import assert from 'node:assert/strict';
import { Complex, Decimal, Sandbox, Tuple } from 'terrarium';

const sandbox = await Sandbox.create();
const result = await sandbox.execute(
  `
from datetime import datetime, timezone
product = price * 3
when = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
{'big': 2**64, 'bytes': b'\\x00\\xff', 'pair': (1, 2), 'set': {1, 2}, 'by number': {1: 'one'}, 'root': (-1) ** 0.5}
`,
  { inputs: { price: new Decimal('1.10') }, outputs: ['product', 'when'] },
);

const value = result.raiseForStatus().finalExpression;
assert.equal(value.big, 2n ** 64n);
assert.deepEqual(value.bytes, Buffer.of(0, 255));
assert.deepEqual(value.pair, Tuple.of(1, 2));
assert.deepEqual(value.set, new Set([1, 2]));
assert.equal(value['by number'].get(1), 'one');
assert.ok(value.root instanceof Complex && value.root.imag === 1);

// What is not JavaScript's own is a small class, and goes back as what it was.
assert.equal(String(result.outputs.product), '3.30');
assert.equal(result.outputs.when.getTime(), Date.UTC(2026, 10, 21, 12));
const again = await sandbox.execute('product == 3 * price', {
  inputs: { ...result.outputs, price: new Decimal('1.10') },
});
assert.equal(again.finalExpression, true);
