import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { guestPrograms } from './guest-programs.js';
import { Mistake } from './mistake.js';

/** A command that compiles for riscv64, and the arguments that it needs around the user's own. */
export interface Compiler {
  readonly command: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** The arguments that every program gets; -O1 keeps variables and lines recognisable. */
const COMMON = ['-O1', '-g', '-Wall'];

/**
 * The first of $CC, riscv64-linux-gnu-gcc, riscv64-unknown-elf-gcc and clang that can build a guest
 * program. One for Linux links its own libc statically; the others get ours.
 *
 * @throws Mistake with the command that installs one on this system
 */
export function findCompiler(): Compiler {
  const chosen = process.env.CC?.trim();
  if (chosen) return named(chosen);
  const compiler =
    linux('riscv64-linux-gnu-gcc') ?? bareMetal('riscv64-unknown-elf-gcc') ?? clang();
  if (compiler) return compiler;
  throw new Mistake(`no RISC-V compiler: install one with \`${installCommand()}\``);
}

function named(text: string): Compiler {
  const [command = '', ...extra] = text.split(/\s+/);
  const target = answer(command, [...extra, '-dumpmachine']);
  if (target === undefined)
    throw new Mistake(`CC='${text}' cannot be run: name a compiler or unset CC`);
  if (target.startsWith('riscv64')) {
    const found = target.includes('linux') ? linux(command, extra) : bareMetal(command, extra);
    if (found) return found;
  }
  const isClang = answer(command, ['--version'])?.includes('clang');
  const found = isClang ? clang(command, extra) : undefined;
  if (found) return found;
  throw new Mistake(`CC='${text}' compiles for ${target}: name a RISC-V compiler or unset CC`);
}

/** A compiler with a Linux libc that can be linked statically. */
function linux(command: string, extra: readonly string[] = []): Compiler | undefined {
  const library = answer(command, [...extra, '-print-file-name=libc.a']);
  // Without one the answer is the bare name.
  if (library === undefined || library === 'libc.a') return undefined;
  return { command, before: [...extra, ...COMMON, '-static'], after: [] };
}

function bareMetal(command: string, extra: readonly string[] = []): Compiler | undefined {
  if (answer(command, ['--version']) === undefined) return undefined;
  return { command, ...withOurLibrary(extra, ['-lgcc']) };
}

function clang(command = 'clang', extra: readonly string[] = []): Compiler | undefined {
  const target = ['--target=riscv64-unknown-elf', '-fuse-ld=lld'];
  // Clang answers for a target it was not built with, too; the linker is found only when needed.
  if (
    answer(command, [...target, '-x', 'c', '-c', '-o', nullDevice(), nullDevice()]) === undefined
  ) {
    return undefined;
  }
  if (answer('ld.lld', ['--version']) === undefined) return undefined;
  return { command, ...withOurLibrary([...extra, ...target], []) };
}

function withOurLibrary(extra: readonly string[], libraries: readonly string[]) {
  const folder = join(guestPrograms, 'ulib');
  const flags = JSON.parse(readFileSync(join(guestPrograms, 'flags.json'), 'utf8')) as {
    program: string[];
  };
  const sources = readdirSync(join(folder, 'src')).filter((name) => /\.[cS]$/.test(name));
  return {
    before: [...extra, ...flags.program, ...COMMON, '-isystem', join(folder, 'include')],
    after: [
      ...sources.map((name) => join(folder, 'src', name)),
      ...libraries,
      '-T',
      join(folder, 'program.ld'),
    ],
  };
}

/** What a command prints, trimmed; undefined when it is missing or fails. */
function answer(command: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

function nullDevice(): string {
  return process.platform === 'win32' ? 'NUL' : '/dev/null';
}

/** The command that installs a compiler, for the package manager that this system has. */
function installCommand(): string {
  if (process.platform === 'win32') return 'winget install LLVM.LLVM';
  if (process.platform === 'darwin') {
    return 'brew install llvm lld && export CC="$(brew --prefix llvm)/bin/clang"';
  }
  const managers: readonly (readonly [string, string])[] = [
    ['apt-get', 'sudo apt-get install gcc-riscv64-linux-gnu libc6-dev-riscv64-cross'],
    ['dnf', 'sudo dnf install clang lld'],
    ['pacman', 'sudo pacman -S riscv64-linux-gnu-gcc'],
    ['zypper', 'sudo zypper install clang lld'],
    ['apk', 'sudo apk add clang lld'],
    ['brew', 'brew install llvm lld'],
  ];
  const found = managers.find(([manager]) => answer(manager, ['--version']) !== undefined);
  return found?.[1] ?? 'your package manager: clang and lld';
}
