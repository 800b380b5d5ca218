import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { csrName } from '../../emulator/isa/csr-names.js';
import { fullInstructionSet } from '../../emulator/isa/decode.js';
import { disassemble } from '../../emulator/isa/disassemble.js';
import { extensions, instructionsOf } from '../../emulator/isa/extensions.js';
import { inTemporaryDirectory, runTool } from '../support/programs.js';
import { Random } from '../support/random.js';
import { describeWith } from '../support/tools.js';

const OBJDUMP = 'riscv64-linux-gnu-objdump';
const AS = 'riscv64-linux-gnu-as';

/** All extensions with instructions; Zicond is younger than the tools that CI has. */
const ISA = ['rv64g']
  .concat([...extensions].filter(([, e]) => e.instructions.length > 0).map(([name]) => name))
  .filter((name) => name.length > 1 && name !== 'zicond')
  .join('_');

/** What objdump says about halfwords: one text per 2 bytes, by their place. */
function objdumpHalfwords(halfwords: readonly number[]): string[] {
  return inTemporaryDirectory((directory) => {
    const path = join(directory, 'code');
    writeFileSync(path, new Uint8Array(Uint16Array.from(halfwords).buffer));
    return objdump(['-D', '-b', 'binary', '-m', 'riscv:rv64', path]);
  });
}

/** The same for words; an object file tells objdump which extensions to look for. */
function objdumpWords(words: readonly number[]): string[] {
  return inTemporaryDirectory((directory) => {
    const [source, object] = [join(directory, 'code.S'), join(directory, 'code.o')];
    writeFileSync(source, words.map((bits) => `.insn 4, ${bits >>> 0}\n`).join(''));
    runTool(AS, [`-march=${ISA}`, '-o', object, source]);
    return objdump(['-d', object]);
  });
}

function objdump(args: readonly string[]): string[] {
  const lines = runTool(OBJDUMP, ['-z', ...args]).toString();
  return Array.from(lines.matchAll(/^ *[0-9a-f]+:\t[0-9a-f]+ *\t(.*)$/gm), ([, text]) => text!);
}

describeWith([AS, OBJDUMP], 'the tables against objdump', () => {
  it('knows the same compressed instructions as legal, of all 65536 halfwords', () => {
    const halfwords = Array.from({ length: 0x10000 }, (_, bits) => bits).filter(
      (bits) => (bits & 3) !== 3,
    );
    const texts = objdumpHalfwords(halfwords);
    const differences = halfwords.filter((bits, index) => {
      const text = texts[index]!;
      const isLegal = !/^\.2byte|^unimp/.test(text);
      return isLegal !== (fullInstructionSet.decode(bits) !== undefined);
    });
    // objdump takes c.addi16sp with a zero immediate, which the manual reserves.
    expect(differences).toEqual([0x6101]);
  });

  it('writes compressed instructions as objdump does', () => {
    const halfwords = Array.from({ length: 0x10000 }, (_, bits) => bits).filter(
      (bits) => (bits & 3) !== 3 && fullInstructionSet.decode(bits) !== undefined,
    );
    const texts = objdumpHalfwords(halfwords);
    const differences = halfwords.flatMap((bits, index) => {
      const theirs = texts[index]!;
      // Hints, which objdump shows as compressed ones.
      if (/^c\./.test(theirs)) return [];
      const [ours, expected] = [disassemble(bits, index * 2), normalize(theirs)];
      return ours === expected ? [] : [`${bits.toString(16)}: ${ours}, not ${expected}`];
    });
    expect(differences.slice(0, 20), `${differences.length}`).toEqual([]);
  });

  const csrs = Array.from({ length: 4096 }, (_, csr) => csr).filter(
    (csr) => !csrName(csr).startsWith('0x'),
  );

  it('writes every 32-bit instruction as objdump does', () => {
    const random = new Random('objdump');
    const words = instructionsOf(ISA).flatMap(({ encoding, effect }) =>
      Array.from({ length: 200 }, () => {
        let bits = random.u32();
        // Often x0, equal registers or plain fields, for the sake of the aliases.
        if (random.below(2) === 0) bits &= ~(31 << random.pick([7, 15, 20]));
        if (random.below(4) === 0) bits = (bits & ~(31 << 20)) | (((bits >>> 15) & 31) << 20);
        if (random.below(4) === 0) bits |= 0xfff << 20;
        if (random.below(4) === 0) bits &= 0xfffff;
        if (effect.kind === 'csr') bits = (bits & 0xfffff) | (random.pick(csrs) << 20);
        return (bits & ~encoding.mask) | encoding.match;
      }),
    );
    const texts = objdumpWords(words);
    const differences = words.flatMap((bits, index) => {
      const at = index * 4;
      // Fences with reserved fields, which the manual wants treated as plain ones; and exact
      // conversions with a rounding mode, which old versions do not know.
      const isLenient = /^fence|^fcvt\.(d\.(w|wu|s|h)|s\.h) /.test(disassemble(bits));
      if (isLenient && texts[index]!.startsWith('.4byte')) return [];
      const [ours, expected] = [disassemble(bits, at), normalize(texts[index]!)];
      return ours === expected ? [] : [`${(bits >>> 0).toString(16)}: ${ours}, not ${expected}`];
    });
    expect(differences.slice(0, 100), `${differences.length} of ${words.length}`).toEqual([]);
  });
});

/**
 * Their text in our spelling: a blank for the tab, 0x before a target, no symbol. Old versions leave
 * out the i of instructions with an immediate.
 */
function normalize(text: string): string {
  return text
    .replace('\t', ' ')
    .replace(/ +#.*$/, '')
    .replace(/(^|,| )([0-9a-f]+)( <.*>)?$/, (all, before, hex, symbol) =>
      symbol === undefined ? all : `${before}0x${hex}`,
    )
    .replace(
      /^(add|and|or|xor|sll|srl|sra|slt|ror|bclr|bext|binv|bset)(w?u?) (.*,-?[0-9][0-9a-fx]*)$/,
      (_, name: string, suffix: string, rest: string) => `${name}i${suffix} ${rest}`,
    )
    .replace(/^addi (.*),0$/, 'mv $1')
    .replace(/^(csrr?[wsc]) (.*,[0-9]+)$/, '$1i $2')
    .replace(/^fence .*/, (fence) => fence.replace('unknown', '0'));
}
