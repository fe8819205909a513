// What the addon exports; the rest of `lib` is its only user. `src` says what each does.

export class Gate {
  constructor(wake: (run: number) => void);
}

/** Exactly one of `gate`, which is told of news, and `null`, where the caller waits for them. */
type Where = Gate | null;

export interface Event {
  kind: 'stdout' | 'stderr' | 'progress' | 'done' | 'failed';
  text: string;
  blobs: Buffer[];
}

export interface Heard {
  stdout: boolean;
  stderr: boolean;
}

export class Run {
  private constructor();
  next(wait: boolean): Event | null;
  cancel(): void;
  sandbox(): Sandbox | null;
  session(): Session | null;
  image(): Image | null;
}

export class Sandbox {
  private constructor();
  static create(gate: Where, run: number, image: Image | null, options: string, blobs: Buffer[]): Run;
  execute(gate: Where, run: number, code: string, options: string, blobs: Buffer[], heard: Heard): Run;
  session(gate: Where, run: number): Run;
}

export class Session {
  private constructor();
  execute(gate: Where, run: number, code: string, options: string, blobs: Buffer[], heard: Heard): Run;
  writeFile(gate: Where, run: number, path: string, content: Buffer): Run;
  readFile(gate: Where, run: number, path: string): Run;
  removeFile(gate: Where, run: number, path: string): Run;
  listFiles(gate: Where, run: number): Run;
  allFiles(gate: Where, run: number): Run;
  reset(gate: Where, run: number): Run;
  resetGlobals(gate: Where, run: number): Run;
  check(gate: Where, run: number, code: string): Run;
  complete(gate: Where, run: number, code: string, cursor: number): Run;
  close(gate: Where, run: number): Run;
}

export class Image {
  private constructor();
  static build(gate: Where, run: number, options: string): Run;
  static open(gate: Where, run: number, path: string): Run;
  static inspect(gate: Where, run: number, path: string): Run;
  static list(gate: Where, run: number, options: string): Run;
  static prune(gate: Where, run: number, options: string): Run;
  save(gate: Where, run: number, path: string): Run;
  info(): string;
}

export function about(gate: Where, run: number): Run;

/** The image of the bare interpreter that the package brings. */
export function setBaseImage(path: string): void;
