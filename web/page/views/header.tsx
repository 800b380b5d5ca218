import { useState } from 'preact/hooks';
import type { Session, SessionState } from '../session.js';
import type { Theme } from '../theme.js';
import { ConsistencyBadge } from './consistency.js';
import { Icon } from './icons.js';

/** Where the terminal's Shift+F6 leads. */
export const PAUSE_ID = 'pause';

export interface HeaderProps {
  readonly state: SessionState;
  readonly session: Session;
  readonly theme: Theme;
  readonly onReset: () => void;
  readonly onFiles: () => void;
  readonly onConsistency: () => void;
}

export function Header({ state, session, theme, onReset, onFiles, onConsistency }: HeaderProps) {
  const [themeName, setThemeName] = useState(theme.current);
  const machine = state.shown?.view.state;
  const isPaused = machine === 'paused';
  const isReady = state.phase === 'ready';
  const other = themeName === 'dark' ? 'light' : 'dark';
  return (
    <header>
      <h1>
        <Mark />
        pagewalk
      </h1>
      <StateChip state={state} />
      <div class="controls" role="toolbar" aria-label="Machine">
        <button
          id={PAUSE_ID}
          type="button"
          disabled={!isReady}
          onClick={() => session.send({ type: isPaused ? 'run' : 'pause' })}
        >
          <Icon name={isPaused ? 'run' : 'pause'} />
          {isPaused ? 'Run' : 'Pause'}
        </button>
        <button
          type="button"
          disabled={!isReady || !isPaused}
          title="To the end of the next system call or page fault"
          onClick={() => session.send({ type: 'step' })}
        >
          <Icon name="step" />
          Step
        </button>
        <button type="button" title="A new machine; files you added stay" onClick={onReset}>
          <Icon name="reset" />
          Reset
        </button>
      </div>
      <Counters state={state} />
      <ConsistencyBadge state={state} onOpen={onConsistency} />
      <button type="button" disabled={!isReady} onClick={onFiles}>
        <Icon name="files" />
        Files
      </button>
      <button
        type="button"
        class="icon-only"
        aria-label={`Switch to ${other} colours`}
        title={`Switch to ${other} colours`}
        onClick={() => {
          theme.toggle();
          setThemeName(theme.current);
        }}
      >
        <Icon name={other} />
      </button>
    </header>
  );
}

/** Three levels of a table that lead to one frame. */
function Mark() {
  return (
    <svg class="mark" viewBox="0 0 20 20" aria-hidden="true">
      <path d="M2 3h4v4H2zM8 8h4v4H8zM14 13h4v4h-4z" />
      <path class="line" d="M6 5h4v3M12 10h4v3" />
    </svg>
  );
}

const STATE_TEXT = {
  prompt: ['❯', 'At the prompt'],
  running: ['▶', 'Running'],
  waiting: ['⏎', 'Waiting for input'],
  sleeping: ['◷', 'Sleeping'],
  paused: ['Ⅱ', 'Paused'],
  loading: ['○', 'Loading'],
  crashed: ['✕', 'Stopped'],
} as const;

function StateChip({ state }: { readonly state: SessionState }) {
  const name = state.phase === 'ready' ? (state.shown?.view.state ?? 'loading') : state.phase;
  const [sign, text] = STATE_TEXT[name];
  return (
    <p class={`chip chip-${name}`} role="status">
      <span aria-hidden="true">{sign}</span> {text}
    </p>
  );
}

function Counters({ state }: { readonly state: SessionState }) {
  const view = state.shown?.view;
  const items = [
    ['instructions', view?.instructions],
    ['system calls', view?.syscalls],
    ['page faults', view?.faults],
  ] as const;
  return (
    <dl class="counters">
      {items.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{(value ?? 0).toLocaleString('en')}</dd>
        </div>
      ))}
    </dl>
  );
}
