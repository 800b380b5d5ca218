import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/tools.js';
import { launchChromium, PageDriver, recordWorkers, webFolder } from './support/page-driver.js';

const FILE_URL = new URL('index.html', webFolder).href;

const STORY = `R9 an unmapped range has no leaf
  0x40003000   leaf still valid (V R W U A D, frame 0x80015) (pid 2)
  expected     no leaf: munmap(0x40002000, 0x2000) returned 0`;

describeWith(['chromium'], 'the verdict on page tables, regions and frames', () => {
  let browser: Browser;
  let driver: PageDriver;
  const badge = () => driver.page.locator('.badge');
  const dialog = () => driver.page.getByRole('dialog', { name: 'Consistency' });

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());
  afterEach(() => driver.close());

  it('comes by itself while a program waits, and says which rules hold', async () => {
    driver = await PageDriver.open(browser, FILE_URL);
    await driver.press('Enter');
    await driver.text('Map four pages');
    await driver.page.locator('.badge-consistent').waitFor();
    await badge().click();
    await dialog()
      .getByText(/All \d+ rules hold/)
      .waitFor();
    const rules = await dialog().getByRole('listitem').allTextContents();
    expect(rules.some((text) => /^✓R9an unmapped range has no leaf: holds$/.test(text))).toBe(true);
    expect(rules.every((text) => text.startsWith('✓'))).toBe(true);
    await driver.press('Escape');
    expect(await dialog().count()).toBe(0);
  });

  it('comes at once when the machine is paused, and is asked for while it runs', async () => {
    driver = await PageDriver.open(browser, FILE_URL);
    await driver.press('Control+u');
    await driver.type('while true; do :; done\n');
    await driver.state('Running');
    await badge().click();
    await dialog()
      .getByText(/All \d+ rules hold at instruction [\d,]+; the machine has run on/)
      .waitFor();
    await driver.press('Escape');
    expect(await badge().textContent()).toBe('Check');
    await driver.page.getByRole('button', { name: 'Pause' }).click();
    await driver.page.locator('.badge-consistent').waitFor();
  });

  it('names a rule that does not hold, and tells its story', async () => {
    driver = await PageDriver.create(browser, { before: recordWorkers });
    await driver.page.goto(FILE_URL);
    await driver.ready();
    await driver.page.locator('.badge-consistent').waitFor();
    // A kernel that breaks a rule is not in this page: its verdict is, as the worker would send it.
    const instructions = await driver.instructions();
    const verdict = {
      instructions,
      milliseconds: 3,
      rules: [
        { id: 'R9', sentence: 'an unmapped range has no leaf' },
        { id: 'F2', sentence: 'a frame is free exactly when nothing refers to it' },
      ],
      broken: ['R9'],
      explanations: [STORY],
    };
    await driver.page.evaluate((data) => {
      const [worker] = (window as unknown as { workers: Worker[] }).workers;
      worker!.dispatchEvent(
        new MessageEvent('message', { data: { type: 'verdict', verdict: data } }),
      );
      // Nor is it asked for another one.
      const send = worker!.postMessage.bind(worker);
      worker!.postMessage = (request: { type: string }) => {
        if (request.type !== 'verify') send(request);
      };
    }, verdict);
    await expect.poll(() => badge().textContent()).toBe('R9 broken');
    await badge().click();
    await dialog().getByText('leaf still valid').waitFor();
    const rules = await dialog().getByRole('listitem').allTextContents();
    expect(rules).toContain('✕R9an unmapped range has no leaf: broken');
  });
});
