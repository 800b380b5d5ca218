/**
 * Where everything stands in the one WebAssembly.Memory of a machine: hart state first, then the fast
 * TLBs, then decoded pages, then guest RAM. All values are byte offsets into that linear memory.
 */

/** x0 to x31, 8 bytes each. x0 is never written. */
export const X_REGS = 0x000;
/** Receives what an instruction writes to x0, so that no handler tests for it. */
export const X_SINK = 0x100;
/** f0 to f31, 8 bytes each, NaN-boxed. */
export const F_REGS = 0x200;
/** i64. Between runs: the address of the next instruction. */
export const PC = 0x300;
/** i32. The accrued exception flags NV DZ OF UF NX, bits 4..0. */
export const FFLAGS = 0x308;
/** i32. Reasons why floating point leaves the fast path; see FP_MODE_*. */
export const FP_MODE = 0x30c;
/** mstatus.FS is not Dirty: every floating-point instruction must be seen by TypeScript. */
export const FP_MODE_NOT_DIRTY = 1;
/** frm is not round-to-nearest-even: every rounding instruction must be seen by TypeScript. */
export const FP_MODE_ROUNDING = 2;
/** i32. Instructions that the interpreter may still retire. */
export const REMAINING = 0x310;
/** i32. After an exit: the record of the instruction that was not retired. */
export const EXIT_RECORD = 0x314;
/** i64. After a load or store exit: the virtual address of the access. */
export const EXIT_VA = 0x318;
/** i64. Virtual address of the load reservation, or -1. */
export const RESERVATION = 0x320;
/** i32. Where to start, instead of a look-up of PC in the exec TLB; 0 = look up. */
export const ENTRY_RECORD = 0x328;
/** i32. First record of the page that ENTRY_RECORD belongs to. */
export const ENTRY_PAGE = 0x32c;

export const TLB_ENTRIES = 4096;
/** i64 tag, i32 addend, 4 bytes unused. */
export const TLB_ENTRY_BYTES = 16;
/** Differs from every page address: its low 12 bits are not zero. */
export const TLB_INVALID_TAG = 1;
export const READ_TLB = 0x10000;
export const WRITE_TLB = 0x20000;
/** Its addend is the address of the page's first record. */
export const EXEC_TLB = 0x30000;

export const RECORD_BYTES = 16;
/** One slot per 2 bytes of the page, then the two sentinels that a fall-through reaches. */
export const RECORDS_PER_PAGE = 2048;
export const SENTINEL_RECORDS = 2;
export const DECODED_PAGE_BYTES = (RECORDS_PER_PAGE + SENTINEL_RECORDS) * RECORD_BYTES;
/**
 * The last slot and the sentinels of a page that exists only for an instruction that straddles the
 * page end; ENTRY_PAGE is chosen so that this address is its slot 2047.
 */
export const STRADDLE_RECORD = 0x40000;
export const DECODED_PAGES = 0x41000;
export const DECODED_PAGE_COUNT = 1024;

const WASM_PAGE_BYTES = 0x10000;
/** Guest physical address RAM_BASE stands at this offset. */
export const RAM_OFFSET =
  Math.ceil((DECODED_PAGES + DECODED_PAGE_COUNT * DECODED_PAGE_BYTES) / WASM_PAGE_BYTES) *
  WASM_PAGE_BYTES;
/** Where QEMU's virt machine has its RAM too. */
export const RAM_BASE = 0x8000_0000;
