import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Kernel } from '../../kernel/index.js';
import { explain, type Violation } from '../../kernel/verify/index.js';
import { runGuest } from '../support/guest.js';
import { command } from '../support/pagewalk.js';
import { mustRun, root, temporaryFolder } from '../support/processes.js';
import { describeWith } from '../support/tools.js';
import { compare, loadKernel, type Mutant, removeBundles } from './mutants/run.js';
import { Script } from './mutants/script.js';
import { mutants } from './mutants/table.js';

/** Five stories that every course tells; kernel/verify/README.md shows them as printed. */
const stories: [what: string, rule: string, find: RegExp, place: RegExp, lookAt: RegExp][] = [
  [
    'A frame freed while it is mapped',
    'F2',
    /count > 0/,
    /called from fork\+/,
    /PhysicalMemory\.release/,
  ],
  ['munmap left a leaf', 'R9', /this.clearLeaves/, /stories\.c:2\d/, /clearUnmapped/],
  [
    'A missing SFENCE.VMA was used',
    'B2',
    /fences.owe\(page \* PAGE_SIZE\);\n +frames.release/,
    /called from munmap\+/,
    /Fences\.owe/,
  ],
  [
    'A copy-on-write page is writable in two places',
    'R4',
    /flags &= ~PTE_W/,
    /stories\.c:16/,
    /copyLeaves/,
  ],
  ['A dirty page was lost', 'D3', /low & PTE_D \|\|/, /stories\.c:4\d/, /reclaim/],
];
const compiler = 'riscv64-unknown-elf-gcc';
const folder = temporaryFolder();
const readme = readFileSync(join(root, 'kernel/verify/README.md'), 'utf8');

/** The first that is about the pages of the story, which somebody wrote an entry for. */
const isOfStory = (rule: string) => (violation: Violation) =>
  violation.rule === rule &&
  violation.lastWrite !== undefined &&
  violation.address >= 0x4000_0000 &&
  violation.address < 0x4000_4000;

async function violationOf(mutant: Mutant): Promise<Violation> {
  const Kernel = await loadKernel(mutant);
  const { violations } = compare(
    Kernel,
    readFileSync(join(folder, 'stories')),
    { memoryBytes: 4 * 2 ** 20, maxSteps: 10_000_000 },
    isOfStory(mutant.rule),
  );
  return violations.find(isOfStory(mutant.rule))!;
}

/** The explanation that the README shows under this heading. */
function shownAs(what: string): string {
  const start = `\n${what}:\n\n\`\`\`\n`;
  const at = readme.indexOf(start);
  return at < 0 ? '' : readme.slice(at + start.length, readme.indexOf('```\n', at + start.length));
}

/** Addresses and counts depend on the compiler, and lines of the libc on its release. */
const withoutNumbers = (text: string) =>
  text
    .replaceAll(/0x[0-9a-f]+/g, '0xN')
    .replaceAll(/\b[\d,]*\d{3,}\b/g, 'N')
    .replaceAll(/(?<!stories)(\.[cS]):\d+/g, '$1:N');

describeWith([compiler], 'An explanation', () => {
  beforeAll(() => {
    const args = [command, 'cc', 'test/verify/stories.c', '-fno-inline', '-o'];
    return mustRun(process.execPath, [...args, join(folder, 'stories')], {
      cwd: root,
      env: { CC: compiler },
    });
  });
  afterAll(removeBundles);

  it.each(stories)(
    'of "%s" names rule, address, entry before and after, writer, owner and function',
    async (what, rule, find, place, lookAt) => {
      const mutant = mutants.find((m) => m.rule === rule && find.test(m.find))!;
      const violation = await violationOf(mutant);
      const text = explain(violation);
      expect(text).toMatch(new RegExp(`^${rule} \\S.*\\n {2}0x[0-9a-f]+ +\\S`));
      expect(text).toMatch(
        /last write +of this PTE: 0x[0-9a-f]+ \(.*\) became 0x[0-9a-f]+ \(.*\)\n/,
      );
      expect(text).toMatch(
        /\n +by (clone|munmap|page fault \(store\) at 0x\w+) at instruction [\d,]+, pid \d+, from \S+, \S+\.[cS]:\d+/,
      );
      expect(text).toMatch(
        /\n {2}owner +frame 0x[0-9a-f]+: \S+, \d+ references?, made for pid \d+ at 0x[0-9a-f]+; mapped /,
      );
      expect(text).toMatch(/\n {2}written in +\S.*\.ts\)/);
      expect(text).toMatch(place);
      expect(text).toMatch(/\n {2}look at +\S/);
      expect(text).toMatch(lookAt);
      expect(violation.lastWrite?.by).toMatchObject({
        pid: expect.any(Number),
        instruction: expect.any(Number),
        source: { file: expect.stringMatching(/\.[cS]$/), line: expect.any(Number) },
      });
      expect(withoutNumbers(shownAs(what))).toBe(withoutNumbers(text));
      expect(explain(violation, 'symptom').split('\n')).toHaveLength(2);
      expect(explain(violation, 'cause')).not.toContain('look at');
    },
  );
});

describe('verify: trap', () => {
  it('finds an entry that the kernel changed without telling anyone', () => {
    const found: Violation[] = [];
    let isEnding = false;
    const script = new Script().call(222, 0x4000_0000, 4096, 3, 0x32, -1, 0).store(0x4000_0000);
    let kernel: Kernel | undefined;
    const poke = () => {
      const { memory } = kernel!.processes.get(2)!;
      const entry = memory.table.find(0x40000);
      memory.system.ram.writePte(entry, memory.system.ram.readPteLow(entry) | 0x8, 0);
    };
    runGuest(script.call(172).call(172).elf(), {
      prepare: (made) => {
        kernel = made;
      },
      onViolation: (violation) => {
        if (!isEnding) found.push(violation);
      },
      strace: (line) => line.startsWith('getpid') && poke(),
      beforeExit: () => {
        isEnding = true;
      },
    });
    expect(found.map(({ rule }) => rule)).toContain('R2');
    expect(found[0]!.lastWrite?.after).toBe(found[0]!.chain.at(-1)!.value);
  });
});
