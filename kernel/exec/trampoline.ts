import { PAGE_SIZE } from '../../emulator/index.js';
import { ROOT } from '../files/inode.js';
import type { RegularFile } from '../files/regular-file.js';
import type { FileTree } from '../files/tree.js';
import type { VirtualMemory } from '../memory/index.js';
import { MAP_FIXED, MAP_PRIVATE, PROT_EXEC, PROT_READ, TASK_SIZE } from '../memory/index.js';

/**
 * A signal handler returns here. Linux has this code in the vDSO; ours is a page of its own at the
 * end of user space, in every address space.
 */
export const TRAMPOLINE_ADDRESS = TASK_SIZE - PAGE_SIZE;

/** li a7, 139 (rt_sigreturn); ecall */
const CODE = [0x08b0_0893, 0x0000_0073];

export function createTrampoline(files: FileTree): RegularFile {
  const file = files.createNamelessFile(0o555, ROOT, '[sigreturn]');
  file.pages.write(0, new Uint8Array(new Uint32Array(CODE).buffer));
  file.retain();
  return file;
}

/** @returns 0 or a negative errno */
export function mapTrampoline(memory: VirtualMemory, file: RegularFile): number {
  const flags = MAP_PRIVATE | MAP_FIXED;
  const at = memory.map(TRAMPOLINE_ADDRESS, PAGE_SIZE, PROT_READ | PROT_EXEC, flags, file, 0);
  return Math.min(at, 0);
}
