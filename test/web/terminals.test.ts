import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { mustRun, root, temporaryFolder } from '../support/processes.js';
import { describeWith } from '../support/tools.js';
import { launchChromium, PageDriver, webFolder } from './support/page-driver.js';

const FILE_URL = new URL('index.html', webFolder).href;

let browser: Browser;
let driver: PageDriver;

function usePage(): void {
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    driver = await PageDriver.open(browser, FILE_URL);
    await driver.press('Control+u');
  });
  afterEach(() => driver.close());
}

describeWith(['chromium'], 'two terminals of the page', () => {
  usePage();

  async function openSecond(): Promise<void> {
    await driver.page.getByRole('button', { name: 'New terminal' }).click();
    await driver.text(/\$$/, 2);
  }

  async function choose(tty: number): Promise<void> {
    await driver.page.getByRole('tab', { name: `tty${tty}` }).click();
    await hasKeyboard(tty);
  }

  async function hasKeyboard(tty: number): Promise<void> {
    const label = () => driver.page.evaluate('document.activeElement.getAttribute("aria-label")');
    await expect.poll(label).toMatch(new RegExp(`^Terminal ${tty} input`));
  }

  it('work at once: a program waits in one while the other one is used', async () => {
    await driver.type('cat\n');
    await driver.state('Waiting for input');
    await openSecond();
    await driver.type('echo on two | wc\n');
    await driver.text(/^ *1 +2 +7$/m, 2);
    expect(await driver.screen(1)).toMatch(/\$ cat$/);
    await choose(1);
    await driver.type('for cat\n');
    await driver.text(/\$ cat\nfor cat\nfor cat$/, 1);
    expect(await driver.screen(2)).not.toContain('for cat');
  });

  it('are interrupted each by itself', async () => {
    await driver.type('cat\n');
    await driver.state('Waiting for input');
    await openSecond();
    await driver.type('sleep 1000\n');
    await driver.text('sleep 1000', 2);
    await driver.press('Control+c');
    await driver.text(/\^C\n.*\$$/, 2);
    expect(await driver.screen(1)).toMatch(/\$ cat$/);
    await choose(1);
    await driver.type('still here\n');
    await driver.text(/still here\nstill here$/, 1);
    await driver.press('Control+c');
    await driver.text(/\^C\n.*\$$/, 1);
  });

  it('stand as tabs or side by side, and each tells the guest its width', async () => {
    await openSecond();
    const [first, second] = [1, 2].map((tty) =>
      driver.page.locator(tty === 1 ? '#terminal-host' : '#terminal-host-2'),
    );
    expect([await first!.isVisible(), await second!.isVisible()]).toEqual([false, true]);
    const whole = (await second!.boundingBox())!.width;
    await driver.page.getByRole('button', { name: 'Side by side' }).click();
    expect([await first!.isVisible(), await second!.isVisible()]).toEqual([true, true]);
    expect((await second!.boundingBox())!.width).toBeLessThan(whole / 2);
    await second!.click();
    await driver.type(`${'x'.repeat(100)}end`);
    await driver.text(/x+end$/, 2);
    const widest = (await driver.screen(2)).split('\n').map(({ length }) => length);
    expect(Math.max(...widest)).toBeLessThan(80);
  });

  it('are named in the list of processes, and chosen by keyboard', async () => {
    await openSecond();
    const options = driver.page.locator('#process option');
    await expect.poll(() => options.allTextContents()).toEqual(['2 sh · tty1', '3 sh · tty2']);
    await driver.page.getByRole('tab', { name: 'tty2' }).focus();
    await driver.press('ArrowLeft');
    expect(await driver.page.evaluate('document.activeElement.textContent')).toBe('tty1');
    await driver.press('Enter');
    await hasKeyboard(1);
    await driver.type('echo by key\n');
    await driver.text(/^by key$/m, 1);
  });

  it('are closed: what runs there ends, the others stay, and the number is free again', async () => {
    await openSecond();
    await driver.type('cat\n');
    await driver.state('Waiting for input');
    const close = driver.page.getByRole('button', { name: 'Close terminal' });
    await close.click();
    await hasKeyboard(1);
    expect(await driver.page.locator('#terminal-host-2').count()).toBe(0);
    await driver.type('ps\n');
    await driver.text(/NAME[\s\S]*\$$/);
    const names = [...(await driver.screen()).matchAll(/ [SR] +(\w+)$/gm)].map(([, name]) => name);
    expect(names).toEqual(['NAME', 'sh', 'ps']);
    await openSecond();
    expect(await driver.page.getByRole('tab').allTextContents()).toEqual(['tty1', 'tty2']);
    await driver.type('echo anew\n');
    await driver.text(/^anew$/m, 2);
    await driver.page.getByRole('tab', { name: 'tty1' }).click();
    expect(await close.isDisabled()).toBe(true);
  });

  it('are eight at most, and a closed one in their middle is forgotten', async () => {
    const add = driver.page.getByRole('button', { name: 'New terminal' });
    for (let tty = 2; tty <= 8; tty++) {
      await add.click();
      await driver.text(/\$$/, tty);
    }
    expect(await add.isDisabled()).toBe(true);
    await driver.page.getByRole('tab', { name: 'tty4' }).click();
    await driver.page.getByRole('button', { name: 'Close terminal' }).click();
    await hasKeyboard(3);
    await driver.type('echo on three\n');
    await driver.text(/^on three$/m, 3);
    await choose(8);
    await driver.type('echo on eight\n');
    await driver.text(/^on eight$/m, 8);
    await driver.page.getByRole('button', { name: 'Reset' }).click();
    await driver.text(/^\S* ?\$$/, 8);
    await driver.type('echo again\n');
    await driver.text(/^again$/m, 8);
  });

  it('both get a new shell by exit, and both start anew with the machine', async () => {
    await openSecond();
    await driver.type('exit\n');
    await driver.text(/exit\n.*\$$/, 2);
    await driver.type('echo again\n');
    await driver.text(/^again$/m, 2);
    await driver.page.getByRole('button', { name: 'Reset' }).click();
    await driver.text(/^\S* ?\$$/, 2);
    await driver.text(/mmapdemo$/, 1);
    await driver.type('echo anew\n');
    await driver.text(/^anew$/m, 2);
  });
});

