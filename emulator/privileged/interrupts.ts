/** Bits of mip, mie, sip and sie. Privileged ISA, "Machine Interrupt (mip and mie) Registers". */
export const SSI = 1 << 1;
export const MSI = 1 << 3;
export const STI = 1 << 5;
export const MTI = 1 << 7;
export const SEI = 1 << 9;
export const MEI = 1 << 11;
export const SUPERVISOR_INTERRUPTS = SSI | STI | SEI;
export const ALL_INTERRUPTS = SUPERVISOR_INTERRUPTS | MSI | MTI | MEI;

/** Interrupt codes from the highest priority to the lowest. */
const BY_PRIORITY = [11, 3, 7, 9, 1, 5] as const;

/** The code of the interrupt to take among the bits of `candidates`, which are not 0. */
export function highestPriority(candidates: number): number {
  return BY_PRIORITY.find((code) => (candidates >>> code) & 1)!;
}
