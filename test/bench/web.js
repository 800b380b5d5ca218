// The page in Chromium: the time to the first prompt, what it weighs, how fast a program runs while
// its views are drawn, beside the same program without a page, and how soon a key is answered.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { Kernel } from '../../dist/kernel.js';

const folder = new URL('../../dist/web/', import.meta.url);
const ROUNDS = 5;
const ANSWERS = 30;
/** `j .`, in the smallest ELF that the loader takes. */
const spin = smallestElf(0x10000, [0x6f, 0, 0, 0]);

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu'],
});
const prompts = [];
for (let round = 0; round < ROUNDS; round++) {
  const page = await open();
  prompts.push(await page.evaluate('performance.now()'));
  await page.context().close();
}
console.log(`first prompt        ${Math.round(median(prompts))} ms (median of ${ROUNDS})`);

const sizes = readdirSync(folder).map((name) => {
  return gzipSync(readFileSync(new URL(name, folder))).length;
});
const weight = sizes.reduce((sum, size) => sum + size, 0);
console.log(`weight, compressed  ${Math.round(weight / 1024)} KiB`);

const page = await open();
await page.getByRole('button', { name: 'Files' }).click();
const file = { name: 'spin', mimeType: 'application/octet-stream', buffer: spin };
await page.setInputFiles('input[type=file]', file);
await page.locator('.file-list .path', { hasText: 'spin' }).waitFor();
await page.getByRole('button', { name: 'Close' }).click();
await page.click('#terminal-host');
await page.keyboard.press('Control+u');
await page.keyboard.type('./spin\n');
await page.locator('.chip', { hasText: 'Running' }).waitFor();
await page.waitForTimeout(1000);
const [count, since] = [await instructions(), Date.now()];
await page.waitForTimeout(3000);
const rate = ((await instructions()) - count) / (Date.now() - since) / 1000;
console.log(
  `spinning            ${Math.round(rate)} M instructions/s; ${Math.round(bareRate())} in Node, no page`,
);

const answers = await page.evaluate(answerTimes, ANSWERS);
console.log(
  `key to echo         ${median(answers).toFixed(0)} ms, at most ${Math.max(...answers).toFixed(0)} ms, while it spins`,
);
await browser.close();

/** Millions of instructions a second of the same program in a kernel in this process. */
function bareRate() {
  const kernel = Kernel.create({
    memoryBytes: 128 * 2 ** 20,
    console: { write: () => {}, isTerminal: false },
  });
  kernel.files.add('/spin', spin, 0o755);
  kernel.spawn({ path: '/spin', args: ['spin'], env: [], cwd: '/' });
  kernel.run(500_000_000);
  const start = performance.now();
  const steps = 1_000_000_000;
  kernel.run(steps);
  return steps / (performance.now() - start) / 1000;
}

/** The page with the shell ready for a command. */
async function open() {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const opened = await context.newPage();
  await opened.goto(new URL('index.html', folder).href);
  await opened.locator('.chip', { hasText: 'At the prompt' }).waitFor();
  return opened;
}

async function instructions() {
  const text = await page.locator('.counters dd').first().textContent();
  return Number(text.replaceAll(',', ''));
}

/** Runs in the page: milliseconds from a typed letter to its echo in the terminal. */
async function answerTimes(rounds) {
  const input = document.querySelector('.xterm-helper-textarea');
  const times = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    const shown = new Promise((resolve) => {
      const observer = new MutationObserver(() => {
        observer.disconnect();
        resolve();
      });
      // xterm.js moves its input along with the cursor.
      observer.observe(input, { attributeFilter: ['style'] });
    });
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', 'x');
    input.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
    await shown;
    times.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, 97));
  }
  return times;
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** A static RV64 program of one segment. */
function smallestElf(address, code) {
  const image = Buffer.alloc(4096 + code.length);
  image.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  image.writeUInt16LE(2, 16);
  image.writeUInt16LE(243, 18);
  image.writeUInt32LE(1, 20);
  image.writeBigUInt64LE(BigInt(address), 24);
  image.writeBigUInt64LE(64n, 32);
  image.writeUInt16LE(64, 52);
  image.writeUInt16LE(56, 54);
  image.writeUInt16LE(1, 56);
  image.writeUInt32LE(1, 64);
  image.writeUInt32LE(5, 68);
  image.writeBigUInt64LE(4096n, 72);
  for (const at of [80, 88]) image.writeBigUInt64LE(BigInt(address), at);
  for (const at of [96, 104]) image.writeBigUInt64LE(BigInt(code.length), at);
  image.writeBigUInt64LE(4096n, 112);
  image.set(code, 4096);
  return image;
}
