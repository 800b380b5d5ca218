import { randomBytes } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { isBareMetalImage, parseElf } from '../../emulator/index.js';
import { type Built, build } from './build.js';
import { notRun } from './execute.js';
import type { Job, Machine, TestResult, TestSpec } from './types.js';

export interface PoolOptions extends Pick<Job, 'seed' | 'verify'> {
  readonly workers: number;
  /** Wall-clock seconds after which a test is given up. Its limits should have ended it before. */
  readonly watchdogSeconds: number;
  readonly onResult: (result: TestResult) => void;
}

/** Bytes of a token; lab.h wants twice as many characters. */
const TOKEN_BYTES = 16;

/**
 * Runs tests in worker threads, each of which takes the next test when it is done with one. The
 * results, and `onResult`, come in the tests' order.
 */
export async function runTests(
  tests: readonly TestSpec[],
  options: PoolOptions,
): Promise<TestResult[]> {
  const results: (TestResult | undefined)[] = tests.map(() => undefined);
  let next = 0;
  let told = 0;
  const tellNews = () => {
    for (; told < results.length && results[told] !== undefined; told++) {
      options.onResult(results[told]!);
    }
  };
  const work = async () => {
    const thread = new Thread();
    for (let at = next++; at < tests.length; at = next++) {
      const test = tests[at]!;
      const built = await build(test, options.watchdogSeconds);
      results[at] =
        'problem' in built
          ? notRun(test, built.problem)
          : await thread.run(jobOf(test, built, options), options.watchdogSeconds);
      tellNews();
    }
    await thread.end();
  };
  const count = Math.min(options.workers, tests.length);
  await Promise.all(Array.from({ length: count }, work));
  return results.map((result) => result!);
}

function jobOf(
  test: TestSpec,
  { elf, firmware }: Exclude<Built, { problem: string }>,
  { seed, verify }: PoolOptions,
): Job {
  const token = randomBytes(TOKEN_BYTES).toString('hex');
  return { test, elf, machine: test.machine ?? machineOf(elf), firmware, seed, token, verify };
}

/** What an ELF is linked for; one that cannot be read is for the kernel to refuse. */
function machineOf(elf: Uint8Array): Machine {
  try {
    return isBareMetalImage(parseElf(elf)) ? 'bare' : 'kernel';
  } catch {
    return 'kernel';
  }
}

/** A worker thread, started anew after the watchdog has ended it or a failure of its own has. */
class Thread {
  private worker: Worker | undefined;

  run(job: Job, watchdogSeconds: number): Promise<TestResult> {
    this.worker ??= new Worker(new URL('./test-worker.js', import.meta.url));
    const worker = this.worker;
    return new Promise((resolve) => {
      const settle = (result: TestResult) => {
        clearTimeout(timer);
        worker.off('message', settle);
        worker.off('error', onError);
        resolve(result);
      };
      const giveUp = (reason: string, outcome: 'watchdog' | 'host-error') => {
        this.worker = undefined;
        void worker.terminate();
        settle(notRun(job.test, reason, outcome));
      };
      // One test that finds a bug of ours, or needs too much of our memory, costs no other its result.
      const onError = (error: Error) =>
        giveUp(`pagewalk itself failed, please report it: ${error.message}`, 'host-error');
      const timer = setTimeout(() => {
        giveUp(`the watchdog ended it after ${watchdogSeconds} s of wall-clock time`, 'watchdog');
      }, watchdogSeconds * 1000);
      worker.on('message', settle);
      worker.on('error', onError);
      worker.postMessage(job);
    });
  }

  async end(): Promise<void> {
    await this.worker?.terminate();
  }
}
