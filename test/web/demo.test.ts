import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/tools.js';
import { launchChromium, PageDriver, webFolder } from './support/page-driver.js';
import { type Leaf, ReferenceMachine } from './support/reference-machine.js';

const STEPS = 10;

describeWith(['chromium'], 'mmapdemo in the page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  it('marks at every step what the kernel changed, and shows nothing else', async () => {
    const driver = await PageDriver.open(browser, new URL('index.html', webFolder).href);
    const reference = new ReferenceMachine();
    reference.type('mmapdemo');
    let before = reference.atStart;
    for (let step = 1; step < STEPS; step++) {
      await driver.press('Enter');
      reference.type('\r');
      if (step === 1) before = reference.atStart;
      await driver.text(new RegExp(`^ ?${step}  [^]*Enter: next step`, 'm'));
      await driver.state('Waiting for input');
      const now = { regions: reference.regions(), leaves: reference.leaves() };
      await expect
        .poll(() => driver.leaves(), { message: `leaves of step ${step}` })
        .toEqual(markedLeaves(before.leaves, now.leaves));
      const regions = await driver.regions();
      const shown = regions.filter(({ mark }) => mark !== 'gone');
      expect(
        shown.map(({ range, protection, name }) => `${range} ${protection} ${name}`),
        `regions of step ${step}`,
      ).toEqual(now.regions);
      expect(await driver.frameCounts(), `frames of step ${step}`).toEqual(reference.frameCounts());
      const isMarked = regions.some(({ mark }) => mark !== '');
      const isChanged = now.regions.join('\n') !== before.regions.join('\n');
      expect(isMarked, `marks on the regions of step ${step}`).toBe(isChanged);
      expect(reference.broken()).toEqual([]);
      before = now;
    }
    // The last step faults on purpose, and the program ends.
    await driver.press('Enter');
    await driver.state('At the prompt');
    const explanation = driver.page.locator('.explanation');
    await explanation.waitFor();
    expect(await explanation.textContent()).toMatch(/page fault \(store\).*touch_in_child/);
    expect(await explanation.textContent()).toContain('no region is mapped there');
    const note = driver.page.locator('.process-note');
    expect(await note.textContent()).toContain('Exited with status 0: its last state.');
    await driver.close();
  });
});

/** The leaves that the page should show: those that are there, and those that went away. */
function markedLeaves(before: readonly Leaf[], after: readonly Leaf[]) {
  const old = new Map(before.map((leaf) => [leaf.va, leaf]));
  const present = new Set(after.map(({ va }) => va));
  const rows = after.map((leaf) => {
    const was = old.get(leaf.va);
    const isSame = was !== undefined && was.flags === leaf.flags && was.ppn === leaf.ppn;
    return { mark: was === undefined ? 'new' : isSame ? '' : 'changed', ...leaf };
  });
  for (const leaf of before) if (!present.has(leaf.va)) rows.push({ mark: 'gone', ...leaf });
  return rows.sort((a, b) => Number.parseInt(a.va, 16) - Number.parseInt(b.va, 16));
}
