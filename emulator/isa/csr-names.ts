import { Csr, HPM_COUNTERS } from '../privileged/csr-names.js';

/** What assembly text knows beyond the registers of this hart, and the names of the numbered ones. */
const more: readonly (readonly [first: number, names: string])[] = [
  [0x015, 'seed'],
  [Csr.pmpcfg0, numbered('pmpcfg', 0, 16)],
  [Csr.pmpaddr0, numbered('pmpaddr', 0, 64)],
  [Csr.mhpmcounter3, numbered('mhpmcounter', 3, 3 + HPM_COUNTERS)],
  [Csr.mhpmevent3, numbered('mhpmevent', 3, 3 + HPM_COUNTERS)],
  [Csr.hpmcounter3, numbered('hpmcounter', 3, 3 + HPM_COUNTERS)],
  [0x34a, 'mtinst mtval2'],
  [0x7a4, 'tinfo tcontrol'],
  [0x7b0, 'dcsr dpc dscratch0 dscratch1'],
];

function numbered(name: string, first: number, end: number): string {
  return Array.from({ length: end - first }, (_, index) => `${name}${first + index}`).join(' ');
}

const names = new Map<number, string>([
  ...Object.entries(Csr).map(([name, csr]): [number, string] => [csr, name]),
  ...more.flatMap(([first, run]) =>
    run.split(' ').map((name, index): [number, string] => [first + index, name]),
  ),
]);

/** The name of a CSR, or its number in hexadecimal. */
export function csrName(csr: number): string {
  return names.get(csr) ?? `0x${csr.toString(16)}`;
}

const numbers = new Map(Array.from(names, ([csr, name]) => [name, csr]));

export function csrNumber(name: string): number | undefined {
  return numbers.get(name);
}
