import type { Kernel } from '../kernel.js';
import { DEFAULT_MAX_OUTPUT_BYTES, type KernelOptions } from '../options.js';
import { runMachine } from '../run.js';
import type { TerminalHost } from '../tty/tty.js';
import { actText, type HostAct, type Position, type Stop } from './acts.js';
import { reportDifference } from './compare.js';
import type { ParsedSnapshot } from './parse.js';

/** What a snapshot does not decide: limits, who looks on, and where output goes. */
export interface RestoreOptions
  extends Pick<
    KernelOptions,
    | 'hostNow'
    | 'verify'
    | 'maxSteps'
    | 'maxInstructions'
    | 'maxOutputBytes'
    | 'strace'
    | 'report'
    | 'onViolation'
    | 'onFault'
    | 'onSpawn'
    | 'afterExec'
    | 'beforeExit'
  > {
  /** Gets all output again, from the start. */
  readonly console: Pick<KernelOptions['console'], 'write'>;
  /** For each terminal that had been added; where left out, nothing is drawn. */
  readonly terminal?: (number: number) => Pick<TerminalHost, 'write'>;
}

/** Options of the machine that a snapshot is restored into: no limit ends its run before the snapshot. */
export function replayOptions({ configuration }: ParsedSnapshot, o: RestoreOptions): KernelOptions {
  const { isTerminal, columns, rows, ...same } = configuration;
  const console = { write: o.console.write.bind(o.console), isTerminal, columns, rows };
  return {
    ...o,
    ...same,
    maxSteps: undefined,
    maxInstructions: undefined,
    maxOutputBytes: Number.POSITIVE_INFINITY,
    record: true,
    console,
  };
}

/** Gives a fresh machine what another one was given, at the same steps. */
export class Replay {
  readonly kernel: Kernel;
  private readonly snapshot: ParsedSnapshot;
  private readonly options: RestoreOptions;
  private nextAct = 0;
  private nextMark = 0;
  private isRestored = false;
  /** The last mark at which both were alike, and the first at which they were not. */
  private alike: Position | undefined;
  private unlike: { readonly at: Position; readonly parts: readonly string[] } | undefined;

  constructor(kernel: Kernel, snapshot: ParsedSnapshot, options: RestoreOptions) {
    this.kernel = kernel;
    this.snapshot = snapshot;
    this.options = options;
    kernel.recorder!.beginReplay();
  }

  /**
   * Goes on for about so many steps.
   *
   * @throws Error where an act of the snapshot cannot be done again
   */
  run(budgetSteps = Number.POSITIVE_INFINITY): 'budget' | 'restored' {
    const end = this.kernel.clock.steps + budgetSteps;
    while (!this.isRestored) {
      const { acts, marks } = this.snapshot;
      const mark = marks[this.nextMark];
      const isMark = mark !== undefined && mark.acts <= this.nextAct;
      const act = acts[this.nextAct];
      const at = isMark ? mark.at : (act?.at ?? this.snapshot.at);
      const stop = this.reach(at, end);
      if (stop === 'budget') return 'budget';
      if (stop !== 'there') this.finish(stop);
      else if (isMark) this.compareMark();
      else if (act !== undefined) this.repeat();
      else this.finish(undefined);
    }
    return 'restored';
  }

  /** Runs up to a point: 'there'; 'budget' comes first; or the run stopped, and cannot get there. */
  private reach(at: Position, end: number): 'there' | 'budget' | Exclude<Stop, 'budget'> {
    const { kernel } = this;
    for (;;) {
      const { steps, turns } = kernel.recorder!.position;
      if (steps > at.steps || (steps === at.steps && turns >= at.turns)) break;
      if (steps >= end) return 'budget';
      const stop =
        steps < at.steps
          ? runMachine(kernel, Math.min(at.steps, end) - steps, 'budget')
          : runMachine(kernel, Number.POSITIVE_INFINITY, 'turn');
      const now = kernel.recorder!.position;
      if (stop !== 'budget' && !(now.steps === at.steps && now.turns >= at.turns)) return stop;
    }
    // It had been asked to go on there, and could not.
    if (at.stop !== 'budget') runMachine(kernel, 1, 'budget');
    return 'there';
  }

  private repeat(): void {
    const { act, at, fails = false } = this.snapshot.acts[this.nextAct++]!;
    let reason: string | undefined;
    try {
      this.perform(act);
    } catch (error) {
      reason = (error as Error).message;
    }
    if ((reason !== undefined) === fails) return;
    const what = `${actText(act)} at step ${at.steps}`;
    throw new Error(
      reason === undefined
        ? `the snapshot cannot be restored: ${what} succeeds now, and had failed`
        : `the snapshot cannot be restored: ${what} fails: ${reason}`,
    );
  }

  private perform(act: HostAct): void {
    const { kernel } = this;
    const { files, recorder } = kernel;
    switch (act.kind) {
      case 'file':
        files.add(act.path, act.bytes, act.mode, act.by);
        break;
      case 'directory':
        files.addDirectory(act.path, act.mode, act.by);
        break;
      case 'link':
        files.addLink(act.path, act.target, act.by);
        break;
      case 'hard-link':
        files.addHardLink(act.path, act.target);
        break;
      case 'spawn': {
        const { path, args, env, cwd, tty } = act;
        kernel.spawn({ path, args, env, cwd, ...(tty === 0 ? {} : { tty: this.tty(tty) }) });
        break;
      }
      case 'terminal': {
        const { tty, columns, rows } = act;
        const host = this.options.terminal?.(tty) ?? { write: () => {} };
        kernel.addTerminal({ write: (bytes) => host.write(bytes), columns, rows }, tty);
        break;
      }
      case 'hang-up':
        kernel.hangUp(this.tty(act.tty));
        break;
      case 'input':
        if (act.tty === 0) kernel.input(act.bytes);
        else this.tty(act.tty).input(act.bytes);
        break;
      case 'end-input':
        kernel.endInput();
        break;
      case 'interrupt':
        if (act.tty === 0) kernel.interrupt();
        else this.tty(act.tty).interrupt();
        break;
      case 'signal':
        kernel.kill(act.group, act.signal);
        break;
      case 'resize':
        this.tty(act.tty).resize({ columns: act.columns, rows: act.rows });
        break;
      case 'time':
        kernel.hostAct(act, () => {
          recorder!.time = act.now;
        });
        break;
    }
  }

  private tty(number: number) {
    const tty = this.kernel.ttys.find((each) => each.number === number);
    if (tty === undefined) throw new Error(`there is no terminal ${number}`);
    return tty;
  }

  private compareMark(): void {
    const { at, parts } = this.snapshot.marks[this.nextMark++]!;
    if (this.unlike !== undefined) return;
    const now = this.kernel.states.parts();
    const different = Object.keys(parts).filter((name) => parts[name] !== now[name]);
    if (different.length === 0) this.alike = at;
    else this.unlike = { at, parts: different };
  }

  /** @param stop how the run stopped before it got to the snapshot's step, if it did */
  private finish(stop: Exclude<Stop, 'budget'> | undefined): void {
    this.isRestored = true;
    const { kernel, snapshot, alike, unlike, options } = this;
    reportDifference(kernel, snapshot, { stop, alike, unlike });
    const unlimited = Number.POSITIVE_INFINITY;
    kernel.limits.steps = options.maxSteps ?? unlimited;
    kernel.limits.instructions = options.maxInstructions ?? unlimited;
    kernel.limits.outputBytes = options.maxOutputBytes ?? DEFAULT_MAX_OUTPUT_BYTES;
    kernel.recorder!.endReplay(snapshot.marks);
  }
}
