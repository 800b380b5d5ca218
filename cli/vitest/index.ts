import { expect } from 'vitest';
import { matchers } from './matchers.js';

export type { Snapshot } from '../../kernel/index.js';
export {
  type BootOptions,
  boot,
  type RestoreOptions,
  type RunOptions,
  restore,
  TestMachine,
} from './machine.js';
export type { ExpectedEnd, ExpectedFault, ExpectedMapping, PagewalkMatchers } from './matchers.js';
export {
  type GuestFault,
  type Mapping,
  type SpawnOptions,
  TestProcess,
  type TestTerminal,
} from './process.js';

expect.extend(matchers);
