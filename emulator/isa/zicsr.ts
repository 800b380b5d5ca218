import { type Instruction, op } from './instruction.js';

/** Unprivileged ISA, '"Zicsr" Extension for Control and Status Register (CSR) Instructions'. */
export const zicsr: readonly Instruction[] = (
  [
    ['csrrw', 'write', '01'],
    ['csrrs', 'set', '10'],
    ['csrrc', 'clear', '11'],
  ] as const
).flatMap(([name, operation, code]) => [
  op(name, `csr rs1 0${code} rd 1110011`, 'rd,csr,rs1', { kind: 'csr', operation, source: 'rs1' }),
  op(`${name}i`, `csr uimm[4:0] 1${code} rd 1110011`, 'rd,csr,uimm', {
    kind: 'csr',
    operation,
    source: 'imm',
  }),
]);
