import { Errno } from '../errno.js';
import type { Call } from './call.js';

const WHICH_CPUS = 1;
const PAIR_BYTES = 16;
const UNKNOWN_KEY = -1n;
/** One hart. */
const ONLINE = 1;

/**
 * Bits of RISCV_HWPROBE_KEY_IMA_EXT_0 for what the hart has and user mode may use.
 * Linux Documentation/arch/riscv/hwprobe.rst.
 */
const EXTENSIONS: Readonly<Record<string, number>> = {
  FD: 0,
  C: 1,
  ZBA: 3,
  ZBB: 4,
  ZBS: 5,
  ZBC: 7,
  ZBKB: 8,
  ZBKC: 9,
  ZBKX: 10,
  ZFH: 27,
  ZFHMIN: 28,
  ZICOND: 35,
  ZIHINTPAUSE: 36,
  ZAWRS: 48,
};

const MISALIGNED_FAST = 3n;
const MISALIGNED_VECTOR_UNSUPPORTED = 4n;

/** Value of each key. 0 to 2, who made the hart, are 0: not a commercial one. */
const VALUES: ReadonlyMap<bigint, bigint> = new Map([
  [0n, 0n],
  [1n, 0n],
  [2n, 0n],
  [3n, 1n], // BASE_BEHAVIOR: IMA
  [4n, Object.values(EXTENSIONS).reduce((bits, bit) => bits | (1n << BigInt(bit)), 0n)],
  [5n, MISALIGNED_FAST], // CPUPERF_0
  [6n, 0n], // ZICBOZ_BLOCK_SIZE: not for user mode
  [7n, 2n ** 38n - 1n], // HIGHEST_VIRT_ADDRESS
  [8n, 10_000_000n], // TIME_CSR_FREQ
  [9n, MISALIGNED_FAST], // MISALIGNED_SCALAR_PERF
  [10n, MISALIGNED_VECTOR_UNSUPPORTED],
]);

/** Keys whose value is a set of bits, for WHICH_CPUS. */
const BIT_KEYS: ReadonlySet<bigint> = new Set([3n, 4n, 5n]);

/** riscv_hwprobe(2): what the hart can do. Linux Documentation/arch/riscv/hwprobe.rst. */
export function sysHwprobe(
  call: Call,
  pairsAt: number,
  count: number,
  setBytes: number,
  setAt: number,
  flags: number,
): number {
  if (flags === WHICH_CPUS) return whichHarts(call, pairsAt, count, setBytes, setAt);
  if (flags !== 0) return -Errno.EINVAL;
  if (setBytes !== 0 || setAt !== 0) {
    const harts = readSet(call, setBytes, setAt);
    if (harts < 0) return harts;
    if ((harts & ONLINE) === 0) return -Errno.EINVAL;
  }
  for (let index = 0; index < count; index++) {
    const at = pairsAt + PAIR_BYTES * index;
    const key = call.view(at, PAIR_BYTES)?.getBigInt64(0, true);
    if (key === undefined) return -Errno.EFAULT;
    const value = VALUES.get(key);
    const told = value === undefined ? UNKNOWN_KEY : key;
    if (call.writeU64(at, BigInt.asUintN(64, told)) < 0) return -Errno.EFAULT;
    if (call.writeU64(at + 8, value ?? 0n) < 0) return -Errno.EFAULT;
  }
  return 0;
}

/** RISCV_HWPROBE_WHICH_CPUS: leaves in the set the harts of which all pairs are true. */
function whichHarts(
  call: Call,
  pairsAt: number,
  count: number,
  setBytes: number,
  setAt: number,
): number {
  if (setBytes === 0 || setAt === 0) return -Errno.EINVAL;
  const given = readSet(call, setBytes, setAt);
  if (given < 0) return given;
  let isTrue = true;
  for (let index = 0; index < count; index++) {
    const at = pairsAt + PAIR_BYTES * index;
    const view = call.view(at, PAIR_BYTES);
    if (view === undefined) return -Errno.EFAULT;
    const key = view.getBigInt64(0, true);
    const wanted = view.getBigUint64(8, true);
    const value = VALUES.get(key);
    if (value === undefined) {
      if (call.writeU64(at, BigInt.asUintN(64, UNKNOWN_KEY)) < 0) return -Errno.EFAULT;
      if (call.writeU64(at + 8, 0n) < 0) return -Errno.EFAULT;
    }
    const matches = BIT_KEYS.has(key) ? ((value ?? 0n) & wanted) === wanted : value === wanted;
    isTrue &&= matches;
  }
  const answer = new Uint8Array(setBytes);
  // An empty set asks about all harts.
  if (isTrue && (given === 0 || (given & ONLINE) !== 0)) answer[0] = ONLINE;
  return call.write(setAt, answer);
}

/** The first harts of a cpu_set_t, or a negative errno. */
function readSet(call: Call, bytes: number, at: number): number {
  const set = call.read(at, Math.min(bytes, 8));
  return typeof set === 'number' ? set : (set[0] ?? 0);
}
