/**
 * A decoded instruction: 16 bytes. Registers are byte offsets into linear memory; x0 as a destination
 * is X_SINK.
 *
 *   0   2   4    6    8         12
 *   op  rd  rs1  rs2  imm       bits       any instruction; imm is a step in bytes of records for a
 *                                          control transfer within the page
 *   op  rd  rs1  rs2  rs3 mask  bits       floating point with a rounding mode: it leaves the fast
 *                                          path when FP_MODE & mask is not 0
 */
export const RECORD_OP = 0;
export const RECORD_RD = 2;
export const RECORD_RS1 = 4;
export const RECORD_RS2 = 6;
export const RECORD_IMM = 8;
export const RECORD_RS3 = 8;
export const RECORD_FP_MASK = 10;
/** The instruction itself. */
export const RECORD_BITS = 12;
