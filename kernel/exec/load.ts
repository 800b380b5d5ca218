import { type ElfFile, parseElf } from '../../emulator/index.js';
import { byteString } from '../bytes.js';
import { Errno } from '../errno.js';
import type { Directory } from '../files/directory.js';
import { USER } from '../files/inode.js';
import { MAY_EXECUTE } from '../files/mode.js';
import { RegularFile } from '../files/regular-file.js';
import { readFile } from '../files/tree.js';
import type { Kernel } from '../kernel.js';
import { MAP_ANONYMOUS, MAP_PRIVATE, TASK_SIZE, VirtualMemory } from '../memory/index.js';
import type { Program } from '../process/process.js';
import type { Call } from '../syscalls/call.js';
import {
  checkSegments,
  contentRanges,
  extent,
  failure,
  type LoadFailure,
  mapSegments,
  pageFloor,
} from './image.js';
import { buildStack, STACK_TOP } from './stack.js';
import { mapTrampoline } from './trampoline.js';

/** Where position-independent programs go: two thirds up. Linux ELF_ET_DYN_BASE. */
const PIE_BASE = pageFloor((TASK_SIZE / 3) * 2);
/** Scripts whose interpreters are scripts: this deep. execve(2). */
const MAX_SCRIPT_DEPTH = 4;

export interface LoadRequest {
  /** Byte strings. */
  readonly path: string;
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly base: Directory;
  readonly stackLimit: number;
  readonly call?: Call | undefined;
}

/** A program in an address space of its own, ready to run. */
export interface LoadedProgram {
  readonly memory: VirtualMemory;
  readonly pc: number;
  readonly sp: number;
  readonly program: Program;
  /** Last component of the path, cut to 15 bytes: the task's name. */
  readonly name: string;
}

/**
 * Loads a program into a new address space, which is left active. On failure the address space is
 * gone and nothing else has changed; the caller activates its own again.
 */
export function loadProgram(kernel: Kernel, request: LoadRequest): LoadedProgram | LoadFailure {
  const found = findProgram(kernel, request, 0);
  if ('errno' in found) return found;
  const { file, elf, args } = found;
  const interpreter =
    elf.interpreter === undefined ? undefined : findInterpreter(kernel, request, elf.interpreter);
  if (interpreter !== undefined && 'errno' in interpreter) return interpreter;

  const memory = VirtualMemory.create(kernel.memorySystem, { placement: kernel.placement });
  if (memory === undefined) return outOfMemory();
  memory.activate();
  const image = fillMemory(kernel, memory, { ...request, args }, file, elf, interpreter);
  if ('errno' in image) {
    memory.release();
    return image;
  }
  const slash = request.path.lastIndexOf('/');
  return { ...image, memory, name: request.path.slice(slash + 1, slash + 16) };
}

interface Executable {
  readonly file: RegularFile;
  readonly elf: ElfFile;
}

function fillMemory(
  kernel: Kernel,
  memory: VirtualMemory,
  request: LoadRequest,
  file: RegularFile,
  elf: ElfFile,
  interpreter: Executable | undefined,
): { pc: number; sp: number; program: Program } | LoadFailure {
  const range = extent(elf);
  const bias = elf.type === 'shared' ? PIE_BASE - range.start : 0;
  const stack = memory.mapStack(STACK_TOP, Math.min(request.stackLimit, TASK_SIZE / 4));
  if (stack < 0 || mapTrampoline(memory, kernel.trampoline) < 0) return outOfMemory();
  if (mapSegments(memory, file, elf, bias) < 0) return outOfMemory();
  memory.setBreakStart(range.end + bias);

  let interpreterBias = 0;
  if (interpreter !== undefined) {
    const placed = placeInterpreter(memory, interpreter);
    if (placed < 0) return outOfMemory();
    interpreterBias = placed;
  }
  const random = new Uint8Array(16);
  kernel.entropy.fill(random);
  const built = buildStack(memory, {
    ...request,
    executablePath: request.path,
    random,
    programHeaders: { ...elf.programHeaders, address: programHeaderAddress(elf, bias) },
    entry: elf.entry + bias,
    interpreterBase: interpreterBias,
  });
  if (typeof built === 'number') {
    return failure(-built, 'the arguments and environment are too long');
  }
  const { sp, argumentRange, environmentRange } = built;
  const pc = interpreter === undefined ? elf.entry + bias : interpreter.elf.entry + interpreterBias;
  const { args } = request;
  const strings = { argumentRange, environmentRange, stackStart: sp };
  const program = {
    file,
    args,
    ...strings,
    ...contentRanges(elf, bias),
    debug: { info: undefined },
  };
  return { pc, sp, program: { ...program, loadBias: bias } };
}

