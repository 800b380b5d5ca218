import { useEffect, useMemo, useState } from 'preact/hooks';
import { NOTHING_RELATED, relatedTo } from '../model/selection.js';
import type { Session } from '../session.js';
import type { Theme } from '../theme.js';
import { ChangesPanel } from './changes-panel.js';
import { ConsistencyDialog } from './consistency.js';
import { DropTarget } from './drop-target.js';
import { FilesDialog } from './files-dialog.js';
import { FramesPanel } from './frames-panel.js';
import { Header } from './header.js';
import { PageTablesPanel } from './page-tables-panel.js';
import { ProcessBar } from './process-bar.js';
import { RegionsPanel } from './regions-panel.js';
import { TerminalView } from './terminal-view.js';

export interface AppProps {
  readonly session: Session;
  readonly theme: Theme;
  /** The terminal's keys that open something in the page; the app puts its own in. */
  readonly shortcuts: { showSearch: () => void };
}

export function App({ session, theme, shortcuts }: AppProps) {
  const [state, setState] = useState(session.state);
  const [isSearching, setSearching] = useState(false);
  const [dialog, setDialog] = useState<'files' | 'consistency'>();
  useEffect(() => session.subscribe(() => setState(session.state)), [session]);
  shortcuts.showSearch = () => setSearching(true);

  const { shown, selection } = state;
  const memory = shown?.memory;
  const related = useMemo(
    () => (memory === undefined ? NOTHING_RELATED : relatedTo(selection, memory)),
    [selection, memory],
  );
  const select = session.select.bind(session);
  const openFiles = () => {
    session.send({ type: 'list-files' });
    setDialog('files');
  };
  const openConsistency = () => {
    session.send({ type: 'verify' });
    setDialog('consistency');
  };
  const closeDialog = () => setDialog(undefined);

  return (
    <DropTarget onFiles={(files) => void session.addFiles(files)}>
      <Header
        state={state}
        session={session}
        theme={theme}
        onReset={() => {
          session.start();
          session.terminal.focus();
        }}
        onFiles={openFiles}
        onConsistency={openConsistency}
      />
      <main>
        <div class="column">
          <TerminalView
            state={state}
            session={session}
            isSearching={isSearching}
            onSearch={setSearching}
            onRestart={() => {
              session.start();
              session.terminal.focus();
            }}
          />
          <ChangesPanel state={state} onSelect={select} />
        </div>
        <div class="column">
          <ProcessBar state={state} session={session} />
          <RegionsPanel shown={shown} related={related} selection={selection} onSelect={select} />
          <PageTablesPanel
            shown={shown}
            related={related}
            selection={selection}
            onSelect={select}
          />
          <FramesPanel shown={shown} related={related} selection={selection} onSelect={select} />
        </div>
      </main>
      {dialog === 'files' && <FilesDialog state={state} session={session} onClose={closeDialog} />}
      {dialog === 'consistency' && (
        <ConsistencyDialog state={state} session={session} onClose={closeDialog} />
      )}
      <p class="notice" role="status">
        {state.notice}
      </p>
    </DropTarget>
  );
}
