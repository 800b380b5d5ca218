import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { root } from '../../support/processes.js';

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The folder that the build made. */
export const webFolder = new URL(`file://${join(root, 'dist/web')}/`);

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: ARGUMENTS });
}

export interface OpenOptions {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
  /** Without WebGL xterm.js draws into the DOM. Default: dom. */
  readonly renderer?: 'dom' | 'webgl';
  /** Runs in the page before any script of its own. */
  readonly before?: () => void;
}

/** One region as the page lists it. */
export interface ShownRegion {
  readonly mark: string;
  readonly range: string;
  readonly protection: string;
  readonly name: string;
  /** `1/4` */
  readonly present: string;
}

/** One leaf as the page lists it. */
export interface ShownEntry {
  readonly mark: string;
  readonly va: string;
  /** The letters of the bits that are set. */
  readonly flags: string;
  readonly ppn: string;
}

/** The page in a browser, as a person has it: what is shown, and keys. */
export class PageDriver {
  readonly page: Page;
  private readonly context: BrowserContext;
  /** What the browser complained about. */
  private readonly complaints: string[] = [];

  private constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
    page.on('pageerror', (error) => this.complaints.push(`error: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(`console: ${message.text()}`);
    });
    page.on('request', (request) => {
      const url = request.url();
      if (!/^(file|blob|http:\/\/127\.0\.0\.1)/.test(url)) this.complaints.push(`request: ${url}`);
    });
  }

  static async create(browser: Browser, o: OpenOptions = {}): Promise<PageDriver> {
    const context = await browser.newContext({
      viewport: { width: o.width ?? 1280, height: o.height ?? 800 },
      colorScheme: o.colorScheme ?? 'light',
      acceptDownloads: true,
    });
    const page = await context.newPage();
    const driver = new PageDriver(context, page);
    await page.exposeFunction('reportViolation', (text: string) => driver.complaints.push(text));
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        const { reportViolation } = window as unknown as { reportViolation(text: string): void };
        reportViolation(`policy: ${event.violatedDirective} ${event.blockedURI}`);
      });
    });
    if (o.renderer !== 'webgl') {
      await page.addInitScript(() => {
        const { getContext } = HTMLCanvasElement.prototype;
        HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string) {
          return kind === '2d' ? getContext.call(this, kind) : null;
        } as typeof getContext;
      });
    }
    if (o.before !== undefined) await page.addInitScript(o.before);
    return driver;
  }

  /** Opens the page and waits until the shell has the first command typed. */
  static async open(browser: Browser, url: string, o: OpenOptions = {}): Promise<PageDriver> {
    const driver = await PageDriver.create(browser, o);
    await driver.page.goto(url);
    await driver.ready();
    return driver;
  }

  async ready(): Promise<void> {
    await this.state('At the prompt');
    await this.text('$ mmapdemo');
    await this.page.click('#terminal-host');
  }

  /** Ends the visit; the browser must have had nothing to complain about. */
  async close(): Promise<void> {
    await this.context.close();
    expect(this.complaints).toEqual([]);
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }

  /** Waits for the machine's state. */
  async state(text: string): Promise<void> {
    await this.page.locator('.chip', { hasText: text }).waitFor();
  }

  /** The lines of the terminal that can be seen; with WebGL only in screen reader mode. */
  async screen(tty = 1): Promise<string> {
    const terminal = this.page.locator(tty === 1 ? '#terminal-host' : `#terminal-host-${tty}`);
    const tree = terminal.locator('.xterm-accessibility-tree > div');
    const lines = (await tree.count()) > 0 ? tree : terminal.locator('.xterm-rows > div');
    const rows = await lines.allTextContents();
    return rows
      .map((row) => row.replaceAll('\u00a0', ' ').trimEnd())
      .join('\n')
      .trimEnd();
  }

  /** Waits until the terminal shows the text. */
  async text(wanted: string | RegExp, tty = 1): Promise<void> {
    await expect
      .poll(() => this.screen(tty), { interval: 30 })
      .toMatch(typeof wanted === 'string' ? new RegExp(escapePattern(wanted)) : wanted);
  }

  async regions(): Promise<ShownRegion[]> {
    return this.page.locator('.region').evaluateAll((rows) =>
      rows.map((row) => {
        const text = (selector: string) => row.querySelector(selector)?.textContent?.trim() ?? '';
        return {
          mark: row.querySelector('.mark-sign')?.getAttribute('title') ?? '',
          range: text('.region-range'),
          protection: text('.region-protection'),
          name: text('.region-name'),
          present: text('.present-count').replace(/ .*$/, ''),
        };
      }),
    );
  }

  /** The leaves of the tree; none may be hidden in a closed row. */
  async leaves(): Promise<ShownEntry[]> {
    for (;;) {
      const closed = this.page.locator('.tree-row[aria-expanded="false"] .twist').first();
      if ((await closed.count()) === 0) break;
      await closed.click();
    }
    return this.page.locator('.tree-row').evaluateAll((rows) =>
      rows
        .filter((row) => row.querySelector('.tree-entry')?.textContent?.startsWith('L0['))
        .filter((row) => !row.hasAttribute('aria-expanded'))
        .map((row) => ({
          mark: row.querySelector('.mark-sign')?.getAttribute('title') ?? '',
          va: row.querySelector('.tree-va')?.textContent ?? '',
          flags: [...row.querySelectorAll('.bits .set')].map((bit) => bit.textContent).join(''),
          ppn: /[0-9a-f]+$/.exec(row.querySelector('.frame-number')?.textContent ?? '')?.[0] ?? '',
        })),
    );
  }

  /** `12` of the legend's `anonymous 12`, by kind. */
  async frameCounts(): Promise<Record<string, number>> {
    const items = await this.page.locator('.legend li').allTextContents();
    return Object.fromEntries(
      items.map((item) => {
        const [, kind, count] = /^(.*?) ([\d,]+)$/.exec(item) ?? [];
        return [kind, Number(count?.replaceAll(',', ''))];
      }),
    );
  }

  /** Instructions retired, as the page's head has it. */
  async instructions(): Promise<number> {
    const text = await this.page.locator('.counters dd').first().textContent();
    return Number(text?.replaceAll(',', ''));
  }

  /** Gives a file to the guest through the dialog. */
  async addFile(name: string, bytes: Uint8Array): Promise<void> {
    await this.page.getByRole('button', { name: 'Files' }).click();
    const file = { name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) };
    await this.page.setInputFiles('input[type=file]', file);
    await this.page.locator('.file-list .path', { hasText: name }).waitFor();
    await this.page.getByRole('button', { name: 'Close' }).click();
    await this.page.click('#terminal-host');
  }

