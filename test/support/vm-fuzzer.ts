import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command } from './pagewalk.js';
import { mustRun, root, run } from './processes.js';

/** What the guest's user is, too. */
const UNPRIVILEGED = 1000;

/** Where two runs of the same seed first differ. */
export interface Mismatch {
  readonly seed: number;
  readonly step: string;
  readonly native: string;
  readonly guest: string;
}

/** test/fuzz/vm.c, compiled for both sides. */
export class VmFuzzer {
  private readonly folder = mkdtempSync(join(tmpdir(), 'pagewalk-vm-'));
  private readonly native = join(this.folder, 'native');
  private readonly guest = join(this.folder, 'guest');
  private readonly options: readonly string[];

  /** @param options of `pagewalk run` for the guest's side */
  constructor(options: readonly string[] = []) {
    this.options = options;
  }

  async compile(): Promise<void> {
    const source = join(root, 'test/fuzz/vm.c');
    const flags = ['-std=gnu11', '-O2', '-static', source, '-o'];
    await mustRun('chmod', ['755', this.folder]);
    await mustRun('gcc', [...flags, this.native]);
    await mustRun('riscv64-linux-gnu-gcc', [...flags, this.guest]);
  }

  /** Runs `count` seeds from `first` on both sides. @returns the first mismatch, if there is one */
  async compare(first: number, count: number, steps: number): Promise<Mismatch | undefined> {
    const [native, guest] = await this.both(first, String(count), steps);
    const expected = native.split('\n');
    const actual = guest.split('\n');
    const differing = expected.findIndex((line, index) => line !== actual[index]);
    return differing < 0 ? undefined : this.explain(first + differing, steps);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async explain(seed: number, steps: number): Promise<Mismatch> {
    const [native, guest] = await this.both(seed, 'trace', steps);
    const expected = native.split('\n');
    const actual = guest.split('\n');
    const at = Math.max(
      0,
      expected.findIndex((line, index) => line !== actual[index]),
    );
    const before = expected.slice(0, at + 1).findLast((line) => /^\d/.test(line)) ?? '';
    return { seed, step: before, native: expected[at]!, guest: actual[at] ?? '' };
  }

  private async both(first: number, what: string, steps: number): Promise<[string, string]> {
    const args = [String(first), what, String(steps)];
    const user = [`--reuid=${UNPRIVILEGED}`, `--regid=${UNPRIVILEGED}`, '--clear-groups'];
    const native =
      process.getuid?.() === 0
        ? run('setpriv', [...user, this.native, '/dev/shm', ...args])
        : run(this.native, ['/dev/shm', ...args]);
    const guest = run(process.execPath, [
      command,
      'run',
      ...this.options,
      this.guest,
      '/tmp',
      ...args,
    ]);
    const [expected, actual] = await Promise.all([native, guest]);
    if (expected.status !== 0) throw new Error(`the native run failed: ${expected.stderr}`);
    return [expected.stdout, actual.stdout + actual.stderr];
  }
}
