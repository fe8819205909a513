// Bound the time and the memory of a run, and stop one from outside.
import assert from 'node:assert/strict';
import { Sandbox } from 'terrarium';

const sandbox = await Sandbox.create({ timeout: 0.5, memory: 128 << 20 });

const slow = await sandbox.execute("print('so far')\nwhile True: pass");
assert.deepEqual([slow.status, slow.stdout], ['timeout', 'so far\n']);

const large = await sandbox.execute('bytearray(1 << 30)');
assert.equal(large.status, 'memory_exceeded');

const cancelled = await sandbox.execute('while True: pass', { timeout: 60, signal: AbortSignal.timeout(100) });
assert.equal(cancelled.status, 'cancelled');

// The sandbox is as good as new.
assert.equal((await sandbox.execute('6 * 7')).finalExpression, 42);
