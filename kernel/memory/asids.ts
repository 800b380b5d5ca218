/** Address space identifiers of 16 bits. Privileged ISA, "Supervisor Address Translation and Protection (satp) Register". */
const ASID_COUNT = 2 ** 16;

/** Hands out ASIDs, lowest first. 0 stays unused: it means "no address space". */
export class Asids {
  private readonly returned: number[] = [];
  private next = 1;

  /** @returns an ASID that nobody holds, or 0 when all are taken */
  take(): number {
    const asid = this.returned.pop();
    if (asid !== undefined) return asid;
    return this.next < ASID_COUNT ? this.next++ : 0;
  }

  /** For the state hash. */
  state(): string {
    return `${this.next} ${this.returned}`;
  }

  /** The caller has flushed what was cached under it. */
  giveBack(asid: number): void {
    this.returned.push(asid);
  }
}
