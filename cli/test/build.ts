import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Compiler, findCompiler } from '../compiler.js';
import { guestPrograms } from '../guest-programs.js';
import { hostReason } from '../program-file.js';
import type { TestSpec } from './types.js';

/** The ELF of a test and of the firmware that starts it, or why there is none. */
export type Built =
  | { readonly elf: Uint8Array; readonly firmware: Uint8Array | undefined }
  | { readonly problem: string };

type Found = { readonly elf: Uint8Array } | { readonly problem: string };

/** Images of two kinds, as guest-programs/flags.json names them, and what each is linked with. */
const images = {
  'bare-metal': { script: 'bare.ld', sources: /\.[cS]$/ },
  payload: { script: 'payload.ld', sources: /^console\.c$/ },
};

/** A compiler that is told to read without end gets no further. */
const MOST_COMPILER_SECONDS = 60;
const COMPILER_MEMORY_KILOBYTES = 4 * 1024 * 1024;
/** 256 MiB, in the blocks of 512 bytes that ulimit counts. */
const COMPILER_FILE_BLOCKS = 512 * 1024;
const MESSAGE_BYTES = 16 * 1024;

let compiler: Compiler | undefined;

/**
 * Reads the ELF of a test or compiles its sources, which find the headers of its folder and lab.h.
 *
 * @param watchdogSeconds wall-clock time after which a compiler is given up, a minute at most
 * @throws Mistake when there is no compiler
 */
export async function build(test: TestSpec, watchdogSeconds: number): Promise<Built> {
  const seconds = Math.min(watchdogSeconds, MOST_COMPILER_SECONDS);
  const found = isElfFile(test.files) ? read(test.files[0]!) : await compile(test, seconds);
  if ('problem' in found || test.firmware === undefined) return { firmware: undefined, ...found };
  const firmware = read(test.firmware);
  return 'problem' in firmware ? firmware : { elf: found.elf, firmware: firmware.elf };
}

function isElfFile(files: readonly string[]): boolean {
  return files.length === 1 && !files[0]!.endsWith('.c');
}

function read(file: string): Found {
  try {
    // Anything else, such as a link to a device, may never come to an end.
    if (!statSync(file).isFile()) return { problem: `${file} is no file` };
    return { elf: readFileSync(file) };
  } catch (error) {
    return { problem: `cannot read ${file}: ${hostReason(error)}` };
  }
}

async function compile(test: TestSpec, seconds: number): Promise<Found> {
  for (const file of test.files) {
    const source = read(file);
    if ('problem' in source) return source;
  }
  compiler ??= findCompiler();
  const folder = mkdtempSync(join(tmpdir(), 'pagewalk-'));
  try {
    const program = join(folder, 'program');
    const [before, after] =
      test.firmware !== undefined
        ? imageArguments('payload')
        : test.machine === 'bare'
          ? imageArguments('bare-metal')
          : [compiler.before, compiler.after];
    const ours = ['labs', 'bare-metal'].flatMap((name) => ['-I', join(guestPrograms, name)]);
    const include = ['-iquote', test.folder, ...ours];
    const args = [...before, ...include, ...test.files, '-o', program, ...after];
    const problem = await runCompiler(compiler.command, args, folder, seconds);
    if (problem === undefined) return { elf: readFileSync(program) };
    const told = test.explain === 'symptom' ? '' : `:\n${problem.trimEnd()}`;
    return { problem: `the program does not compile${told}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What stands before and behind the sources of an image: our start-up code and its layout. */
function imageArguments(kind: keyof typeof images): [string[], string[]] {
  const flags = JSON.parse(readFileSync(join(guestPrograms, 'flags.json'), 'utf8')) as Record<
    keyof typeof images,
    string[]
  >;
  const library = join(guestPrograms, 'bare-metal/lib');
  const { script, sources } = images[kind];
  const files = readdirSync(library).filter((name) => sources.test(name));
  return [
    [...flags[kind], '-g'],
    [...files.map((name) => join(library, name)), '-lgcc', '-T', join(library, script)],
  ];
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}

/**
 * @param folder for what the compiler writes in between
 * @returns what the compiler complained of, or undefined when it made a program
 */
function runCompiler(
  command: string,
  args: readonly string[],
  folder: string,
  seconds: number,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    // A shell can limit what is no child of ours but the compiler's.
    const hasShell = process.platform !== 'win32';
    const limited =
      `ulimit -v ${COMPILER_MEMORY_KILOBYTES} 2>/dev/null; ` +
      `ulimit -f ${COMPILER_FILE_BLOCKS}; exec "$0" "$@"`;
    const [file, ...rest] = hasShell ? ['sh', '-c', limited, command, ...args] : [command, ...args];
    const child = spawn(file!, rest, {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: hasShell,
      // What it leaves when it is killed goes with the folder.
      env: { ...process.env, LC_ALL: 'C', TMPDIR: folder },
    });
    const messages: Buffer[] = [];
    let length = 0;
    child.stderr.on('data', (bytes: Buffer) => {
      if (length < MESSAGE_BYTES) messages.push(bytes.subarray(0, MESSAGE_BYTES - length));
      length += bytes.length;
    });
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      // The compiler proper is another process of the same group.
      if (hasShell) endGroup(child.pid!);
      else child.kill();
    }, seconds * 1000);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      if (code === 0) resolve(undefined);
      else if (isLate) resolve(`the watchdog ended the compiler after ${seconds} s`);
      else resolve(Buffer.concat(messages).toString());
    });
  });
}
