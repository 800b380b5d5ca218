import { assemble } from '../../emulator/isa/assemble.js';
import { elfImage } from './elf-image.js';

const CODE = 0x1_0000;
const DATA = 0x2_0000;

/**
 * A program of one instruction, `label:` or `.string "text"` per line. Instructions start at 0x10000;
 * strings stand at 0x20000, one label each, and are known there with their NUL. `la rd, label` is
 * lui and addi; `call number` sets a7 and traps.
 */
export function guestAssembly(text: string): Uint8Array {
  const labels = new Map<string, number>();
  const lines: string[] = [];
  let data = '';
  for (const line of text.split('\n').map((each) => each.trim())) {
    const string = /^(\w+):\s*\.string "(.*)"$/.exec(line);
    const label = /^(\w+):$/.exec(line);
    const address = /^la (\w+), (\w+)$/.exec(line);
    const call = /^call (\d+)$/.exec(line);
    if (string !== null) {
      labels.set(string[1]!, DATA + data.length);
      data += `${string[2]!.replaceAll('\\n', '\n')}\0`;
    } else if (label !== null) labels.set(label[1]!, CODE + 4 * lines.length);
    else if (address !== null) lines.push(`lui ${address[1]}, ${address[2]}`, `addi ${address[1]}`);
    else if (call !== null) lines.push(`li a7, ${call[1]}`, 'ecall');
    else if (line !== '') lines.push(line);
  }
  const words = lines.map((line, index) => {
    const upper = /^lui (\w+), ([a-z]\w*)$/i.exec(line);
    const lower = /^addi (\w+)$/.exec(line);
    if (upper !== null) return assemble(`lui ${upper[1]}, ${labels.get(upper[2]!)! >>> 12}`);
    if (lower !== null) {
      const label = /, (\w+)$/.exec(lines[index - 1]!)![1]!;
      return assemble(`addi ${lower[1]}, ${lower[1]}, ${labels.get(label)! & 0xfff}`);
    }
    return assemble(line, { pc: CODE + 4 * index, addressOf: (label) => labels.get(label) });
  });
  return elfImage({
    entry: CODE,
    segments: [
      { address: CODE, bytes: new Uint8Array(new Int32Array(words).buffer) },
      {
        address: DATA,
        bytes: new TextEncoder().encode(`${data}\0`),
        memoryBytes: 0x2000,
        flags: 'rw-',
      },
    ],
  });
}
