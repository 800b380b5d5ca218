/** Exception codes. Privileged ISA, "Machine Cause (mcause) Register". */
export const Cause = {
  InstructionMisaligned: 0,
  InstructionAccessFault: 1,
  IllegalInstruction: 2,
  Breakpoint: 3,
  LoadMisaligned: 4,
  LoadAccessFault: 5,
  StoreMisaligned: 6,
  StoreAccessFault: 7,
  EcallFromUser: 8,
  EcallFromSupervisor: 9,
  EcallFromMachine: 11,
  InstructionPageFault: 12,
  LoadPageFault: 13,
  StorePageFault: 15,
} as const;

/** A synchronous exception: what goes into xcause and xtval (unsigned 64-bit). */
export interface Trap {
  readonly cause: number;
  readonly tval: bigint;
}