  /** The bytes of a file of the guest, downloaded through the dialog. */
  async download(path: string): Promise<Buffer> {
    await this.page.getByRole('button', { name: 'Files' }).click();
    const [download] = await Promise.all([
      this.page.waitForEvent('download'),
      this.page.getByRole('button', { name: `Download ${path}` }).click(),
    ]);
    await this.page.getByRole('button', { name: 'Close' }).click();
    return readFileSync(await download.path());
  }

  /** Drops files on the page, as a file manager does. */
  async drop(files: readonly { name: string; bytes: Uint8Array }[]): Promise<void> {
    const plain = files.map(({ name, bytes }) => ({
      name,
      base64: Buffer.from(bytes).toString('base64'),
    }));
    const data = await this.page.evaluateHandle((given) => {
      const transfer = new DataTransfer();
      for (const { name, base64 } of given) {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        transfer.items.add(new File([bytes], name));
      }
      return transfer;
    }, plain);
    await this.page.dispatchEvent('main', 'dragover', { dataTransfer: data });
    await this.page.getByText('Drop it').waitFor();
    await this.page.dispatchEvent('main', 'drop', { dataTransfer: data });
  }

  /** Waits until the page says this of a file that was given to it. */
  async notice(text: string): Promise<void> {
    await this.page.locator('.notice', { hasText: text }).waitFor();
  }

  /** Pastes as a browser does. */
  async paste(text: string): Promise<void> {
    await this.page.locator('.xterm-helper-textarea').evaluate((element, pasted) => {
      const data = new DataTransfer();
      data.setData('text/plain', pasted);
      const options = { clipboardData: data, bubbles: true, cancelable: true };
      element.dispatchEvent(new ClipboardEvent('paste', options));
    }, text);
  }
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** For `before`: the page's workers are kept in `window.workers`, so that a test can speak for one. */
export function recordWorkers(): void {
  const workers: Worker[] = [];
  const Original = window.Worker;
  Object.assign(window, {
    workers,
    Worker: class extends Original {
      constructor(url: string | URL) {
        super(url);
        workers.push(this);
      }
    },
  });
}
