import { render } from 'preact';
import { Session } from './session.js';
import { defineSheetElement } from './terminal/sheet-element.js';
import { TerminalPane } from './terminal/terminal-pane.js';
import { Theme } from './theme.js';
import { App } from './views/app.js';
import { PAUSE_ID } from './views/header.js';
import { PROCESS_ID } from './views/process-bar.js';
import { TERMINAL_HOST_ID } from './views/terminal-view.js';

const host = document.getElementById('app');
if (host === null) throw new Error('index.html has no element #app');

defineSheetElement();
const theme = new Theme();
const terminal = new TerminalPane(theme.current, {
  onInput: (bytes) => session.send({ type: 'input', bytes }),
  onResize: (size) => session.send({ type: 'resize', size }),
  onDrawn: (bytes) => session.send({ type: 'drawn', bytes }),
  onLeave: (direction) => {
    document.getElementById(direction === 'forwards' ? PROCESS_ID : PAUSE_ID)?.focus();
  },
  onSearch: () => app.showSearch(),
});
const session = new Session(terminal);
theme.onChange = (name) => terminal.setTheme(name);

const app = { showSearch: () => {} };
host.replaceChildren();
render(<App session={session} terminal={terminal} theme={theme} shortcuts={app} />, host);
terminal.open(document.getElementById(TERMINAL_HOST_ID)!);
document.addEventListener('keydown', (event) => {
  if (event.key !== 'F6' || event.defaultPrevented) return;
  event.preventDefault();
  terminal.focus();
});
session.start();
terminal.focus();
