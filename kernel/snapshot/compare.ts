import { kernelParts } from '../audit.js';
import type { Kernel } from '../kernel.js';
import { kernelView, machineView, violationOf } from '../verify/index.js';
import type { Position } from './acts.js';
import { fromBase64 } from './base64.js';
import type { ParsedSnapshot } from './parse.js';
import { stateOf } from './snapshot.js';

const WORDS_PER_FRAME = 3;
/** So many tasks and frames are named. */
const MAX_NAMED = 4;

/** What a replay has seen on its way. */
export interface Seen {
  /** How the run stopped before it got to the snapshot's step, if it did. */
  readonly stop: 'waiting' | 'exited' | undefined;
  readonly alike: Position | undefined;
  readonly unlike: { readonly at: Position; readonly parts: readonly string[] } | undefined;
}

/** Holds a machine that was restored against its snapshot. Rule L7. */
export function reportDifference(kernel: Kernel, snapshot: ParsedSnapshot, seen: Seen): void {
  const now = stateOf(kernel);
  const { state, at } = snapshot;
  const parts = Object.keys(state.parts).filter((name) => state.parts[name] !== now.parts[name]);
  const isThere = seen.stop === undefined && kernel.recorder!.position.steps === at.steps;
  if (isThere && parts.length === 0 && seen.unlike === undefined) return;
  const frames = differentFrames(frameWords(state.frames), frameWords(now.frames));
  const tasks = differentTasks(state.registers, now.registers);
  const first = seen.unlike ?? { at, parts };
  const named = [
    ...first.parts.filter((name) => name !== 'memory' && name !== 'registers'),
    ...tasks.map((tid) => `registers of task ${tid}`),
    ...frames.slice(0, MAX_NAMED).map((ppn) => `frame 0x${ppn.toString(16)}`),
    ...(frames.length > MAX_NAMED ? [`${frames.length - MAX_NAMED} more frames`] : []),
  ];
  const since = `alike up to step ${(seen.alike?.steps ?? 0).toLocaleString('en-US')}, different at step ${first.at.steps.toLocaleString('en-US')}`;
  const end = isThere
    ? ''
    : `; the machine ${seen.stop === 'exited' ? 'ended' : seen.stop === 'waiting' ? 'waits' : 'is'} at step ${kernel.clock.steps.toLocaleString('en-US')}, the snapshot was taken at step ${at.steps.toLocaleString('en-US')}`;
  const [frame] = frames;
  const view = { machine: machineView(kernel.machine), kernel: kernelView(kernelParts(kernel)) };
  kernel.report(
    violationOf(
      'L7',
      {
        ...(frame === undefined ? { address: kernel.machine.hart.pc } : { frame }),
        observed: `${since}: ${named.join(', ')}${end}`,
        expected: 'the same input to the same machine gives the same state, step by step',
        remedy:
          'Recorder (kernel/snapshot/recorder.ts) is told of all that comes from outside; nothing else may decide: no host clock, no Math.random. Another version of pagewalk need not run alike',
      },
      view,
    ),
  );
}

function frameWords(text: string): Uint32Array {
  const bytes = fromBase64(text) ?? new Uint8Array();
  return new Uint32Array(bytes.buffer, 0, Math.floor(bytes.length / 4));
}

/** Page numbers of frames that only one of the two has, or that differ. Both ascend. */
function differentFrames(before: Uint32Array, now: Uint32Array): number[] {
  const hashes = (words: Uint32Array) => {
    const map = new Map<number, string>();
    for (let i = 0; i + 2 < words.length; i += WORDS_PER_FRAME) {
      map.set(words[i]!, `${words[i + 1]} ${words[i + 2]}`);
    }
    return map;
  };
  const [old, current] = [hashes(before), hashes(now)];
  const ppns = new Set([...old.keys(), ...current.keys()]);
  return [...ppns].filter((ppn) => old.get(ppn) !== current.get(ppn)).sort((a, b) => a - b);
}

type Registers = readonly (readonly [tid: number, hash: string])[];

function differentTasks(before: Registers, now: Registers): number[] {
  const [old, current] = [new Map(before), new Map(now)];
  const tids = new Set([...old.keys(), ...current.keys()]);
  return [...tids].filter((tid) => old.get(tid) !== current.get(tid)).slice(0, MAX_NAMED);
}
