// The types, as a program with `import` sees them.

import terrarium, {
  type ExecutionResult,
  type Metrics,
  type Sandbox,
  type SandboxOptions,
  type Session,
  type Status,
} from 'terrarium';

export async function named(session: Session): Promise<ExecutionResult<bigint>> {
  const sandbox: Sandbox = terrarium.Sandbox.createSync();
  // @ts-expect-error: no such method
  sandbox.run('1');
  return session.execute<bigint>('2 ** 64');
}

// What goes in and comes out has names.
export const options: SandboxOptions = { timeout: 1 };
export const summary = ({ run }: Metrics, status: Status): string => `${status} after ${run} s`;

export const create: typeof Sandbox.create = terrarium.Sandbox.create;
