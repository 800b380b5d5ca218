import { programs } from 'pagewalk:programs';
import { Kernel, type Process, ROOT } from '../../kernel/index.js';
import type { GuestFile, MachineState, Reply, Request, TerminalSize } from '../protocol/index.js';
import { HOME, isProgram, listFiles } from './guest-files.js';
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
/** Output that the page has not drawn yet holds the machine from here on. Bytes. */
const MAX_UNDRAWN = 256 * 1024;
/** The interrupt character of a terminal, ^C. */
const INTERRUPT = 3;
/** Most steps of a step of the user's in which no system call and no fault comes. */
const STEP_BUDGET = 4_000_000;

export type Post = (reply: Reply, transfer?: readonly ArrayBuffer[]) => void;

/**
 * The machine behind the page: a kernel, what was typed and not yet read, and the rhythm of running
 * in turns so short that messages are answered at once.
 */
export class GuestMachine {
  /** Called when `turn` should be called after the messages that are waiting. */
  onTurnWanted: () => void = () => {};
  private readonly send: Post;
  private kernel: Kernel | undefined;
  private observer: Observer | undefined;
  private shell: Process | undefined;
  /** Typed for the user as soon as the shell reads the keyboard. */
  private suggestion = FIRST_COMMAND;
  private readonly pace = new Pace();
  private state: MachineState = 'running';
  private isPaused = false;
  private isTurnWanted = false;
  /** Not yet taken by the line discipline. */
  private typed: Uint8Array[] = [];
  /** The line discipline had no room for what was typed last. */
  private isFull = false;
  private output: Uint8Array[] = [];
  private undrawnBytes = 0;
  private lastViewAt = Number.NEGATIVE_INFINITY;
  private viewTimer: number | undefined;
  private wakeTimer: number | undefined;

  constructor(send: Post) {
    this.send = send;
  }

  handle(request: Request): void {
    if (request.type === 'start') {
      this.start(request.size, request.files);
      return;
    }
    const { kernel } = this;
    if (kernel === undefined) throw new Error(`'${request.type}' came before 'start'`);
    switch (request.type) {
      case 'input':
        this.type(request.bytes, kernel);
        break;
      case 'resize':
        kernel.resize(request.size.columns, request.size.rows);
        this.wantTurn();
        break;
      case 'pause':
        this.isPaused = true;
        this.showView();
        break;
      case 'run':
        this.isPaused = false;
        this.wantTurn();
        this.showView();
        break;
      case 'step':
        this.step();
        break;
      case 'observe':
        this.observer?.choose(request.pid);
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
        this.undrawnBytes -= request.bytes;
        this.wantTurn();
        break;
    }
  }

  /** Does a few milliseconds of work, and asks for another turn when there is more. */
  turn(): void {
    this.isTurnWanted = false;
    const { kernel } = this;
    if (kernel === undefined || this.undrawnBytes > MAX_UNDRAWN) return;
    this.feed(kernel);
    if (this.isPaused) {
      this.flush();
      return;
    }
    const { hart } = kernel.machine;
    const before = hart.instret;
    const stop = this.pace.measure((steps) => kernel.run(steps));
    this.flush();
    // Whoever ran may have read, and so made room.
    const mayFeed = this.typed.length > 0 && (!this.isFull || hart.instret !== before);
    if (stop === 'budget' || mayFeed) this.wantTurn();
    this.enter(stop, kernel);
    if (this.state === 'running') {
      if (performance.now() - this.lastViewAt >= VIEW_INTERVAL) this.showView();
    } else {
      this.showViewSoon();
    }
  }

  private start(size: TerminalSize, files: readonly GuestFile[]): void {
    const kernel = Kernel.create({
      memoryBytes: MEMORY_BYTES,
      clock: 'host',
      hostNow: () => (performance.timeOrigin + performance.now()) * 1e6,
      maxOutputBytes: Number.POSITIVE_INFINITY,
      report: (text) => this.report(text),
      afterExec: (process) => this.showProgram(process),
      beforeExit: (process) => this.observer?.keep(process),
      console: {
        write: (bytes) => this.output.push(bytes.slice()),
        isTerminal: true,
        columns: size.columns,
        rows: size.rows,
      },
    });
    this.kernel = kernel;
    this.observer = new Observer(kernel);
    for (const { name, bytes } of programs) kernel.files.add(`/bin/${name}`, bytes, 0o755, ROOT);
    for (const file of files) this.addFile(kernel, file);
    this.output.push(new TextEncoder().encode(GREETING));
    this.startShell(kernel);
    this.send({ type: 'ready' });
  }

