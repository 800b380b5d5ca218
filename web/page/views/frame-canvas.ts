import {
  FRAME_ANONYMOUS,
  FRAME_FILE,
  FRAME_FREE,
  FRAME_PAGE_TABLE,
  type FrameView,
} from '../../protocol/index.js';
import type { FrameChange } from '../model/changes.js';
import { CELL, type FrameLayout } from '../model/frame-layout.js';
import { counted } from '../model/text.js';

const SIZE = CELL - 2;

/**
 * Draws the map of frames. Each kind has a shape beside its colour: anonymous is full, file has a
 * notch, a page table is a frame around a dot, the kernel's is a cross, free is a point.
 */
export function drawFrames(
  canvas: HTMLCanvasElement,
  layout: FrameLayout,
  frames: FrameView,
  marks: ReadonlyMap<number, FrameChange>,
  related: ReadonlySet<number>,
): void {
  const scale = devicePixelRatio;
  canvas.width = Math.max(1, Math.round(layout.width * scale));
  canvas.height = Math.max(1, Math.round(layout.height * scale));
  canvas.style.width = `${layout.width}px`;
  canvas.style.height = `${layout.height}px`;
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.scale(scale, scale);
  const styles = getComputedStyle(canvas);
  const colour = (name: string) => styles.getPropertyValue(`--${name}`);
  for (const row of layout.rows) {
    if (row.kind === 'free') {
      context.fillStyle = colour('text-soft');
      context.font = `11px ${styles.fontFamily}`;
      context.textBaseline = 'middle';
      context.fillText(`⋯ ${counted(row.count, 'free frame')}`, 0, row.y + 7);
      continue;
    }
    for (let i = 0; i < row.count; i++) {
      const ppn = frames.firstPpn + row.first + i;
      const x = i * CELL;
      drawCell(context, x, row.y, frames.kinds[row.first + i]!, colour);
      const mark = marks.get(ppn)?.mark;
      if (mark !== undefined) drawMark(context, x, row.y, mark, colour);
      if (related.has(ppn)) {
        context.strokeStyle = colour('accent');
        context.lineWidth = 2;
        context.strokeRect(x + 0.5, row.y + 0.5, SIZE + 1, SIZE + 1);
      }
    }
  }
}

function drawCell(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  kind: number,
  colour: (name: string) => string,
): void {
  const [left, top] = [x + 1, y + 1];
  if (kind === FRAME_FREE) {
    context.fillStyle = colour('line');
    context.fillRect(left + SIZE / 2 - 1, top + SIZE / 2 - 1, 2, 2);
  } else if (kind === FRAME_ANONYMOUS) {
    context.fillStyle = colour('anonymous');
    context.fillRect(left, top, SIZE, SIZE);
  } else if (kind === FRAME_FILE) {
    context.fillStyle = colour('file');
    context.beginPath();
    context.moveTo(left, top);
    context.lineTo(left + SIZE - 4, top);
    context.lineTo(left + SIZE, top + 4);
    context.lineTo(left + SIZE, top + SIZE);
    context.lineTo(left, top + SIZE);
    context.fill();
  } else if (kind === FRAME_PAGE_TABLE) {
    context.strokeStyle = colour('page-table');
    context.lineWidth = 1.5;
    context.strokeRect(left + 0.75, top + 0.75, SIZE - 1.5, SIZE - 1.5);
    context.fillStyle = colour('page-table');
    context.fillRect(left + SIZE / 2 - 1, top + SIZE / 2 - 1, 2, 2);
  } else {
    context.strokeStyle = colour('kernel');
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(left + 1, top + 1);
    context.lineTo(left + SIZE - 1, top + SIZE - 1);
    context.moveTo(left + SIZE - 1, top + 1);
    context.lineTo(left + 1, top + SIZE - 1);
    context.stroke();
  }
}

/** A frame that was taken has a plus in it, one that was freed a minus, another change a dot. */
function drawMark(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  mark: FrameChange['mark'],
  colour: (name: string) => string,
): void {
  const middle = CELL / 2;
  context.fillStyle = mark === 'removed' ? colour('removed') : colour('surface');
  if (mark === 'changed') {
    context.fillRect(x + middle - 1.5, y + middle - 1.5, 3, 3);
    return;
  }
  context.fillRect(x + 2, y + middle - 0.75, CELL - 4, 1.5);
  if (mark === 'added') context.fillRect(x + middle - 0.75, y + 2, 1.5, CELL - 4);
}
