import { describe, expect, it } from 'vitest';
import { guestProgram, pagewalk } from '../support/pagewalk.js';

const script = 'for i in 1 2 3; do echo $i | cat | wc -c; done; ls /bin | grep m; mmapdemo -a';

/** What a run prints and where it ends, under one kind of TLB. */
async function outcome(tlb: string, args: readonly string[]) {
  const result = await pagewalk(['run', '--stats=json', '--tlb', tlb, ...args]);
  const lines = result.stderr.trimEnd().split('\n');
  const { cpuMs: _, ...stats } = JSON.parse(lines.pop()!) as { cpuMs: number };
  return { status: result.status, stdout: result.stdout, explanations: lines, stats };
}

describe('the kernel under a TLB that serves what is stale until a fence', () => {
  it.each<[string, string[]]>([
    ['mmapdemo', [guestProgram('mmapdemo'), '-a']],
    ['forkdemo', [guestProgram('forkdemo')]],
    ['a shell script', [guestProgram('sh'), '-c', script]],
  ])('owes no fence: %s ends in the same state', async (_name, args) => {
    const [coherent, stale] = await Promise.all(
      ['coherent', 'stale'].map((tlb) => outcome(tlb, args)),
    );
    expect(stale).toEqual(coherent);
  });
});
