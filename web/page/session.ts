import type {
  FileEntry,
  GuestFile,
  Reply,
  Request,
  TtyNumber,
  Verdict,
} from '../protocol/index.js';
import { MachineClient } from './machine-client.js';
import type { Selection } from './model/selection.js';
import { type Shown, Tracker } from './model/tracker.js';
import type { TerminalPane } from './terminal/terminal-pane.js';

/** loading: the machine is being made. crashed: the worker died; its terminal and views stay. */
export type Phase = 'loading' | 'ready' | 'crashed';

/** How several terminals stand: one at a time, or all next to each other. */
export type TerminalLayout = 'tabs' | 'side by side';

const MAX_TERMINALS = 8;

/** Everything that the views show. Replaced as a whole, never changed. */
export interface SessionState {
  readonly phase: Phase;
  /** Why the machine is gone, when it crashed. */
  readonly crash: string;
  readonly shown: Shown | undefined;
  /** What the kernel explained during the step that the views show, oldest first. */
  readonly reports: readonly string[];
  /** The verifier's last word; it may be about an earlier state than the one shown. */
  readonly verdict: Verdict | undefined;
  readonly selection: Selection | undefined;
  /** Files in the guest's home directory and /tmp; undefined until asked for. */
  readonly files: readonly FileEntry[] | undefined;
  /** One line about what the user did last: a file that was added, a request that was refused. */
  readonly notice: string;
  /** In the order of their numbers. They outlive the machine. */
  readonly terminals: readonly TerminalPane[];
  /** The one that has the keyboard, or had it last. */
  readonly activeTty: TtyNumber;
  readonly layout: TerminalLayout;
}

const NEW_MACHINE = {
  phase: 'loading',
  crash: '',
  shown: undefined,
  reports: [],
  verdict: undefined,
  selection: undefined,
  files: undefined,
  notice: '',
} as const;

const NOTICE_MILLISECONDS = 8000;

/** Joins machine, terminal and views. A reset replaces the machine and keeps the session. */
export class Session {
  private current: SessionState;
  private machine: MachineClient | undefined;
  private tracker = new Tracker();
  /** Explanations that came since the last view: they belong to the step that the next one shows. */
  private newReports: string[] = [];
  /** Given to every new machine. */
  private readonly givenFiles = new Map<string, GuestFile>();
  private noticeTimer: ReturnType<typeof setTimeout> | undefined;
  private isWatched = true;
  private readonly listeners = new Set<() => void>();
  private readonly createTerminal: (number: TtyNumber) => TerminalPane;

  constructor(createTerminal: (number: TtyNumber) => TerminalPane) {
    this.createTerminal = createTerminal;
    const terminals = [createTerminal(1)];
    this.current = { ...NEW_MACHINE, terminals, activeTty: 1, layout: 'tabs' };
  }

