import { bytesOf } from '../bytes.js';
import { Errno } from '../errno.js';
import { SIGNAL_COUNT } from '../signals/numbers.js';
import type { Call } from './call.js';

const PR_SET_PDEATHSIG = 1;
const PR_GET_PDEATHSIG = 2;
const PR_GET_DUMPABLE = 3;
const PR_SET_DUMPABLE = 4;
const PR_SET_NAME = 15;
const PR_GET_NAME = 16;
const PR_SET_NO_NEW_PRIVS = 38;
const PR_GET_NO_NEW_PRIVS = 39;
const PR_GET_TIMING = 13;
const PR_SET_TIMING = 14;
const PR_CAPBSET_READ = 23;
const PR_CAPBSET_DROP = 24;
const PR_GET_SECUREBITS = 27;
const PR_SET_SECUREBITS = 28;
const PR_SET_TIMERSLACK = 29;
const PR_GET_TIMERSLACK = 30;
const NAME_BYTES = 16;
const CAP_LAST_CAP = 40;

/** prctl(2): names, the signal at a parent's death, whether others may look into the memory. */
export function sysPrctl(call: Call, option: number, argument: number, ...more: number[]): number {
  const { process, task } = call;
  switch (option) {
    case PR_SET_NAME:
      return setName(call, argument);
    case PR_GET_NAME: {
      const bytes = new Uint8Array(NAME_BYTES);
      bytes.set(bytesOf(task.name));
      return call.write(argument, bytes);
    }
    case PR_GET_DUMPABLE:
      return process.isDumpable ? 1 : 0;
    case PR_SET_DUMPABLE:
      if (argument > 1) return -Errno.EINVAL;
      process.isDumpable = argument === 1;
      return 0;
    case PR_SET_PDEATHSIG:
      if (argument > SIGNAL_COUNT) return -Errno.EINVAL;
      process.parentDeathSignal = argument;
      return 0;
    case PR_GET_PDEATHSIG:
      return call.writeU32(argument, process.parentDeathSignal);
    case PR_SET_NO_NEW_PRIVS:
      if (argument !== 1 || more.some((one) => one !== 0)) return -Errno.EINVAL;
      process.hasNoNewPrivileges = true;
      return 0;
    case PR_GET_NO_NEW_PRIVS:
      if (argument !== 0 || more.some((one) => one !== 0)) return -Errno.EINVAL;
      return process.hasNoNewPrivileges ? 1 : 0;
    case PR_GET_TIMING:
    case PR_GET_SECUREBITS:
      return 0;
    case PR_SET_TIMING:
      return argument === 0 ? 0 : -Errno.EINVAL;
    case PR_CAPBSET_READ:
      return argument <= CAP_LAST_CAP ? 1 : -Errno.EINVAL;
    case PR_CAPBSET_DROP:
    case PR_SET_SECUREBITS:
      return -Errno.EPERM;
    case PR_SET_TIMERSLACK:
      task.timerSlack = argument === 0 ? task.defaultTimerSlack : argument;
      return 0;
    case PR_GET_TIMERSLACK:
      return task.timerSlack;
    default:
      return -Errno.EINVAL;
  }
}

function setName(call: Call, address: number): number {
  const bytes = call.memory.copyInString(address, NAME_BYTES - 1);
  if (bytes === -Errno.EFAULT) return bytes;
  const name = typeof bytes === 'number' ? call.read(address, NAME_BYTES - 1) : bytes;
  if (typeof name === 'number') return name;
  call.task.name = String.fromCharCode(...name);
  return 0;
}
