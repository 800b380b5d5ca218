import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { guestProgram } from '../support/pagewalk.js';
import { loadKernel, removeBundles } from '../verify/mutants/run.js';

const M = 'kernel/memory';
const LABS = [
  ...['mmap', 'cow', 'lazy', 'growth', 'protect', 'placement'],
  ...['pagetable', 'replacement', 'isolation', 'hostile', 'stress'],
];

/** A kernel with one change, and for each lab that must notice the case that does. */
const mutants: [fails: Record<string, string>, file: string, find: string, replace: string][] = [
  [
    { cow: 'simple', lazy: 'fork-with-holes', isolation: 'same-address-different-frames' },
    `${M}/fork.ts`,
    'flags &= ~PTE_W;',
    '',
  ],
  [
    { cow: 'parent-writes', isolation: 'globals', growth: 'fork' },
    `${M}/physical-memory.ts`,
    'return this.kinds[frame] === ANONYMOUS && this.counts[frame] === 1;',
    'return this.kinds[frame] === ANONYMOUS;',
  ],
  [
    { isolation: 'given-back-pages' },
    `${M}/bring-in.ts`,
    'const ppn = frames.allocateZeroed(ANONYMOUS, memory.id, page);',
    'const ppn = frames.allocate(ANONYMOUS, memory.id, page);',
  ],
  [
    { mmap: 'unmap-middle', pagetable: 'unmapped' },
    `${M}/unmap.ts`,
    'memory.space.unmap(start, end - start, memory.clearUnmapped)',
    'memory.space.unmap(start, end - start)',
  ],
  [
    { cow: 'copyout', lazy: 'read' },
    `${M}/copy.ts`,
    "const pa = reach(memory, at, 'store');",
    "const pa = reach(memory, at, 'load');",
  ],
  [
    { mmap: 'two-files', stress: 'with-a-file' },
    `${M}/bring-in.ts`,
    'return region.offset / PAGE_SIZE + page - region.base / PAGE_SIZE;',
    'return (region.flags & REGION_SHARED ? 0 : region.offset / PAGE_SIZE) + page - region.base / PAGE_SIZE;',
  ],
  [
    { pagetable: 'zero-page' },
    `${M}/bring-in.ts`,
    'const flags = leafFlags(region.prot, false) | adBits(memory, access);',
    'const flags = leafFlags(region.prot, true) | adBits(memory, access);',
  ],
  [
    { pagetable: 'vmprint' },
    `${M}/vmprint-text.ts`,
    `\${dots}\${index}:`,
    `\${dots}\${index + 1}:`,
  ],
  [
    { protect: 'none', stress: 'anonymous' },
    `${M}/leaf-flags.ts`,
    'return PTE_V | PTE_R;',
    'return PTE_V | PTE_U | PTE_R;',
  ],
  [
    { protect: 'exec' },
    `${M}/leaf-flags.ts`,
    '(prot & PROT_EXEC ? PTE_X : 0)',
    '(prot & PROT_READ ? PTE_X : 0)',
  ],
  [
    { protect: 'hole' },
    `${M}/protect.ts`,
    'return result < 0 ? result : refusal;',
    'return result < 0 ? result : 0;',
  ],
  [{ growth: 'guard' }, `${M}/stack.ts`, 'isFree = below.prot === 0 ||', 'isFree = true ||'],
  [
    { growth: 'recursion' },
    `${M}/stack.ts`,
    'return grown < 0 ? undefined : memory.space.queryPage(address);',
    'return undefined;',
  ],
  [
    { lazy: 'give-back', stress: 'heap' },
    `${M}/break.ts`,
    'if (memory.unmap(newEnd, oldEnd - newEnd) < 0) return breakEnd;',
    '',
  ],
  [
    { placement: 'noreplace', mmap: 'over-data-and-stack' },
    `${M}/map.ts`,
    'if (flags & MAP_FIXED_NOREPLACE && isAnyMapped(memory, address, lengthBytes)) {',
    'if (false) {',
  ],
  [
    { placement: 'fixed', hostile: 'over-stack-and-text' },
    `${M}/map.ts`,
    'offset,\n        memory.clearUnmapped,',
    'offset,',
  ],
  [
    { placement: 'exhaustion', hostile: 'wild-lengths' },
    `${M}/map.ts`,
    'if (lengthBytes === 0 || lengthBytes > TASK_SIZE) return -Errno.ENOMEM;',
    'if (lengthBytes === 0 || lengthBytes > TASK_SIZE) return -Errno.EINVAL;',
  ],
  [
    { hostile: 'ranges-that-wrap' },
    `${M}/unmap.ts`,
    'if (address < 0 || lengthBytes > TASK_SIZE - address) return -Errno.EINVAL;',
    'if (address < 0 || lengthBytes > TASK_SIZE - address) return 0;',
  ],
  [
    { replacement: 'used-page' },
    `${M}/reclaim.ts`,
    "if (this.replacement === 'fifo') return false;",
    'return false;',
  ],
  [
    { replacement: 'clean-victim-dropped' },
    `${M}/reclaim.ts`,
    'if (slot === 0 || isDirty) {',
    'if (slot >= 0) {',
  ],
  [
    { replacement: 'dirty-victim-written' },
    `${M}/reclaim.ts`,
    'if (slot === 0 || isDirty) {',
    'if (slot === 0) {',
  ],
  [
    { replacement: 'file-victims' },
    `${M}/disk-cache.ts`,
    'if (isDirty) this.writePages([index]);',
    'this.writePages([index]);',
  ],
  [
    { replacement: 'file-victims' },
    `${M}/disk-cache.ts`,
    'if (isDirty) this.writePages([index]);',
    '',
  ],
];