  get state(): SessionState {
    return this.current;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Makes a new machine with the files that the user has given; the present one is gone. */
  start(): void {
    this.machine?.terminate();
    this.tracker = new Tracker();
    this.newReports = [];
    for (const terminal of this.current.terminals) terminal.reset();
    this.set(NEW_MACHINE);
    try {
      this.machine = new MachineClient((reply) => this.hear(reply));
      const files = [...this.givenFiles.values()];
      const terminals = this.current.terminals.map(({ place }) => place);
      this.machine.send({ type: 'start', terminals, files });
      if (!this.isWatched) this.machine.send({ type: 'watch', isOn: false });
    } catch (error) {
      this.crash(error instanceof Error ? error.message : String(error));
    }
  }

  /** The terminal that has the keyboard, or had it last. */
  get terminal(): TerminalPane {
    const { terminals, activeTty } = this.current;
    return terminals.find(({ number }) => number === activeTty) ?? terminals[0]!;
  }

  get mayAddTerminal(): boolean {
    return this.current.phase === 'ready' && this.current.terminals.length < MAX_TERMINALS;
  }

  /** Another terminal, with a shell of its own. */
  addTerminal(): void {
    if (!this.mayAddTerminal) return;
    const { terminals } = this.current;
    const taken = new Set(terminals.map(({ number }) => number));
    let number = 1;
    while (taken.has(number)) number++;
    const terminal = this.createTerminal(number);
    this.send({ type: 'add-terminal', terminal: terminal.place });
    this.set({
      terminals: [...terminals, terminal].sort((a, b) => a.number - b.number),
      activeTty: number,
    });
  }

  /** Hangs a terminal up: its shell and what runs there are ended. The first one stays. */
  closeTerminal(number: TtyNumber): void {
    const { terminals, activeTty } = this.current;
    const at = terminals.findIndex((terminal) => terminal.number === number);
    if (at <= 0) return;
    this.send({ type: 'close-terminal', tty: number });
    const next = terminals[at - 1]!.number;
    this.set({
      terminals: terminals.filter((terminal) => terminal.number !== number),
      activeTty: activeTty === number ? next : activeTty,
    });
    terminals[at]!.dispose();
  }

  activate(activeTty: TtyNumber): void {
    if (activeTty !== this.current.activeTty) this.set({ activeTty });
  }

  setLayout(layout: TerminalLayout): void {
    this.set({ layout });
  }

  /** Whether the page can be seen; the machine makes no views for nobody. */
  setWatched(isOn: boolean): void {
    this.isWatched = isOn;
    this.send({ type: 'watch', isOn });
  }

  send(request: Request): void {
    this.machine?.send(request);
  }

  async addFiles(files: Iterable<File>): Promise<void> {
    for (const file of files) {
      const buffer = await file.arrayBuffer().catch(() => undefined);
      if (buffer === undefined) {
        this.notify(`${file.name} cannot be read: give single files, not a folder.`);
        continue;
      }
      const given = { name: file.name, bytes: new Uint8Array(buffer) };
      this.givenFiles.set(file.name, given);
      this.send({ type: 'add-file', file: given });
    }
  }

  select(selection: Selection | undefined): void {
    this.set({ selection });
  }

  private hear(reply: Reply): void {
    switch (reply.type) {
      case 'ready':
        this.set({ phase: 'ready' });
        break;
      case 'output':
        this.current.terminals.find(({ number }) => number === reply.tty)?.write(reply.bytes);
        break;
      case 'view':
        this.show(this.tracker.next(reply.view));
        break;
      case 'report':
        this.newReports.push(reply.text);
        break;
      case 'verdict':
        this.set({ verdict: reply.verdict });
        break;
      case 'file-added': {
        const { path, kind, reason } = reply;
        const what = kind === 'program' ? ', a program that can be run' : '';
        const but = kind === 'unfit program' ? `, but the guest cannot run it: ${reason}` : '';
        this.notify(`${path} is in the guest's file system${what}${but}.`);
        break;
      }
      case 'files':
        this.set({ files: reply.files });
        break;
      case 'file':
        if (reply.bytes === undefined) this.notify(`${reply.path} is no file in the guest.`);
        else download(reply.path, reply.bytes);
        break;
      case 'refused':
        this.notify(reply.message);
        break;
      case 'crashed':
        this.crash(reply.message);
        break;
    }
  }

  private show(shown: Shown): void {
    const isSameStep = shown.step === this.current.shown?.step;
    const reports = [...(isSameStep ? this.current.reports : []), ...this.newReports];
    this.newReports = [];
    this.set({ shown, reports });
  }

  /** Says one line for a while; the panels below it matter more. */
  private notify(notice: string): void {
    clearTimeout(this.noticeTimer);
    this.noticeTimer = setTimeout(() => this.set({ notice: '' }), NOTICE_MILLISECONDS);
    this.set({ notice });
  }

  private crash(message: string): void {
    const text = `\r\n\x1b[31mThe machine stopped: ${message}\x1b[m\r\n`;
    for (const terminal of this.current.terminals) terminal.writeText(text);
    this.set({ phase: 'crashed', crash: message });
  }

  private set(change: Partial<SessionState>): void {
    this.current = { ...this.current, ...change };
    for (const listener of this.listeners) listener();
  }
}

function download(path: string, bytes: Uint8Array): void {
  const url = URL.createObjectURL(new Blob([bytes.slice()]));
  const link = document.createElement('a');
  link.href = url;
  link.download = path.slice(path.lastIndexOf('/') + 1);
  link.click();
  // The download has begun when the click returns; the address must outlive that only a little.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
