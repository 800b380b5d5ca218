import { Kernel, type KernelOptions, type RunResult } from '../../kernel/index.js';

export interface GuestRun {
  readonly output: string;
  readonly errors: string;
  readonly trace: string[];
  readonly reports: string;
  readonly result: RunResult;
  readonly kernel: Kernel;
}

export interface GuestOptions extends Partial<Omit<KernelOptions, 'console'>> {
  readonly args?: readonly string[];
  readonly env?: readonly string[];
  readonly cwd?: string;
  readonly input?: string;
  /** Steps that one call of Kernel.run may take. */
  readonly budget?: number;
  /** Puts more files into the tree. */
  readonly prepare?: (kernel: Kernel) => void;
}

/** Runs a program to its end under the kernel, with pipes as its standard files. */
export function runGuest(program: Uint8Array, o: GuestOptions = {}): GuestRun {
  const output: Uint8Array[] = [];
  const errors: Uint8Array[] = [];
  const trace: string[] = [];
  const kernel = Kernel.create({
    memoryBytes: 64 * 2 ** 20,
    maxSteps: 2_000_000_000,
    verify: 'trap',
    strace: (line) => trace.push(line),
    ...o,
    console: {
      write: (bytes, fd) => (fd === 1 ? output : errors).push(bytes.slice()),
      isTerminal: false,
    },
  });
  kernel.files.add('/bin/program', program, 0o755);
  o.prepare?.(kernel);
  kernel.spawn({
    path: '/bin/program',
    args: o.args ?? ['/bin/program'],
    env: o.env ?? [],
    cwd: o.cwd ?? '/tmp',
  });
  if (o.input !== undefined) kernel.input(new TextEncoder().encode(o.input));
  kernel.endInput();
  let state = kernel.run(o.budget ?? 1_000_000);
  while (state === 'budget') state = kernel.run(o.budget ?? 1_000_000);
  if (state !== 'exited') throw new Error(`the run ended as '${state}'`);
  const text = (parts: Uint8Array[]) => Buffer.concat(parts).toString();
  return {
    output: text(output),
    errors: text(errors),
    trace,
    reports: kernel.diagnostics(),
    result: kernel.result(),
    kernel,
  };
}
