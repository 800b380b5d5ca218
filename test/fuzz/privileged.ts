// Random privileged programs against qemu-system-riscv64, until the time is up or one differs.
import { comparePrivileged } from '../support/privileged-lockstep.js';
import { fuzzOptions } from './options.js';

const { seconds, seed } = fuzzOptions();
const end = Date.now() + seconds * 1000;
let programs = 0;
let traps = 0;
console.log(`first seed ${seed}`);
while (Date.now() < end) {
  try {
    traps += comparePrivileged(seed + programs, 400);
  } catch (error) {
    console.error((error as Error).message);
    process.exit(1);
  }
  programs++;
}
console.log(`${programs} programs, ${traps} traps, no difference`);
