/** Builds small ELF files for tests, so that damaged ones can be described field by field. */
export interface SegmentSpec {
  address: number;
  bytes: Uint8Array;
  memoryBytes?: number;
  /** 'rwx' letters; 'r-x' when absent. */
  flags?: string;
}

/** A 64-bit RISC-V ET_EXEC (or `type`) file whose segments stand behind the headers, congruent to their addresses. */
export function elfImage(o: { entry: number; segments: SegmentSpec[]; type?: number }): Uint8Array {
  const headerBytes = 64 + 56 * o.segments.length;
  const offsets: number[] = [];
  let end = headerBytes;
  for (const segment of o.segments) {
    const offset = Math.ceil(end / 4096) * 4096 + (segment.address % 4096);
    offsets.push(offset);
    end = offset + segment.bytes.length;
  }
  const image = new Uint8Array(end);
  const view = new DataView(image.buffer);
  image.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, o.type ?? 2, true);
  view.setUint16(18, 243, true);
  view.setUint32(20, 1, true);
  view.setBigUint64(24, BigInt(o.entry), true);
  view.setBigUint64(32, 64n, true);
  view.setUint16(52, 64, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, o.segments.length, true);
  o.segments.forEach((segment, index) => {
    const at = 64 + 56 * index;
    const flags = segment.flags ?? 'r-x';
    const bits =
      (flags.includes('r') ? 4 : 0) | (flags.includes('w') ? 2 : 0) | (flags.includes('x') ? 1 : 0);
    view.setUint32(at, 1, true);
    view.setUint32(at + 4, bits, true);
    view.setBigUint64(at + 8, BigInt(offsets[index]!), true);
    view.setBigUint64(at + 16, BigInt(segment.address), true);
    view.setBigUint64(at + 24, BigInt(segment.address), true);
    view.setBigUint64(at + 32, BigInt(segment.bytes.length), true);
    view.setBigUint64(at + 40, BigInt(segment.memoryBytes ?? segment.bytes.length), true);
    view.setBigUint64(at + 48, 4096n, true);
    image.set(segment.bytes, offsets[index]!);
  });
  return image;
}
