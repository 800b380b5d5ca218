import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOf, startServer } from '../../cli/serve.js';
import { webFolder } from './support/page-driver.js';

/** Asks with the path as it stands, which a URL would tidy up. */
function get(port: number, path: string, method = 'GET') {
  return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>(
    (resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, path, method }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const body = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
        });
      });
      asked.on('error', reject);
      asked.end();
    },
  );
}

describe('pagewalk serve', () => {
  const servers: Awaited<ReturnType<typeof startServer>>[] = [];
  let port = 0;
  beforeAll(async () => {
    servers.push(await startServer(webFolder));
    port = Number(new URL(addressOf(servers[0]!)).port);
  });
  afterAll(() => {
    for (const server of servers) server.close();
  });

  it('listens on this machine alone', () => {
    expect(servers[0]!.address()).toMatchObject({ address: '127.0.0.1' });
  });

  it('takes the next free port, and says when the one that was asked for is taken', async () => {
    servers.push(await startServer(webFolder));
    expect(Number(new URL(addressOf(servers[1]!)).port)).toBeGreaterThan(port);
    await expect(startServer(webFolder, port)).rejects.toThrow(`port ${port} is taken`);
  });

  it.each([
    ['/', 'text/html; charset=utf-8'],
    ['/index.html?x=1', 'text/html; charset=utf-8'],
    ['/page.js', 'text/javascript; charset=utf-8'],
    ['/page.css', 'text/css; charset=utf-8'],
    ['/icon.svg', 'image/svg+xml'],
  ])('sends %s as %s with the policy of the page', async (path, type) => {
    const { status, headers } = await get(port, path);
    expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type });
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'/);
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it.each([
    '/../cli.js',
    '/%2e%2e/cli.js',
    '/..%2fcli.js',
    '/..\\cli.js',
    '//etc/passwd',
    '/page.js/',
    '/%',
    '/none',
  ])('has nothing at %s', async (path) => {
    expect((await get(port, path)).status).toBe(404);
  });

  it('answers nothing but GET and HEAD', async () => {
    expect((await get(port, '/', 'POST')).status).toBe(405);
    expect(await get(port, '/', 'HEAD')).toMatchObject({ status: 200, body: '' });
  });

  it('says that the page must be built where there is none', async () => {
    const folder = new URL('nowhere/', webFolder);
    await expect(startServer(folder)).rejects.toThrow('build it with npm run build');
  });
});
