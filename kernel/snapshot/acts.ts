import type { Credentials } from '../files/inode.js';

/** What a host does to a machine. All that comes from outside is one of these. */
export type HostAct =
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly bytes: Uint8Array;
      readonly mode: number;
      readonly by: Credentials;
    }
  | {
      readonly kind: 'directory';
      readonly path: string;
      readonly mode: number;
      readonly by: Credentials;
    }
  | {
      readonly kind: 'link';
      readonly path: string;
      readonly target: string;
      readonly by: Credentials;
    }
  | { readonly kind: 'hard-link'; readonly path: string; readonly target: string }
  | {
      readonly kind: 'spawn';
      readonly path: string;
      readonly args: readonly string[];
      readonly env: readonly string[];
      readonly cwd: string;
      /** N of /dev/ttyN; 0: the console. */
      readonly tty: number;
    }
  | {
      readonly kind: 'terminal';
      readonly tty: number;
      readonly columns: number;
      readonly rows: number;
    }
  | { readonly kind: 'hang-up'; readonly tty: number }
  /** `tty` 0: standard input, terminal or not. The bytes are those that were taken. */
  | { readonly kind: 'input'; readonly tty: number; readonly bytes: Uint8Array }
  | { readonly kind: 'end-input' }
  /** `tty` 0: ^C of a host without a terminal. */
  | { readonly kind: 'interrupt'; readonly tty: number }
  | { readonly kind: 'signal'; readonly group: number; readonly signal: number }
  | {
      readonly kind: 'resize';
      readonly tty: number;
      readonly columns: number;
      readonly rows: number;
    }
  /** What the host's clock shows, in nanoseconds since the Unix epoch. */
  | { readonly kind: 'time'; readonly now: number };

/** A point between two turns of the kernel's main loop. */
export interface Position {
  readonly steps: number;
  /** Turns of the main loop that have taken no step since. */
  readonly turns: number;
  /** How `Kernel.run` had last stopped there; 'budget' also where a limit stopped it. */
  readonly stop: Stop;
}

export type Stop = 'budget' | 'waiting' | 'exited';

export interface RecordedAct {
  readonly at: Position;
  readonly act: HostAct;
  /** It was refused with an error, and will be again. */
  readonly fails?: boolean;
}

/** Hashes of the parts of the state at some point, to find where two runs part. */
export interface Mark {
  readonly at: Position;
  /** Acts that came before it. */
  readonly acts: number;
  readonly parts: Readonly<Record<string, string>>;
}

/** For messages: "spawn of /bin/sh", "input of 3 bytes". */
export function actText(act: HostAct): string {
  switch (act.kind) {
    case 'file':
    case 'directory':
    case 'link':
    case 'hard-link':
    case 'spawn':
      return `${act.kind} ${act.path}`;
    case 'input':
      return `input of ${act.bytes.length} bytes`;
    case 'signal':
      return `signal ${act.signal} to group ${act.group}`;
    case 'terminal':
    case 'hang-up':
    case 'resize':
      return `${act.kind} of terminal ${act.tty}`;
    default:
      return act.kind;
  }
}