  /** Starts the shell; it reads the keyboard until it exits, and then there is a new one. */
  private startShell(kernel: Kernel): void {
    const shell = kernel.spawn({ path: '/bin/sh', args: ['sh'], env: ENVIRONMENT, cwd: HOME });
    const { tty } = kernel.console;
    if (tty !== undefined) tty.foregroundGroup = shell.group;
    this.shell = shell;
    this.observer?.started(shell);
    this.state = 'running';
    this.wantTurn();
  }

  private enter(stop: 'budget' | 'waiting' | 'exited', kernel: Kernel): void {
    if (stop === 'exited') {
      this.startShell(kernel);
    } else if (stop === 'budget') {
      this.state = 'running';
    } else if (kernel.waitsForInput) {
      const isShells = kernel.console.tty?.foregroundGroup === this.shell?.group;
      this.state = isShells ? 'prompt' : 'waiting';
      if (isShells) this.typeSuggestion();
    } else {
      this.state = 'sleeping';
      const deadline = kernel.nextDeadline();
      if (deadline !== undefined) this.wakeAt(deadline / 1e6 - performance.timeOrigin);
    }
  }

  /** Types the first command, which then only needs Enter, when the shell is ready for it. */
  private typeSuggestion(): void {
    if (this.suggestion === '') return;
    this.typed.push(new TextEncoder().encode(this.suggestion));
    this.suggestion = '';
    this.wantTurn();
  }

  /** To the end of the next system call or fault, while the machine is paused. */
  private step(): void {
    const { kernel } = this;
    if (kernel === undefined || !this.isPaused) return;
    this.feed(kernel);
    const stop = kernel.run(STEP_BUDGET, 'trap');
    this.enter(stop, kernel);
    this.flush();
    this.showView();
  }

  private type(bytes: Uint8Array, kernel: Kernel): void {
    // Behind a paste that nobody reads ^C would never arrive.
    if (this.isFull && bytes.length === 1 && bytes[0] === INTERRUPT) {
      this.typed = [];
      this.isFull = false;
      kernel.interrupt();
    } else {
      this.typed.push(bytes);
    }
    this.wantTurn();
  }

  /** Hands the line discipline what it has room for. */
  private feed(kernel: Kernel): void {
    const bytes = this.typed.shift();
    if (bytes === undefined) return;
    const taken = kernel.input(bytes);
    if (taken < bytes.length) this.typed.unshift(bytes.subarray(taken));
    this.isFull = taken === 0;
  }

  /**
   * A program begins in the foreground: the views turn to it. The first one shows it before its first
   * instruction, so that all that comes is its doing.
   */
  private showProgram(process: Process): void {
    if (process.group !== this.kernel?.console.tty?.foregroundGroup) return;
    if (process.pid !== process.group) return;
    this.observer?.started(process);
    this.showView();
  }

  private addFile(kernel: Kernel, { name, bytes }: GuestFile): void {
    const path = `${HOME}/${name}`;
    const isElf = isProgram(bytes);
    try {
      kernel.files.add(path, bytes, isElf ? 0o755 : 0o644);
      this.send({ type: 'file-added', path, isProgram: isElf });
    } catch (error) {
      this.send({ type: 'refused', message: error instanceof Error ? error.message : `${error}` });
    }
  }

  private report(text: string): void {
    this.flush();
    this.send({ type: 'report', text });
  }

  private flush(): void {
    for (const bytes of this.output) {
      this.undrawnBytes += bytes.length;
      this.send({ type: 'output', bytes }, [bytes.buffer as ArrayBuffer]);
    }
    this.output = [];
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
    if (this.observer === undefined) return;
    this.lastViewAt = performance.now();
    const { view, transfer } = this.observer.view(this.isPaused ? 'paused' : this.state);
    this.send({ type: 'view', view }, transfer);
  }
}
