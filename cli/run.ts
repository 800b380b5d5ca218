import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import {
  type FileTree,
  Kernel,
  type Process,
  type RunResult,
  signalNumber,
  vmprintText,
} from '../kernel/index.js';
import { drive } from './drive.js';
import { checkedInPrograms, findProgram, isCheckedIn } from './guest-programs.js';
import { Input } from './input.js';
import { MISTAKE_STATUS, Mistake } from './mistake.js';
import { describeOptions, type OptionName, type Options, parseOptions } from './options.js';
import { Output } from './output.js';
import { loading, readProgram } from './program-file.js';
import type { Root } from './root.js';
import { LIMIT_STATUS, VIOLATION_STATUS, writeStats } from './stats.js';
import { Terminal } from './terminal.js';

const DEFAULT_MEMORY = 128 * 1024 * 1024;
const HOME = '/tmp';
/** Where programs are looked for in a guest that has a --root of its own. */
const ROOT_PATH = ['/usr/local/bin', '/usr/bin', '/bin'];
const NANOSECONDS_PER_MS = 1e6;

const optionNames = [
  'memory',
  'swap',
  'disk',
  'replacement',
  'env',
  'cwd',
  'verify',
  'strace',
  'maps',
  'page-tables',
  'stats',
  'max-steps',
  'max-instructions',
  'seed',
  'clock',
  'placement',
  'root',
  'tlb',
  'help',
] as const satisfies readonly OptionName[];

type RunOptions = Options<(typeof optionNames)[number]>;

const help = `usage: pagewalk run [OPTIONS] PROG [ARGS…]

Runs an RV64 Linux program under the kernel, with this terminal as its own. PROG is an ELF, a .c
file, which is compiled first, or the name of a program that comes with pagewalk, such as mmapdemo.
The exit status is the program's own, 128 + the signal that ended it, ${LIMIT_STATUS} at a limit, or
${VIOLATION_STATUS} when --verify finds the kernel itself inconsistent.

${describeOptions(optionNames)}
`;

