import { PTE_A, PTE_D } from '../../emulator/index.js';
import { runHere, runOnQemu } from './bare-metal.js';
import {
  MEMORY_BYTES,
  privilegedProgram,
  RECORD_QUADS,
  TABLE_BYTES,
} from './privileged-program.js';
import { Random } from './random.js';

/*
 * Where QEMU 7.2 and the manual part, the manual wins, and the programs do not go there:
 *   MPRV             stays set over MRET and SRET to a lower mode; the manual clears it
 *                    (Privileged ISA, "Memory Privilege in mstatus Register")
 *   AMOs             outside of RAM have the causes of loads; the manual has those of stores
 *                    ("Machine Cause (mcause) Register")
 *   reserved bits    of a PTE are ignored with Svnapot on ("Sv39: Addressing and Memory Protection")
 *   MPP = 2, UXL     can be written; MPP and UXL are WARL ("Privilege and Global Interrupt-Enable
 *                    Stack in mstatus register", "Base ISA Control in mstatus Register")
 *   SC               does not fault when it fails; misaligned accesses to holes name the second part
 *   interrupts       of one mode are taken by number, not by priority ("Machine Interrupt (mip and mie)
 *                    Registers"), unless AIA is on
 *   A and D          are set by an access that PMP refuses or that ends in a hole. A may be set in
 *                    advance, D may not ("Virtual Address Translation Process")
 *   a table          in a hole is a page fault; the manual has an access fault (the same, step 2)
 *   PMP              does not keep the walk from setting A and D in an entry that may only be read; and
 *                    a fetch must be allowed up to the end of the page ("Physical Memory Protection")
 */
/** What QEMU has by default beyond what is compared. */
const CPU = 'rv64,h=false,svnapot=false,svpbmt=false';
const AD_BITS = PTE_A | PTE_D;
const BREAKPOINT = 3n;
const TVAL = 2;

/** Whether bytes of both are as they should be; where entries have A and D, QEMU may have more. */
function isAlike(ours: number, theirs: number, hasAccessBits: boolean): boolean {
  return (
    ours === theirs ||
    (hasAccessBits && (ours | AD_BITS) === (theirs | AD_BITS) && (ours & ~theirs) === 0)
  );
}

/** What a program told: its log, page tables and data. */
interface Told {
  readonly records: readonly (readonly bigint[])[];
  readonly memory: Buffer;
}

/**
 * Runs the program of a seed here and by QEMU.
 *
 * @returns how many traps both logged
 * @throws Error that tells the first difference
 */
export function comparePrivileged(seed: number, steps: number): number {
  const image = privilegedProgram(new Random(seed), steps);
  const ours = parse(runHere(image));
  const theirs = parse(runOnQemu(image, CPU));
  for (let i = 0; i < Math.max(ours.records.length, theirs.records.length); i++) {
    const [mine, other] = [ours.records[i], theirs.records[i]].map(describe);
    if (mine !== other) throw new Error(`seed ${seed}, trap ${i}: ${mine}, QEMU: ${other}`);
  }
  const at = ours.memory.findIndex(
    (byte, index) => !isAlike(byte, theirs.memory[index]!, index < TABLE_BYTES && index % 8 === 0),
  );
  if (at >= 0) {
    const quad = (memory: Buffer) => memory.readBigUInt64LE(at & ~7).toString(16);
    const what = `seed ${seed}: the doubleword at ${(at & ~7).toString(16)} of tables and data`;
    throw new Error(`${what} is ${quad(ours.memory)}, QEMU: ${quad(theirs.memory)}`);
  }
  return ours.records.length;
}

function parse(output: Buffer): Told {
  const end = output.length - MEMORY_BYTES;
  const records = Array.from({ length: end / (8 * RECORD_QUADS) }, (_, i) =>
    Array.from({ length: RECORD_QUADS }, (_, k) =>
      output.readBigUInt64LE(8 * (RECORD_QUADS * i + k)),
    ),
  );
  return { records, memory: output.subarray(end) };
}

function describe(record: readonly bigint[] | undefined): string {
  if (record === undefined) return 'none';
  const [cause, epc, tval, status, a0, mode] = record.map((value, i) =>
    // The manual allows 0 and the address of the instruction; QEMU 7.2 has 0.
    i === TVAL && record[0] === BREAKPOINT ? '-' : value.toString(16),
  );
  return `cause ${cause} epc ${epc} tval ${tval} status ${status} a0 ${a0} to mode ${mode}`;
}
