/**
 * Address translation a second time, on BigInt, as literally as possible after the numbered steps of
 * "Virtual Address Translation Process" in the supervisor chapter of the privileged specification.
 * It shares no code with the emulator.
 */
export interface TranslationRequest {
  readonly mode: 'bare' | 'sv39' | 'sv48';
  readonly rootPpn: bigint;
  readonly va: bigint; // unsigned 64-bit
  readonly access: 'fetch' | 'load' | 'store';
  readonly privilege: 'user' | 'supervisor' | 'machine';
  readonly sum: boolean;
  readonly mxr: boolean;
  readonly hardwareUpdatesAd: boolean;
  readonly pbmte: boolean;
  readonly napot: boolean;
}

export interface TranslationMemory {
  /** Undefined outside of memory. */
  read(pa: bigint): bigint | undefined;
  write(pa: bigint, pte: bigint): void;
}

export type TranslationAnswer = { readonly pa: bigint } | 'page-fault' | 'access-fault';

const bit = (value: bigint, index: number): boolean => ((value >> BigInt(index)) & 1n) === 1n;
const bits = (value: bigint, high: number, low: number): bigint =>
  (value >> BigInt(low)) & ((1n << BigInt(high - low + 1)) - 1n);

export function translateLiterally(
  request: TranslationRequest,
  memory: TranslationMemory,
): TranslationAnswer {
  const { mode, va, access, privilege } = request;
  if (mode === 'bare' || privilege === 'machine') {
    return va < 1n << 56n ? { pa: va } : 'access-fault';
  }
  const levels = mode === 'sv39' ? 3 : 4;
  const vaBits = mode === 'sv39' ? 39 : 48;
  // Bits 63 to vaBits must all equal bit vaBits - 1.
  const upper = bits(va, 63, vaBits - 1);
  if (upper !== 0n && upper !== (1n << BigInt(64 - vaBits + 1)) - 1n) return 'page-fault';

  let a = request.rootPpn * 4096n; // 1
  let i = levels - 1;
  let pte: bigint;
  for (;;) {
    const vpn = bits(va, 12 + 9 * i + 8, 12 + 9 * i);
    const at = a + vpn * 8n;
    const read = memory.read(at); // 2
    if (read === undefined) return 'access-fault';
    pte = read;
    const [v, r, w, x, u, , aBit, dBit] = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => bit(pte, n));
    const n = bit(pte, 63);
    const pbmt = bits(pte, 62, 61);
    if (!v || (!r && w)) return 'page-fault'; // 3
    if (n && !request.napot) return 'page-fault';
    if (bits(pte, 60, 54) !== 0n || pbmt === 3n || (pbmt !== 0n && !request.pbmte)) {
      return 'page-fault';
    }
    if (!r && !x) {
      // 4: a pointer to the next level.
      if (dBit || aBit || u || n || pbmt !== 0n) return 'page-fault';
      i -= 1;
      if (i < 0) return 'page-fault';
      a = bits(pte, 53, 10) * 4096n;
      continue;
    }
    // 5: a leaf.
    if (i > 0 && bits(pte, 10 + 9 * i - 1, 10) !== 0n) return 'page-fault';
    if (n && (i !== 0 || bits(pte, 13, 10) !== 0b1000n)) return 'page-fault';
    // 6 and 7: U and SUM, then R, W, X and MXR.
    if (privilege === 'user' && !u) return 'page-fault';
    if (privilege === 'supervisor' && u && (access === 'fetch' || !request.sum)) {
      return 'page-fault';
    }
    if (access === 'fetch' && !x) return 'page-fault';
    if (access === 'load' && !(r || (x && request.mxr))) return 'page-fault';
    if (access === 'store' && !w) return 'page-fault';
    // 9: accessed and dirty.
    if (!aBit || (access === 'store' && !dBit)) {
      if (!request.hardwareUpdatesAd) return 'page-fault';
      memory.write(at, pte | (1n << 6n) | (access === 'store' ? 1n << 7n : 0n));
    }
    // 10: the physical address.
    const ppn = bits(pte, 53, 10);
    const low = BigInt(12 + 9 * i);
    let page = (ppn >> BigInt(9 * i)) << low;
    if (n) page = ((ppn & ~15n) | bits(va, 15, 12)) << 12n;
    return { pa: page | (va & ((1n << (n ? 12n : low)) - 1n)) };
  }
}
