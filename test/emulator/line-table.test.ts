import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ElfFile, type ElfSymbol, parseElf } from '../../emulator/elf.js';
import { guestProgram } from '../support/pagewalk.js';
import { mustRun, temporaryFolder } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

const folder = temporaryFolder();
const HEADER = `static inline int twice(int x) {
  return x
         + x;
}
`;
// binutils 2.40 takes a unit whose first line is the header's for one that begins in lines.c.
const PROGRAM = `int unused(int x) { return x - 1; }
#include "twice.h"
int table[100];

int sum(int n) {
  int s = 0;
  for (int i = 0; i < n; i++) {
    if (table[i & 63] > 3) s += twice(i);
    else
      s -= table[i & 15];
  }
  switch (n) {
    case 1: return s ^ 5;
    case 2: return s * 7;
    case 900: return unused(s);
  }
  return s;
}
#line 3000 "generated.c"
int main(void) {
  table[3] = 4;

  return sum(40);
}
`;

const compilers = ['riscv64-linux-gnu-gcc', 'riscv64-unknown-elf-gcc'];
const builds: [compiler: string, flags: string[]][] = compilers.flatMap((compiler) =>
  [['-gdwarf-5'], ['-gdwarf-4'], ['-gdwarf-3'], ['-gdwarf-2'], ['-gdwarf-5', '-gdwarf64'], ['-g1']]
    .flatMap((flags) => [
      [...flags, '-O0'],
      [...flags, '-O2', '-ffunction-sections'],
    ])
    .map((flags): [string, string[]] => [compiler, flags]),
);

/** Compiles the program, which calls nothing, and links it with sections dropped. */
async function compile(compiler: string, flags: readonly string[]): Promise<string> {
  writeFileSync(join(folder, 'twice.h'), HEADER);
  writeFileSync(join(folder, 'lines.c'), PROGRAM);
  const out = join(folder, [compiler, ...flags].join(''));
  const link = ['-nostdlib', '-static', '-ffreestanding', '-Wl,--gc-sections,-e,main'];
  await mustRun(compiler, [...flags, ...link, 'lines.c', '-o', out], { cwd: folder });
  return out;
}

/** Every halfword of the functions. */
function addressesOf(symbols: readonly ElfSymbol[]): number[] {
  const functions = symbols.filter(({ isFunction, sizeBytes }) => isFunction && sizeBytes > 0);
  return functions.flatMap(({ address, sizeBytes }) =>
    Array.from({ length: Math.ceil(sizeBytes / 2) }, (_value, i) => address + i * 2),
  );
}

async function addr2line(path: string, addresses: readonly number[]): Promise<string[]> {
  const args = ['-e', path, ...addresses.map((address) => `0x${address.toString(16)}`)];
  const { stdout } = await mustRun('riscv64-linux-gnu-addr2line', args);
  return stdout.trimEnd().split('\n');
}

/** "lines.c:7", of "/tmp/x/lines.c:7 (discriminator 3)" or of what the table says. */
function lineOf(elf: ElfFile, addresses: readonly number[]): string[] {
  const table = elf.lines();
  return addresses.map((address) => {
    const found = table.find(address);
    return found === undefined ? '??:?' : `${found.file}:${found.line}`;
  });
}

const withoutFolder = (line: string) =>
  line
    .replace(/ \(discriminator \d+\)$/, '')
    .replace(/^.*\//, '')
    .replace(/:0$/, ':?');

describeWith([...compilers, 'riscv64-linux-gnu-addr2line'], 'LineTable', () => {
  it.each(builds)('agrees with addr2line on every instruction: %s %j', async (compiler, flags) => {
    const path = await compile(compiler, flags);
    const elf = parseElf(readFileSync(path));
    const addresses = addressesOf(elf.symbols());
    expect(addresses.length).toBeGreaterThan(30);
    // binutils 2.40 finds nothing in the 64-bit format, so it is asked about the same code without.
    const known = await compile(
      compiler,
      flags.filter((flag) => flag !== '-gdwarf64'),
    );
    const expected = (await addr2line(known, addresses)).map(withoutFolder);
    const found = lineOf(elf, addresses);
    expect(found.map(withoutFolder)).toEqual(expected);
    expect(new Set(expected).size).toBeGreaterThan(6);
    if (flags[0] === '-gdwarf-5') expect(found[0]).toContain(folder);
  });

  it('survives every damaged byte, and finds less', async () => {
    const bytes = readFileSync(await compile(compilers[0]!, ['-gdwarf-5', '-O2']));
    const table = parseElf(bytes);
    const at = bytes.indexOf(Buffer.from(folder)); // .debug_line_str lies behind .debug_line
    const addresses = addressesOf(table.symbols());
    for (let i = Math.max(0, at - 600); i < at; i++) {
      for (const value of [0, 0x7f, 0xff]) {
        const damaged = Uint8Array.from(bytes);
        damaged[i] = value;
        expect(() => lineOf(parseElf(damaged), addresses.slice(0, 4))).not.toThrow();
      }
    }
  });
});

describe('LineTable without debug sections', () => {
  it('finds nothing', () => {
    const elf = parseElf(readFileSync(guestProgram('hello')));
    expect(elf.lines().find(elf.entry)).toBeUndefined();
  });
});
