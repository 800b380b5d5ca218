import { describe, expect, it } from 'vitest';
import {
  explain,
  explanation,
  type KernelView,
  type MachineView,
  type RegionView,
  verify,
} from '../../kernel/verify/index.js';

const ROOT = 0x80000;
const [MIDDLE, LOW, DATA] = [ROOT + 1, ROOT + 2, ROOT + 3];
const FRAMES = 16;
/** V R W X U A D. */
const OPEN = 0xdf;

/** A machine that somebody wrote by the README alone: 16 frames, three tables, entries as given. */
function machine(
  entries: readonly [table: number, index: number, value: bigint][],
  more: Partial<MachineView> = {},
): MachineView {
  const frames = Array.from({ length: FRAMES }, () => new Uint8Array(4096));
  const tables = [[ROOT, 0, pte(MIDDLE, 1)] as const, [MIDDLE, 0, pte(LOW, 1)] as const];
  for (const [table, index, value] of [...tables, ...entries]) {
    new DataView(frames[table - ROOT]!.buffer).setBigUint64(index * 8, value, true);
  }
  return {
    firstPpn: ROOT,
    frameCount: FRAMES,
    frameBytes: (ppn) => frames[ppn - ROOT],
    satp: () => ({ mode: 8, asid: 0, rootPpn: ROOT }),
    tlb: () => [],
    ...more,
  };
}

const pte = (ppn: number, flags: number) => (BigInt(ppn) << 10n) | BigInt(flags);
const rulesOf = (view: Parameters<typeof verify>[0]) => verify(view).map(({ rule }) => rule);
const cached = { vpn: 5, asid: 0, ppn: DATA, flags: OPEN };
const page: [number, number, bigint] = [LOW, 5, pte(DATA, OPEN)];

describe('verify of a machine alone, made by hand', () => {
  it.each<[rules: string[], entries: [number, number, bigint][], more?: Partial<MachineView>]>([
    [[], [page]],
    [['E1'], [[LOW, 5, pte(DATA, 0x15)]]],
    [['E2'], [[LOW, 5, pte(DATA, OPEN) | (1n << 57n)]]],
    [['E2'], [[LOW, 5, pte(DATA, OPEN) | (1n << 63n)]]],
    [[], [[LOW, 5, pte(DATA, OPEN) | (1n << 63n)]], { hasSvnapot: true }],
    [['E3'], [[ROOT, 0, pte(MIDDLE, 0x41)]]],
    [['E4'], [[LOW, 5, pte(DATA, 1)]]],
    [['E5'], [[MIDDLE, 5, pte(DATA, OPEN)]]],
    [['E7'], [[LOW, 5, pte(ROOT + 99, OPEN)]]],
    [[], [[LOW, 5, pte(0x10000, 0xc7)]], { hasDevice: (ppn) => ppn === 0x10000 }],
    [['E7'], [], { satp: () => ({ mode: 8, asid: 0, rootPpn: 5 }) }],
    [['S1'], [[MIDDLE, 5, pte(LOW, 1)]]],
    [['S1'], [[MIDDLE, 5, pte(ROOT, 1)]]],
    [['S2'], [[LOW, 5, pte(LOW, OPEN)]]],
    [['S5'], [[LOW, 0, pte(DATA, OPEN)]]],
    [['B1'], [page], { tlb: () => [{ ...cached, ppn: DATA + 1 }] }],
    [['B4'], [page], { tlb: () => [cached, cached] }],
    [[], [], { satp: () => ({ mode: 0, asid: 0, rootPpn: 0 }) }],
  ])('names %j', (expected, entries, more) => {
    const view = machine(entries, more);
    expect(rulesOf(view)).toEqual(expected);
    expect(rulesOf({ machine: view })).toEqual(expected);
    for (const violation of verify(view)) {
      expect(explain(violation, 'symptom').trimEnd().split('\n')).toHaveLength(1);
      expect(explain(violation)).toMatch(/^[ESB]\d \S.*\n {2}0x/);
    }
  });

  it('reads frames whose bytes lie at any offset of a buffer', () => {
    const { frameBytes, ...rest } = machine([[LOW, 5, pte(DATA, 0x15)]]);
    const shifted = (ppn: number) => {
      const bytes = new Uint8Array(4099);
      bytes.set(frameBytes(ppn) ?? [], 3);
      return bytes.subarray(3);
    };
    expect(rulesOf({ ...rest, frameBytes: shifted })).toEqual(['E1']);
  });

  it('refuses a level of detail that there is not', () => {
    const [violation] = verify(machine([[LOW, 5, pte(DATA, 0x15)]]));
    expect(() => explain(violation!, 'all' as never)).toThrow(/level 'all' is none/);
  });

  it.each([undefined, null, {}, { machine: {} }])('refuses %j with one line', (view) => {
    expect(() => verify(view as never)).toThrow(/^verify needs a MachineView/);
  });
});

describe('verify with a KernelView of the required members alone', () => {
  const kernel = (
    regions: RegionView[],
    frames: Partial<KernelView['frames']> = {},
  ): KernelView => ({
    spaces: () => [
      { name: 'pid 1', rootPpn: ROOT, asid: 0, isRunning: true, regions: () => regions },
    ],
    files: () => [],
    zeroPpn: 0,
    lowestAddress: 0x1000,
    frames: {
      kind: (ppn) => (ppn < DATA ? 'page-table' : ppn === DATA ? 'anonymous' : 'free'),
      refcount: (ppn) => (ppn <= DATA ? 1 : 0),
      isOnFreeList: (ppn) => ppn > DATA,
      isPoisonIntact: () => true,
      freeCount: FRAMES - 4,
      pins: () => 0,
      ...frames,
    },
  });
  const region = (prot: number): RegionView => ({
    ...{ start: 0x5000, end: 0x6000, prot },
    ...{ isShared: false, file: undefined, fileOffset: 0 },
  });

  it.each<[string[], RegionView[], Partial<KernelView['frames']>?]>([
    [[], [region(7)]],
    [['R1'], []],
    [['R2'], [region(3)]],
    [['R3'], [region(0)]],
    [['F1'], [region(7)], { refcount: (ppn) => (ppn === DATA ? 2 : ppn < DATA ? 1 : 0) }],
    [['F5'], [region(7)], { freeCount: 3 }],
    [['F6'], [region(7)], { isPoisonIntact: (ppn) => ppn !== DATA + 2 }],
  ])('names %j', (expected, regions, frames) => {
    const found = verify({ machine: machine([page]), kernel: kernel(regions, frames) });
    expect(found.map(({ rule }) => rule)).toEqual(expected);
    for (const violation of found) {
      const { title, rows } = explanation(violation);
      expect(title).toBe(`${violation.rule} ${violation.sentence}`);
      expect(rows.map(({ label }) => label)).toEqual(
        expect.arrayContaining(['expected', 'look at', 'source']),
      );
    }
  });
});
