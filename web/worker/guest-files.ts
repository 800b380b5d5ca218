import { Directory, type Kernel, RegularFile } from '../../kernel/index.js';
import type { FileEntry } from '../protocol/index.js';

/** Where the shell starts and where files from outside go. */
export const HOME = '/home/user';
/** Where programs leave their files. */
const FOLDERS = [HOME, '/tmp'];

/** Longest name of a file, in bytes. Linux NAME_MAX. */
const MAX_NAME = 255;
const HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;
const CLASS_64 = 2;
const LITTLE_ENDIAN = 1;
const EM_RISCV = 243;
const ET_EXEC = 2;
const ET_DYN = 3;
const PT_LOAD = 1;
const PT_INTERP = 3;
/** ELF machines whose programs come here by mistake. */
const MACHINES: Readonly<Record<number, string>> = {
  3: 'x86',
  40: 'ARM',
  62: 'x86-64',
  183: 'ARM64',
};

/** What the guest can do with a file; `reason` says why a program will not run. */
export interface FileKind {
  readonly kind: 'text or data' | 'program' | 'unfit program';
  readonly reason: string;
}

/** Why a file of the host cannot have this name in the guest; undefined: it can. */
export function nameTrouble(name: string): string | undefined {
  const isName = !/^\.{0,2}$/.test(name) && !/[/\0]/.test(name);
  if (!isName) return `'${name}' is no name for a file: give it another one`;
  const bytes = new TextEncoder().encode(name).length;
  return bytes > MAX_NAME
    ? `a name of ${bytes} bytes is too long: ${MAX_NAME} are allowed`
    : undefined;
}

/** Judges by the headers of ELF, as the loader will: "Tool Interface Standard", chapter 1. */
export function fileKind(bytes: Uint8Array): FileKind {
  if (String.fromCharCode(...bytes.subarray(0, 4)) !== '\x7fELF') {
    return { kind: 'text or data', reason: '' };
  }
  const reason = unfitness(bytes);
  return { kind: reason === '' ? 'program' : 'unfit program', reason };
}

function unfitness(bytes: Uint8Array): string {
  if (bytes.length < HEADER_BYTES) return 'it is cut off within its header';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const machine = view.getUint16(18, true);
  if (bytes[5] !== LITTLE_ENDIAN || machine !== EM_RISCV) {
    const name = MACHINES[machine] ?? `machine ${machine}`;
    return `it is for ${name}: compile it with riscv64-linux-gnu-gcc -static`;
  }
  if (bytes[4] !== CLASS_64) return 'it is for 32 bits: compile it for rv64';
  const type = view.getUint16(16, true);
  if (type !== ET_EXEC && type !== ET_DYN) return 'it is an object file: link it first';
  const [start, count] = [Number(view.getBigUint64(32, true)), view.getUint16(56, true)];
  for (let i = 0; i < count; i++) {
    const at = start + i * PROGRAM_HEADER_BYTES;
    if (at + PROGRAM_HEADER_BYTES > bytes.length) return 'it is cut off within its headers';
    const header = view.getUint32(at, true);
    if (header === PT_INTERP) return 'it needs a loader and libraries: link it with -static';
    const end = Number(view.getBigUint64(at + 8, true) + view.getBigUint64(at + 32, true));
    if (header === PT_LOAD && end > bytes.length) return `it is cut off: ${end} bytes are expected`;
  }
  return '';
}

/** Every regular file below the folders that the user can write to, by path. */
export function listFiles(kernel: Kernel): FileEntry[] {
  return FOLDERS.flatMap((path) => {
    const folder = kernel.files.resolve(path);
    return folder instanceof Directory ? filesBelow(folder) : [];
  });
}

function filesBelow(folder: Directory): FileEntry[] {
  return folder.entries().flatMap(({ inode, name }) => {
    if (name === '.' || name === '..') return [];
    if (inode instanceof Directory) return filesBelow(inode);
    if (!(inode instanceof RegularFile)) return [];
    return [{ path: `${folder.path}/${name}`, sizeBytes: inode.sizeBytes }];
  });
}
