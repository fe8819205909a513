// Show what a program prints while it runs.
import assert from 'node:assert/strict';
import { Sandbox } from 'terrarium';

const CODE = `
import sys, time
for step in range(3):
    print('step', step, flush=True)
    time.sleep(0.05)
print('done', file=sys.stderr)
step
`;

const sandbox = await Sandbox.create();
const output = sandbox.stream(CODE);
for await (const event of output) {
  if (event.type === 'stdout' || event.type === 'stderr') {
    process[event.type].write(event.text);
  }
}
assert.equal(output.result.stdout, 'step 0\nstep 1\nstep 2\n');
assert.equal(output.result.finalExpression, 2);
