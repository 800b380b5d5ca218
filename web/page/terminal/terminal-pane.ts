import { ClipboardAddon } from '@xterm/addon-clipboard';
import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { WebglAddon } from '@xterm/addon-webgl';
import { Terminal } from '@xterm/xterm';
import type { TerminalPlace, TerminalSize, TtyNumber } from '../../protocol/index.js';
import { TERMINAL_THEMES } from './themes.js';

/** The largest of these at which a line of 80 columns fits is taken. CSS pixels. */
const FONT_SIZES = [14, 13, 12, 11] as const;
const WANTED_COLUMNS = 80;
/** RIS of ECMA-48. */
const FULL_RESET = '\x1bc';

export interface TerminalEvents {
  /** Bytes that the user typed or pasted. */
  readonly onInput: (bytes: Uint8Array) => void;
  readonly onResize: (size: TerminalSize) => void;
  /** These bytes of output have been drawn. */
  readonly onDrawn: (bytes: number) => void;
  /** The keyboard is this terminal's now. */
  readonly onFocus: () => void;
  /** The user leaves the terminal by keyboard. */
  readonly onLeave: (direction: 'forwards' | 'backwards') => void;
  readonly onSearch: () => void;
}

/** One tty's xterm.js. It exists before it is shown and outlives the machine that writes to it. */
export class TerminalPane {
  /** N of /dev/ttyN. */
  readonly number: TtyNumber;
  private readonly terminal: Terminal;
  private readonly fit = new FitAddon();
  private readonly search = new SearchAddon();
  private readonly encoder = new TextEncoder();
  private readonly events: TerminalEvents;
  private readonly observer = new ResizeObserver(() => this.resize());

  constructor(number: TtyNumber, theme: 'light' | 'dark', events: TerminalEvents) {
    this.number = number;
    this.events = events;
    this.terminal = new Terminal({
      cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
      fontFamily:
        "ui-monospace, 'SF Mono', 'Cascadia Mono', 'JetBrains Mono', 'DejaVu Sans Mono', Consolas, monospace",
      fontSize: FONT_SIZES[0],
      lineHeight: 1.15,
      minimumContrastRatio: 4.5,
      scrollback: 5000,
      theme: TERMINAL_THEMES[theme],
    });
    this.terminal.loadAddon(this.fit);
    this.terminal.loadAddon(this.search);
    this.terminal.loadAddon(new ClipboardAddon());
    this.terminal.loadAddon(new WebLinksAddon());
    this.terminal.onData((text) => events.onInput(this.encoder.encode(text)));
    // Mouse reports of the old kind: each character is one byte, whatever it means as UTF-8.
    this.terminal.onBinary((text) => {
      events.onInput(Uint8Array.from(text, (character) => character.charCodeAt(0)));
    });
    this.terminal.onResize(({ cols, rows }) => events.onResize({ columns: cols, rows }));
    this.terminal.attachCustomKeyEventHandler((event) => this.handleKey(event));
  }

  get place(): TerminalPlace {
    return { number: this.number, columns: this.terminal.cols, rows: this.terminal.rows };
  }

  /** Puts the terminal into the page and keeps it as large as its host. */
  open(host: HTMLElement): void {
    this.terminal.open(host);
    this.terminal.textarea?.setAttribute(
      'aria-label',
      `Terminal ${this.number} input. F6 leads to the panels, Shift F6 to the head of the page.`,
    );
    this.terminal.textarea?.addEventListener('focus', () => this.events.onFocus());
    this.loadWebgl();
    this.resize();
    this.observer.observe(host);
  }

  /** Takes the terminal out of the page for good. */
  dispose(): void {
    this.observer.disconnect();
    this.terminal.dispose();
  }

  write(bytes: Uint8Array): void {
    this.terminal.write(bytes, () => this.events.onDrawn(bytes.length));
  }

  /** For what the page itself has to say; not counted as drawn. */
  writeText(text: string): void {
    this.terminal.write(text);
  }

  /** As a terminal that was just switched on, behind all that was written before and not drawn yet. */
  reset(): void {
    this.terminal.write(FULL_RESET);
  }

  focus(): void {
    this.terminal.focus();
  }

  setTheme(theme: 'light' | 'dark'): void {
    this.terminal.options.theme = TERMINAL_THEMES[theme];
  }

  setScreenReaderMode(isOn: boolean): void {
    this.terminal.options.screenReaderMode = isOn;
  }

  /** Selects the next or the previous place of `text`; false when there is none. */
  find(text: string, direction: 'next' | 'previous'): boolean {
    return direction === 'next' ? this.search.findNext(text) : this.search.findPrevious(text);
  }

  endSearch(): void {
    this.search.clearDecorations();
    this.terminal.clearSelection();
  }

  private resize(): void {
    for (const fontSize of FONT_SIZES) {
      if (this.terminal.options.fontSize !== fontSize) this.terminal.options.fontSize = fontSize;
      const proposed = this.fit.proposeDimensions();
      if (proposed !== undefined && proposed.cols >= WANTED_COLUMNS) break;
    }
    this.fit.fit();
  }

  /** Draws by WebGL where there is one; xterm.js falls back to the DOM by itself. */
  private loadWebgl(): void {
    try {
      const webgl = new WebglAddon();
      webgl.onContextLoss(() => webgl.dispose());
      this.terminal.loadAddon(webgl);
    } catch {
      // No WebGL in this browser: the DOM renderer stays.
    }
  }

  /** Keys that are the page's and not the guest's. */
  private handleKey(event: KeyboardEvent): boolean {
    const isShortcut = event.ctrlKey && event.shiftKey;
    const isCopy = isShortcut && event.code === 'KeyC';
    const isSearch = isShortcut && event.code === 'KeyF';
    if (event.key !== 'F6' && !isCopy && !isSearch) return true;
    event.preventDefault();
    if (event.type !== 'keydown') return false;
    if (event.key === 'F6') this.events.onLeave(event.shiftKey ? 'backwards' : 'forwards');
    else if (isSearch) this.events.onSearch();
    else if (this.terminal.hasSelection()) {
      // Without permission for the clipboard the browser's own menu still copies.
      navigator.clipboard?.writeText(this.terminal.getSelection()).catch(() => undefined);
    }
    return false;
  }
}