/** `pagewalk run`: returns the exit status. */
export async function run(args: readonly string[]): Promise<number> {
  const { options, operands } = parseOptions(args, optionNames);
  if (options.help) {
    process.stdout.write(help);
    return 0;
  }
  const [file, ...rest] = operands;
  if (file === undefined) throw new Mistake('run needs a program: pagewalk run PROG [ARGS…]');
  const root = options.root === undefined ? undefined : await readRoot(options.root);
  if (!file.endsWith('.c')) return runProgram(file, rest, options, root);
  const folder = mkdtempSync(join(tmpdir(), 'pagewalk-'));
  try {
    const program = join(folder, basename(file, '.c'));
    // So that a file that is not there is told as such, and not by the compiler.
    await readProgram(file);
    if ((await compile([file, '-o', program])) !== 0) return MISTAKE_STATUS;
    return await runProgram(program, rest, options, root);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// What most runs do not need is not loaded at their start.

async function readRoot(path: string): Promise<Root> {
  return (await import('./root.js')).readRoot(path);
}

async function compile(args: readonly string[]): Promise<number> {
  return (await import('./cc.js')).compile(args);
}

async function runProgram(
  program: string,
  args: readonly string[],
  options: RunOptions,
  root: Root | undefined,
): Promise<number> {
  const output = new Output();
  const kernel = createKernel(options, output);
  root?.load(kernel.files);
  const path =
    (root && findInGuest(kernel.files, program)) ??
    (await addProgram(kernel, findProgram(program)));
  const cwd = options.cwd ?? HOME;
  if (typeof kernel.files.resolve(cwd) === 'number') {
    throw new Mistake(`--cwd ${cwd} is no folder of the guest: give one such as ${HOME}`);
  }
  const searched = root === undefined ? '/bin' : ROOT_PATH.join(':');
  const env = [`PATH=${searched}`, `HOME=${HOME}`, ...terminalType(), ...(options.env ?? [])];
  loading(program, () => kernel.spawn({ path, args: [path, ...args], env, cwd }));
  await (process.stdin.isTTY ? driveTerminal(kernel, output) : driveStream(kernel, output));
  const result = kernel.result();
  if (result.outcome === 'limit' && (options.maps || options['page-tables'])) {
    for (const process of kernel.processes.values()) show(process, options, output);
  }
  if (options.stats) writeStats(output, options.stats, result);
  await output.drained();
  return exitStatus(result);
}

/** Where a program of `--root` stands: at an absolute path, or in a folder of PATH. */
function findInGuest(files: FileTree, name: string): string | undefined {
  const places = name.includes('/') ? [name] : ROOT_PATH.map((folder) => `${folder}/${name}`);
  return places.find((path) => path.startsWith('/') && files.read(path) !== undefined);
}

/**
 * Puts a program of the host into the guest's /bin; one of our own brings the others along.
 *
 * @returns its path there
 */
async function addProgram({ files }: Kernel, file: string): Promise<string> {
  const bytes = await readProgram(file);
  const path = `/bin/${basename(file)}`;
  loading(file, () => {
    if (isCheckedIn(file)) {
      for (const [name, program] of checkedInPrograms()) {
        files.add(`/bin/${name}`, program, 0o755);
      }
    }
    files.add(path, bytes, 0o755);
  });
  return path;
}

function createKernel(options: RunOptions, output: Output): Kernel {
  const { stdin, stdout, stderr } = process;
  return Kernel.create({
    memoryBytes: options.memory ?? DEFAULT_MEMORY,
    swapBytes: options.swap,
    diskBytes: options.disk,
    replacement: options.replacement,
    seed: options.seed ?? 0,
    clock: options.clock ?? (stdin.isTTY ? 'host' : 'virtual'),
    hostNow,
    placement: options.placement ?? 'top-down',
    tlb: options.tlb,
    maxSteps: options['max-steps'],
    maxInstructions: options['max-instructions'],
    strace: options.strace ? (line) => output.note(line) : undefined,
    report: (text) => output.note(text),
    verify: options.verify ?? 'off',
    beforeExit: (process) => show(process, options, output),
    console: {
      write: (bytes, fd) => output.write(bytes, fd),
      isTerminal: [stdin.isTTY ?? false, stdout.isTTY ?? false, stderr.isTTY ?? false],
      columns: stdout.columns ?? 80,
      rows: stdout.rows ?? 24,
    },
  });
}

/** Runs with the user's terminal as the guest's. */
async function driveTerminal(kernel: Kernel, output: Output): Promise<void> {
  const terminal = new Terminal({
    onInput: (bytes) => kernel.input(bytes),
    onEnd: () => kernel.endInput(),
    onResize: (columns, rows) => kernel.resize(columns, rows),
  });
  endBySignals();
  try {
    const whenWaiting = () => terminal.changed(untilDeadline(kernel));
    await drive(kernel, output, whenWaiting, () => terminal.offer());
  } finally {
    terminal.restore();
  }
}

/** Runs with a file or a pipe as standard input. */
async function driveStream(kernel: Kernel, output: Output): Promise<void> {
  const input = new Input();
  endBySignals();
  let hasInterrupted = false;
  process.on('SIGINT', () => {
    // A program may ignore the first one; nothing withstands the second.
    if (hasInterrupted) process.exit(130);
    hasInterrupted = true;
    kernel.interrupt();
  });
  await drive(kernel, output, async () => {
    if (!kernel.waitsForInput) {
      await new Promise((resolve) => setTimeout(resolve, untilDeadline(kernel)));
      return;
    }
    const chunk = await input.next();
    if (chunk) kernel.input(chunk);
    else kernel.endInput();
  });
}

/** Nanoseconds since the Unix epoch. */
function hostNow(): number {
  return Math.round((performance.timeOrigin + performance.now()) * NANOSECONDS_PER_MS);
}

/** Milliseconds until something in the guest wakes by itself; undefined when nothing will. */
function untilDeadline(kernel: Kernel): number | undefined {
  const deadline = kernel.nextDeadline();
  return deadline && Math.max(0, Math.ceil((deadline - hostNow()) / NANOSECONDS_PER_MS));
}

/** Ends by the signals that end a command, with a way out on which the terminal is restored. */
function endBySignals(): void {
  process.on('SIGTERM', () => process.exit(143));
  process.on('SIGHUP', () => process.exit(129));
}

function show(process: Process, options: RunOptions, output: Output): void {
  if (options.maps) output.note(`maps of pid ${process.pid}:\n${process.memory.mapsText()}`);
  const format = options['page-tables'];
  if (format !== undefined) {
    const { memory } = process;
    const text = format === 'xv6' ? vmprintText(memory) : memory.pageTablesText();
    output.note(`page tables of pid ${process.pid}:\n${text}`);
  }
}

function terminalType(): string[] {
  return process.stdin.isTTY && process.env.TERM ? [`TERM=${process.env.TERM}`] : [];
}

function exitStatus(result: RunResult): number {
  if (result.violations > 0) return VIOLATION_STATUS;
  if (result.outcome === 'limit') return LIMIT_STATUS;
  if (result.signal !== null) return 128 + signalNumber(result.signal);
  return result.exitStatus ?? 1;
}
