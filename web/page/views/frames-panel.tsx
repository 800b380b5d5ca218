import { useEffect, useRef, useState } from 'preact/hooks';
import {
  FRAME_ANONYMOUS,
  FRAME_FILE,
  FRAME_FREE,
  FRAME_KERNEL,
  FRAME_PAGE_TABLE,
  type FrameView,
} from '../../protocol/index.js';
import type { FrameChange } from '../model/changes.js';
import { layoutFrames } from '../model/frame-layout.js';
import { counted, FRAME_KIND_NAMES, frameKind, hex, sizeText } from '../model/text.js';
import { drawFrames } from './frame-canvas.js';
import type { PanelProps } from './regions-panel.js';

const LEGEND = [FRAME_ANONYMOUS, FRAME_FILE, FRAME_PAGE_TABLE, FRAME_KERNEL] as const;

/** Every frame of the machine by what it is used for; long free stretches are cut short. */
export function FramesPanel({ shown, related, selection, onSelect }: PanelProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const frames = shown?.view.frames;
  const layout = frames === undefined ? undefined : layoutFrames(frames, width);

  useEffect(() => {
    const element = canvas.current?.parentElement;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (canvas.current === null || shown === undefined || layout === undefined) return;
    const marks = new Map(shown.changes.frames.map((change) => [change.ppn, change]));
    const paint = () => {
      if (canvas.current !== null) {
        drawFrames(canvas.current, layout, shown.view.frames, marks, related.ppns);
      }
    };
    paint();
    const observer = new MutationObserver(paint);
    observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => observer.disconnect();
  }, [shown, related, layout]);

  const choose = (ppn: number | undefined) => {
    if (ppn !== undefined) onSelect({ kind: 'frame', ppn });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (layout === undefined || frames === undefined) return;
    const steps: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1 };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    choose(nextUsed(frames, selection?.kind === 'frame' ? selection.ppn : undefined, step));
  };

  return (
    <section class="panel frames" aria-label="Frames">
      <div class="panel-head">
        <h2>Frames</h2>
        <p class="hint">physical memory, lowest first</p>
        {shown !== undefined && (
          <p class="summary">
            <ChangeCounts changes={shown.changes.frames} /> {usageText(shown.view.frames)}
          </p>
        )}
      </div>
      <div class="scroll frame-map">
        <canvas
          ref={canvas}
          tabIndex={frames === undefined ? -1 : 0}
          role="img"
          aria-label={mapLabel(frames, selection?.kind === 'frame' ? selection.ppn : undefined)}
          onKeyDown={onKeyDown}
          onClick={(event) => choose(layout?.ppnAt(event.offsetX, event.offsetY))}
        />
      </div>
      <ul class="legend">
        {LEGEND.map((kind) => (
          <li key={kind}>
            <span class={`swatch ${FRAME_KIND_NAMES[kind].replace(' ', '-')}`} aria-hidden="true" />
            {FRAME_KIND_NAMES[kind]}{' '}
            <span class="count">{frames === undefined ? '' : countKind(frames, kind)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function ChangeCounts({ changes }: { readonly changes: readonly FrameChange[] }) {
  const taken = changes.filter(({ mark }) => mark === 'added').length;
  const freed = changes.filter(({ mark }) => mark === 'removed').length;
  if (taken + freed === 0) return null;
  return (
    <span class="frame-changes">
      {taken > 0 && <span class="added">+{taken} taken</span>}
      {freed > 0 && <span class="removed">−{freed} freed</span>}
    </span>
  );
}

function countKind(frames: FrameView, kind: number): string {
  let count = 0;
  for (const each of frames.kinds) if (each === kind) count++;
  return count.toLocaleString('en');
}

function usageText(frames: FrameView): string {
  let free = 0;
  for (const kind of frames.kinds) if (kind === FRAME_FREE) free++;
  const used = frames.kinds.length - free;
  return `${used.toLocaleString('en')} in use of ${sizeText(frames.kinds.length * 4096)}`;
}

function mapLabel(frames: FrameView | undefined, selected: number | undefined): string {
  if (frames === undefined) return 'Frames: the machine is loading';
  if (selected === undefined) return 'Frames by kind; arrow keys select one';
  const references = frames.references[selected - frames.firstPpn] ?? 0;
  return `Frame ${hex(selected)}: ${frameKind(frames, selected)}, ${counted(references, 'reference')}`;
}

/** The next frame in use in one direction. */
function nextUsed(frames: FrameView, ppn: number | undefined, step: number): number | undefined {
  let at = ppn === undefined ? (step > 0 ? -1 : frames.kinds.length) : ppn - frames.firstPpn;
  do at += step;
  while (at >= 0 && at < frames.kinds.length && frames.kinds[at] === FRAME_FREE);
  return at >= 0 && at < frames.kinds.length ? frames.firstPpn + at : undefined;
}
