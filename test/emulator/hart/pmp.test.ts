import { describe, expect, it } from 'vitest';
import { type Access, PMP_ENTRIES, Pmp } from '../../../emulator/privileged/pmp.js';
import { Privilege } from '../../../emulator/privileged/status.js';

const { Machine: M, Supervisor: S, User: U } = Privilege;
const [R, W, X, TOR, NA4, NAPOT, L] = [1, 2, 4, 1 << 3, 2 << 3, 3 << 3, 0x80];
const ALL = (1n << 64n) - 1n;

/** Entries from number 0 on: the configuration, and the address in bytes; for NAPOT also the size. */
function pmp(...entries: readonly (readonly [config: number, at: number, size?: number])[]): Pmp {
  const made = new Pmp();
  for (const [index, [, at, size]] of entries.entries()) {
    made.writeAddress(index, BigInt(at + (size === undefined ? 0 : size / 2 - 4)) >> 2n);
  }
  configure(made, ...entries.map(([config]) => config));
  return made;
}

function configure(made: Pmp, ...configs: number[]): void {
  made.writeConfig(
    0,
    new DataView(Uint8Array.from({ length: 8 }, (_, i) => configs[i] ?? 0).buffer).getBigUint64(
      0,
      true,
    ),
  );
}

describe('PMP', () => {
  it('with all entries off lets M mode do everything and the others nothing', () => {
    const made = pmp();
    expect([M, S, U].map((mode) => made.allows(0x1000, 4, 'load', mode))).toEqual([
      ...[true, false, false],
    ]);
  });

  it.each([
    ['fetch', [false, false, false, false, true, true, true]],
    ['load', [false, true, false, true, false, true, true]],
    ['store', [false, false, false, true, false, false, true]],
  ] as const)('grants a %s by R, W and X', (access: Access, expected) => {
    const rights = [0, R, W, R | W, X, R | X, R | W | X];
    const made = rights.map((right) => pmp([NAPOT | right, 0x1000, 0x1000]));
    expect(made.map((entry) => entry.allows(0x1800, 8, access, U))).toEqual(expected);
    expect(made.every((entry) => entry.allows(0x1800, 8, access, M))).toBe(true);
  });

  it('binds M mode too where an entry is locked', () => {
    const made = pmp([NAPOT | R | L, 0x1000, 0x1000]);
    expect(made.allows(0x1000, 8, 'load', M)).toBe(true);
    expect(made.allows(0x1000, 8, 'store', M)).toBe(false);
    expect(made.allows(0x2000, 8, 'store', M)).toBe(true);
  });

  it('is decided by the lowest entry that matches any byte', () => {
    const made = pmp([NA4 | R, 0x1004], [NAPOT | R | W, 0x1000, 0x1000]);
    expect(made.allows(0x1000, 4, 'store', U)).toBe(true);
    expect(made.allows(0x1004, 4, 'store', U)).toBe(false);
    expect(made.allows(0x1004, 4, 'load', U)).toBe(true);
    // One that matches only some bytes fails, whatever it grants, and in M mode too.
    expect(made.allows(0x1002, 4, 'load', U)).toBe(false);
    expect(made.allows(0x1004, 8, 'load', M)).toBe(false);
    expect(made.isUniform(1)).toBe(false);
    expect(made.isUniform(2)).toBe(true);
  });

  it('takes a top of range from the address below, and from 0 for the first entry', () => {
    const made = pmp([TOR | R, 0x1000], [TOR | R | W, 0x3000]);
    expect(made.allows(0xff8, 8, 'load', U)).toBe(true);
    expect(made.allows(0xff8, 8, 'store', U)).toBe(false);
    expect(made.allows(0x1000, 8, 'store', U)).toBe(true);
    expect(made.allows(0x3000, 8, 'load', U)).toBe(false);
    expect(made.allows(0xffc, 8, 'load', U)).toBe(false);
  });

  it('has no match in an empty or reversed range', () => {
    for (const top of [0x1000, 0x800]) {
      const made = pmp([0, 0x1000], [TOR, top], [NAPOT | R, 0, 0x8000]);
      for (const at of [0x7fc, 0x800, 0xffc, 0x1000]) {
        expect(made.allows(at, 8, 'load', U), `${top} ${at}`).toBe(true);
      }
    }
  });

  it('spans everything with an address of ones', () => {
    const made = new Pmp();
    made.writeAddress(0, ALL);
    expect(made.readAddress(0)).toBe((1n << 54n) - 1n);
    made.writeConfig(0, BigInt(NAPOT | R));
    expect(made.allows(2 ** 55, 8, 'load', U)).toBe(true);
  });

  it('keeps W without R out of an entry, and reserved bits', () => {
    const made = new Pmp();
    made.writeConfig(0, BigInt(NAPOT | R));
    made.writeConfig(0, BigInt(NAPOT | W | X));
    expect(made.readConfig(0)).toBe(BigInt(NAPOT | R));
    made.writeConfig(0, ALL & ~BigInt(L));
    expect(made.readConfig(0)).toBe(BigInt.asUintN(64, 0x9f9f_9f9f_9f9f_9f1fn));
  });

  it('locks configuration, address and, of a top of range, the address below', () => {
    const made = pmp([R, 0x1000], [L | TOR | R, 0x2000], [L | NAPOT, 0x4000, 0x1000]);
    for (let entry = 0; entry < PMP_ENTRIES; entry++) made.writeAddress(entry, 0n);
    made.writeConfig(0, 0n);
    expect([0, 1, 2, 3].map((entry) => made.readAddress(entry))).toEqual([
      ...[0x400n, 0x800n, 0x11ffn, 0n],
    ]);
    expect(made.readConfig(0)).toBe(BigInt(((L | NAPOT) << 16) | ((L | TOR | R) << 8)));
  });
});
