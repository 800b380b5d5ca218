import { Hasher, hashText, type TlbMode } from '../../emulator/index.js';
import type { Kernel } from '../kernel.js';
import type { Replacement } from '../memory/index.js';
import { defaultMaxTasks, type KernelOptions } from '../options.js';
import { windowOf } from '../tty/tty.js';
import type { HostAct, Mark, Position } from './acts.js';
import { toBase64 } from './base64.js';

export const FORMAT = 'pagewalk snapshot';
export const VERSION = 1;

/** What a machine is made with, as far as programs can tell. Kernel options of the same names. */
export interface Configuration {
  readonly memoryBytes: number;
  readonly seed: number;
  readonly clock: 'virtual' | 'host';
  readonly placement: 'top-down' | 'bottom-up';
  readonly tlb: TlbMode;
  readonly swapBytes: number;
  readonly replacement: Replacement;
  readonly diskBytes: number;
  readonly maxTasks: number;
  /** Whether standard input, output and error are the terminal. */
  readonly isTerminal: readonly [boolean, boolean, boolean];
  readonly columns: number;
  readonly rows: number;
}

/** An act as plain data: bytes are base64. `bytes` of a file is its place in `contents`. */
export type PlainAct = { readonly kind: HostAct['kind'] } & Readonly<Record<string, unknown>>;

export interface PlainRecordedAct {
  readonly at: Position;
  readonly act: PlainAct;
  readonly fails?: boolean;
}

/**
 * A machine at a step, as plain data that JSON and structured clones carry: not its memory, but all
 * that decides what its memory is. It is as large as what came from outside, however long the run was.
 */
export interface Snapshot {
  readonly format: typeof FORMAT;
  readonly version: typeof VERSION;
  /** Of everything else in it. */
  readonly checksum: string;
  readonly configuration: Configuration;
  /** What the host's clock showed at the start; 0 with virtual time. */
  readonly startedAt: number;
  /** Contents of files, base64, each once. */
  readonly contents: readonly string[];
  readonly acts: readonly PlainRecordedAct[];
  readonly marks: readonly Mark[];
  /** When it was taken. */
  readonly at: Position;
  /** The state then. */
  readonly state: State;
}

/** What must be the same in a machine that is restored. */
export interface State {
  /** As `RunResult.stateHash` would be if the run ended there. */
  readonly stateHash: string;
  readonly parts: Readonly<Record<string, string>>;
  readonly registers: readonly (readonly [tid: number, hash: string])[];
  /** Page number and halves of the hash of each frame in use that is not zero: base64 of 32-bit words. */
  readonly frames: string;
}

/** @throws Error where the machine does not record, or what came from outside cannot be told */
export function takeSnapshot(kernel: Kernel, options: KernelOptions): Snapshot {
  const { recorder } = kernel;
  if (recorder === undefined) {
    throw new Error(
      'this machine does not record what comes from outside: make it with record: true',
    );
  }
  recorder.check();
  const contents = new Map<string, number>();
  const acts = recorder.acts.map(({ act, ...rest }) => ({ ...rest, act: plain(act, contents) }));
  const body = {
    configuration: configurationOf(options),
    startedAt: recorder.startedAt,
    contents: [...contents.keys()],
    acts,
    marks: recorder.marks,
    at: recorder.position,
    state: stateOf(kernel),
  };
  const text = JSON.stringify(body);
  // A copy: whoever has the snapshot may change it, and the machine goes on with its own.
  const copy = JSON.parse(text) as typeof body;
  return { format: FORMAT, version: VERSION, checksum: checksum(text), ...copy };
}

export function stateOf({ states }: Kernel): State {
  const { buffer } = states.frameWords();
  return {
    stateHash: states.compute(),
    parts: { ...states.parts(), files: states.files() },
    registers: states.registers(),
    frames: toBase64(new Uint8Array(buffer)),
  };
}

/** @param text JSON of a snapshot without format, version and checksum */
export function checksum(text: string): string {
  const hasher = new Hasher();
  hasher.addString(text);
  return hashText(hasher.hash);
}

function plain(act: HostAct, contents: Map<string, number>): PlainAct {
  if (!('bytes' in act)) return act;
  const text = toBase64(act.bytes);
  if (act.kind === 'input') return { ...act, bytes: text };
  const known = contents.get(text) ?? contents.size;
  contents.set(text, known);
  return { ...act, bytes: known };
}

function configurationOf(o: KernelOptions): Configuration {
  const { isTerminal } = o.console;
  return {
    memoryBytes: o.memoryBytes,
    seed: o.seed ?? 0,
    clock: o.clock ?? 'virtual',
    placement: o.placement ?? 'top-down',
    tlb: o.tlb ?? 'coherent',
    swapBytes: o.swapBytes ?? 0,
    replacement: o.replacement ?? 'clock',
    diskBytes: o.diskBytes ?? 0,
    maxTasks: o.maxTasks ?? defaultMaxTasks(o.memoryBytes),
    isTerminal:
      typeof isTerminal === 'boolean'
        ? [isTerminal, isTerminal, isTerminal]
        : [isTerminal[0], isTerminal[1], isTerminal[2]],
    ...windowOf(o.console),
  };
}
