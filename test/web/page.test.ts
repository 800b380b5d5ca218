import { createHash } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { elfImage } from '../support/elf-image.js';
import { describeWith } from '../support/tools.js';
import { launchChromium, PageDriver, recordWorkers, webFolder } from './support/page-driver.js';
import { StaticHost } from './support/static-host.js';

const FILE_URL = new URL('index.html', webFolder).href;

/** A program that never ends: `j .`. */
const spin = elfImage({
  entry: 0x10000,
  segments: [{ address: 0x10000, bytes: new Uint8Array([0x6f, 0, 0, 0]) }],
});

let browser: Browser;
let host: StaticHost;
let driver: PageDriver;

/** Tests with the page open; the browser must have nothing to complain about in any of them. */
function describePage(title: string, body: () => void): void {
  describeWith(['chromium'], title, () => {
    beforeAll(async () => {
      [browser, host] = await Promise.all([launchChromium(), StaticHost.start()]);
    });
    afterAll(async () => {
      host.stop();
      await browser.close();
    });
    afterEach(() => driver.close());
    body();
  });
}

describePage('a page that is opened', () => {
  it('greets, has the first command typed and the shell shown, from a file', async () => {
    driver = await PageDriver.open(browser, FILE_URL);
    expect(await driver.screen()).toMatch(/Press Enter to run mmapdemo.*\nhelp lists the programs/);
    expect(await driver.page.locator('#process').inputValue()).not.toBe('');
    expect((await driver.regions()).map(({ name }) => name)).toContain('/bin/sh');
  });

  it('draws by WebGL, and reads the terminal to a screen reader', async () => {
    driver = await PageDriver.create(browser, { renderer: 'webgl' });
    await driver.page.goto(FILE_URL);
    await driver.state('At the prompt');
    expect(await driver.page.locator('.xterm-rows').count()).toBe(0);
    await driver.page.getByRole('button', { name: 'Screen reader mode' }).click();
    await driver.text('$ mmapdemo');
  });

  it('works below a path of a host that knows nothing of it, reloaded, offline, and in a frame', async () => {
    driver = await PageDriver.open(browser, host.url);
    await driver.page.reload();
    await driver.ready();
    await driver.press('Enter');
    await driver.text('Map four pages');
    // Once it is there it needs the network for nothing, not even for another machine.
    await driver.page.context().setOffline(true);
    await driver.page.getByRole('button', { name: 'Reset' }).click();
    await driver.text(/^pagewalk: a RISC-V machine[\s\S]*\$ mmapdemo$/);
    await driver.press('Enter');
    await driver.text('Map four pages');
    await driver.page.context().setOffline(false);
    await driver.page.goto(host.frameUrl);
    const frame = driver.page.frameLocator('iframe');
    await frame.locator('.chip', { hasText: 'At the prompt' }).waitFor();
    expect(await driver.page.evaluate('crossOriginIsolated')).toBe(false);
  });

  it('moves nothing while it loads', async () => {
    driver = await PageDriver.create(browser, {
      before: () => {
        const shifts: number[] = [];
        Object.assign(window, { shifts });
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) {
            shifts.push((entry as PerformanceEntry & { value: number }).value);
          }
        }).observe({ type: 'layout-shift', buffered: true });
      },
    });
    await driver.page.goto(FILE_URL);
    await driver.ready();
    const shifts = (await driver.page.evaluate('shifts')) as number[];
    // Numbers that appear in their places are all that moves.
    expect(shifts.reduce((sum, shift) => sum + shift, 0)).toBeLessThan(0.005);
  });

  it('says why the machine is gone, and makes a new one', async () => {
    driver = await PageDriver.create(browser, { before: recordWorkers });
    await driver.page.goto(FILE_URL);
    await driver.ready();
    await driver.page.evaluate(
      "workers[0].dispatchEvent(new ErrorEvent('error', {message: 'a bug'}))",
    );
    await driver.state('Stopped');
    expect(await driver.page.getByRole('alert').textContent()).toContain('a bug');
    expect(await driver.screen()).toContain('mmapdemo');
    await driver.page.getByRole('button', { name: 'Start a new machine' }).click();
    await driver.state('At the prompt');
    await driver.press('Enter');
    await driver.text('Map four pages');
  });
});

