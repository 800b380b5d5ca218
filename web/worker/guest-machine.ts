import { programs } from 'pagewalk:programs';
import { Kernel, type Process, ROOT } from '../../kernel/index.js';
import type {
  GuestFile,
  MachineState,
  Reply,
  Request,
  TerminalPlace,
  TtyNumber,
} from '../protocol/index.js';
import { Auditor } from './auditor.js';
import { fileKind, HOME, listFiles, nameTrouble } from './guest-files.js';
import { GuestTerminal } from './guest-terminal.js';
import { Observer } from './observer.js';
import { Pace } from './pace.js';

const MEMORY_BYTES = 128 * 2 ** 20;
const FIRST_COMMAND = 'mmapdemo';
const GREETING = [
  '\x1b[1mpagewalk\x1b[m: a RISC-V machine in this page, with its memory beside the terminal.',
  'Press \x1b[1mEnter\x1b[m to run \x1b[1mmmapdemo\x1b[m: the life of one mmap, each step marked beside.',
  '\x1b[1mhelp\x1b[m lists the programs. Drop a program of yours on the page, and run it.',
  '',
  '',
].join('\r\n');
const ENVIRONMENT = ['PATH=/bin', `HOME=${HOME}`, 'USER=user', 'TERM=xterm-256color'];
/** A view is sent this often while the machine runs, and at once when it stops. Milliseconds. */
const VIEW_INTERVAL = 100;
/** Between two views of a machine that stops again and again. Milliseconds. */
const SHORTEST_VIEW_INTERVAL = 30;
/** Most steps of a step of the user's in which no system call and no fault comes. */
const STEP_BUDGET = 4_000_000;

export type Post = (reply: Reply, transfer?: readonly ArrayBuffer[]) => void;

/**
 * The machine behind the page: a kernel, its terminals, and the rhythm of running in
 * turns so short that messages are answered at once.
 */
export class GuestMachine {
  /** Called when `turn` should be called after the messages that are waiting. */
  onTurnWanted: () => void = () => {};
  private readonly send: Post;
  private kernel: Kernel | undefined;
  private observer: Observer | undefined;
  private auditor: Auditor | undefined;
  /** Ascending by number; the console first. */
  private terminals: GuestTerminal[] = [];
  /** Where something was typed last. */
  private active: GuestTerminal | undefined;
  /** Typed for the user as soon as the shell reads the keyboard. */
  private suggestion = FIRST_COMMAND;
  private readonly pace = new Pace();
  private state: MachineState = 'running';
  private isPaused = false;
  private isWatched = true;
  private isTurnWanted = false;
  private lastViewAt = Number.NEGATIVE_INFINITY;
  private viewTimer: number | undefined;
  private wakeTimer: number | undefined;

  constructor(send: Post) {
    this.send = send;
  }

  handle(request: Request): void {
    if (request.type === 'start') {
      this.start(request.terminals, request.files);
      return;
    }
    const { kernel } = this;
    if (kernel === undefined) throw new Error(`'${request.type}' came before 'start'`);
    switch (request.type) {
      case 'input':
        this.active = this.terminal(request.tty) ?? this.active;
        this.terminal(request.tty)?.type(request.bytes);
        this.wantTurn();
        break;
      case 'add-terminal':
        this.addTerminal(kernel, request.terminal);
        break;
      case 'close-terminal':
        this.closeTerminal(kernel, request.tty);
        break;
      case 'resize':
        this.terminal(request.tty)?.tty.resize(request.size);
        this.wantTurn();
        break;
      case 'pause':
        this.isPaused = true;
        this.showView();
        this.auditor?.check();
        break;
      case 'run':
        this.isPaused = false;
        this.wantTurn();
        this.showView();
        break;
      case 'step':
        this.step();
        this.auditor?.check();
        break;
      case 'verify':
        this.auditor?.check();
        break;
      case 'observe':
        this.observer?.choose(request.pid);
        this.showView();
        break;
      case 'watch':
        this.isWatched = request.isOn;
        this.showView();
        break;
      case 'add-file':
        this.addFile(kernel, request.file);
        break;
      case 'list-files':
        this.send({ type: 'files', files: listFiles(kernel) });
        break;
      case 'read-file':
        this.send({ type: 'file', path: request.path, bytes: kernel.files.read(request.path) });
        break;
      case 'drawn':
        this.terminal(request.tty)?.drawn(request.bytes);
        this.wantTurn();
        break;
    }
  }

