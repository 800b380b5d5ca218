/** Integer registers by their role. RISC-V psABI, "Integer Register Convention". */
export const REG_RA = 1;
export const REG_SP = 2;
export const REG_TP = 4;
export const REG_A0 = 10;
export const REG_A1 = 11;
export const REG_A2 = 12;
/** The system call's number. */
export const REG_A7 = 17;
/** Where x`index` stands in the words of Hart.saveRegisters. */
export function registerWord(index: number): number {
  return 2 * (index - 1);
}
export const PC_WORD = 62;
