import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { draw, page, pages } from './support/picture.js';
import { treePicture } from './support/tree-picture.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(`${root}mm/README.md`, 'utf8');
const blocks = [...readme.matchAll(/```(\w*)\n([\s\S]*?)```/g)].map(([, language, text]) => ({
  language,
  text: text!,
}));

describe('mm/README.md', () => {
  it('begins with a program of about 60 lines that prints what it says', async () => {
    const [program, output] = blocks;
    expect(program?.language).toBe('js');
    expect(program!.text.split('\n').length).toBeLessThan(70);
    const folder = mkdtempSync(join(tmpdir(), 'pagewalk-readme-'));
    try {
      const outfile = join(folder, 'example.mjs');
      await build({
        stdin: { contents: program!.text, resolveDir: root },
        alias: { 'pagewalk/mm': `${root}mm/index.ts` },
        bundle: true,
        format: 'esm',
        outfile,
      });
      const run = spawnSync(process.execPath, [outfile], { encoding: 'utf8' });
      expect(run.stderr).toBe('');
      expect(run.stdout).toBe(output!.text);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('draws the trees as they are', () => {
    const space = draw('ww.rrrr..xx.w.rr...w');
    expect(readme).toContain(`before\n${treePicture(space)}\n`);
    space.unmap(page(4), pages(6));
    expect(readme).toContain(`after\n${treePicture(space)}\n`);
  });

  it('names every method and option', () => {
    const names = Object.getOwnPropertyNames(Object.getPrototypeOf(draw('.')));
    const missing = names.filter((name) => name !== 'constructor' && !readme.includes(name));
    expect(missing).toEqual([]);
  });
});