describeWith(['chromium', 'riscv64-linux-gnu-gcc'], 'files dropped on the page', () => {
  const folder = temporaryFolder();
  usePage();

  it('are run, when glibc was linked into them, and read', async () => {
    const source = join(folder, 'greet.c');
    writeFileSync(
      source,
      `#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv) {
  char *text = malloc(1 << 20);
  snprintf(text, 1 << 20, "%s has %d arguments, pi is %.5f", argv[0], argc, 3.14159265);
  puts(text);
  return 7;
}
`,
    );
    const program = join(folder, 'greet');
    await mustRun('riscv64-linux-gnu-gcc', ['-O1', '-static', source, '-o', program]);
    const note = new TextEncoder().encode('first line\nlast line: žluťoučký 漢字\n');
    await driver.drop([{ name: 'greet', bytes: readFileSync(program) }]);
    await driver.notice(
      "/home/user/greet is in the guest's file system, a program that can be run.",
    );
    await driver.drop([{ name: 'note.txt', bytes: note }]);
    await driver.notice("/home/user/note.txt is in the guest's file system.");
    await driver.page.click('#terminal-host');
    await driver.type('./greet a b; echo status $?\n');
    await driver.text(/^\.\/greet has 3 arguments, pi is 3\.14159\nstatus 7$/m);
    await driver.type('cat note.txt\n');
    await driver.text(/^first line\nlast line: žluťoučký 漢 ?字/m);
  });

  it('are judged: names that are none, programs for others, what is cut off or too large', async () => {
    const hello = readFileSync(join(root, 'guest-programs/bin/hello'));
    const forHost = Buffer.from(hello);
    forHost.writeUInt16LE(62, 18);
    const cases: [name: string, bytes: Uint8Array, notice: string][] = [
      ['..', hello, "'..' is no name for a file: give it another one"],
      ['a/b', hello, "'a/b' is no name for a file"],
      ['é'.repeat(128), hello, 'a name of 256 bytes is too long: 255 are allowed'],
      ['native', forHost, 'it is for x86-64: compile it with riscv64-linux-gnu-gcc -static'],
      ['short', hello.subarray(0, 20), 'the guest cannot run it: it is cut off within its header'],
      ['half', hello.subarray(0, 4500), 'the guest cannot run it: it is cut off: '],
      ["-it's an 'odd' *.name", new Uint8Array([0x68, 0x69, 10]), "*.name is in the guest's file"],
    ];
    for (const [name, bytes, notice] of cases) {
      await driver.drop([{ name, bytes }]);
      await driver.notice(notice);
    }
    await driver.page.evaluate(() => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(200e6)], 'huge'));
      const drop = new DragEvent('drop', { dataTransfer: data, bubbles: true });
      document.querySelector('main')?.dispatchEvent(drop);
    });
    await driver.notice("/home/user/huge (200000000 bytes) does not fit into the guest's memory");
    await driver.page.click('#terminal-host');
    await driver.type('ls; cat ./-it*; ./half\n');
    await driver.text(/half\s+native\s+short\nhi\nsh: .\/half: Exec format error\n/);
  });
});
