import { FrameHashes, type Hash, Hasher, hashText } from '../emulator/index.js';
import { Directory } from './files/directory.js';
import type { SharedSegment } from './ipc/shared-memory.js';
import type { Kernel } from './kernel.js';
import type { MemorySystem } from './memory/index.js';
import {
  hashInode,
  hashPages,
  hashProcess,
  hashRegisters,
  hashTaskState,
  Identities,
} from './process/process-hash.js';
import type { Task } from './process/task.js';
import { encodeTermios } from './tty/termios.js';
import type { Tty } from './tty/tty.js';

type Part = (hasher: Hasher, kernel: Kernel) => void;

/** The kernel's own state and the hart's, in the order in which they are hashed. */
const parts: readonly (readonly [name: string, add: Part])[] = [
  ['CSRs', hashCsrs],
  ['clock', hashClock],
  ['random numbers', hashEntropy],
  ['processes', (hasher, kernel) => hashProcesses(hasher, kernel, hashTask)],
  ['terminals', hashTtys],
  ['swap device', (hasher, { memorySystem }) => hashSwap(hasher, memorySystem)],
  ['shared memory', hashSegments],
  ['disk', hashDisk],
  ['sockets', hashSockets],
  ['futexes', hashFutexes],
  ['memory settings', hashMemorySystem],
  ['counters', hashCounters],
  ['scheduling', hashScheduling],
];

/** The same, divided so that a part that differs says where to look. */
const namedParts: readonly (readonly [name: string, add: Part])[] = [
  ...parts.map(([name, add]) =>
    name === 'processes' ? ([name, withoutRegisters] as const) : ([name, add] as const),
  ),
  ['registers', hashAllRegisters],
];

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
    const hasher = new Hasher();
    for (const [, add] of parts) add(hasher, this.kernel);
    hashFiles(hasher, this.kernel);
    const memory = this.memory();
    const own = hasher.hash;
    return hashText({
      low: (memory.low + own.low) >>> 0,
      high: (memory.high + own.high) >>> 0,
    });
  }

  /** A hash of each part of the state, by its name. */
  parts(): Record<string, string> {
    const hashes: Record<string, string> = {};
    for (const [name, add] of namedParts) {
      const hasher = new Hasher();
      add(hasher, this.kernel);
      hashes[name] = hashText(hasher.hash);
    }
    return { ...hashes, memory: hashText(this.memory()) };
  }

  /** The file tree but for /proc: names, owners, permissions and times. The contents are in frames. */
  files(): string {
    const hasher = new Hasher();
    hashFiles(hasher, this.kernel);
    return hashText(hasher.hash);
  }

  /** Each task's id, and the hash of its registers. */
  registers(): [tid: number, hash: string][] {
    return [...this.kernel.tasks.values()].map((task) => {
      const hasher = new Hasher();
      hashRegisters(hasher, task);
      return [task.tid, hashText(hasher.hash)];
    });
  }

  /** Page number and halves of the hash of each frame in use that is not zero. */
  frameWords(): Uint32Array {
    return this.frames.words((ppn) => this.kernel.frames.kind(ppn) !== 'free');
  }

  private memory(): Hash {
    return this.frames.sum((ppn) => this.kernel.frames.kind(ppn) !== 'free');
  }
}

function hashCsrs(hasher: Hasher, { machine }: Kernel): void {
  for (const value of machine.hart.csrValues()) {
    hasher.add(Number(value & 0xffff_ffffn));
    hasher.add(Number(value >> 32n));
  }
}

function hashClock(hasher: Hasher, { clock }: Kernel): void {
  hasher.addNumber(clock.mode === 'virtual' ? clock.now() : 0);
}

function hashEntropy(hasher: Hasher, { entropy }: Kernel): void {
  for (const word of entropy.words()) hasher.add(word);
}

function hashScheduling(hasher: Hasher, { scheduler }: Kernel): void {
  for (const value of scheduler.state()) hasher.addNumber(value);
}

function hashProcesses(
  hasher: Hasher,
  kernel: Kernel,
  addTask: (hasher: Hasher, task: Task) => void,
): void {
  const processes = [...kernel.processes.values()].sort((a, b) => a.pid - b.pid);
  const identities = new Identities();
  for (const process of processes) hashProcess(hasher, process, identities, addTask);
}

function withoutRegisters(hasher: Hasher, kernel: Kernel): void {
  hashProcesses(hasher, kernel, hashTaskState);
}

function hashAllRegisters(hasher: Hasher, kernel: Kernel): void {
  for (const task of kernel.tasks.values()) hashRegisters(hasher, task);
}

function hashTtys(hasher: Hasher, { ttys }: Kernel): void {
  for (const tty of ttys) hashTty(hasher, tty);
}

function hashSockets(hasher: Hasher, { sockets }: Kernel): void {
  for (const [key, socket] of sockets.abstract) hasher.addString(`${key} ${socket.inode.number}`);
  hasher.addNumber(sockets.filesOnTheirWay);
}

function hashFutexes(hasher: Hasher, { futexes }: Kernel): void {
  for (const waiter of futexes.state()) hasher.addString(waiter);
}

function hashMemorySystem(hasher: Hasher, { memorySystem }: Kernel): void {
  const { overcommitMode, overcommitRatio, asids, frames, reclaimer, lastInode } = memorySystem;
  hasher.addString(`${overcommitMode} ${overcommitRatio} ${asids.state()} ${frames.lastOwner}`);
  hasher.addString(`${reclaimer.offered} ${lastInode}`);
}

function hashCounters(hasher: Hasher, kernel: Kernel): void {
  const { lastPid, tasksStarted, syscalls, faults, majorFaults, oomKiller, disk } = kernel;
  const { pagesIn = 0, pagesOut = 0 } = kernel.memorySystem.swap ?? {};
  const { reads = 0, writes = 0 } = disk ?? {};
  hasher.addString([lastPid, tasksStarted, syscalls, faults, majorFaults].join(' '));
  hasher.addString([oomKiller.kills, pagesIn, pagesOut, reads, writes].join(' '));
}

function hashSegments(hasher: Hasher, { segments }: Kernel): void {
  hasher.addString(segments.state());
  const identities = new Identities();
  for (const segment of segments.all()) hashPages(hasher, segment, identities);
  for (const segment of segments.all()) hashSegment(hasher, segment);
}

function hashDisk(hasher: Hasher, { disk }: Kernel): void {
  for (const { index, block, isDirty } of disk?.contents() ?? []) {
    hasher.addNumber(index * 2 + (isDirty ? 1 : 0));
    hashPage(hasher, block);
  }
}

function hashFiles(hasher: Hasher, { files }: Kernel): void {
  hasher.addString(files.state());
  const identities = new Identities();
  // No recursion: how deep a guest nests its folders is its own affair.
  const folders = [files.root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    if (folder.isComputed) continue;
    hasher.addNumber(folder.number);
    for (const { name, inode } of folder.entries()) {
      hasher.addString(name);
      hashInode(hasher, inode, identities);
      if (inode instanceof Directory) folders.push(inode);
    }
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
  for (const { slot, names, ppn, kept } of swap?.uses() ?? []) {
    const { cacheId = 0, index = 0 } = kept ?? {};
    for (const value of [slot, names, ppn, cacheId, index]) hasher.addNumber(value);
    hashPage(hasher, swap!.page(slot));
  }
  hasher.addString(swap?.state() ?? '');
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

function hashTask(hasher: Hasher, task: Task): void {
  hashRegisters(hasher, task);
  hashTaskState(hasher, task);
}
