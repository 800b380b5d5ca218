import { describe, expect, it } from 'vitest';
import { compareRegions } from '../../web/page/model/changes.js';
import { bitChanges } from '../../web/page/model/changes-text.js';
import { layoutFrames } from '../../web/page/model/frame-layout.js';
import { Tracker } from '../../web/page/model/tracker.js';
import type { MachineState, RegionView, View } from '../../web/protocol/index.js';

const PAGE = 4096;

/**
 * Regions drawn as a string, one character per page: r and w are protections, '.' is unmapped, '|'
 * parts two regions that touch.
 */
function draw(picture: string): RegionView[] {
  const regions: RegionView[] = [];
  let page = 0;
  for (const piece of picture.match(/r+|w+|\.|\|/g) ?? []) {
    if (piece === '|') continue;
    if (piece !== '.') {
      const [start, end] = [page * PAGE, (page + piece.length) * PAGE];
      const protection = piece.startsWith('w') ? 3 : 1;
      regions.push({ start, end, protection, isShared: false, name: '', isFile: false });
    }
    page += piece.length;
  }
  return regions;
}

function changes(before: string, after: string): string[] {
  return compareRegions(draw(before), draw(after)).map(
    ({ mark, region }) => `${mark} ${region.start / PAGE}-${region.end / PAGE}`,
  );
}

describe('compareRegions', () => {
  it.each([
    ['nothing', 'ww.rr', 'ww.rr', []],
    ['a new region', 'ww...', 'ww.rr', ['added 3-5']],
    ['one that went away', 'ww.rr', '...rr', ['removed 0-2']],
    ['a split', 'wwww', 'wrww', ['changed 0-1', 'added 1-2', 'added 2-4']],
    ['a hole', 'wwww', 'w..w', ['changed 0-1', 'added 3-4']],
    ['a region that grew', 'ww..', 'www.', ['changed 0-3']],
    ['one that lost its beginning', 'wwww', '..ww', ['changed 2-4']],
    ['two that became one', 'ww|ww', 'wwww', ['changed 0-4', 'removed 2-4']],
    ['another protection', 'wwww', 'rrrr', ['changed 0-4']],
  ])('tells %s', (_what, before, after, expected) => {
    expect(changes(before, after)).toEqual(expected);
  });
});

describe('bitChanges', () => {
  it('names each bit that was set or cleared', () => {
    expect(bitChanges(0b1101_0111, 0b0101_0011)).toBe('W cleared, D cleared');
    expect(bitChanges(0b0001_0011, 0b0101_0011)).toBe('A set');
    expect(bitChanges(7, 7)).toBe('');
  });
});

describe('layoutFrames', () => {
  const frames = (kinds: number[]) => ({
    firstPpn: 100,
    zeroPpn: 100,
    kinds: Uint8Array.from(kinds),
    references: new Uint8Array(kinds.length),
  });

  it('draws rows with frames in use and tells whole free rows in one line', () => {
    const kinds = [1, ...Array<number>(39).fill(0), 2];
    const layout = layoutFrames(frames(kinds), 100);
    expect(layout.columns).toBe(10);
    expect(layout.rows.map(({ kind, count }) => `${kind} ${count}`)).toEqual([
      'cells 10',
      'free 30',
      'cells 1',
    ]);
    expect(layout.ppnAt(5, 5)).toBe(100);
    expect(layout.ppnAt(5, 15)).toBeUndefined();
    expect(layout.ppnAt(5, layout.height - 1)).toBe(140);
  });
});

describe('Tracker', () => {
  const view = (state: MachineState, instructions: number, picture: string): View => ({
    state,
    instructions,
    syscalls: 0,
    faults: 0,
    processes: [],
    memory: {
      pid: 2,
      ending: undefined,
      instructions,
      regions: draw(picture),
      rootPpn: 1,
      tablePpns: Uint32Array.of(1),
      tableWords: new Uint32Array(1024),
    },
    frames: {
      firstPpn: 0,
      zeroPpn: 0,
      kinds: new Uint8Array(1),
      references: new Uint8Array(1),
    },
  });
  const marks = (tracker: Tracker, next: View) =>
    tracker.next(next).changes.regions.map(({ mark }) => mark);

  it('counts what changed since the machine last stood still', () => {
    const tracker = new Tracker();
    expect(marks(tracker, view('running', 0, 'ww....'))).toEqual([]);
    expect(marks(tracker, view('running', 5, 'ww.r..'))).toEqual(['added']);
    expect(marks(tracker, view('waiting', 9, 'ww.r.r'))).toEqual(['added', 'added']);
    // Nothing ran: the last step stays what it was.
    expect(marks(tracker, view('waiting', 9, 'ww.r.r'))).toEqual(['added', 'added']);
    expect(marks(tracker, view('running', 12, 'ww.r.r'))).toEqual([]);
    expect(marks(tracker, view('waiting', 15, 'ww.r..'))).toEqual(['removed']);
  });

  it('gives a step another number than the one before', () => {
    const tracker = new Tracker();
    const steps = [
      view('waiting', 1, 'w'),
      view('running', 2, 'w'),
      view('waiting', 3, 'w'),
      view('waiting', 4, 'w'),
    ].map((next) => tracker.next(next).step);
    expect(steps).toEqual([1, 2, 2, 3]);
  });
});
