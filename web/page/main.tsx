import { render } from 'preact';
import { Session } from './session.js';
import { defineSheetElement } from './terminal/sheet-element.js';
import { TerminalPane } from './terminal/terminal-pane.js';
import { Theme } from './theme.js';
import { App } from './views/app.js';
import { PAUSE_ID } from './views/header.js';
import { PROCESS_ID } from './views/process-bar.js';

const host = document.getElementById('app');
if (host === null) throw new Error('index.html has no element #app');

defineSheetElement();
const theme = new Theme();
const session = new Session(
  (tty) =>
    new TerminalPane(tty, theme.current, {
      onInput: (bytes) => session.send({ type: 'input', tty, bytes }),
      onResize: (size) => session.send({ type: 'resize', tty, size }),
      onDrawn: (bytes) => session.send({ type: 'drawn', tty, bytes }),
      onFocus: () => session.activate(tty),
      onLeave: (direction) => {
        document.getElementById(direction === 'forwards' ? PROCESS_ID : PAUSE_ID)?.focus();
      },
      onSearch: () => app.showSearch(),
    }),
);
theme.onChange = (name) => {
  for (const terminal of session.state.terminals) terminal.setTheme(name);
};

const app = { showSearch: () => {} };
host.replaceChildren();
render(<App session={session} theme={theme} shortcuts={app} />, host);
document.addEventListener('keydown', (event) => {
  if (event.key !== 'F6' || event.defaultPrevented) return;
  event.preventDefault();
  session.terminal.focus();
});
document.addEventListener('visibilitychange', () => session.setWatched(!document.hidden));
session.start();
session.terminal.focus();
