import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { handlers } from '../../emulator/interpreter/handlers.js';
import { assemble } from '../../emulator/isa/assemble.js';
import { fullInstructionSet } from '../../emulator/isa/decode.js';
import { disassemble } from '../../emulator/isa/disassemble.js';
import { compressedInstructions, instructions } from '../../emulator/isa/extensions.js';

const entries = [...instructions, ...compressedInstructions];

describe('the tables of emulator/isa', () => {
  it('give decoder, disassembler and assembler every mnemonic', () => {
    for (const { name, encoding } of entries) {
      // Registers 8 and up, so that no field has a value that another mnemonic stands for.
      const bits = [0, 0x0094_8480, 0x0010_0000, 0x0084, 0x1004]
        .map((fill) => (fill & ~encoding.mask) | encoding.match)
        .map((word) => (encoding.lengthBytes === 2 ? word & 0xffff : word | 0))
        .find((word) => {
          const decoded = fullInstructionSet.decode(word);
          return (decoded?.compressed ?? decoded?.instruction)?.name === name;
        });
      expect(bits, name).toBeDefined();
      const text = disassemble(bits!, 0x8000_0000);
      const isCompressed = encoding.lengthBytes === 2;
      const again = assemble(text, { pc: 0x8000_0000, isCompressed });
      expect(disassemble(again, 0x8000_0000), name).toBe(text);
    }
  });

  it('give the interpreter its handlers: each belongs to a line of a table', () => {
    const known = new Set(instructions);
    expect(handlers().every(({ instruction }) => known.has(instruction))).toBe(true);
    expect(new Set(handlers().map(({ op }) => op)).size).toBe(handlers().length);
  });

  it('are all that knows opcodes: outside of isa/ the emulator names no mnemonic to decode it', () => {
    const root = join(import.meta.dirname, '../../emulator');
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !path.startsWith('isa/'))
      .filter((path) => !path.includes('node_modules'));
    expect(files.length).toBeGreaterThan(30);
    // A decoder takes the major opcode or a field of the word apart.
    const decoding = /\b(bits|word|instruction)\s*(&\s*0x7f\b|>>>?\s*(7|12|15|20|25)\b)/;
    const found = files.filter((path) => decoding.test(readFileSync(join(root, path), 'utf8')));
    expect(found).toEqual([]);
  });
});