  /** Does a few milliseconds of work, and asks for another turn when there is more. */
  turn(): void {
    this.isTurnWanted = false;
    const { kernel } = this;
    if (kernel === undefined || this.terminals.some(({ isHolding }) => isHolding)) return;
    this.feed();
    if (this.isPaused) {
      this.flush();
      return;
    }
    const { hart } = kernel.machine;
    const before = hart.instret;
    const stop = this.pace.measure((steps) => kernel.run(steps));
    this.flush();
    const hasRun = hart.instret !== before;
    const mayFeed = this.terminals.some((terminal) => terminal.mayFeed(hasRun));
    if (stop === 'budget' || mayFeed) this.wantTurn();
    this.enter(stop, kernel);
    if (this.state === 'running') {
      this.auditor?.running();
      if (performance.now() - this.lastViewAt >= VIEW_INTERVAL) this.showView();
    } else {
      this.showViewSoon();
    }
  }

  private start(places: readonly TerminalPlace[], files: readonly GuestFile[]): void {
    const output: Uint8Array[] = [];
    const [console, ...others] = places;
    const kernel = Kernel.create({
      memoryBytes: MEMORY_BYTES,
      clock: 'host',
      hostNow: () => (performance.timeOrigin + performance.now()) * 1e6,
      maxOutputBytes: Number.POSITIVE_INFINITY,
      report: (text) => this.report(text),
      afterExec: (process) => this.showProgram(process),
      beforeExit: (process) => this.observer?.keep(process),
      console: {
        write: (bytes) => output.push(bytes.slice()),
        isTerminal: true,
        ...console,
      },
    });
    this.kernel = kernel;
    this.observer = new Observer(kernel);
    this.auditor = new Auditor(kernel, (verdict) => this.send({ type: 'verdict', verdict }));
    for (const { name, bytes } of programs) kernel.files.add(`/bin/${name}`, bytes, 0o755, ROOT);
    for (const file of files) this.addFile(kernel, file);
    const { tty } = kernel.console;
    if (tty === undefined) throw new Error('the console of the page is a terminal');
    const first = new GuestTerminal(tty, output);
    first.show(new TextEncoder().encode(GREETING));
    this.active = first;
    for (const other of others) this.addTerminal(kernel, other);
    this.begin(first, kernel);
    this.send({ type: 'ready' });
  }

  private addTerminal(kernel: Kernel, { number, columns, rows }: TerminalPlace): void {
    const output: Uint8Array[] = [];
    const host = { write: (bytes: Uint8Array) => output.push(bytes.slice()), columns, rows };
    this.begin(new GuestTerminal(kernel.addTerminal(host, number), output), kernel);
  }

  private begin(terminal: GuestTerminal, kernel: Kernel): void {
    this.terminals.push(terminal);
    this.terminals.sort((a, b) => a.tty.number - b.tty.number);
    this.startShell(terminal, kernel);
  }

  private closeTerminal(kernel: Kernel, number: TtyNumber): void {
    const closed = this.terminal(number);
    if (closed === undefined || closed === this.terminals[0]) return;
    this.terminals = this.terminals.filter((terminal) => terminal !== closed);
    if (this.active === closed) this.active = this.terminals[0];
    kernel.hangUp(closed.tty);
    this.wantTurn();
  }

  /** Undefined for one that was closed while the request was under way. */
  private terminal(number: TtyNumber): GuestTerminal | undefined {
    return this.terminals.find(({ tty }) => tty.number === number);
  }

