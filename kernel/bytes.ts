/**
 * Guest strings are bytes, not Unicode: a file name may hold anything but `/` and NUL. Inside the
 * kernel they are "byte strings", one character (0 to 255) per byte, so that nothing is lost on the way.
 */
export function byteString(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096) {
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  }
  return text;
}

export function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index);
  return bytes;
}

/** The byte string of a host string, whose characters are Unicode. */
export function fromHostText(text: string): string {
  return byteString(new TextEncoder().encode(text));
}

/** For messages to a person; bytes that are not UTF-8 become U+FFFD. */
export function toHostText(text: string): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytesOf(text));
}

/** "0x…"; of negative values, as of addresses in the upper half, the two's complement of 64 bits. */
export function hex(value: number | bigint): string {
  const unsigned = value < 0 ? BigInt.asUintN(64, BigInt(value)) : value;
  return `0x${unsigned.toString(16)}`;
}
