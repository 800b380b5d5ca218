import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { webFolder } from './page-driver.js';

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html',
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
};

/** Where the page stands on the host: below a path, as on a course's site. */
const PREFIX = '/courses/os/pagewalk/';

/** A host that knows nothing of pagewalk: it serves the folder below a path, and a page around it. */
export class StaticHost {
  private readonly server: Server;

  private constructor(server: Server) {
    this.server = server;
  }

  static async start(): Promise<StaticHost> {
    const server = createServer((request, response) => {
      const path = request.url ?? '';
      if (path === '/frame.html') {
        response.setHeader('Content-Type', 'text/html');
        response.end(`<iframe src="${PREFIX}" width="1200" height="780"></iframe>`);
        return;
      }
      if (path === '/favicon.ico') {
        response.statusCode = 204;
        response.end();
        return;
      }
      const name = path.slice(PREFIX.length) || 'index.html';
      if (!path.startsWith(PREFIX) || !/^[a-z]+\.[a-z]+$/.test(name)) {
        response.statusCode = 404;
        response.end();
        return;
      }
      response.setHeader('Content-Type', TYPES[name.split('.')[1] ?? ''] ?? 'text/plain');
      response.end(readFileSync(new URL(name, webFolder)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new StaticHost(server);
  }

  get url(): string {
    return this.at(PREFIX);
  }

  /** A page of the same host with the page in a frame. */
  get frameUrl(): string {
    return this.at('/frame.html');
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private at(path: string): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${path}`;
  }
}