  /** A shell reads the keyboard until it exits, and then there is a new one. */
  private startShell(terminal: GuestTerminal, kernel: Kernel): void {
    this.observer?.started(terminal.startShell(kernel, ENVIRONMENT, HOME));
    this.state = 'running';
    this.wantTurn();
  }

  private enter(stop: 'budget' | 'waiting' | 'exited', kernel: Kernel): void {
    const ended = this.terminals.filter(({ shell }) => shell?.ending !== undefined);
    for (const terminal of ended) this.startShell(terminal, kernel);
    if (ended.length > 0 || stop !== 'waiting') {
      this.state = 'running';
    } else if (kernel.waitsForInput) {
      this.state = this.active?.isAtShell ? 'prompt' : 'waiting';
      this.typeSuggestion();
    } else {
      this.state = 'sleeping';
      const deadline = kernel.nextDeadline();
      if (deadline !== undefined) this.wakeAt(deadline / 1e6 - performance.timeOrigin);
    }
  }

  /** Types the first command, which then only needs Enter, when the shell is ready for it. */
  private typeSuggestion(): void {
    if (this.suggestion === '') return;
    this.terminals[0]?.type(new TextEncoder().encode(this.suggestion));
    this.suggestion = '';
    this.wantTurn();
  }

  /** To the end of the next system call or fault, while the machine is paused. */
  private step(): void {
    const { kernel } = this;
    if (kernel === undefined || !this.isPaused) return;
    this.feed();
    const stop = kernel.run(STEP_BUDGET, 'trap');
    this.enter(stop, kernel);
    this.flush();
    this.showView();
  }

  private feed(): void {
    for (const terminal of this.terminals) terminal.feed();
  }

  /**
   * A program begins in the foreground: the views turn to it. The first one shows it before its first
   * instruction, so that all that comes is its doing.
   */
  private showProgram(process: Process): void {
    if (process.group !== this.kernel?.ttyOf(process)?.foregroundGroup) return;
    if (process.pid !== process.group) return;
    this.observer?.started(process);
    this.showView();
  }

  private addFile(kernel: Kernel, { name, bytes }: GuestFile): void {
    const trouble = nameTrouble(name);
    if (trouble !== undefined) {
      this.send({ type: 'refused', message: trouble });
      return;
    }
    const path = `${HOME}/${name}`;
    const { kind, reason } = fileKind(bytes);
    try {
      kernel.files.add(path, bytes, kind === 'text or data' ? 0o644 : 0o755);
      this.send({ type: 'file-added', path, kind, reason });
    } catch (error) {
      this.send({ type: 'refused', message: error instanceof Error ? error.message : `${error}` });
    }
  }

  private report(text: string): void {
    this.flush();
    this.send({ type: 'report', text });
  }

  private flush(): void {
    for (const terminal of this.terminals) {
      const bytes = terminal.takeOutput();
      if (bytes === undefined) continue;
      this.send({ type: 'output', tty: terminal.tty.number, bytes }, [bytes.buffer]);
    }
  }

  private wantTurn(): void {
    if (this.isTurnWanted) return;
    this.isTurnWanted = true;
    this.onTurnWanted();
  }

  private wakeAt(time: number): void {
    clearTimeout(this.wakeTimer);
    this.wakeTimer = setTimeout(() => this.wantTurn(), Math.max(0, time - performance.now()));
  }

  private showViewSoon(): void {
    const wait = this.lastViewAt + SHORTEST_VIEW_INTERVAL - performance.now();
    if (wait <= 0) this.showView();
    else this.viewTimer ??= setTimeout(() => this.showView(), wait);
  }

  private showView(): void {
    clearTimeout(this.viewTimer);
    this.viewTimer = undefined;
    if (this.observer === undefined || !this.isWatched) return;
    this.lastViewAt = performance.now();
    const { view, transfer } = this.observer.view(this.isPaused ? 'paused' : this.state);
    this.send({ type: 'view', view }, transfer);
    if (this.state === 'prompt' || this.state === 'waiting') this.auditor?.settled();
  }
}
