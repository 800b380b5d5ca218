import { type Hasher, REGISTER_WORDS } from '../../emulator/index.js';
import type { Inode } from '../files/inode.js';
import type { FileLocks } from '../files/locks.js';
import type { OpenFile } from '../files/open-file.js';
import { RegularFile } from '../files/regular-file.js';
import { Symlink } from '../files/symlink.js';
import type { MappedFile, VirtualMemory } from '../memory/index.js';
import type { PendingSignals } from '../signals/pending.js';
import type { Process, Usage } from './process.js';
import type { Task } from './task.js';

/** Tells objects that are shared from equal ones: each gets a number when it is first asked for. */
export class Identities {
  private readonly numbers = new Map<object, number>();

  /** @returns the number, and whether it is new */
  of(thing: object): { number: number; isNew: boolean } {
    const known = this.numbers.get(thing);
    if (known !== undefined) return { number: known, isNew: false };
    this.numbers.set(thing, this.numbers.size);
    return { number: this.numbers.size - 1, isNew: true };
  }
}

/** Adds everything that a process is; what it shares with others is added once. */
export function hashProcess(
  hasher: Hasher,
  process: Process,
  identities: Identities,
  addTask: (hasher: Hasher, task: Task) => void,
): void {
  const add = (...values: unknown[]) => hasher.addString(values.join(' '));
  const { pid, parent, group, session, umask, oomScoreAdj, exitSignal, startedAt } = process;
  add(pid, parent?.pid ?? 1, group, session, umask, oomScoreAdj, exitSignal, startedAt);
  add(JSON.stringify([process.ending, process.groupEnding, process.jobChange]));
  add(process.parentDeathSignal, process.hasNoNewPrivileges, process.isDumpable);
  add(process.personality);
  add(process.isVforkChild, process.isStopped, process.hasExecuted, process.nextTimerId);
  add(usageText(process.usage), usageText(process.childUsage));
  add(...[...process.children].map((child) => child.pid));
  for (const timer of process.intervalTimers) add(timer?.state() ?? '');
  for (const timer of process.posixTimers.values()) add(timer.state());
  if (process.ending !== undefined) return;
  const { uid, gid } = process.credentials;
  hashInode(hasher, process.directory, identities);
  add(
    uid,
    gid,
    process.directory.path,
    ...process.limits.flatMap(({ soft, hard }) => [soft, hard]),
  );
  const { file, args, debug: _debug, ...rest } = process.program;
  add(file.number, ...args, JSON.stringify(rest));
  add(pendingText(process.pending));
  hashDescriptors(hasher, process, identities);
  const actions = identities.of(process.actions);
  add(actions.number);
  if (actions.isNew) {
    process.actions.entries().forEach(({ handler, flags, mask }, signal) => {
      if (handler !== 0 || flags !== 0 || mask !== 0n) add(signal, handler, flags, mask);
    });
  }
  const memory = identities.of(process.memory);
  add(memory.number);
  if (memory.isNew) hashSpace(hasher, process.memory, identities);
  for (const task of process.tasks) addTask(hasher, task);
}

function hashDescriptors(hasher: Hasher, process: Process, identities: Identities): void {
  const table = identities.of(process.descriptors);
  hasher.addNumber(table.number);
  if (!table.isNew) return;
  for (const [fd, { file, closeOnExec }] of process.descriptors.entries()) {
    const { number, isNew } = identities.of(file);
    hasher.addString(`${fd} ${closeOnExec} ${number}`);
    if (isNew) hashOpenFile(hasher, file, identities);
  }
}

function hashOpenFile(hasher: Hasher, file: OpenFile, identities: Identities): void {
  const { inode, flags, offset, readTimeout, writeTimeout } = file;
  hasher.addString(`${flags} ${offset} ${readTimeout} ${writeTimeout}`);
  hashInode(hasher, inode, identities);
  hasher.addString(file.state());
}

