// The types, as a program with `import` sees them.

import terrarium, { type ExecutionResult, type Sandbox, type Session } from 'terrarium';

export async function named(session: Session): Promise<ExecutionResult<bigint>> {
  const sandbox: Sandbox = new terrarium.Sandbox();
  // @ts-expect-error: no such method
  sandbox.run('1');
  return session.execute<bigint>('2 ** 64');
}

export const create: typeof Sandbox.create = terrarium.Sandbox.create;
