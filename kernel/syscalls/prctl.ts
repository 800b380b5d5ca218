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
const NAME_BYTES = 16;

/** prctl(2): names, the signal at a parent's death, whether others may look into the memory. */
export function sysPrctl(call: Call, option: number, argument: number): number {
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
      if (argument !== 1) return -Errno.EINVAL;
      process.hasNoNewPrivileges = true;
      return 0;
    case PR_GET_NO_NEW_PRIVS:
      return process.hasNoNewPrivileges ? 1 : 0;
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
