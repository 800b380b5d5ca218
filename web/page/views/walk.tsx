import { PAGE_SIZE, vpnAt } from '../../../emulator/index.js';
import type { FrameView } from '../../protocol/index.js';
import type { MemoryModel } from '../model/changes.js';
import { type Entry, entryKey, isLeaf } from '../model/page-table.js';
import type { Selection } from '../model/selection.js';
import { counted, flagNames, frameKind, hex } from '../model/text.js';

/** The walk to the selected page, level by level, in a place that is always there. */
export function Walk(props: {
  readonly memory: MemoryModel;
  readonly frames: FrameView;
  readonly selection: Selection | undefined;
}) {
  const { memory, frames, selection } = props;
  const va = selectedAddress(selection, memory);
  return (
    <div class="walk" role="status">
      {va === undefined ? (
        <p class="hint">Select a region, an entry or a frame to see what belongs together.</p>
      ) : (
        <>
          <p class="walk-path">{walkText(va, memory)}</p>
          <p class="hint">{outcomeText(va, memory, frames)}</p>
        </>
      )}
    </div>
  );
}

function selectedAddress(
  selection: Selection | undefined,
  memory: MemoryModel,
): number | undefined {
  if (selection === undefined) return undefined;
  if (selection.kind === 'entry') return selection.va;
  if (selection.kind === 'region') return selection.start;
  for (const entry of memory.entries.values()) {
    if (isLeaf(entry) && entry.ppn === selection.ppn) return entry.va;
  }
  return undefined;
}

/** The entries that a walk for `va` reads, upper levels first. */
function stepsTo(va: number, memory: MemoryModel): Entry[] {
  const steps: Entry[] = [];
  for (let level = 2; level >= 0; level--) {
    const size = PAGE_SIZE * 512 ** level;
    const entry = memory.entries.get(entryKey({ level, va: va - (va % size) }));
    if (entry === undefined) break;
    steps.push(entry);
    if (entry.table === undefined) break;
  }
  return steps;
}

function walkText(va: number, memory: MemoryModel): string {
  const steps = stepsTo(va, memory);
  const parts = [hex(va), ...steps.map(({ level, index }) => `L${level}[${index}]`)];
  const last = steps.at(-1);
  if (last !== undefined && isLeaf(last)) parts.push(`frame ${hex(last.ppn)}`);
  else {
    const level = last === undefined ? 2 : last.level - 1;
    parts.push(`L${level}[${vpnAt(va, level)}] is empty`);
  }
  return parts.join(' → ');
}

function outcomeText(va: number, memory: MemoryModel, frames: FrameView): string {
  const leaf = stepsTo(va, memory).at(-1);
  if (leaf !== undefined && isLeaf(leaf)) {
    const references = frames.references[leaf.ppn - frames.firstPpn] ?? 0;
    const kind = frameKind(frames, leaf.ppn);
    return `${flagNames(leaf.low)}; ${kind}, ${counted(references, 'reference')}`;
  }
  const region = memory.memory.regions.find(({ start, end }) => va >= start && va < end);
  return region === undefined
    ? 'No region here: an access ends the program with SIGSEGV.'
    : 'Not present yet: the first access faults, and the kernel gives it a frame.';
}
