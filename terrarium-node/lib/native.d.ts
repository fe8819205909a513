// The exports of the addon, which only the rest of `lib` uses. `src` documents each.

export class Gate {
  constructor(wake: (run: number) => void);
}

/** A gate, which is notified of news, or `null` where the caller waits for them. */
type Where = Gate | null;

export interface Event {
  kind:
    | 'stdout'
    | 'stderr'
    | 'display'
    | 'update'
    | 'clear'
    | 'call_begun'
    | 'call_ended'
    | 'step'
    | 'progress'
    | 'input'
    | 'call'
    | 'decide'
    | 'next'
    | 'drop'
    | 'done'
    | 'failed';
  /** The number of a question. */
  number: number;
  text: string;
  blobs: Buffer[];
}

export interface Heard {
  stdout: boolean;
  stderr: boolean;
  /** All events, the output included. */
  events: boolean;
  /** Whether a function gives the standard input, and whether it receives prompts. */
  asks: boolean;
  prompts: boolean;
  /** Whether the run was stopped before it began. */
  aborted: boolean;
}

export class Run {
  private constructor();
  next(wait: boolean): Event | null;
  answer(number: number, kind: string, text: string, blobs: Buffer[]): void;
  give(number: number, content: Buffer | null): void;
  cancel(): void;
  sandbox(): Sandbox | null;
  session(): Session | null;
  image(): Image | null;
  packageStore(): PackageStore | null;
}

export class Sandbox {
  private constructor();
  static create(gate: Where, run: number, image: Image | null, options: string, blobs: Buffer[]): Run;
  execute(gate: Where, run: number, code: string, options: string, blobs: Buffer[], heard: Heard): Run;
  preparePackages(gate: Where, run: number, code: string): Run;
  functionStubs(): string;
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

export class CacheFolder {
  private constructor();
  static open(gate: Where, run: number, folder: string): Run;
  static list(gate: Where, run: number, folder: string): Run;
  static prune(gate: Where, run: number, folder: string, options: string): Run;
  static clear(gate: Where, run: number, folder: string): Run;
}

export class PackageStore {
  private constructor();
  static open(gate: Where, run: number, options: string): Run;
  path(): string;
  list(gate: Where, run: number): Run;
  add(gate: Where, run: number, request: string): Run;
  pylock(gate: Where, run: number): Run;
  update(gate: Where, run: number, names: string[]): Run;
  remove(gate: Where, run: number, names: string[]): Run;
}

/** The names of options in core, by what they belong to. */
export interface OptionNames {
  sandbox: string[];
  execute: string[];
  image: string[];
}

export function optionNames(): OptionNames;

export function about(gate: Where, run: number): Run;

/** Carries out a command line whose first argument is the program's name, and returns the exit code. */
export function command(args: string[]): number;

/** Adds the ready images of an installed package; the reason if they are not used. */
export function addReadyImages(path: string): string | null;

/** Sets the bare image that the package brings. */
export function setBareImage(path: string): void;
