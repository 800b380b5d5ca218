/**
 * What the page and the worker say to each other. Everything is plain data and typed arrays, so that
 * structured cloning carries it; the large arrays of a view are transferred, not copied.
 */

/** N of /dev/ttyN: the terminals of a machine count from 1. */
export type TtyNumber = number;

/** From the page to the worker. The first message is `start`. */
export type Request =
  | {
      readonly type: 'start';
      /** The first one is the console, number 1. */
      readonly terminals: readonly TerminalPlace[];
      readonly files: readonly GuestFile[];
    }
  /** Another terminal with a shell of its own. */
  | { readonly type: 'add-terminal'; readonly terminal: TerminalPlace }
  /** The terminal hangs up: its shell and what runs in its foreground hear SIGHUP. Not the console. */
  | { readonly type: 'close-terminal'; readonly tty: TtyNumber }
  /** Keys and pastes, as bytes. The worker keeps what the line discipline has no room for yet. */
  | { readonly type: 'input'; readonly tty: TtyNumber; readonly bytes: Uint8Array }
  | { readonly type: 'resize'; readonly tty: TtyNumber; readonly size: TerminalSize }
  | { readonly type: 'pause' }
  | { readonly type: 'run' }
  /** While paused: goes on to the end of the next system call or page fault. */
  | { readonly type: 'step' }
  /** Has the verifier check regions, tables, frames and TLB against each other, as they are now. */
  | { readonly type: 'verify' }
  /** Chooses the process whose memory the views show; undefined: the one in the foreground. */
  | { readonly type: 'observe'; readonly pid: number | undefined }
  /** Whether anybody sees the views: none are made while nobody does, and one when somebody does again. */
  | { readonly type: 'watch'; readonly isOn: boolean }
  | { readonly type: 'add-file'; readonly file: GuestFile }
  | { readonly type: 'list-files' }
  | { readonly type: 'read-file'; readonly path: string }
  /** The terminal has drawn this many bytes of output; too many that are not drawn hold the machine. */
  | { readonly type: 'drawn'; readonly tty: TtyNumber; readonly bytes: number };

/** From the worker to the page. */
export type Reply =
  | { readonly type: 'ready' }
  | { readonly type: 'output'; readonly tty: TtyNumber; readonly bytes: Uint8Array }
  | { readonly type: 'view'; readonly view: View }
  /** Why a program was ended by a fault, or another thing that the kernel has to say. */
  | { readonly type: 'report'; readonly text: string }
  /** Of a check that was asked for, or made while the machine stood still. */
  | { readonly type: 'verdict'; readonly verdict: Verdict }
  | {
      readonly type: 'file-added';
      readonly path: string;
      readonly kind: 'text or data' | 'program' | 'unfit program';
      /** Why the guest will not run an unfit program. */
      readonly reason: string;
    }
  | { readonly type: 'files'; readonly files: readonly FileEntry[] }
  | { readonly type: 'file'; readonly path: string; readonly bytes: Uint8Array | undefined }
  /** The request could not be done; one line for the user. */
  | { readonly type: 'refused'; readonly message: string }
  /** The machine is gone: a bug of pagewalk's, told in one line. */
  | { readonly type: 'crashed'; readonly message: string };

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface TerminalPlace extends TerminalSize {
  readonly number: TtyNumber;
}

/** What the verifier said of the machine at one moment. */
export interface Verdict {
  /** Instructions retired by then: the machine is as it was while no more have been. */
  readonly instructions: number;
  readonly milliseconds: number;
  /** Every rule that was judged. */
  readonly rules: readonly { readonly id: string; readonly sentence: string }[];
  /** Ids of the rules that do not hold; none: all is consistent. */
  readonly broken: readonly string[];
  /** One story for each violation, of several lines. */
  readonly explanations: readonly string[];
}

/** A file that the user gave to the machine. It goes to the guest's home directory. */
export interface GuestFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface FileEntry {
  readonly path: string;
  readonly sizeBytes: number;
}

/**
 * prompt: the shell waits for a command, on the terminal on which something was typed last. waiting: a
 * program waits for input. running: instructions are retired. sleeping: every task waits for a time.
 * paused: the user holds the machine.
 */
export type MachineState = 'prompt' | 'running' | 'waiting' | 'sleeping' | 'paused';

/** The machine at one moment, between two instructions. */
export interface View {
  readonly state: MachineState;
  /** Instructions retired, system calls made and page faults handled since the machine started. */
  readonly instructions: number;
  readonly syscalls: number;
  readonly faults: number;
  /** Ascending by pid; those that ended lately are at hand too. */
  readonly processes: readonly ProcessInfo[];
  /** Memory of the observed process; undefined until there has been one. */
  readonly memory: MemoryView | undefined;
  readonly frames: FrameView;
}

export interface ProcessInfo {
  readonly pid: number;
  readonly parentPid: number;
  readonly name: string;
  /** The terminal that controls it. */
  readonly tty: TtyNumber | undefined;
  readonly ending: Ending | undefined;
}

export type Ending =
  | { readonly kind: 'exited'; readonly status: number }
  /** SIGSEGV and so on. */
  | { readonly kind: 'signalled'; readonly signal: string };

export interface MemoryView {
  readonly pid: number;
  /** Set when the process is gone and this is its last state. */
  readonly ending: Ending | undefined;
  /** Retired by this process so far. */
  readonly instructions: number;
  /** Ascending by address. */
  readonly regions: readonly RegionView[];
  /** Page number of the level-2 table. */
  readonly rootPpn: number;
  /** Page numbers of every table of the process, the root first. */
  readonly tablePpns: Uint32Array<ArrayBuffer>;
  /** The tables as they stand in RAM: 512 entries of two 32-bit halves (low, high) for each. */
  readonly tableWords: Uint32Array<ArrayBuffer>;
}

export interface RegionView {
  /** `[start, end)` in bytes. */
  readonly start: number;
  readonly end: number;
  /** PROT_READ 1, PROT_WRITE 2, PROT_EXEC 4. */
  readonly protection: number;
  readonly isShared: boolean;
  /** As /proc/PID/maps names it: a path, [heap], [stack]; empty for anonymous memory. */
  readonly name: string;
  readonly isFile: boolean;
}

/** Every frame of guest RAM. */
export interface FrameView {
  readonly firstPpn: number;
  /** The frame of zeros that serves every anonymous page that is read before it is written. */
  readonly zeroPpn: number;
  /** A FRAME_* number for each frame. */
  readonly kinds: Uint8Array<ArrayBuffer>;
  /** References to each frame, 255 at most. */
  readonly references: Uint8Array<ArrayBuffer>;
}

export const FRAME_FREE = 0;
export const FRAME_ANONYMOUS = 1;
export const FRAME_FILE = 2;
export const FRAME_PAGE_TABLE = 3;
export const FRAME_KERNEL = 4;
