// Tell a failure of the code, which is a result, from a fault of the host, which is an exception.
import assert from 'node:assert/strict';
import { ExecutionError, Sandbox, TerrariumError } from 'terrarium';

const sandbox = await Sandbox.create({ fileBytes: 1 << 20 });

async function run(code, options) {
  try {
    const result = await sandbox.execute(code, options);
    return result.raiseForStatus().finalExpression;
  } catch (error) {
    if (error instanceof ExecutionError) {
      // The result is there all the same, with the output and the files up to the exception.
      const { type, line, message } = error.result.error;
      return `line ${line}: ${type}: ${message}`;
    }
    if (error instanceof TerrariumError) {
      return `${error.code}: ${error.path ?? error.option}`;
    }
    throw error;
  }
}

assert.equal(await run('6 * 7'), 42);
assert.equal(await run('x = 1\nx / 0'), 'line 2: ZeroDivisionError: division by zero');
assert.equal(await run('1', { files: { '../x': '' } }), 'ERR_TERRARIUM_INVALID_PATH: ../x');
assert.equal(await run('1', { stdin: Buffer.alloc(2 << 20) }), 'ERR_TERRARIUM_TOO_LARGE: fileBytes');