/** Follows `#!` lines to an ELF file, with the arguments that it gets. */
function findProgram(
  kernel: Kernel,
  request: LoadRequest,
  depth: number,
): (Executable & { args: readonly string[] }) | LoadFailure {
  const file = findFile(kernel, request, request.path);
  if ('errno' in file) {
    if (depth === 0) return file;
    return failure(file.errno, `its interpreter ${request.path}: ${file.reason}`);
  }
  const start = byteString(readFile(file, 256));
  if (!start.startsWith('#!')) {
    const elf = parseProgram(file);
    return 'errno' in elf ? elf : { file, elf, args: request.args };
  }
  if (depth >= MAX_SCRIPT_DEPTH) return failure(Errno.ELOOP, 'scripts lead to scripts too often');
  const line = start.slice(2).split('\n')[0]!.trim();
  const [path = '', ...rest] = line.split(/[ \t]+/);
  const option = rest.length === 0 ? [] : [line.slice(path.length).trim()];
  const args = [path, ...option, request.path, ...request.args.slice(1)];
  if (path === '') return failure(Errno.ENOEXEC, 'the script names no interpreter');
  return findProgram(kernel, { ...request, path, args }, depth + 1);
}

function findInterpreter(
  kernel: Kernel,
  request: LoadRequest,
  path: string,
): Executable | LoadFailure {
  const file = findFile(kernel, request, path);
  if ('errno' in file) {
    return failure(file.errno, `its dynamic loader ${path} is not there: link it with -static`);
  }
  const elf = parseProgram(file);
  return 'errno' in elf ? elf : { file, elf };
}

function findFile(kernel: Kernel, request: LoadRequest, path: string): RegularFile | LoadFailure {
  const { base, call } = request;
  const inode = kernel.files.resolve(path, { base, ...(call === undefined ? {} : { call }) });
  if (typeof inode === 'number') return failure(-inode, 'no such program in the guest tree');
  if (!(inode instanceof RegularFile)) return failure(Errno.EACCES, 'not a regular file');
  if (!inode.permits(USER, MAY_EXECUTE)) return failure(Errno.EACCES, 'not executable (mode +x)');
  if (inode.writers > 0) return failure(Errno.ETXTBSY, 'the file is open for writing');
  return inode;
}

function parseProgram(file: RegularFile): ElfFile | LoadFailure {
  let elf: ElfFile;
  try {
    elf = parseElf(readFile(file));
  } catch (error) {
    return failure(Errno.ENOEXEC, (error as Error).message);
  }
  return checkSegments(elf) ?? elf;
}

/** Reserves the loader's whole extent where mmap would put it. @returns its bias or a negative errno */
function placeInterpreter(memory: VirtualMemory, { file, elf }: Executable): number {
  const { start, end } = extent(elf);
  if (elf.type === 'executable') return mapSegments(memory, file, elf, 0);
  const flags = MAP_PRIVATE | MAP_ANONYMOUS;
  const at = memory.map(0, end - start, 0, flags, undefined, 0);
  if (at < 0) return at;
  memory.unmap(at, end - start);
  const problem = mapSegments(memory, file, elf, at - start);
  return problem < 0 ? problem : at - start;
}

/** AT_PHDR: where the program headers stand in memory, if a segment holds them. */
function programHeaderAddress(elf: ElfFile, bias: number): number {
  const { offset } = elf.programHeaders;
  const holder = elf.segments.find(
    (segment) => offset >= segment.offset && offset < segment.offset + segment.fileBytes,
  );
  return holder === undefined ? 0 : offset - holder.offset + holder.address + bias;
}

function outOfMemory(): LoadFailure {
  return failure(Errno.ENOMEM, 'the guest has too little memory for it');
}
