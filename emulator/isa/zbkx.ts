import { and, bind, i64, ltU, type Of, or, rd, rs1, rs2, select, shl, shrU } from './expression.js';
import { type Instruction, op } from './instruction.js';

/**
 * Each group of `width` bits in rs2 is the index of the group of rs1 that takes its place; 0 where
 * there is no such group.
 */
function crossbar(width: bigint): Of<'i64'> {
  const mask = i64((1n << width) - 1n);
  let result = i64(0n);
  for (let at = 0n; at < 64n; at += width) {
    const group = bind(and(shrU(rs2, i64(at)), mask), (index) => {
      const found = and(shrU(rs1, shl(index, i64(width === 4n ? 2n : 3n))), mask);
      return select(ltU(index, i64(64n / width)), found, i64(0n));
    });
    result = or(result, shl(group, i64(at)));
  }
  return result;
}

/** Unprivileged ISA, '"Zbkx": Crossbar permutations'. */
export const zbkx: readonly Instruction[] = [
  op('xperm4', '0010100 rs2 rs1 010 rd 0110011', 'rd,rs1,rs2', rd(crossbar(4n))),
  op('xperm8', '0010100 rs2 rs1 100 rd 0110011', 'rd,rs1,rs2', rd(crossbar(8n))),
];
