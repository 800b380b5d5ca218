import { join } from 'node:path';
import { XMLValidator } from 'fast-xml-parser';
import { Parser } from 'tap-parser';
import { describe, expect, it } from 'vitest';
import { pagewalk } from '../support/pagewalk.js';
import { root, temporaryFolder } from '../support/processes.js';

const labs = join(root, 'guest-programs/labs');
const folder = temporaryFolder();

describe('pagewalk test', () => {
  it('passes the labs, with the same JSON on one and on two workers and from two shards', async () => {
    const json = ['--format', 'json'];
    const one = await pagewalk(['test', labs, ...json, '--workers', '1']);
    const two = await pagewalk(['test', labs, ...json, '--workers', '2']);
    expect(one.status).toBe(0);
    expect(two.stdout).toBe(one.stdout);
    const parts = [join(folder, '1.json'), join(folder, '2.json')];
    for (const [i, part] of parts.entries()) {
      await pagewalk(['test', labs, ...json, '--shard', `${i + 1}/2`, '--output', part]);
    }
    const merged = await pagewalk(['test', '--merge', ...json, ...parts]);
    expect(merged.stdout).toBe(one.stdout);
    const write = async (format: string) =>
      (await pagewalk(['test', '--merge', ...parts, '--format', format])).stdout;
    expect(XMLValidator.validate(await write('junit'))).toBe(true);
    const tap = Parser.parse(await write('tap'));
    expect(tap.some(([event]) => event === 'extra')).toBe(false);
    expect(JSON.parse(await write('gradescope'))).toMatchObject({
      score: 16,
      output_format: 'text',
    });
  });
});
