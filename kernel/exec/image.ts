import { type ElfFile, type ElfSegment, PAGE_SIZE } from '../../emulator/index.js';
import { hex } from '../bytes.js';
import { Errno } from '../errno.js';
import type { RegularFile } from '../files/regular-file.js';
import {
  MAP_ANONYMOUS,
  MAP_FIXED_NOREPLACE,
  MAP_PRIVATE,
  MMAP_MIN_ADDRESS,
  PROT_EXEC,
  PROT_READ,
  PROT_WRITE,
  TASK_SIZE,
  type VirtualMemory,
} from '../memory/index.js';
import type { Program } from '../process/process.js';

/** Why a program cannot be executed: for execve(2) and, in words, for the person who started it. */
export interface LoadFailure {
  readonly errno: number;
  readonly reason: string;
}

export function failure(errno: number, reason: string): LoadFailure {
  return { errno, reason };
}

/** Segments are in ascending order, apart from each other, inside user space and mappable page by page. */
export function checkSegments(elf: ElfFile): LoadFailure | undefined {
  const refuse = (reason: string) => failure(Errno.ENOEXEC, reason);
  if (elf.type === 'other')
    return refuse('the ELF file is no program (neither ET_EXEC nor ET_DYN)');
  if (elf.segments.length === 0) return refuse('the ELF file has nothing to load');
  const lowest = elf.type === 'executable' ? MMAP_MIN_ADDRESS : 0;
  let end = 0;
  for (const segment of elf.segments) {
    const name = `the segment at ${hex(segment.address)}`;
    if (segment.address < end) return refuse(`${name} overlaps the one before it`);
    if (pageFloor(segment.address) < pageCeil(end)) {
      return refuse(`${name} shares a page with the one before it`);
    }
    end = segment.address + segment.memoryBytes;
    if (segment.address < lowest || end > TASK_SIZE / 2) {
      return refuse(`${name} lies outside user space (${hex(lowest)} to ${hex(TASK_SIZE / 2)})`);
    }
    if (segment.fileBytes > 0 && (segment.address - segment.offset) % PAGE_SIZE !== 0) {
      return refuse(`${name} cannot be mapped: address and file offset differ within the page`);
    }
  }
  return undefined;
}

/** Bytes from the first to the last page that the segments need; [start, end) page-aligned. */
export function extent(elf: ElfFile): { start: number; end: number } {
  const last = elf.segments.at(-1)!;
  return {
    start: pageFloor(elf.segments[0]!.address),
    end: pageCeil(last.address + last.memoryBytes),
  };
}

/** Where the file's code and data lie. Compare Linux fs/binfmt_elf.c: start_code to end_data. */
export function contentRanges(
  elf: ElfFile,
  bias: number,
): Pick<Program, 'codeRange' | 'dataRange'> {
  const starts = elf.segments.map((segment) => segment.address + bias);
  const ends = elf.segments.map((segment) => segment.address + segment.fileBytes + bias);
  const isCode = elf.segments.map((segment) => segment.executable);
  return {
    codeRange: {
      start: Math.min(...starts.filter((_, index) => isCode[index])),
      end: Math.max(...ends.filter((_, index) => isCode[index])),
    },
    dataRange: { start: Math.max(...starts), end: Math.max(...ends) },
  };
}

/**
 * Maps every segment at its address plus `bias`. Text stays shared with the page cache of the file.
 *
 * @returns 0 or a negative errno
 */
export function mapSegments(
  memory: VirtualMemory,
  file: RegularFile,
  elf: ElfFile,
  bias: number,
): number {
  for (const segment of elf.segments) {
    const problem = mapSegment(memory, file, segment, bias);
    if (problem < 0) return problem;
  }
  return 0;
}

function mapSegment(
  memory: VirtualMemory,
  file: RegularFile,
  segment: ElfSegment,
  bias: number,
): number {
  const prot =
    (segment.readable ? PROT_READ : 0) |
    (segment.writable ? PROT_WRITE : 0) |
    (segment.executable ? PROT_EXEC : 0);
  const address = segment.address + bias;
  const fileStart = pageFloor(address);
  const fileEnd = segment.fileBytes === 0 ? fileStart : pageCeil(address + segment.fileBytes);
  const end = pageCeil(address + segment.memoryBytes);
  const flags = MAP_PRIVATE | MAP_FIXED_NOREPLACE;
  if (fileEnd > fileStart) {
    const offset = segment.offset - (address - fileStart);
    const at = memory.map(fileStart, fileEnd - fileStart, prot, flags, file, offset);
    if (at < 0) return at;
    const zeroes = address + segment.fileBytes;
    if (segment.writable && segment.memoryBytes > segment.fileBytes && zeroes < fileEnd) {
      // What follows in the file's last page belongs to the program's zero-initialised data.
      const problem = memory.copyOut(zeroes, new Uint8Array(fileEnd - zeroes));
      if (problem < 0) return -Errno.ENOMEM;
    }
  }
  if (end <= fileEnd) return 0;
  return memory.map(fileEnd, end - fileEnd, prot, flags | MAP_ANONYMOUS, undefined, 0);
}

export function pageFloor(address: number): number {
  return address - (address % PAGE_SIZE);
}

export function pageCeil(address: number): number {
  return Math.ceil(address / PAGE_SIZE) * PAGE_SIZE;
}
