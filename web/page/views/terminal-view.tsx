import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Session, SessionState } from '../session.js';
import type { TerminalPane } from '../terminal/terminal-pane.js';
import { Icon } from './icons.js';

export interface TerminalViewProps {
  readonly state: SessionState;
  readonly session: Session;
  readonly isSearching: boolean;
  readonly onSearch: (isSearching: boolean) => void;
  readonly onRestart: () => void;
}

export function TerminalView(props: TerminalViewProps) {
  const { state, session, isSearching, onSearch, onRestart } = props;
  const { terminals, activeTty, layout } = state;
  const [isSpoken, setSpoken] = useState(false);
  return (
    <section class="panel terminal" aria-label="Terminal">
      <div class="panel-head">
        <h2>Terminal</h2>
        {terminals.length > 1 ? (
          <Tabs state={state} session={session} />
        ) : (
          <p class="hint">
            <kbd>F6</kbd> to the panels and back
          </p>
        )}
        <button
          type="button"
          class="icon-only"
          aria-label="New terminal"
          title="Another terminal with a shell of its own"
          disabled={!session.mayAddTerminal}
          onClick={() => session.addTerminal()}
        >
          <Icon name="add" />
        </button>
        {terminals.length > 1 && (
          <button
            type="button"
            class="icon-only"
            aria-label="Close terminal"
            title={
              activeTty === 1
                ? 'tty1 is the console and stays'
                : `Hang up tty${activeTty}: what runs there is ended`
            }
            disabled={activeTty === 1 || state.phase !== 'ready'}
            onClick={() => {
              session.closeTerminal(activeTty);
              focusWhenShown(session);
            }}
          >
            <Icon name="hangUp" />
          </button>
        )}
        {terminals.length > 1 && (
          <button
            type="button"
            class="icon-only"
            aria-label="Side by side"
            title="All terminals side by side"
            aria-pressed={layout === 'side by side'}
            onClick={() => session.setLayout(layout === 'tabs' ? 'side by side' : 'tabs')}
          >
            <Icon name="beside" />
          </button>
        )}
        {isSearching ? (
          <SearchBox terminal={session.terminal} onClose={() => onSearch(false)} />
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
            for (const terminal of terminals) terminal.setScreenReaderMode(!isSpoken);
            setSpoken(!isSpoken);
          }}
        >
          <Icon name="speech" />
        </button>
      </div>
      <div class="terminal-body">
        <div class={`terminal-hosts ${layout === 'tabs' ? 'in-tabs' : 'beside'}`}>
          {terminals.map((terminal) => (
            <TerminalHost
              key={terminal.number}
              terminal={terminal}
              isActive={terminal.number === activeTty}
              isAlone={terminals.length === 1}
              isSpoken={isSpoken}
            />
          ))}
        </div>
        {state.phase === 'loading' && (
          <div class="starting">
            <p>Starting the machine…</p>
            <p class="hint">a RISC-V hart, 128 MiB of RAM, a kernel and a shell</p>
          </div>
        )}
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

/** One terminal's place. A new terminal takes the keyboard. */
function TerminalHost(props: {
  readonly terminal: TerminalPane;
  readonly isActive: boolean;
  readonly isAlone: boolean;
  readonly isSpoken: boolean;
}) {
  const { terminal, isActive, isAlone, isSpoken } = props;
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (host.current !== null) terminal.open(host.current);
    terminal.setScreenReaderMode(isSpoken);
    terminal.focus();
  }, []);
  const { number } = terminal;
  const tab = isAlone
    ? {}
    : ({ role: 'tabpanel', 'aria-labelledby': `terminal-tab-${number}` } as const);
  return (
    <div class={`terminal-place${isActive ? ' active' : ''}`} {...tab}>
      <div
        ref={host}
        class="terminal-host"
        id={`terminal-host${number === 1 ? '' : `-${number}`}`}
      />
    </div>
  );
}

/** A hidden terminal takes no focus; it is shown at the next frame. */
function focusWhenShown(session: Session): void {
  requestAnimationFrame(() => session.terminal.focus());
}

/** Chooses the terminal that has the keyboard. */
function Tabs({ state, session }: { readonly state: SessionState; readonly session: Session }) {
  const { terminals, activeTty } = state;
  const choose = (number: number) => {
    session.activate(number);
    document.getElementById(`terminal-tab-${number}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="Terminals">
      {terminals.map(({ number }, at) => (
        <button
          key={number}
          id={`terminal-tab-${number}`}
          type="button"
          role="tab"
          aria-selected={number === activeTty}
          tabIndex={number === activeTty ? 0 : -1}
          onClick={() => {
            session.activate(number);
            focusWhenShown(session);
          }}
          onKeyDown={(event) => {
            const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
            if (step === 0) return;
            event.preventDefault();
            const next = (at + step + terminals.length) % terminals.length;
            choose(terminals[next]!.number);
          }}
        >
          tty{number}
        </button>
      ))}
    </div>
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
