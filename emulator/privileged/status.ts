/** Fields of mstatus in its low word. Privileged ISA, "Machine Status (mstatus and mstatush) Registers". */
export const MSTATUS_SIE = 1 << 1;
export const MSTATUS_MIE = 1 << 3;
export const MSTATUS_SPIE = 1 << 5;
export const MSTATUS_MPIE = 1 << 7;
export const MSTATUS_SPP = 1 << 8;
export const MSTATUS_MPP_SHIFT = 11;
export const MSTATUS_MPP = 3 << MSTATUS_MPP_SHIFT;
export const MSTATUS_FS_SHIFT = 13;
export const MSTATUS_FS = 3 << MSTATUS_FS_SHIFT;
export const MSTATUS_MPRV = 1 << 17;
export const MSTATUS_SUM = 1 << 18;
export const MSTATUS_MXR = 1 << 19;
export const MSTATUS_TVM = 1 << 20;
export const MSTATUS_TW = 1 << 21;
export const MSTATUS_TSR = 1 << 22;

/** Values of the FS field. */
export const FS_OFF = 0;
export const FS_DIRTY = 3;

/** Privilege modes, encoded as in MPP. */
export const Privilege = { User: 0, Supervisor: 1, Machine: 3 } as const;
export type Privilege = (typeof Privilege)[keyof typeof Privilege];

/** Values of satp.MODE. */
export const SATP_BARE = 0;
export const SATP_SV39 = 8;
export const SATP_SV48 = 9;