describe('a lab on a kernel with one line changed', () => {
  afterAll(removeBundles);
  const noticed = new Map<string, number>();

  it.each(mutants)('fails %o: %s, %s', async (fails, file, find, replace) => {
    const Kernel = await loadKernel({ rule: '', file, find, replace });
    for (const [lab, name] of Object.entries(fails)) {
      const output = outputOf(Kernel, lab, name);
      expect(output).toMatch(new RegExp(`^${name} \\.\\.\\. (?!OK\\n|skipped)`, 'm'));
      // What a student looks at: the call with its line, or what became of the case.
      const told = output.slice(output.indexOf(`${name} ... `));
      expect(told).toMatch(/\n {2}(call|observed) {2}/);
      noticed.set(lab, (noticed.get(lab) ?? 0) + 1);
    }
  });

  it('and every lab notices three at least', () => {
    const counts = LABS.map((lab) => [lab, noticed.get(lab) ?? 0] as const);
    process.stdout.write(`mutants noticed: ${counts.map((each) => each.join(' ')).join(', ')}\n`);
    expect(counts.filter(([, count]) => count < 3)).toEqual([]);
  });
});

/** What the lab prints until the case has ended, as far as it comes. */
function outputOf(
  Kernel: Awaited<ReturnType<typeof loadKernel>>,
  lab: string,
  name: string,
): string {
  const hasEnded = new RegExp(`^${name} \\.\\.\\. [^]*?\\n[\\w-]+ (\\.\\.\\.|of)`, 'm');
  const isReplacement = lab === 'replacement';
  const bytes: Uint8Array[] = [];
  const kernel = Kernel.create({
    memoryBytes: (isReplacement ? 4 : 64) * 2 ** 20,
    swapBytes: isReplacement ? 2 ** 24 : 0,
    diskBytes: isReplacement ? 2 ** 20 : 0,
    maxSteps: 60_000_000,
    console: { write: (out) => bytes.push(out.slice()), isTerminal: false },
  });
  kernel.files.add('/bin/lab', readFileSync(guestProgram(`lab-${lab}`)), 0o755);
  kernel.spawn({ path: '/bin/lab', args: ['lab'], env: [], cwd: '/tmp' });
  kernel.endInput();
  try {
    while (kernel.run(1_000_000) === 'budget') {
      if (hasEnded.test(Buffer.concat(bytes).toString())) break;
    }
  } catch (error) {
    // A kernel may notice by itself that it is broken.
    return `${Buffer.concat(bytes)}\n  observed  ${(error as Error).message}`;
  }
  return Buffer.concat(bytes).toString();
}
