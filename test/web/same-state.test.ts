import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CORPUS_FILES, type CorpusOutcome } from '../support/corpus.js';
import { root, run, temporaryFolder } from '../support/processes.js';
import { describeWith } from '../support/tools.js';
import { launchChromium } from './support/page-driver.js';

const nodes = [process.execPath, 'node22', 'node24'];
const programs = Object.fromEntries(
  CORPUS_FILES.map((name) => [name, join(root, 'guest-programs/bin', name)]),
);

/** A script that runs the corpus, around a line that says where programs and outcomes pass. */
async function bundle(platform: 'node' | 'browser', line: string): Promise<string> {
  const contents = `import { runCorpus } from './test/support/corpus.js';\n${line}`;
  const result = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    write: false,
    platform,
    format: 'iife',
    target: 'es2022',
    logLevel: 'warning',
  });
  return result.outputFiles[0]!.text;
}

async function outcomesInNode(node: string, script: string): Promise<CorpusOutcome[]> {
  const { stdout, stderr } = await run(node, [script, JSON.stringify(programs)]);
  expect(stderr).toBe('');
  return JSON.parse(stdout) as CorpusOutcome[];
}

/** In a worker, as the page has it. */
async function outcomesInChromium(source: string): Promise<CorpusOutcome[]> {
  const files = Object.entries(programs).map(
    ([name, path]) => [name, readFileSync(path).toString('base64')] as const,
  );
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    return await page.evaluate(
      ({ text, images }) =>
        new Promise<CorpusOutcome[]>((resolve, reject) => {
          const worker = new Worker(URL.createObjectURL(new Blob([text])));
          worker.onerror = ({ message }) => reject(new Error(message));
          worker.onmessage = ({ data }) => resolve(data as CorpusOutcome[]);
          const bytes = (base64: string) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
          worker.postMessage(
            Object.fromEntries(images.map(([name, base64]) => [name, bytes(base64)])),
          );
        }),
      { text: source, images: files },
    );
  } finally {
    await browser.close();
  }
}

describeWith(['node22', 'node24', 'chromium'], 'a corpus of programs', () => {
  const outcomes = new Map<string, CorpusOutcome[]>();

  beforeAll(async () => {
    const script = join(temporaryFolder(), 'corpus.cjs');
    writeFileSync(
      script,
      await bundle(
        'node',
        `import { readFileSync } from 'node:fs';
        const read = ([name, path]) => [name, readFileSync(path)];
        const files = Object.entries(JSON.parse(process.argv[2])).map(read);
        process.stdout.write(JSON.stringify(runCorpus(Object.fromEntries(files))));`,
      ),
    );
    const worker = await bundle(
      'browser',
      'self.onmessage = ({ data }) => self.postMessage(runCorpus(data));',
    );
    for (const node of nodes) outcomes.set(node, await outcomesInNode(node, script));
    outcomes.set('chromium', await outcomesInChromium(worker));
  }, 100_000);

  afterAll(() => outcomes.clear());

  it('runs to an end, and each program to a state of its own', () => {
    const here = outcomes.get(process.execPath)!;
    expect(here.length).toBeGreaterThan(CORPUS_FILES.length);
    expect(new Set(here.map(({ stateHash }) => stateHash)).size).toBe(here.length);
    for (const { name, instructions } of here) expect(instructions, name).toBeGreaterThan(1000);
  });

  it.each(['node22', 'node24', 'chromium'])('ends in the same states in %s', (host) => {
    expect(outcomes.get(host)).toEqual(outcomes.get(process.execPath));
  });
});
