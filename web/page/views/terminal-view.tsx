import { useRef, useState } from 'preact/hooks';
import type { SessionState } from '../session.js';
import type { TerminalPane } from '../terminal/terminal-pane.js';
import { Icon } from './icons.js';

/** The element that main.tsx opens the terminal in. */
export const TERMINAL_HOST_ID = 'terminal-host';

export interface TerminalViewProps {
  readonly state: SessionState;
  readonly terminal: TerminalPane;
  readonly isSearching: boolean;
  readonly onSearch: (isSearching: boolean) => void;
  readonly onRestart: () => void;
}

export function TerminalView(props: TerminalViewProps) {
  const { state, terminal, isSearching, onSearch, onRestart } = props;
  const [isSpoken, setSpoken] = useState(false);
  return (
    <section class="panel terminal" aria-label="Terminal">
      <div class="panel-head">
        <h2>Terminal</h2>
        <p class="hint">
          <kbd>F6</kbd> to the panels and back
        </p>
        {isSearching ? (
          <SearchBox terminal={terminal} onClose={() => onSearch(false)} />
        ) : (
          <button
            type="button"
            class="icon-only"
            aria-label="Search the terminal"
            title="Search (Ctrl+Shift+F)"
            onClick={() => onSearch(true)}
          >
            <Icon name="search" />
          </button>
        )}
        <button
          type="button"
          class="icon-only"
          aria-label="Screen reader mode"
          title="Read the terminal to a screen reader"
          aria-pressed={isSpoken}
          onClick={() => {
            terminal.setScreenReaderMode(!isSpoken);
            setSpoken(!isSpoken);
          }}
        >
          <Icon name="speech" />
        </button>
      </div>
      <div class="terminal-body">
        <div id={TERMINAL_HOST_ID} />
        {state.phase === 'crashed' && (
          <div class="crash" role="alert">
            <h3>The machine stopped</h3>
            <p>{state.crash}</p>
            <p>
              This is a mistake in pagewalk, not in your program. Text and views are as they were.
            </p>
            <button type="button" class="primary" onClick={onRestart}>
              Start a new machine
            </button>
          </div>
        )}
      </div>
    </section>
  );
}

function SearchBox(props: { readonly terminal: TerminalPane; readonly onClose: () => void }) {
  const { terminal, onClose } = props;
  const input = useRef<HTMLInputElement>(null);
  const [isMissing, setMissing] = useState(false);
  const find = (direction: 'next' | 'previous') => {
    const text = input.current?.value ?? '';
    setMissing(text !== '' && !terminal.find(text, direction));
  };
  const close = () => {
    terminal.endSearch();
    onClose();
    terminal.focus();
  };
  return (
    <search class="search">
      <input
        ref={(element) => {
          input.current = element;
          element?.focus();
        }}
        type="search"
        aria-label="Search the terminal"
        placeholder="Search"
        onInput={() => find('previous')}
        onKeyDown={(event) => {
          if (event.key === 'Enter') find(event.shiftKey ? 'next' : 'previous');
          if (event.key === 'Escape') close();
        }}
      />
      <span role="status" class="search-result">
        {isMissing ? 'not found' : ''}
      </span>
      <button
        type="button"
        class="icon-only"
        aria-label="Previous match"
        onClick={() => find('previous')}
      >
        <Icon name="up" />
      </button>
      <button type="button" class="icon-only" aria-label="Next match" onClick={() => find('next')}>
        <Icon name="down" />
      </button>
      <button type="button" class="icon-only" aria-label="Close the search" onClick={close}>
        <Icon name="close" />
      </button>
    </search>
  );
}