describePage('the terminal', () => {
  beforeEach(async () => {
    driver = await PageDriver.open(browser, FILE_URL);
    await driver.press('Control+u');
  });

  it('ends a spinning program at ^C, and answers while it spins', async () => {
    await driver.addFile('spin', spin);
    await driver.type('./spin\n');
    await driver.state('Running');
    const before = await driver.instructions();
    await driver.type('still here');
    await driver.text('still here');
    await expect.poll(() => driver.instructions()).toBeGreaterThan(before);
    await driver.press('Control+c');
    await driver.state('At the prompt');
    await driver.text(/\^C\n.*\$$/);
  });

  it('makes no views while nobody sees the page, and runs on', async () => {
    await driver.addFile('spin', spin);
    await driver.type('./spin\n');
    await driver.state('Running');
    const setHidden = (isHidden: boolean) =>
      driver.page.evaluate((value) => {
        Object.defineProperty(document, 'hidden', { configurable: true, value });
        document.dispatchEvent(new Event('visibilitychange'));
      }, isHidden);
    await setHidden(true);
    await driver.page.waitForTimeout(200);
    const before = await driver.instructions();
    await driver.page.waitForTimeout(300);
    expect(await driver.instructions()).toBe(before);
    await setHidden(false);
    await expect.poll(() => driver.instructions()).toBeGreaterThan(before);
  });

  it('pauses a program, makes single steps, lets it run and resets the machine', async () => {
    await driver.type('mmapdemo\n');
    await driver.state('Waiting for input');
    await driver.page.getByRole('button', { name: 'Pause' }).click();
    await driver.state('Paused');
    await driver.page.click('#terminal-host');
    await driver.press('Enter');
    const calls = driver.page.locator('.counters dd').nth(1);
    const before = Number(await calls.textContent());
    await driver.page.getByRole('button', { name: 'Step' }).click();
    await expect.poll(async () => Number(await calls.textContent())).toBe(before + 1);
    expect(await driver.screen()).not.toContain('Write to the first page');
    await driver.page.getByRole('button', { name: 'Run' }).click();
    await driver.text('Write to the first page');
    await driver.page.getByRole('button', { name: 'Reset' }).click();
    await expect.poll(() => driver.screen()).toMatch(/\$ mmapdemo$/);
  });

  it('forgets endless output when the machine is reset, and ends it at ^C', async () => {
    await driver.type('yes\n');
    await driver.text(/^y\ny$/m);
    await driver.press('Control+c');
    await driver.text(/\^C\n.*\$$/);
    await driver.type('yes\n');
    await driver.state('Running');
    await driver.page.getByRole('button', { name: 'Reset' }).click();
    await driver.text(/^pagewalk: a RISC-V machine[\s\S]*\$ mmapdemo$/);
    expect(await driver.screen()).not.toMatch(/^y$/m);
  });

  it('takes 100 kB pasted at once without losing a byte, and gives them back', async () => {
    const lines = Array.from(
      { length: 1600 },
      (_, i) => `${i} ${'žluťoučký 漢字 🐎 '.repeat(2)}${i * i}`,
    );
    const text = `${lines.join('\n')}\n`;
    expect(Buffer.byteLength(text)).toBeGreaterThan(100_000);
    await driver.type('cat > pasted\n');
    await driver.state('Waiting for input');
    await driver.paste(text);
    await driver.text(`1599 `);
    await driver.press('Control+d');
    await driver.state('At the prompt');
    await driver.type('wc pasted\n');
    await driver.text(/1600 +\d+ +(\d+) pasted/);
    const bytes = await driver.download('/home/user/pasted');
    expect(digest(bytes)).toBe(digest(Buffer.from(text)));
  });

  it('shows and takes UTF-8 byte by byte', async () => {
    const text = 'Žluťoučký kůň — 漢字 🐎';
    await driver.paste(`echo '${text}' | wc -c\n`);
    await driver.text(new RegExp(`${text}.*\n *${Buffer.byteLength(text) + 1}$`, 'm'));
  });

  it('tells the guest how large it is', async () => {
    await driver.page.setViewportSize({ width: 420, height: 800 });
    await driver.type(`${'x'.repeat(150)}end`);
    await driver.text(/x+end$/m);
    const line = (await driver.screen()).split('\n').find((row) => row.endsWith('end'));
    expect(line?.length).toBeLessThan(70);
  });
});

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
