export { hex } from './bytes.js';
export type { Timestamp } from './clock.js';
export { describeErrno, Errno } from './errno.js';
export { Directory, type DirectoryEntry } from './files/directory.js';
export { ROOT, USER } from './files/inode.js';
export { RegularFile } from './files/regular-file.js';
export { FileTree } from './files/tree.js';
export { Kernel } from './kernel.js';
export {
  type Access,
  type MemoryFault,
  PageCache,
  PhysicalMemory,
  REGION_SHARED,
  regionName,
  VirtualMemory,
  vmprintText,
  wouldFault,
} from './memory/index.js';
export type { KernelOptions, RunResult, SpawnOptions } from './options.js';
export { type Ending, Process } from './process/process.js';
export { Task } from './process/task.js';
export { signalName, signalNumber } from './signals/numbers.js';
export type { Replay, RestoreOptions } from './snapshot/replay.js';
export type { Snapshot } from './snapshot/snapshot.js';
export type { ConsoleHost } from './tty/console.js';
export type { TerminalHost, Tty, WindowSize } from './tty/tty.js';
