import { FRAME_FREE, type FrameView } from '../../protocol/index.js';

/** Distance from one cell to the next, and height of a row that stands for free frames. CSS pixels. */
export const CELL = 10;
const SKIP_HEIGHT = 14;

/** A row of cells, or a stretch of whole free rows drawn as one line of text. */
export type FrameRow =
  | { readonly kind: 'cells'; readonly y: number; readonly first: number; readonly count: number }
  | { readonly kind: 'free'; readonly y: number; readonly count: number };

export interface FrameLayout {
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  /** `first` counts from the first frame of RAM. */
  readonly rows: readonly FrameRow[];
  ppnAt(x: number, y: number): number | undefined;
}

/** Lays all frames out in rows from left to right; two or more free rows in a row become one line. */
export function layoutFrames(frames: FrameView, width: number): FrameLayout {
  const { kinds, firstPpn } = frames;
  const columns = Math.max(8, Math.floor(width / CELL));
  const rows: FrameRow[] = [];
  let y = 0;
  for (let first = 0; first < kinds.length; ) {
    const free = freeRows(kinds, first, columns);
    if (free >= 2) {
      const count = Math.min(free * columns, kinds.length - first);
      rows.push({ kind: 'free', y, count });
      y += SKIP_HEIGHT;
      first += count;
    } else {
      const count = Math.min(columns, kinds.length - first);
      rows.push({ kind: 'cells', y, first, count });
      y += CELL;
      first += count;
    }
  }
  return {
    width,
    height: y,
    columns,
    rows,
    ppnAt(x, at) {
      const row = rows.findLast((each) => each.y <= at);
      const column = Math.floor(x / CELL);
      if (row?.kind !== 'cells' || column < 0 || column >= row.count) return undefined;
      return firstPpn + row.first + column;
    },
  };
}

/** Whole rows from `first` on in which every frame is free. */
function freeRows(kinds: Uint8Array, first: number, columns: number): number {
  let at = first;
  while (at < kinds.length && kinds[at] === FRAME_FREE) at++;
  return at === kinds.length
    ? Math.ceil((at - first) / columns)
    : Math.floor((at - first) / columns);
}
