import { BareMetal, Csr, disassemble, type Machine, PAGE_SIZE } from '../emulator/index.js';

const MEMORY_BYTES = 16 * 1024 * 1024;
/** The longest of upstream's tests takes far fewer. */
const MAX_STEPS = 5_000_000;

export interface IsaTestResult {
  readonly name: string;
  readonly isPassed: boolean;
  /** What went wrong, with pc, instruction and registers; empty for a test that passed. */
  readonly report: string;
}

/** Runs one ELF of riscv-tests: it passes when it stores 1 to tohost. */
export function runIsaTest(name: string, bytes: Uint8Array): IsaTestResult {
  let boot: BareMetal;
  try {
    boot = BareMetal.load(bytes, {
      memoryBytes: MEMORY_BYTES,
      maxSteps: MAX_STEPS,
      onOutput: () => {},
    });
  } catch (error) {
    return { name, isPassed: false, report: `FAIL ${name}: ${(error as Error).message}\n` };
  }
  let state = boot.run(MAX_STEPS);
  while (state === 'budget') state = boot.run(MAX_STEPS);
  if (state === 'waiting') boot.endInput();
  const { outcome, code } = boot.result();
  if (outcome === 'exited' && code === 0) return { name, isPassed: true, report: '' };
  const reasons = {
    exited: `test ${code} failed`,
    limit: `no end after ${MAX_STEPS} steps`,
    idle: 'it waits for an interrupt that can never come',
    stuck: 'the first instruction of its trap handler traps, for ever',
  };
  const report = `FAIL ${name}: ${reasons[outcome]}\n${describeHart(boot.machine)}`;
  return { name, isPassed: false, report };
}

function describeHart({ hart, ram }: Machine): string {
  const { pc } = hart;
  const pa = hart.mmu.translatePage(pc, 'fetch', hart.privilege);
  const offset = pc & (PAGE_SIZE - 1);
  // An instruction that lies in two pages is left out.
  const isShown = ram.hasFrame(pa) && offset <= PAGE_SIZE - 4;
  const text = isShown ? disassemble(ram.readU32(pa * PAGE_SIZE + offset), pc) : '';
  const lines = [`  pc   ${hex(hart.readPc64())}  ${text}`.trimEnd()];
  for (let row = 0; row < 32; row += 4) {
    const cells = [0, 1, 2, 3].map((column) => {
      const index = row + column;
      const value = (BigInt(hart.readXHigh(index)) << 32n) | BigInt(hart.readXLow(index));
      return `${`x${index}`.padEnd(4)} ${hex(value)}`;
    });
    lines.push(`  ${cells.join('  ')}`);
  }
  for (const mode of ['m', 's'] as const) {
    const cells = (['cause', 'epc', 'tval'] as const).map((name) => {
      const csr = `${mode}${name}` as const;
      return `${csr.padEnd(6)} ${hex(hart.readCsr(Csr[csr]) ?? 0n)}`;
    });
    lines.push(`  ${cells.join('  ')}`);
  }
  return `${lines.join('\n')}\n`;
}

function hex(value: bigint): string {
  return `0x${value.toString(16).padStart(16, '0')}`;
}
