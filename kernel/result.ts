import type { Kernel } from './kernel.js';
import type { RunResult } from './options.js';
import type { Ending } from './process/process.js';
import { signalName } from './signals/numbers.js';

/** How a run ended and what it cost. @param ending of the first process; undefined while it runs */
export function resultOf(
  kernel: Kernel,
  ending: Ending | 'limit' | undefined,
  stateHash: string,
): RunResult {
  const { disk, memorySystem } = kernel;
  return {
    ...outcomeOf(ending),
    instructions: kernel.machine.hart.instret,
    steps: kernel.clock.steps,
    stateHash,
    syscalls: kernel.syscalls,
    faults: kernel.faults,
    majorFaults: kernel.majorFaults,
    oomKills: kernel.oomKiller.kills,
    diskReads: disk?.reads ?? 0,
    diskWrites: disk?.writes ?? 0,
    pagesSwappedIn: memorySystem.swap?.pagesIn ?? 0,
    pagesSwappedOut: memorySystem.swap?.pagesOut ?? 0,
    violations: kernel.violations,
    unknownSyscalls: Object.fromEntries(kernel.unknownSyscalls),
  };
}

function outcomeOf(
  ending: Ending | 'limit' | undefined,
): Pick<RunResult, 'outcome' | 'exitStatus' | 'signal'> {
  if (typeof ending !== 'object') return { outcome: 'limit', exitStatus: null, signal: null };
  if (ending.kind === 'exited') {
    return { outcome: 'exited', exitStatus: ending.status, signal: null };
  }
  return { outcome: 'signalled', exitStatus: null, signal: signalName(ending.signal) };
}
