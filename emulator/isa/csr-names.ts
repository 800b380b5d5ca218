/** Privileged ISA, "CSR Listing": names by number, in runs that count up from the first. */
const runs: readonly (readonly [first: number, names: string])[] = [
  [0x001, 'fflags frm fcsr'],
  [0x015, 'seed'],
  [0x100, 'sstatus'],
  [0x104, 'sie stvec scounteren'],
  [0x10a, 'senvcfg'],
  [0x140, 'sscratch sepc scause stval sip'],
  [0x14d, 'stimecmp'],
  [0x180, 'satp'],
  [0x300, 'mstatus misa medeleg mideleg mie mtvec mcounteren'],
  [0x30a, 'menvcfg'],
  [0x320, 'mcountinhibit'],
  [0x340, 'mscratch mepc mcause mtval mip'],
  [0x34a, 'mtinst mtval2'],
  [0x3a0, numbered('pmpcfg', 0, 16)],
  [0x3b0, numbered('pmpaddr', 0, 64)],
  [0x7a0, 'tselect tdata1 tdata2 tdata3 tinfo tcontrol'],
  [0x7b0, 'dcsr dpc dscratch0 dscratch1'],
  [0xb00, 'mcycle'],
  [0xb02, `minstret ${numbered('mhpmcounter', 3, 32)}`],
  [0x323, numbered('mhpmevent', 3, 32)],
  [0xc00, `cycle time instret ${numbered('hpmcounter', 3, 32)}`],
  [0xf11, 'mvendorid marchid mimpid mhartid mconfigptr'],
];

function numbered(name: string, first: number, end: number): string {
  return Array.from({ length: end - first }, (_, index) => `${name}${first + index}`).join(' ');
}

const names = new Map(
  runs.flatMap(([first, run]) =>
    run.split(' ').map((name, index): [number, string] => [first + index, name]),
  ),
);

/** The name of a CSR, or its number in hexadecimal. */
export function csrName(csr: number): string {
  return names.get(csr) ?? `0x${csr.toString(16)}`;
}

const numbers = new Map(Array.from(names, ([csr, name]) => [name, csr]));

export function csrNumber(name: string): number | undefined {
  return numbers.get(name);
}
