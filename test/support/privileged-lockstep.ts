import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BareMetal } from '../../emulator/index.js';
import { MEMORY_BYTES, privilegedProgram, RECORD_QUADS } from './privileged-program.js';
import { inTemporaryDirectory, runTool } from './programs.js';
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
 */
const RAM_BYTES = 16 << 20;
/** Far more than any program needs. */
const MAX_STEPS = 20_000_000;
const BREAKPOINT = 3n;
const TVAL = 2;

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
  const theirs = parse(runOnQemu(image));
  for (let i = 0; i < Math.max(ours.records.length, theirs.records.length); i++) {
    const [mine, other] = [ours.records[i], theirs.records[i]].map(describe);
    if (mine !== other) throw new Error(`seed ${seed}, trap ${i}: ${mine}, QEMU: ${other}`);
  }
  const at = ours.memory.findIndex((byte, index) => byte !== theirs.memory[index]);
  if (at >= 0) {
    const quad = (memory: Buffer) => memory.readBigUInt64LE(at & ~7).toString(16);
    const what = `seed ${seed}: the doubleword at ${(at & ~7).toString(16)} of tables and data`;
    throw new Error(`${what} is ${quad(ours.memory)}, QEMU: ${quad(theirs.memory)}`);
  }
  return ours.records.length;
}

function runHere(image: Uint8Array): Buffer {
  const output: number[] = [];
  const machine = BareMetal.load(image, {
    memoryBytes: RAM_BYTES,
    maxSteps: MAX_STEPS,
    onOutput: (bytes) => output.push(...bytes),
  });
  while (machine.run(MAX_STEPS) !== 'exited') {}
  const { outcome, exitStatus } = machine.result();
  if (outcome !== 'exited' || exitStatus !== 0) throw new Error(`ended as ${outcome}`);
  return Buffer.from(output);
}

function runOnQemu(image: Uint8Array): Buffer {
  return inTemporaryDirectory((directory) => {
    const [kernel, serial] = [join(directory, 'image'), join(directory, 'serial')];
    writeFileSync(kernel, image);
    // To a file, since QEMU drops what a full pipe does not take at once.
    const io = ['-display', 'none', '-monitor', 'none', '-serial', `file:${serial}`];
    const cpu = ['-cpu', 'rv64,h=false,svnapot=false,svpbmt=false'];
    // With one hart QEMU makes an AMO a load and a store, and reports the causes of a load.
    const machine = ['-M', 'virt', '-smp', '2', '-bios', 'none', '-m', `${RAM_BYTES >> 20}M`];
    runTool('qemu-system-riscv64', [...machine, ...cpu, ...io, '-kernel', kernel]);
    return readFileSync(serial);
  });
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
