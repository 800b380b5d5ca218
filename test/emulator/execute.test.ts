import { describe, expect, it } from 'vitest';
import { Cause } from '../../emulator/cause.js';
import { execute } from '../../emulator/execute.js';
import {
  cloneState,
  DATA_VA,
  difference,
  type HartState,
  PlainContext,
} from '../support/bare-hart.js';
import { encode } from '../support/encode.js';

function freshState(): HartState {
  return {
    pc: 0x1000n,
    x: Array.from({ length: 32 }, (_, i) => BigInt(i)),
    f: Array(32).fill(0n),
    fflags: 0,
    frm: 0,
    reservation: -1n,
    data: Buffer.alloc(8192),
  };
}

/** Executes on a fresh state that `change` prepares; a trap must leave it as it was. */
function run(bits: number, change: (state: HartState) => void = () => {}) {
  const state = freshState();
  change(state);
  const before = cloneState(state);
  const trap = execute(bits, new PlainContext(state));
  if (trap !== undefined) expect(difference(state, before)).toBeUndefined();
  return { state, trap };
}

describe('execute', () => {
  it.each([
    ['all zeros', 0x0000, 0n],
    ['all ones', -1, 0xffff_ffffn],
    ['a reserved compressed encoding', 0x12348000, 0x8000n],
    ['a funct7 that no instruction has', 0x7e00_0033, 0x7e00_0033n],
  ])('finds %s illegal and reports its bits', (_, bits, tval) => {
    expect(run(bits).trap).toEqual({ cause: Cause.IllegalInstruction, tval });
  });

  it.each([5, 6])('finds the reserved rounding mode %i illegal, static or in frm', (rm) => {
    const statically = encode('fadd.d', { rm });
    expect(run(statically).trap?.cause).toBe(Cause.IllegalInstruction);
    const dynamic = encode('fcvt.d.w', { rm: 7 });
    const inFrm = run(dynamic, (state) => {
      state.frm = rm;
    });
    expect(inFrm.trap?.cause).toBe(Cause.IllegalInstruction);
    // An instruction without a rounding mode does not look at frm.
    const without = run(encode('fsgnj.d'), (state) => {
      state.frm = rm;
    });
    expect(without.trap).toBeUndefined();
  });

  it.each([
    ['amoadd.w', DATA_VA + 2n, Cause.StoreMisaligned],
    ['amoswap.d', DATA_VA + 4n, Cause.StoreMisaligned],
    ['sc.d', DATA_VA + 4n, Cause.StoreMisaligned],
    ['lr.w', DATA_VA + 1n, Cause.LoadMisaligned],
    ['amoadd.w', 0n, Cause.StorePageFault],
    ['sc.w', 0n, Cause.StorePageFault],
    ['lr.d', 0n, Cause.LoadPageFault],
    ['ld', 0n, Cause.LoadPageFault],
    ['sb', 0n, Cause.StorePageFault],
    ['fld', 0n, Cause.LoadPageFault],
  ] as const)('%s at 0x%x traps and changes nothing', (name, address, cause) => {
    const { trap } = run(encode(name, { rd: 5, rs1: 6, rs2: 7 }), (state) => {
      state.x[6] = address;
    });
    expect(trap).toEqual({ cause, tval: address });
  });

  it('never writes x0', () => {
    expect(run(encode('addi', { imm: 5 })).state.x[0]).toBe(0n);
    expect(run(encode('jalr', { rs1: 6 })).state.x[0]).toBe(0n);
  });

  it('gives a reservation up with any store-conditional', () => {
    const state = freshState();
    const context = new PlainContext(state);
    state.x[6] = DATA_VA;
    state.x[8] = DATA_VA + 8n;
    execute(encode('lr.w', { rd: 5, rs1: 6 }), context);
    execute(encode('sc.w', { rd: 5, rs1: 8, rs2: 7 }), context);
    expect(state.x[5]).toBe(1n);
    execute(encode('sc.w', { rd: 5, rs1: 6, rs2: 7 }), context);
    expect(state.x[5]).toBe(1n);
    execute(encode('lr.w', { rd: 5, rs1: 6 }), context);
    execute(encode('sc.w', { rd: 5, rs1: 6, rs2: 7 }), context);
    expect([state.x[5], state.data.readUInt32LE(0)]).toEqual([0n, 7]);
  });
});

describe('a CSR instruction', () => {
  /** Notes reads and writes. */
  class NotingContext extends PlainContext {
    readonly log: string[] = [];
    override readCsr(_csr: number, _bits = 0, alsoWrites = false): bigint {
      this.log.push(alsoWrites ? 'read for write' : 'read');
      return 0b1100n;
    }
    override writeCsr(_csr = 0, operation = 'write', operand = 0n): undefined {
      this.log.push(`${operation} ${operand.toString(2)}`);
    }
  }

  // Which of the two happens depends on the register numbers, not on values.
  it.each([
    ['csrrw', { rd: 5, rs1: 10 }, ['read for write', 'write 1010']],
    ['csrrw', { rd: 0, rs1: 10 }, ['write 1010']],
    ['csrrs', { rd: 5, rs1: 10 }, ['read for write', 'set 1010']],
    ['csrrs', { rd: 0, rs1: 10 }, ['read for write', 'set 1010']],
    ['csrrs', { rd: 5, rs1: 0 }, ['read']],
    ['csrrc', { rd: 5, rs1: 10 }, ['read for write', 'clear 1010']],
    ['csrrc', { rd: 5, rs1: 0 }, ['read']],
    ['csrrwi', { rd: 5, imm: 0 }, ['read for write', 'write 0']],
    ['csrrsi', { rd: 5, imm: 0 }, ['read']],
    ['csrrci', { rd: 5, imm: 4 }, ['read for write', 'clear 100']],
  ] as const)('%s %o does %o', (name, operands, log) => {
    const state = freshState();
    const context = new NotingContext(state);
    expect(execute(encode(name, { csr: 0x340, ...operands }), context)).toBeUndefined();
    expect(context.log).toEqual(log);
    expect(state.pc).toBe(0x1004n);
  });
});
