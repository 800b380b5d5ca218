import { useMemo, useRef, useState } from 'preact/hooks';
import type { EntryChange } from '../model/changes.js';
import { isLeaf } from '../model/page-table.js';
import { isRelated } from '../model/selection.js';
import { counted, flagNames, frameKind, PTE_BITS } from '../model/text.js';
import type { Shown } from '../model/tracker.js';
import { buildRows, firstChange, type TreeRow } from '../model/tree-rows.js';
import { MarkSign } from './mark.js';
import type { PanelProps } from './regions-panel.js';
import { useScrollTo } from './scroll-to.js';
import { Walk } from './walk.js';

/** What the tables hold: the tree of the entries that exist, with their bits. */
export function PageTablesPanel({ shown, related, selection, onSelect }: PanelProps) {
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const [focused, setFocused] = useState('');
  const list = useRef<HTMLDivElement>(null);
  const memory = shown?.memory;
  const rows = useMemo(
    () => (shown?.memory === undefined ? [] : buildRows(shown.memory, shown.changes, toggled)),
    [shown, toggled],
  );
  const seen = shown && firstChange(shown.changes);
  const key = seen && rows.find(({ entry, change }) => entry === seen && change)?.key;
  useScrollTo(list, key === undefined ? undefined : `[data-key="${key}"]`, shown);

  const active = rows.some(({ key }) => key === focused) ? focused : rows[0]?.key;
  const toggle = (key: string) => {
    const next = new Set(toggled);
    if (!next.delete(key)) next.add(key);
    setToggled(next);
  };
  const choose = (row: TreeRow) => {
    setFocused(row.key);
    if (row.entry === undefined) return;
    const { level, va } = row.entry;
    const isChosen =
      selection?.kind === 'entry' && selection.level === level && selection.va === va;
    onSelect(isChosen ? undefined : { kind: 'entry', level, va });
  };
  const focusRow = (row: TreeRow | undefined) => {
    if (row === undefined) return;
    setFocused(row.key);
    list.current?.querySelector<HTMLElement>(`[data-key="${row.key}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const at = rows.findIndex(({ key }) => key === active);
    const row = rows[at];
    if (row === undefined) return;
    const parent = rows.slice(0, at).findLast(({ depth }) => depth < row.depth);
    const actions: Readonly<Record<string, () => void>> = {
      ArrowDown: () => focusRow(rows[at + 1]),
      ArrowUp: () => focusRow(rows[at - 1]),
      Home: () => focusRow(rows[0]),
      End: () => focusRow(rows.at(-1)),
      ArrowRight: () => (row.isOpen === false ? toggle(row.key) : focusRow(rows[at + 1])),
      ArrowLeft: () => (row.isOpen === true ? toggle(row.key) : focusRow(parent)),
      Enter: () => choose(row),
      ' ': () => choose(row),
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  };

  return (
    <section class="panel tables" aria-label="Page tables">
      <div class="panel-head">
        <h2>Page tables</h2>
        <p class="hint">what the hardware walks</p>
        {memory !== undefined && (
          <p class="summary">
            {counted(memory.memory.tablePpns.length, 'table')},{' '}
            {counted([...memory.entries.values()].filter(isLeaf).length, 'leaf', 'leaves')}
          </p>
        )}
      </div>
      {shown === undefined || memory === undefined ? (
        <p class="empty">
          Every level that exists is drawn here, down to the bits of each page-table entry.
        </p>
      ) : (
        <>
          <div class="tree-head" aria-hidden="true">
            <span />
            <span>entry</span>
            <span>address</span>
            <span class="bits">
              {PTE_BITS.map(({ letter, name }) => (
                <span key={letter} title={name}>
                  {letter}
                </span>
              ))}
            </span>
            <span>frame</span>
          </div>
          <div
            class="scroll tree"
            role="tree"
            aria-label="Page tables"
            ref={list}
            onKeyDown={onKeyDown}
          >
            {rows.map((row) => (
              <Row
                key={row.key}
                row={row}
                shown={shown}
                isActive={row.key === active}
                isRelated={
                  row.entry !== undefined &&
                  row.end > 0 &&
                  isLeafRow(row) &&
                  isRelated(related, row.entry.va, row.end)
                }
                onChoose={() => (row.entry === undefined ? toggle(row.key) : choose(row))}
                onToggle={() => toggle(row.key)}
              />
            ))}
          </div>
          <Walk memory={memory} frames={shown.view.frames} selection={selection} />
        </>
      )}
    </section>
  );
}

function isLeafRow(row: TreeRow): boolean {
  return row.entry !== undefined && row.entry.table === undefined;
}

interface RowProps {
  readonly row: TreeRow;
  readonly shown: Shown;
  readonly isActive: boolean;
  readonly isRelated: boolean;
  readonly onChoose: () => void;
  readonly onToggle: () => void;
}

function Row({ row, shown, isActive, isRelated, onChoose, onToggle }: RowProps) {
  const { entry, change } = row;
  const frames = shown.view.frames;
  // The frames of a process that has ended are somebody else's by now.
  const isCurrent = shown.memory?.memory.ending === undefined && change?.mark !== 'removed';
  const isKnown = isCurrent && entry !== undefined && isLeaf(entry);
  const kind = isKnown ? frameKind(frames, entry.ppn) : '';
  const classes = ['tree-row'];
  if (isRelated) classes.push('related');
  if (change?.mark === 'removed') classes.push('gone');
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree handles the keys of all its rows
    <div
      class={classes.join(' ')}
      role="treeitem"
      data-key={row.key}
      aria-level={row.depth + 1}
      aria-expanded={row.isOpen}
      aria-selected={isRelated}
      tabIndex={isActive ? 0 : -1}
      onClick={onChoose}
    >
      <MarkSign mark={change?.mark} />
      <span class="tree-entry" style={{ paddingLeft: `${row.depth * 12}px` }}>
        {row.isOpen === undefined ? (
          <span class="twist" aria-hidden="true" />
        ) : (
          // Only for the mouse: left and right arrow do the same.
          <span
            class="twist"
            aria-hidden="true"
            onClick={(event) => {
              event.stopPropagation();
              onToggle();
            }}
          >
            {row.isOpen ? '▾' : '▸'}
          </span>
        )}
        {row.label}
      </span>
      <span class="tree-va">{row.vaText}</span>
      {entry === undefined ? <span class="bits" /> : <Bits entry={entry} change={change} />}
      <span class="tree-frame">
        <span class="frame-number">{row.frameText}</span>
        {kind !== '' && (
          <span class="kind">
            <span
              class={`swatch ${kind === 'frame of zeros' ? 'zeros' : kind}`}
              aria-hidden="true"
            />
            {kind}
          </span>
        )}
      </span>
    </div>
  );
}

function Bits(props: {
  readonly entry: { readonly low: number };
  readonly change: EntryChange | undefined;
}) {
  const { low } = props.entry;
  const { change } = props;
  const before = change?.mark === 'changed' ? (change.before?.low ?? low) : low;
  return (
    <span class="bits">
      <span class="sr-only">{flagNames(low)}</span>
      {PTE_BITS.map(({ bit, letter, name }) => {
        const isSet = (low & bit) !== 0;
        const isNew = ((before ^ low) & bit) !== 0;
        const classes = [isSet ? 'set' : 'clear'];
        if (isNew) classes.push('flipped');
        return (
          <span
            key={letter}
            aria-hidden="true"
            class={classes.join(' ')}
            title={`${isSet ? '' : 'not '}${name}`}
          >
            {isSet || isNew ? letter : '·'}
          </span>
        );
      })}
    </span>
  );
}
