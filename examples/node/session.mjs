// A session keeps its names from one run to the next, also after an error.
import assert from 'node:assert/strict';
import { Sandbox } from 'terrarium';

const sandbox = await Sandbox.create();
const session = await sandbox.session();

await session.execute('import statistics\nvalues = [1, 2, 3, 6]');
const failed = await session.execute('statistics.mean(value)');
assert.equal(failed.error.message, "name 'value' is not defined");
assert.equal((await session.execute('statistics.mean(values)')).finalExpression, 3);

await session.resetGlobals();
assert.equal((await session.execute('values')).error.type, 'NameError');
await session.close();
