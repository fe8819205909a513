// The types, as a program with `require` sees them: what must be accepted, and what must not.

import terrarium = require('terrarium');

async function accepted(): Promise<number> {
  const sandbox = await terrarium.Sandbox.create({
    timeout: null,
    memory: 256 * 1024 * 1024,
    packages: 'auto',
    env: { A: 'b' },
    files: { a: 'text', b: Buffer.from('bytes'), c: new Uint8Array(2), d: new ArrayBuffer(3) },
    deterministic: { seed: 1 },
    mounts: { data: '/srv/data', out: { path: '/srv/out', mode: 'read-write', maxBytes: 1 } },
  });
  const result = await sandbox.execute<number>('x + 1', {
    inputs: { x: 41n, y: [new Date(), new Map([[1, terrarium.Tuple.of(1, 2)]])] },
    outputs: ['y'],
    signal: AbortSignal.timeout(1000),
    onStdout: (data) => process.stdout.write(data),
  });
  const files: Record<string, Buffer> = result.outputFiles;
  const line: number | null | undefined = result.error?.line;
  const metrics: terrarium.Metrics = result.metrics;
  const seconds: number = metrics.total;
  if (result.status === 'memory_exceeded' || !files || line || seconds) {
    return 0;
  }

  const output = sandbox.stream<string>('print(1)');
  for await (const event of output) {
    if (event.type === 'stdout' || event.type === 'stderr') {
      const name: 'stdout' | 'stderr' = event.type;
      process[name].write(event.data.length > 0 ? event.text : name);
    } else if (event.type === 'display') {
      const display: terrarium.Display = event.display;
      process.stdout.write(display.id ?? '');
    }
  }
  await sandbox.execute('input()', { stdin: async ({ prompt, echo }) => (echo ? prompt : null) });
  await sandbox.execute('input()', { stdin: ['1', new Uint8Array()], onEvent: (event) => event.type });
  const last: string | undefined = output.result?.finalExpression;

  const session = await sandbox.session();
  const state: 'complete' | 'incomplete' | 'invalid' = await session.check(last ?? '');
  await session.writeFile(state, new Uint8Array());
  const { matches, start }: { matches: string[]; start: number } = await session.complete('impo');
  await session.close();

  const store = await terrarium.PackageStore.open({ cacheDir: null });
  const added: terrarium.StoredPackage[] = await store.add(['six'], {
    from: store.path,
    onProgress: ({ fileName, done, total }) => fileName.length + done + (total ?? 0),
    signal: AbortSignal.timeout(1000),
  });
  await store.update(added.map(({ name }) => name));
  store.removeSync(['six']);

  const image = await terrarium.Image.build({ packages: ['numpy'], timeout: 100 }, (step) => step.toUpperCase());
  const onImage = terrarium.Sandbox.createSync({ image });
  const size: number = image.info.size + matches.length + start;
  try {
    return onImage.executeSync<number>('1').raiseForStatus().finalExpression ?? size;
  } catch (error) {
    if (error instanceof terrarium.ExecutionError) {
      return error.result.stdout.length;
    }
    if (error instanceof terrarium.TerrariumError) {
      return error.code.length + (error.path ?? '').length;
    }
    throw error;
  }
}

async function refused(sandbox: terrarium.Sandbox): Promise<void> {
  // @ts-expect-error: no such option
  await terrarium.Sandbox.create({ tiemout: 1 });
  // @ts-expect-error: seconds are a number
  await terrarium.Sandbox.create({ timeout: '1' });
  // @ts-expect-error: a list, or the word `auto`
  await terrarium.Sandbox.create({ packages: 'numpy' });
  // @ts-expect-error: neither text nor bytes
  await sandbox.execute('1', { files: { a: 1 } });
  // @ts-expect-error: an option of the sandbox
  await sandbox.execute('1', { memory: 1 });
  // @ts-expect-error: a stream has its own way to the output
  sandbox.stream('1', { onStdout() {} });
  // @ts-expect-error: code is text
  sandbox.executeSync(1);
  const result = await sandbox.execute<number>('1');
  // @ts-expect-error: no such status
  result.status === 'failed';
  // @ts-expect-error: no such field
  result.noSuchField;
  // @ts-expect-error: it may be absent
  const value: number = result.finalExpression;
  // @ts-expect-error: without a type argument a value is unknown
  const sum: number = (await sandbox.execute('1')).finalExpression;
  // @ts-expect-error: so is each of the outputs
  const output: number = result.outputs.x;
  // @ts-expect-error: names are camelCase
  await sandbox.execute('1', { store_last: true });
  // @ts-expect-error: a constructor could not be awaited
  new terrarium.Sandbox();
  // @ts-expect-error: nor for an image
  new terrarium.Image();
  // @ts-expect-error: nor for a session
  new terrarium.Session();
  // @ts-expect-error: nor for a store
  new terrarium.PackageStore();
  [value, sum, output];
}

export { accepted, refused };
