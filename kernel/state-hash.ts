import { FrameHashes, Hasher, hashText, REGISTER_WORDS } from '../emulator/index.js';
import type { FileLocks } from './files/locks.js';
import type { SharedSegment } from './ipc/shared-memory.js';
import type { Kernel } from './kernel.js';
import type { MemorySystem } from './memory/index.js';
import type { Process } from './process/process.js';
import type { Task } from './process/task.js';
import { encodeTermios } from './tty/termios.js';
import type { Tty } from './tty/tty.js';

/**
 * The state hash: all frames in use, the hart's CSRs, and a canonical form of the kernel's own state,
 * every task's registers included. It depends on nothing outside the machine.
 */
export class StateHash {
  private readonly frames: FrameHashes;
  private readonly kernel: Kernel;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.frames = new FrameHashes(kernel.machine.ram);
  }

  /** 16 hexadecimal digits. */
  compute(): string {
    const { kernel } = this;
    const memory = this.frames.sum((ppn) => kernel.frames.kind(ppn) !== 'free');
    const hasher = new Hasher();
    for (const value of kernel.machine.hart.csrValues()) {
      hasher.add(Number(value & 0xffff_ffffn));
      hasher.add(Number(value >> 32n));
    }
    hasher.addNumber(kernel.clock.mode === 'virtual' ? kernel.clock.now() : 0);
    for (const word of kernel.entropy.words()) hasher.add(word);
    const processes = [...kernel.processes.values()].sort((a, b) => a.pid - b.pid);
    for (const process of processes) hashProcess(hasher, process);
    for (const tty of kernel.ttys) hashTty(hasher, tty);
    hashSwap(hasher, kernel.memorySystem);
    for (const segment of kernel.segments.all()) hashSegment(hasher, segment);
    for (const { index, block, isDirty } of kernel.disk?.contents() ?? []) {
      hasher.addNumber(index * 2 + (isDirty ? 1 : 0));
      hashPage(hasher, block);
    }
    const own = hasher.hash;
    return hashText({
      low: (memory.low + own.low) >>> 0,
      high: (memory.high + own.high) >>> 0,
    });
  }
}

function hashSegment(hasher: Hasher, segment: SharedSegment): void {
  const { id, key, mode, owner, creatorPid, lastPid } = segment;
  const { attachedAt, detachedAt, changedAt, sizeBytes } = segment;
  for (const value of [id, key, mode, owner.uid, owner.gid, creatorPid, lastPid]) {
    hasher.addNumber(value);
  }
  for (const value of [attachedAt, detachedAt, changedAt, sizeBytes]) hasher.addNumber(value);
}

/** What is on the swap device, and whose turn is next to go there. */
function hashSwap(hasher: Hasher, { swap, reclaimer }: MemorySystem): void {
  for (const { slot, names, ppn } of swap?.uses() ?? []) {
    for (const value of [slot, names, ppn]) hasher.addNumber(value);
    hashPage(hasher, swap!.page(slot));
  }
  for (const frame of reclaimer.order()) hasher.add(frame);
}

function hashPage(hasher: Hasher, page: Uint8Array): void {
  for (const word of new Uint32Array(page.buffer, page.byteOffset, page.length / 4)) {
    hasher.add(word);
  }
}

function hashTty(
  hasher: Hasher,
  { number, window, foregroundGroup, session, discipline, isConnected }: Tty,
): void {
  for (const value of [number, window.rows, window.columns, foregroundGroup, session]) {
    hasher.add(value);
  }
  for (const byte of encodeTermios(discipline.termios)) hasher.add(byte);
  for (const value of discipline.state()) hasher.add(value);
  hasher.add(isConnected ? 0 : 1);
}

function hashProcess(hasher: Hasher, process: Process): void {
  const { pid, parent, group, session, umask, ending } = process;
  for (const value of [pid, parent?.pid ?? 1, group, session, umask, process.oomScoreAdj]) {
    hasher.addNumber(value);
  }
  hasher.addString(ending === undefined ? '' : JSON.stringify(ending));
  hasher.add(process.parentDeathSignal);
  hasher.add((process.hasNoNewPrivileges ? 1 : 0) + (process.isDumpable ? 0 : 2));
  for (const timer of process.intervalTimers) hasher.addString(timer?.state() ?? '');
  for (const timer of process.posixTimers.values()) hasher.addString(timer.state());
  if (ending !== undefined) return;
  hasher.addString(process.directory.path);
  for (const [fd, { file, closeOnExec }] of process.descriptors.entries()) {
    for (const value of [fd, file.inode.number, file.flags, file.offset]) hasher.addNumber(value);
    hasher.addString(file.state());
    if (file.inode.hasLocks) hashLocks(hasher, file.inode.locks);
    hasher.add(closeOnExec ? 1 : 0);
  }
  process.actions.entries().forEach((action, signal) => {
    if (action.handler === 0) return;
    hasher.add(signal);
    hasher.addNumber(action.handler);
    hasher.add(action.flags);
    hasher.addString(action.mask.toString(16));
  });
  hasher.addString(process.pending.set.toString(16));
  hasher.addNumber(process.memory.breakEnd);
  for (const task of process.tasks) hashTask(hasher, task);
}

function hashLocks(hasher: Hasher, locks: FileLocks): void {
  for (const { family, pid, isExclusive, start, end } of locks.all) {
    hasher.addString(`${family} ${pid} ${isExclusive} ${start} ${end}`);
  }
}

function hashTask(hasher: Hasher, task: Task): void {
  const { kernel, wait } = task;
  let registers = task.registers;
  if (kernel.scheduler.current === task) {
    registers = new Uint32Array(REGISTER_WORDS);
    kernel.machine.hart.saveRegisters(registers);
  }
  for (const word of registers) hasher.add(word);
  hasher.addNumber(task.tid);
  hasher.addString(task.state);
  hasher.addString(`${task.mask.toString(16)} ${task.pending.set.toString(16)} ${task.name}`);
  hasher.addNumber(task.clearChildTid);
  hasher.add(task.nice);
  hasher.addNumber(task.callNumber);
  hasher.addNumber(wait?.progress ?? 0);
  hasher.addString(`${wait?.deadline ?? ''}`);
}
