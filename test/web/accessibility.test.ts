import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/tools.js';
import { launchChromium, PageDriver, webFolder } from './support/page-driver.js';

const URL_OF_PAGE = new URL('index.html', webFolder).href;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core finds that keeps people out, as `rule: element`. */
async function findings(driver: PageDriver): Promise<string[]> {
  await driver.page.evaluate(axe);
  const { violations } = (await driver.page.evaluate('axe.run({ preload: false })')) as {
    violations: { id: string; impact: string; nodes: { html: string }[] }[];
  };
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

describeWith(['chromium'], 'the page for everybody', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  it.each(['light', 'dark'] as const)('has no serious finding of axe-core, %s', async (scheme) => {
    const driver = await PageDriver.open(browser, URL_OF_PAGE, { colorScheme: scheme });
    expect(await findings(driver)).toEqual([]);
    for (let step = 1; step <= 5; step++) {
      await driver.press('Enter');
      await driver.text(new RegExp(`^ ?${step}  [^]*Enter: next step`, 'm'));
    }
    await driver.page.locator('.region').nth(4).click();
    expect(await findings(driver)).toEqual([]);
    await driver.page.getByRole('button', { name: 'Files' }).click();
    await driver.page.getByRole('heading', { name: 'In the guest' }).waitFor();
    expect(await findings(driver)).toEqual([]);
    await driver.page.getByRole('button', { name: 'Close' }).click();
    await driver.page.locator('.badge-consistent').click();
    await driver.page.getByText(/All \d+ rules hold/).waitFor();
    expect(await findings(driver)).toEqual([]);
    await driver.page.getByRole('button', { name: 'Close' }).click();
    await driver.page.getByRole('button', { name: 'New terminal' }).click();
    await driver.page.getByRole('button', { name: 'Side by side' }).click();
    await driver.text(/\$$/, 2);
    expect(await findings(driver)).toEqual([]);
    await driver.close();
  });

  it('is used by keyboard alone', async () => {
    const driver = await PageDriver.open(browser, URL_OF_PAGE);
    await driver.press('Enter');
    await driver.text('Map four pages');
    const focused = () =>
      driver.page.evaluate(
        () =>
          document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent,
      );
    await driver.press('Shift+F6');
    expect(await focused()).toBe('Pause');
    await driver.press('F6', 'F6');
    expect(await driver.page.evaluate('document.activeElement.id')).toBe('process');
    // Onwards to the regions: choosing one lights its entries up and tells the walk.
    await driver.page.locator('.region').nth(0).waitFor();
    for (let tabs = 0; tabs < 60; tabs++) {
      await driver.press('Tab');
      if ((await focused())?.includes('/bin/mmapdemo')) break;
    }
    await driver.press('Enter');
    expect(await driver.page.locator('.walk-path').textContent()).toMatch(/^10000 → L2\[0\]/);
    expect(await driver.page.locator('.tree-row.related').count()).toBeGreaterThan(0);
    for (let tabs = 0; tabs < 60; tabs++) {
      await driver.press('Tab');
      if (await driver.page.evaluate("document.activeElement.role === 'treeitem'")) break;
    }
    await driver.press('ArrowDown', 'ArrowLeft');
    const first = driver.page.locator('.tree-row').nth(1);
    expect(await first.getAttribute('aria-expanded')).toBe('false');
    await driver.press('ArrowRight', 'ArrowDown', 'Enter');
    expect(await driver.page.locator('.walk-path').textContent()).toContain('L1[0]');
    await driver.press('F6');
    await driver.press('Enter');
    await driver.text('Write to the first page');
    await driver.close();
  });

  it.each([
    ['at 200 % zoom', 640, 400],
    ['on a phone', 390, 844],
  ])('is readable %s: nothing is cut off sideways', async (_where, width, height) => {
    const driver = await PageDriver.open(browser, URL_OF_PAGE, { width, height });
    await driver.press('Enter');
    await driver.text('Map four pages');
    const whole = await driver.page.evaluate('document.documentElement.scrollWidth');
    expect(whole).toBeLessThanOrEqual(width);
    const last = (await driver.page.locator('.tree-row .frame-number').last().boundingBox())!;
    expect(last.x + last.width).toBeLessThanOrEqual(width);
    await driver.close();
  });
});
