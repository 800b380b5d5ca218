import { Exit } from '../../emulator/interpreter/interpreter.js';
import { fullInstructionSet } from '../../emulator/isa/decode.js';
import { compressedInstructions, instructions } from '../../emulator/isa/extensions.js';
import { PC, RECORDS_PER_PAGE } from '../../emulator/layout.js';
import {
  BareHart,
  CODE_VA,
  cloneState,
  DATA_VA,
  difference,
  execute,
  type HartState,
  PlainContext,
} from './bare-hart.js';
import { randomFloat, TEST_F32, TEST_F64 } from './float-values.js';
import type { Random } from './random.js';

const PAGE_BYTES = RECORDS_PER_PAGE * 2;
/** x8 and x9 point into the data, and no instruction here writes them. */
const POINTERS = [8, 9];
const hart = new BareHart();

/** Instructions that a hart without privileges and devices can execute. */
const plain = [...instructions, ...compressedInstructions].filter(
  (entry) => !('effect' in entry) || !['system', 'csr', 'cacheBlock'].includes(entry.effect.kind),
);

/**
 * Fills a page with random instructions and runs it for `count` of them, in slices of random length:
 * by the interpreter, and by the evaluator alone. Their states must agree after every slice.
 *
 * @returns how many the interpreter retired itself, and how many were left to the evaluator
 * @throws Error that tells the first difference
 */
export function runLockstep(random: Random, count: number): { native: number; slow: number } {
  const code = randomPage(random);
  for (let at = 0; at < PAGE_BYTES - 2; at += 2) {
    const low = code.getUint16(at, true);
    const bits = (low & 3) === 3 ? code.getInt32(at, true) : low;
    hart.writeCode([bits], at);
  }
  // Nothing here straddles the page end.
  hart.writeCode([0x0001], PAGE_BYTES - 2);
  const bitsAt = (pc: bigint): number | undefined => {
    const at = Number(pc - CODE_VA);
    if (at === PAGE_BYTES - 2) return 0x0001;
    if (at < 0 || at >= PAGE_BYTES) return undefined;
    const low = code.getUint16(at, true);
    return (low & 3) === 3 ? code.getInt32(at, true) : low;
  };
  const expected = randomState(random);
  hart.load(expected);
  const result = { native: 0, slow: 0 };
  for (let done = 0; done < count; ) {
    const slice = random.pick([1, 7, 100, 100, 300, 300, 3000]);
    // Somewhere else, so that a tight loop does not take the whole run.
    expected.pc = CODE_VA + BigInt(random.below(PAGE_BYTES / 2) * 2);
    hart.view.setBigUint64(PC, expected.pc, true);
    for (let left = slice; left > 0; ) {
      const { retired, exit } = hart.run(left);
      result.native += retired;
      left -= retired;
      if (exit === Exit.Budget || left === 0) continue;
      const state = hart.save(expected.frm);
      step(state, bitsAt);
      hart.load(state);
      result.slow++;
      left--;
    }
    for (let left = slice; left > 0; left--) step(expected, bitsAt);
    done += slice;
    const found = difference(hart.save(expected.frm), expected);
    if (found !== undefined) throw new Error(`after ${done} instructions: ${found}`);
  }
  return result;
}

/** One instruction of the evaluator; a trap skips it, and a pc outside of the page comes back. */
function step(state: HartState, bitsAt: (pc: bigint) => number | undefined): void {
  const bits = bitsAt(state.pc);
  if (bits === undefined) {
    state.pc = CODE_VA + (state.pc & 0x7fen);
    return;
  }
  const trap = execute(bits, new PlainContext(state));
  if (trap !== undefined) state.pc += (bits & 3) === 3 ? 4n : 2n;
}

function randomPage(random: Random): DataView {
  const page = new DataView(new ArrayBuffer(PAGE_BYTES + 2));
  for (let at = 0; at < PAGE_BYTES; ) {
    const { encoding } = random.pick(plain);
    const bits = (random.u32() & ~encoding.mask) | encoding.match;
    const decoded = fullInstructionSet.decode(bits);
    if (decoded === undefined || POINTERS.includes(decoded.operands.rd)) continue;
    const usesMemory = /^(l|s|c\.[ls]|f[ls]|amo)/.test(decoded.instruction.name);
    if (usesMemory && !POINTERS.includes(decoded.operands.rs1) && random.below(8) > 0) continue;
    // Jumps are few, and most of them go forward in the page, so that a run gets around.
    const { kind } = decoded.instruction.effect;
    const target = decoded.instruction.name === 'jalr' ? -1 : at + decoded.operands.imm;
    const isForward = target > at && target < PAGE_BYTES;
    if (['jump', 'branch'].includes(kind) && random.below(isForward ? 3 : 30) > 0) continue;
    if (encoding.lengthBytes === 2) page.setUint16(at, bits, true);
    else page.setUint32(at, bits, true);
    at += encoding.lengthBytes;
    if (at > PAGE_BYTES - 4) break;
  }
  return page;
}

function randomState(random: Random): HartState {
  const x = Array.from({ length: 32 }, () => random.u64() >> BigInt(random.below(64)));
  x[0] = 0n;
  for (const pointer of POINTERS) x[pointer] = DATA_VA + 0x800n + BigInt(random.below(256) * 16);
  return cloneState({
    pc: CODE_VA,
    x,
    f: Array.from({ length: 32 }, () =>
      random.below(2) === 0
        ? randomFloat(random, TEST_F64, 1023)
        : 0xffff_ffff_0000_0000n | randomFloat(random, TEST_F32, 127),
    ),
    fflags: random.below(2),
    frm: random.pick([0, 0, 0, 1]),
    reservation: -1n,
    data: Buffer.from(Uint8Array.from({ length: 8192 }, () => random.below(256))),
  });
}
