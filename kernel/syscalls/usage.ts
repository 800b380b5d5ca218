import { NANOSECONDS_PER_STEP } from '../clock.js';
import type { Usage } from '../process/process.js';

/** struct rusage: user time and faults are what this machine counts. getrusage(2). */
export function encodeUsage(usage: Usage): Uint8Array {
  const bytes = new Uint8Array(144);
  const view = new DataView(bytes.buffer);
  const microseconds = Math.floor((usage.steps * NANOSECONDS_PER_STEP) / 1000);
  view.setBigInt64(0, BigInt(Math.floor(microseconds / 1e6)), true);
  view.setBigInt64(8, BigInt(microseconds % 1e6), true);
  view.setBigInt64(64, BigInt(usage.faults - usage.majorFaults), true);
  view.setBigInt64(72, BigInt(usage.majorFaults), true);
  return bytes;
}
