import { Directory } from './files/directory.js';
import type { Inode } from './files/inode.js';
import type { OpenFile } from './files/open-file.js';
import { RegularFile } from './files/regular-file.js';
import { UnixSocket } from './files/unix-socket.js';
import type { Kernel } from './kernel.js';
import type { MappedFile, VirtualMemory } from './memory/index.js';
import {
  type KernelParts,
  kernelView,
  machineView,
  type Violation,
  verify,
} from './verify/index.js';

/** Lets the verifier recompute everything from raw memory and judge machine and kernel. */
export function auditKernel(kernel: Kernel): Violation[] {
  const machine = machineView(kernel.machine);
  return verify({ machine, kernel: kernelView(kernelParts(kernel)) });
}

/** What belongs to the kernel: its address spaces and its files. */
export function kernelParts(kernel: Kernel): KernelParts {
  const { frames, memorySystem } = kernel;
  return { frames, swap: memorySystem.swap, spaces: spaces(kernel), files: files(kernel) };
}

/** Each address space once, by the first process that runs in it. */
function* spaces(kernel: Kernel): IterableIterator<{ name: string; memory: VirtualMemory }> {
  const seen = new Set<VirtualMemory>();
  for (const process of kernel.processes.values()) {
    if (process.ending !== undefined || seen.has(process.memory)) continue;
    seen.add(process.memory);
    yield { name: `pid ${process.pid}`, memory: process.memory };
  }
}

/** How many address spaces live processes have. */
export function spaceCount(kernel: Kernel): number {
  if (kernel.processes.size === 1) return kernel.livingProcesses;
  const spaces = new Set<VirtualMemory>();
  for (const { ending, memory } of kernel.processes.values()) {
    if (ending === undefined) spaces.add(memory);
  }
  return spaces.size;
}

/** Files with a name, and those that only a descriptor, a message or a running program still holds. */
function* files(kernel: Kernel): IterableIterator<MappedFile> {
  yield* kernel.segments.all();
  const seen = new Set<Inode>([kernel.trampoline]);
  const pending: Inode[] = [kernel.files.root];
  for (const process of kernel.processes.values()) {
    if (process.ending === undefined) pending.push(process.program.file);
  }
  for (const file of openFiles(kernel)) pending.push(file.inode);
  yield kernel.trampoline;
  while (pending.length > 0) {
    const inode = pending.pop()!;
    if (seen.has(inode)) continue;
    seen.add(inode);
    if (inode instanceof RegularFile) yield inode;
    if (!(inode instanceof Directory) || inode.isComputed) continue;
    for (const entry of inode.entries()) pending.push(entry.inode);
  }
}

/** Open file descriptions: of descriptors, and of messages that nobody has received. */
function openFiles(kernel: Kernel): Set<OpenFile> {
  const found = new Set<OpenFile>();
  for (const process of kernel.processes.values()) {
    if (process.ending !== undefined) continue;
    for (const [, { file }] of process.descriptors.entries()) found.add(file);
  }
  // What is added while the set is gone through is gone through as well.
  for (const file of found) {
    if (file instanceof UnixSocket) for (const carried of file.onTheirWay()) found.add(carried);
  }
  return found;
}
