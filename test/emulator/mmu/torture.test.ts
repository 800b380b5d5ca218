import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Machine, type Ram } from '../../../emulator/index.js';
import { PAGE_FAULT } from '../../../emulator/mmu/mmu.js';
import { MSTATUS_MXR, MSTATUS_SUM, Privilege } from '../../../emulator/privileged/status.js';
import { type TranslationAnswer, translateLiterally } from '../../model/translation.js';
import { openMemory } from '../../support/assembled.js';

const TABLES = 6; // frames that hold tables, at the start of RAM
const FIRST_PPN = 0x80000n;
const RAM = 0x8000_0000n;
const INDEXES = [0, 1, 2, 255, 256, 511]; // table slots in use, so that random addresses meet
const PRIVILEGES = {
  user: Privilege.User,
  supervisor: Privilege.Supervisor,
  machine: Privilege.Machine,
};

const ppn = fc.oneof(
  { weight: 6, arbitrary: fc.bigInt(0n, BigInt(TABLES) - 1n).map((n) => FIRST_PPN + n) },
  { weight: 2, arbitrary: fc.bigInt(0n, 7n).map((n) => FIRST_PPN + n * 512n) },
  fc.bigInt(0n, 3n).map((n) => n << 18n), // aligned gigapages
  fc.bigInt(0n, (1n << 44n) - 1n), // beyond 2^41 among them
);
/** Mostly what makes sense, sometimes any bits at all. */
const pte = fc
  .record({
    ppn,
    flags: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(0x01, 0xdf, 0xcf, 0x4b, 0x5b, 0x17, 0x1f, 0x13) },
      fc.integer({ min: 0, max: 0x3ff }),
    ),
    high: fc.oneof(
      { weight: 12, arbitrary: fc.constant(0n) },
      fc.constantFrom(1n << 63n, 1n << 61n, 1n << 62n, 3n << 61n, 1n << 60n, 1n << 54n),
    ),
    napot: fc.boolean(),
  })
  .map(({ ppn: n, flags, high, napot }) => {
    const target = high === 1n << 63n && napot ? (n & ~15n) | 8n : n;
    return high | (target << 10n) | BigInt(flags);
  });
const canonical = fc
  .tuple(
    fc.array(fc.constantFrom(...INDEXES), { minLength: 4, maxLength: 4 }),
    fc.integer({ min: 0, max: 4095 }),
  )
  .map(
    ([indexes, offset]) =>
      indexes.reduce((va, index) => (va << 9n) | BigInt(index), 0n) * 4096n + BigInt(offset),
  );
const request = fc.record({
  mode: fc.constantFrom('bare', 'sv39', 'sv39', 'sv48'),
  rootPpn: ppn,
  va: fc.oneof({ weight: 8, arbitrary: canonical }, fc.bigInt(0n, (1n << 64n) - 1n)),
  access: fc.constantFrom('fetch', 'load', 'store'),
  privilege: fc.constantFrom('user', 'supervisor', 'supervisor', 'machine'),
  sum: fc.boolean(),
  mxr: fc.boolean(),
  hardwareUpdatesAd: fc.boolean(),
  pbmte: fc.boolean(),
  napot: fc.boolean(),
} as const);

/** Sv39 addresses are made canonical most of the time: the upper bits follow bit 38 or 47. */
function canonicalise(va: bigint, mode: string): bigint {
  if (mode === 'bare' || va >= 1n << 48n) return va;
  const width = mode === 'sv39' ? 39 : 48;
  return BigInt.asUintN(64, BigInt.asIntN(width, va));
}

describe('Mmu.translatePage', () => {
  it('answers every access as the literal transcription of the specification does', () => {
    const machine = Machine.create({ memoryBytes: 8 * 1024 * 1024, supervisor: 'guest' });
    const { ram, hart } = machine;
    openMemory(hart);
    const { mmu } = hart;
    let tables = new Uint8Array(TABLES * 4096);
    const inTables = (pa: bigint) => pa >= RAM && pa < RAM + BigInt(tables.length);
    const copy = {
      // Frames behind the tables hold zeros, which is an invalid entry.
      read: (pa: bigint) => {
        if (pa < RAM || pa >= RAM + 0x80_0000n) return undefined;
        return inTables(pa) ? new DataView(tables.buffer).getBigUint64(Number(pa - RAM), true) : 0n;
      },
      write: (pa: bigint, value: bigint) =>
        new DataView(tables.buffer).setBigUint64(Number(pa - RAM), value, true),
    };
    const outcomes = { found: 0, faults: 0 };
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(TABLES - 1), fc.constantFrom(...INDEXES), pte), {
          minLength: 8,
          maxLength: 36,
        }),
        fc.array(request, { minLength: 1, maxLength: 24 }),
        (entries, requests) => {
          for (let i = 0; i < TABLES; i++) ram.fill(ram.firstPpn + i, 0);
          for (const [table, index, value] of entries) {
            ram.store(0x8000_0000 + table * 4096 + index * 8, 8, value);
          }
          for (const asked of requests) {
            const va = canonicalise(asked.va, asked.mode);
            const levels = { bare: 0, sv39: 3, sv48: 4 }[asked.mode];
            const { context } = mmu;
            const isSameSpace =
              context.levels === levels &&
              context.rootPpn === Number(asked.rootPpn) &&
              context.isPbmtOn === asked.pbmte &&
              context.isNapotOn === asked.napot;
            Object.assign(context, {
              levels,
              rootPpn: Number(asked.rootPpn),
              statusLow: (asked.sum ? MSTATUS_SUM : 0) | (asked.mxr ? MSTATUS_MXR : 0),
              isAdUpdated: asked.hardwareUpdatesAd,
              isPbmtOn: asked.pbmte,
              isNapotOn: asked.napot,
            });
            // Only these changes owe a fence; between the others cached entries are used.
            if (!isSameSpace) mmu.fence(undefined, undefined);
            tables = ramTables(ram);
            const address = Number(BigInt.asIntN(64, va));
            const privilege = PRIVILEGES[asked.privilege];
            const page = mmu.translatePage(address, asked.access, privilege);
            expect(Buffer.compare(ramTables(ram), tables)).toBe(0);
            if (page >= 0) mmu.markUsed(address, asked.access, privilege);
            const expected = translateLiterally({ ...asked, va }, copy);
            expect(answer(page, va)).toEqual(expected);
            expect(Buffer.compare(ramTables(ram), tables)).toBe(0);
            if (page >= 0) outcomes.found++;
            else outcomes.faults++;
          }
        },
      ),
      { numRuns: 4000 },
    );
    expect(outcomes.found).toBeGreaterThan(1000);
    expect(outcomes.faults).toBeGreaterThan(1000);
  });
});

function ramTables(ram: Ram): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(TABLES * 4096);
  ram.read(0x8000_0000, bytes);
  return bytes;
}

function answer(page: number, va: bigint): TranslationAnswer {
  if (page >= 0) return { pa: BigInt(page) * 4096n + (va & 0xfffn) };
  return page === PAGE_FAULT ? 'page-fault' : 'access-fault';
}
