// The page in Chromium: the time to the first prompt, what it weighs, and while a program spins: its
// frames a second, how soon a key is answered, and what the views cost the program. For the last one the
// page is told in turn that it is seen and that it is not; without anybody to see them there are no views.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { Kernel } from '../../dist/kernel.js';

const folder = new URL('../../dist/web/', import.meta.url);
const ROUNDS = 5;
const ANSWERS = 60;
/** Frames are counted for so long, and each half of a pair runs for so long. Milliseconds. */
const FRAME_TIME = 5000;
const PAIRS = 32;
const PAIR_TIME = 300;
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
await page.waitForTimeout(2000);

const gaps = await page.evaluate(frameGaps, FRAME_TIME);
const frames = (gaps.length / gaps.reduce((sum, gap) => sum + gap, 0)) * 1000;
const late = gaps.filter((gap) => gap > 25).length;
console.log(
  `frames              ${frames.toFixed(1)} a second while it spins; ` +
    `${late} of ${gaps.length} late, the longest ${Math.max(...gaps).toFixed(0)} ms`,
);

const answers = await page.evaluate(answerTimes, ANSWERS);
console.log(
  `key to echo         ${median(answers).toFixed(0)} ms, at most ${Math.max(...answers).toFixed(0)} ms, while it spins`,
);

const pairs = [];
for (let pair = 0; pair < PAIRS; pair++) {
  // Each of the two is the first one half of the time.
  const order = pair % 2 === 0 ? [true, false] : [false, true];
  const rates = [];
  for (const isSeen of order) rates.push(await page.evaluate(rate, [isSeen, PAIR_TIME]));
  pairs.push(order[0] ? rates : rates.reverse());
}
const costs = pairs.map(([seen, unseen]) => 1 - seen / unseen);
const seen = median(pairs.map(([rate]) => rate));
console.log(
  `spinning            ${Math.round(seen)} M instructions/s while its views are shown; ` +
    `${Math.round(bareRate())} in Node, no page`,
);
console.log(
  `cost of the views   ${(median(costs) * 100).toFixed(1)} % of the program's speed ` +
    `(median of ${PAIRS} pairs, ${(Math.min(...costs) * 100).toFixed(1)} to ${(Math.max(...costs) * 100).toFixed(1)} %)`,
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
  await opened.addInitScript(() => {
    const Original = window.Worker;
    window.Worker = class extends Original {
      constructor(url) {
        super(url);
        window.machine = this;
      }
    };
  });
  await opened.goto(new URL('index.html', folder).href);
  await opened.locator('.chip', { hasText: 'At the prompt' }).waitFor();
  return opened;
}

/** Runs in the page: milliseconds from each frame to the next. */
async function frameGaps(milliseconds) {
  const times = [];
  await new Promise((resolve) => {
    const next = (now) => {
      times.push(now);
      if (now - times[0] < milliseconds) requestAnimationFrame(next);
      else resolve();
    };
    requestAnimationFrame(next);
  });
  return times.slice(1).map((time, i) => time - times[i]);
}

/** Runs in the page: millions of instructions a second while the page is seen, or is not. */
async function rate([isSeen, milliseconds]) {
  const setHidden = (hidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
    document.dispatchEvent(new Event('visibilitychange'));
  };
  // A view comes whenever the page is seen again: two such moments are the ends of the measurement.
  const count = () =>
    new Promise((resolve) => {
      const hear = ({ data }) => {
        if (data.type !== 'view') return;
        window.machine.removeEventListener('message', hear);
        resolve([data.view.instructions, performance.now()]);
      };
      window.machine.addEventListener('message', hear);
      setHidden(false);
    });
  const [before, start] = await count();
  setHidden(!isSeen);
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  const [after, end] = await count();
  return (after - before) / (end - start) / 1000;
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
