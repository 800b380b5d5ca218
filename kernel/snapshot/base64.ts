import { byteString, bytesOf } from '../bytes.js';

/** Bytes as text that any format can carry. */
export function toBase64(bytes: Uint8Array): string {
  return btoa(byteString(bytes));
}

/** Undefined where the text is no base64. */
export function fromBase64(text: string): Uint8Array | undefined {
  try {
    return bytesOf(atob(text));
  } catch {
    return undefined;
  }
}
