import {
  PAGE_SIZE,
  PTE_R,
  PTE_V,
  PTE_W,
  PTE_X,
  PTES_PER_TABLE,
  ppnOf,
} from '../../emulator/index.js';
import {
  type Kernel,
  type Process,
  REGION_SHARED,
  regionName,
  signalName,
  type VirtualMemory,
} from '../../kernel/index.js';
import type {
  Ending,
  FrameView,
  MachineState,
  MemoryView,
  ProcessInfo,
  RegionView,
  View,
} from '../protocol/index.js';

/** Processes that have ended and whose last state is still at hand. */
const MAX_ENDED = 8;
const WORDS_PER_TABLE = PTES_PER_TABLE * 2;
const LEVELS = 3;

interface Ended {
  readonly process: Process;
  readonly name: string;
  readonly memory: MemoryView;
}

/** Reads what the page shows out of kernel and RAM. It changes nothing. */
export class Observer {
  private readonly kernel: Kernel;
  private chosenPid: number | undefined;
  private foreground: Process | undefined;
  /** The oldest first. */
  private readonly ended = new Map<number, Ended>();

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  /** The user chooses a process; undefined: the one in the foreground. */
  choose(pid: number | undefined): void {
    this.chosenPid = pid;
  }

  /** A program was started in the foreground; it is shown, whatever was chosen before. */
  started(process: Process): void {
    this.foreground = process;
    this.chosenPid = undefined;
  }

  /** A process is about to give its memory up: its last state is kept. */
  keep(process: Process): void {
    const memory = readMemory(process);
    this.ended.set(process.pid, { process, name: nameOf(process), memory });
    const oldest = [...this.ended.keys()].find((pid) => pid !== this.foreground?.pid);
    if (this.ended.size > MAX_ENDED && oldest !== undefined) this.ended.delete(oldest);
  }

  view(state: MachineState): { view: View; transfer: ArrayBuffer[] } {
    const { kernel } = this;
    const memory = this.observedMemory();
    const frames = readFrames(kernel);
    const view: View = {
      state,
      instructions: kernel.machine.hart.instret,
      syscalls: kernel.syscalls,
      faults: kernel.faults,
      processes: this.processes(),
      memory,
      frames,
    };
    const transfer = [frames.kinds.buffer, frames.references.buffer];
    // The state kept of an ended process will be needed again: it is copied.
    if (memory !== undefined && memory.ending === undefined) {
      transfer.push(memory.tablePpns.buffer, memory.tableWords.buffer);
    }
    return { view, transfer };
  }

  private observedMemory(): MemoryView | undefined {
    const pid = this.chosenPid ?? this.foreground?.pid;
    if (pid === undefined) return undefined;
    const process = this.kernel.processes.get(pid);
    if (process !== undefined && process.ending === undefined) {
      return readMemory(process);
    }
    const ended = this.ended.get(pid);
    return ended && { ...ended.memory, ending: endingOf(ended.process) };
  }

  private processes(): ProcessInfo[] {
    const infos: ProcessInfo[] = [];
    for (const process of this.kernel.processes.values()) {
      if (process.ending === undefined) infos.push(infoOf(process, nameOf(process), this.kernel));
    }
    for (const { process, name } of this.ended.values())
      infos.push(infoOf(process, name, this.kernel));
    return infos.sort((a, b) => a.pid - b.pid);
  }
}

function infoOf(process: Process, name: string, kernel: Kernel): ProcessInfo {
  const parentPid = process.parent?.pid ?? 0;
  const tty = kernel.ttyOf(process)?.number;
  return { pid: process.pid, parentPid, name, tty, ending: endingOf(process) };
}

function nameOf(process: Process): string {
  return process.tasks[0]?.name ?? '';
}

function endingOf({ ending }: Process): Ending | undefined {
  if (ending?.kind !== 'signalled') return ending;
  return { kind: 'signalled', signal: signalName(ending.signal) };
}

function readMemory({ pid, memory, usage }: Process): MemoryView {
  const regions: RegionView[] = [];
  for (const region of memory.space.regions()) {
    regions.push({
      start: region.start,
      end: region.end,
      protection: region.prot & 7,
      isShared: (region.flags & REGION_SHARED) !== 0,
      name: regionName(memory, region),
      isFile: region.file !== undefined,
    });
  }
  const { tablePpns, tableWords } = readTables(memory);
  return {
    pid,
    ending: undefined,
    instructions: usage.steps,
    regions,
    rootPpn: memory.table.rootPpn,
    tablePpns,
    tableWords,
  };
}

/** Copies every table of an address space out of RAM, as the hardware finds them. */
function readTables(memory: VirtualMemory): Pick<MemoryView, 'tablePpns' | 'tableWords'> {
  const { ram } = memory.system;
  const ppns: number[] = [];
  const addTable = (ppn: number, level: number) => {
    ppns.push(ppn);
    if (level === 0) return;
    const words = wordsOf(ram.frame(ppn));
    for (let at = 0; at < words.length; at += 2) {
      const low = words[at]!;
      if ((low & (PTE_V | PTE_R | PTE_W | PTE_X)) === PTE_V) {
        addTable(ppnOf(low, words[at + 1]!), level - 1);
      }
    }
  };
  addTable(memory.table.rootPpn, LEVELS - 1);
  const tableWords = new Uint32Array(ppns.length * WORDS_PER_TABLE);
  ppns.forEach((ppn, i) => {
    tableWords.set(wordsOf(ram.frame(ppn)), i * WORDS_PER_TABLE);
  });
  return { tablePpns: Uint32Array.from(ppns), tableWords };
}

function wordsOf(frame: Uint8Array): Uint32Array {
  return new Uint32Array(frame.buffer, frame.byteOffset, PAGE_SIZE / 4);
}

function readFrames({ frames, machine }: Kernel): FrameView {
  const { firstPpn, frameCount } = machine.ram;
  const kinds = new Uint8Array(frameCount);
  const references = new Uint8Array(frameCount);
  for (let i = 0; i < frameCount; i++) {
    const kind = frames.kindNumber(firstPpn + i);
    if (kind === 0) continue;
    kinds[i] = kind;
    references[i] = Math.min(255, frames.refcount(firstPpn + i));
  }
  return { firstPpn, zeroPpn: frames.zeroPpn, kinds, references };
}
