import { type Hart, Machine } from '../../emulator/index.js';
import { assemble } from '../../emulator/isa/assemble.js';
import { Csr } from '../../emulator/privileged/csr-names.js';
import { Privilege } from '../../emulator/privileged/status.js';

/** Where the code of `assembled` stands, and where its traps go. */
export const CODE = 0x8000_0000;
export const M_HANDLER = CODE + 0x800;
export const S_HANDLER = CODE + 0xc00;

/** What PMP holds after a firmware that leaves all of memory to all modes. */
export function openMemory(hart: Hart): void {
  hart.writeCsr(Csr.pmpaddr0, (1n << 54n) - 1n);
  hart.writeCsr(Csr.pmpcfg0, 0x1fn);
}

/**
 * A machine with its pc at the first of these instructions, in M mode unless told otherwise, all of
 * memory open to all modes, and traps that go to M_HANDLER and S_HANDLER.
 */
export function assembled(
  lines: readonly string[],
  options: { isa?: string; privilege?: Privilege; tlb?: 'stale' } = {},
): Machine {
  const machine = Machine.create({ memoryBytes: 4 << 20, supervisor: 'guest', ...options });
  const { hart, ram } = machine;
  let pc = CODE;
  for (const line of lines) {
    ram.writeU32(pc, assemble(line, { pc }));
    pc += 4;
  }
  openMemory(hart);
  hart.writeCsr(Csr.mtvec, BigInt(M_HANDLER));
  hart.writeCsr(Csr.stvec, BigInt(S_HANDLER));
  hart.mmu.context.privilege = options.privilege ?? Privilege.Machine;
  hart.pc = CODE;
  return machine;
}
