import { useMemo, useRef } from 'preact/hooks';
import { leafBytes, PAGE_SIZE } from '../../../emulator/index.js';
import type { FrameView, RegionView } from '../../protocol/index.js';
import { type Mark, type MemoryModel, pageCount, type RegionChange } from '../model/changes.js';
import { entryKey, isLeaf } from '../model/page-table.js';
import { isRelated, type Related, type Selection } from '../model/selection.js';
import { counted, hex, pagesText, protectionText, regionName, sizeText } from '../model/text.js';
import type { Shown } from '../model/tracker.js';
import { MarkSign } from './mark.js';
import { useScrollTo } from './scroll-to.js';

/** A region of more pages is drawn with several pages in each cell. */
const MAX_CELLS = 24;
/** The strip has room for the names of so many regions. */
const MAX_NAMED = 9;

export interface PanelProps {
  readonly shown: Shown | undefined;
  readonly related: Related;
  readonly selection: Selection | undefined;
  readonly onSelect: (selection: Selection | undefined) => void;
}

/** A region to draw: one that is there, or one that the last step took away. */
interface Row {
  readonly region: RegionView;
  readonly mark: Mark | undefined;
}

export function RegionsPanel({ shown, related, selection, onSelect }: PanelProps) {
  const memory = shown?.memory;
  const rows = useMemo(() => (shown?.memory === undefined ? [] : rowsOf(shown)), [shown]);
  const list = useRef<HTMLDivElement>(null);
  useScrollTo(list, '.region:has(.mark-sign.added, .mark-sign.changed, .mark-sign.removed)', shown);
  const select = ({ region }: Row) => {
    const { start, end } = region;
    const isChosen = selection?.kind === 'region' && selection.start === start;
    onSelect(isChosen ? undefined : { kind: 'region', start, end });
  };
  return (
    <section class="panel regions" aria-label="Regions">
      <div class="panel-head">
        <h2>Regions</h2>
        <p class="hint">what the kernel promised</p>
        {memory !== undefined && (
          <p class="summary">
            {counted(memory.memory.regions.length, 'region')},{' '}
            {sizeText(memory.memory.regions.reduce((sum, r) => sum + r.end - r.start, 0))}
          </p>
        )}
      </div>
      <Strip rows={rows} related={related} onSelect={select} />
      {shown === undefined || memory === undefined ? (
        <p class="empty">Run a program, and the ranges of its address space are listed here.</p>
      ) : (
        <div class="scroll" ref={list}>
          <ul class="region-list">
            {rows.map((row) => (
              <li key={`${row.mark === 'removed' ? 'gone' : ''}${row.region.start}`}>
                <button
                  type="button"
                  class={`region${row.mark === 'removed' ? ' gone' : ''}${
                    isRelated(related, row.region.start, row.region.end) ? ' related' : ''
                  }`}
                  aria-pressed={
                    selection?.kind === 'region' && selection.start === row.region.start
                  }
                  onClick={() => select(row)}
                >
                  <MarkSign mark={row.mark} />
                  <span class="region-range">
                    {hex(row.region.start)}-{hex(row.region.end)}
                  </span>
                  <span class="region-protection">{protectionText(row.region)}</span>
                  <span class="region-name">
                    <Swatch region={row.region} />
                    {regionName(row.region)}
                  </span>
                  {row.mark === 'removed' ? (
                    <span class="region-cells" />
                  ) : (
                    <Cells region={row.region} memory={memory} frames={shown.view.frames} />
                  )}
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

function rowsOf(shown: Shown): Row[] {
  const marks = new Map<RegionView, RegionChange>();
  for (const change of shown.changes.regions) marks.set(change.region, change);
  const rows: Row[] = [];
  for (const region of shown.memory?.memory.regions ?? []) {
    rows.push({ region, mark: marks.get(region)?.mark });
  }
  for (const { mark, region } of shown.changes.regions) {
    if (mark === 'removed') rows.push({ region, mark });
  }
  return rows.sort((a, b) => a.region.start - b.region.start);
}

/** The address space from 0 upwards: every region is wide enough to be seen, gaps are cut short. */
function Strip(props: {
  readonly rows: readonly Row[];
  readonly related: Related;
  readonly onSelect: (row: Row) => void;
}) {
  const { rows, related, onSelect } = props;
  let end = 0;
  return (
    <div
      class={`strip${rows.length <= MAX_NAMED ? ' roomy' : ''}`}
      role="img"
      aria-label={stripLabel(rows)}
    >
      {rows.map((row) => {
        const { region, mark } = row;
        const gap = region.start - end;
        end = Math.max(end, region.end);
        const classes = ['segment', backing(region), mark ?? ''];
        if (isRelated(related, region.start, region.end)) classes.push('related');
        return [
          gap > 0 && <span class="gap" title={`nothing for ${sizeText(gap)}`} />,
          // The list below is the way for the keyboard; this is only a picture that can be clicked.
          // biome-ignore lint/a11y: see above
          <span
            class={classes.join(' ')}
            style={{ flexGrow: 1 + Math.log2(pageCount(region)) }}
            title={`${hex(region.start)}-${hex(region.end)} ${regionName(region)}`}
            onClick={() => onSelect(row)}
          >
            {shortName(region)}
          </span>,
        ];
      })}
    </div>
  );
}

function stripLabel(rows: readonly Row[]): string {
  if (rows.length === 0) return 'Address space: empty';
  return `Address space, lowest first: ${rows.map(({ region }) => shortName(region)).join(', ')}`;
}

function shortName(region: RegionView): string {
  if (region.name === '') return region.isShared ? 'shared' : 'anon';
  if (region.name.startsWith('[')) return region.name.replace(/[[\]]/g, '');
  if ((region.protection & 4) !== 0) return 'text';
  return (region.protection & 2) !== 0 ? 'data' : 'rodata';
}

function backing(region: RegionView): string {
  return region.isFile ? 'file' : 'anonymous';
}

function Swatch({ region }: { readonly region: RegionView }) {
  return <span class={`swatch ${backing(region)}`} aria-hidden="true" />;
}

/** One cell per page, or per several: hollow until it is present. */
function Cells(props: {
  readonly region: RegionView;
  readonly memory: MemoryModel;
  readonly frames: FrameView;
}) {
  const { region, memory, frames } = props;
  const states = pageStates(region, memory, frames);
  const present = states.filter((state) => state !== 'absent').length;
  const perCell = Math.ceil(states.length / MAX_CELLS);
  const cells: string[] = [];
  for (let i = 0; i < states.length; i += perCell) {
    cells.push(cellClass(states.slice(i, i + perCell)));
  }
  return (
    <span class="region-cells">
      <span class={`cells ${backing(region)}`} aria-hidden="true">
        {cells.map((name, i) => (
          <span key={i} class={`cell ${name}`} />
        ))}
      </span>
      <span class="present-count">
        {present.toLocaleString('en')}/{states.length.toLocaleString('en')}
        <span class="sr-only"> of {pagesText(region.end - region.start)} present</span>
      </span>
    </span>
  );
}

type PageState = 'absent' | 'zero' | 'present';

function pageStates(region: RegionView, memory: MemoryModel, frames: FrameView): PageState[] {
  const states: PageState[] = [];
  for (let va = region.start; va < region.end; va += PAGE_SIZE) {
    states.push(pageState(va, memory, frames));
  }
  return states;
}

function pageState(va: number, memory: MemoryModel, frames: FrameView): PageState {
  for (let level = 0; level < 3; level++) {
    const size = leafBytes(level);
    const entry = memory.entries.get(entryKey({ level, va: va - (va % size) }));
    if (entry === undefined || !isLeaf(entry)) continue;
    return entry.ppn === frames.zeroPpn ? 'zero' : 'present';
  }
  return 'absent';
}

function cellClass(states: readonly PageState[]): string {
  const present = states.filter((state) => state === 'present').length;
  if (present === states.length) return 'present';
  if (present > 0) return 'partly';
  return states.includes('zero') ? 'zero' : 'absent';
}
