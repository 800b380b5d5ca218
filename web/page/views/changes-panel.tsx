import { isSettled } from '../model/changes.js';
import { type ChangeLine, changeLines, changesSummary } from '../model/changes-text.js';
import type { Selection } from '../model/selection.js';
import type { SessionState } from '../session.js';
import { MarkSign } from './mark.js';

/** More lines than this help nobody; the number of the others is told. */
const MAX_LINES = 200;

export interface ChangesPanelProps {
  readonly state: SessionState;
  readonly onSelect: (selection: Selection) => void;
}

/** What the last step did, in words; and why a program was ended by a fault. */
export function ChangesPanel({ state, onSelect }: ChangesPanelProps) {
  const { shown } = state;
  const changes = shown?.changes;
  const lines = changes === undefined ? [] : changeLines(changes);
  const isUnderWay = shown !== undefined && !isSettled(shown.view);
  const summary = changes === undefined ? '' : changesSummary(changes);
  return (
    <section class="panel changes" aria-label="What the last step changed">
      <div class="panel-head">
        <h2>{isUnderWay ? 'This step so far' : 'Last step'}</h2>
        <p class="summary" role="status" aria-live={isUnderWay ? 'off' : 'polite'}>
          {summary}
        </p>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard */}
      <section class="scroll" tabIndex={0} aria-label="Changes">
        {state.reports.map((text) => (
          <Explanation key={text} text={text} />
        ))}
        {lines.length === 0 && state.reports.length === 0 ? (
          <p class="empty">{emptyText(state)}</p>
        ) : (
          <ul class="change-list">
            {lines.slice(0, MAX_LINES).map((line) => (
              <ChangeRow
                key={`${line.kind}${line.level}${line.what}`}
                line={line}
                onSelect={onSelect}
              />
            ))}
          </ul>
        )}
        {lines.length > MAX_LINES && (
          <p class="empty">and {(lines.length - MAX_LINES).toLocaleString('en')} more</p>
        )}
      </section>
    </section>
  );
}

function ChangeRow(props: {
  readonly line: ChangeLine;
  readonly onSelect: (selection: Selection) => void;
}) {
  const { line, onSelect } = props;
  const kind = line.kind === 'entry' ? 'PTE' : line.kind;
  return (
    <li>
      <button
        type="button"
        class="change"
        onClick={() => onSelect({ kind: 'entry', level: line.level, va: line.va })}
      >
        <MarkSign mark={line.mark} />
        <span class="change-kind">{kind}</span>
        <span class="change-what">{line.what}</span>
        <span class="change-detail">{line.detail}</span>
      </button>
    </li>
  );
}

/** A fault's explanation as the kernel wrote it: the first line says what, the others show why. */
function Explanation({ text }: { readonly text: string }) {
  const [first, ...rest] = text.trimEnd().split('\n');
  return (
    <div class="explanation">
      <h3>
        <span aria-hidden="true">⚑ </span>
        {first}
      </h3>
      {rest.length > 0 && <pre>{rest.join('\n')}</pre>}
    </div>
  );
}

function emptyText(state: SessionState): string {
  if (state.shown?.memory === undefined) {
    return 'Each time a program waits for you, this lists what it changed since the last time.';
  }
  const { processes, state: machine } = state.shown.view;
  if (processes.length === 1 && machine === 'prompt') {
    return 'Press Enter in the terminal: what each step of mmapdemo changes is listed here.';
  }
  return 'No region, page-table entry or frame has changed.';
}