/** Adds what a file is, and its locks; each file once. */
export function hashInode(hasher: Hasher, inode: Inode, identities: Identities): void {
  const { isNew } = identities.of(inode);
  const { number, mode, uid, gid, linkCount } = inode;
  hasher.addNumber(number);
  if (!isNew) return;
  hasher.addString(`${mode} ${uid} ${gid} ${linkCount}`);
  for (const { seconds, nanoseconds } of [inode.accessed, inode.modified, inode.changed]) {
    hasher.addNumber(seconds);
    hasher.add(nanoseconds);
  }
  if (inode.hasLocks) hashLocks(hasher, inode.locks);
  if (inode instanceof Symlink) hasher.addString(String(inode.target(undefined)));
  if (inode instanceof RegularFile) hashPages(hasher, inode, identities);
}

function hashLocks(hasher: Hasher, locks: FileLocks): void {
  for (const { family, pid, isExclusive, start, end } of locks.all) {
    hasher.addString(`${family} ${pid} ${isExclusive} ${start} ${end}`);
  }
}

/** How large a file is, and which frame has which of its pages; what is in them are frames. */
export function hashPages(hasher: Hasher, file: MappedFile, identities: Identities): void {
  const { pages } = file;
  const { number, isNew } = identities.of(pages);
  hasher.addNumber(number);
  if (!isNew) return;
  hasher.addNumber(pages.id);
  hasher.addNumber(pages.sizeBytes);
  hasher.add(pages.isLocked ? 1 : 0);
  if (file instanceof RegularFile) hasher.add(file.seals ?? -1);
  for (const [index, ppn] of pages.pages()) {
    hasher.addNumber(index);
    hasher.addNumber(ppn);
  }
}

function hashSpace(hasher: Hasher, memory: VirtualMemory, identities: Identities): void {
  const { asid, barriers, futureLocks, breakStart, breakEnd, stackTop, mmapBase } = memory;
  const { stack, data, dataAtMost, addressSpace, lockedBytes } = memory.limits;
  const own = [memory.id, asid, barriers, futureLocks, breakStart, breakEnd, stackTop, mmapBase];
  const limits = [stack, data, dataAtMost, addressSpace, lockedBytes];
  const peaks = [memory.peakMappedBytes, memory.table.peakResidentPages];
  hasher.addString([...own, ...limits, ...peaks].join(' '));
  for (const { start, end, prot, flags, file, base, offset } of memory.space.regions()) {
    hasher.addString([start, end, prot, flags, base, offset].join(' '));
    if (file !== undefined) hashPages(hasher, file, identities);
  }
}

/** Adds a task's registers, wherever they are now. */
export function hashRegisters(hasher: Hasher, task: Task): void {
  const { kernel } = task;
  let registers = task.registers;
  if (kernel.scheduler.current === task) {
    registers = new Uint32Array(REGISTER_WORDS);
    kernel.machine.hart.saveRegisters(registers);
  }
  for (const word of registers) hasher.add(word);
}

/** Adds everything else that a task is. */
export function hashTaskState(hasher: Hasher, task: Task): void {
  const add = (...values: unknown[]) => hasher.addString(values.join(' '));
  const { address, size, flags } = task.alternateStack;
  add(task.tid, task.state, task.mask, pendingText(task.pending), task.name, task.nice);
  add(task.steps, task.timerSlack, task.defaultTimerSlack);
  add(task.clearChildTid, task.robustList, address, size, flags, task.slice, task.callNumber);
  const { progress, deadline, isGranted, savedMask, host } = task.wait ?? {};
  add(task.wait === undefined, progress, deadline, isGranted, savedMask, host !== undefined);
}

function usageText({ steps, faults, majorFaults }: Usage): string {
  return `${steps} ${faults} ${majorFaults}`;
}

function pendingText(pending: PendingSignals): string {
  const infos = pending.entries().map(({ source, ...info }) => JSON.stringify(info));
  return `${pending.set} ${infos.join()}`;
}
