// The little that the kernel uses beyond the language itself: neither the DOM's nor Node's types are
// in scope here, since it runs in both.
declare class TextEncoder {
  encode(text: string): Uint8Array;
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes: Uint8Array): string;
}
declare function btoa(bytes: string): string;
declare function atob(text: string): string;
