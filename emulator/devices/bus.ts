/** A device in the physical address map. Offsets count from its start. */
export interface Device {
  readonly name: string;
  readonly start: number;
  readonly length: number;
  /** @param size 1, 2, 4 or 8, naturally aligned; undefined = the device has nothing there */
  read(offset: number, size: number): bigint | undefined;
  /** Answers whether the device took the write. */
  write(offset: number, size: number, value: bigint): boolean;
}

/** Finds the device for a physical address. An access that none takes is an access fault. */
export class Bus {
  private readonly devices: readonly Device[];

  constructor(devices: readonly Device[]) {
    this.devices = devices;
  }

  read(pa: number, size: number): bigint | undefined {
    const device = this.at(pa, size);
    return device?.read(pa - device.start, size);
  }

  write(pa: number, size: number, value: bigint): boolean {
    const device = this.at(pa, size);
    return device?.write(pa - device.start, size, value) ?? false;
  }

  private at(pa: number, size: number): Device | undefined {
    if (pa % size !== 0) return undefined;
    return this.devices.find((d) => pa >= d.start && pa + size <= d.start + d.length);
  }
}
