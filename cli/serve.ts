import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Mistake } from './mistake.js';
import { describeOptions, type OptionName, parseOptions } from './options.js';

const HOST = '127.0.0.1';
const DEFAULT_PORT = 8125;
/** So many ports behind the wanted one are tried when it is taken. */
const PORTS_TRIED = 50;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const optionNames = ['port', 'help'] as const satisfies readonly OptionName[];

export const serveHelp = `usage: pagewalk serve [OPTIONS]

Serves the web page on ${HOST}, for this machine alone, until ^C. The folder dist/web needs no server
of its own: any static host can serve it, and a browser opens its index.html as a file.

${describeOptions(optionNames)}
`;

/** `pagewalk serve`: returns the exit status when it is interrupted. */
export async function serve(args: readonly string[]): Promise<number> {
  const { options, operands } = parseOptions(args, optionNames);
  if (options.help) {
    process.stdout.write(serveHelp);
    return 0;
  }
  if (operands.length > 0) throw new Mistake(`serve takes no operand, so '${operands[0]}' is one`);
  const server = await startServer(new URL('./web/', import.meta.url), options.port);
  const interrupted = new Promise((resolve) => process.once('SIGINT', resolve));
  process.stdout.write(`pagewalk is at ${addressOf(server)} (^C ends it)\n`);
  await interrupted;
  // The terminal has shown ^C in this line.
  if (process.stdout.isTTY) process.stdout.write('\n');
  server.closeAllConnections();
  server.close();
  return 0;
}

/**
 * Serves the files of one folder, and nothing else.
 *
 * @param folder the page's folder, with a slash at its end
 * @param port the port to use; without one the first free port from the default on
 * @throws Mistake when the page is not there or no port is free
 */
export async function startServer(folder: URL, port?: number): Promise<Server> {
  const files = pageFiles(folder);
  const policy = await policyOf(new URL('index.html', folder));
  const server = createServer((request, response) => {
    void answer(request, response, files, policy);
  });
  const wanted = port ?? DEFAULT_PORT;
  const last = port === undefined ? wanted + PORTS_TRIED : wanted;
  for (let candidate = wanted; candidate <= last; candidate++) {
    if (await listens(server, candidate)) return server;
  }
  const tried = wanted === last ? `port ${wanted} is` : `ports ${wanted} to ${last} are`;
  throw new Mistake(`${tried} taken: choose another one with --port`);
}

export function addressOf(server: Server): string {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return `http://${HOST}:${port}/`;
}

/** The files by the path under which they are asked for: a path that is not here does not exist. */
function pageFiles(folder: URL): ReadonlyMap<string, string> {
  try {
    const names = readdirSync(folder);
    const files = new Map(names.map((name) => [`/${name}`, fileURLToPath(new URL(name, folder))]));
    const index = files.get('/index.html');
    if (index !== undefined) return files.set('/', index);
  } catch {
    // The same as a folder without the page.
  }
  throw new Mistake(`${fileURLToPath(folder)} has no page: build it with npm run build`);
}

/** The page's Content-Security-Policy, to be sent as a header as well. */
async function policyOf(page: URL): Promise<string> {
  const text = await readFile(page, 'utf8');
  const policy = /Content-Security-Policy"\s+content="([^"]+)"/.exec(text)?.[1];
  if (policy === undefined) throw new Error(`${page.pathname} has no Content-Security-Policy`);
  return policy;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  files: ReadonlyMap<string, string>,
  policy: string,
): Promise<void> {
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    end(response, 405, 'only GET and HEAD');
    return;
  }
  const file = files.get(request.url?.replace(/\?.*$/s, '') ?? '');
  const bytes = file === undefined ? undefined : await readFile(file).catch(() => undefined);
  if (file === undefined || bytes === undefined) {
    end(response, 404, 'no such file');
    return;
  }
  response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream');
  response.setHeader('Content-Length', bytes.length);
  response.setHeader('Content-Security-Policy', policy);
  response.setHeader('Cache-Control', 'no-cache');
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

function end(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(`${text}\n`);
}

/** Whether the port could be taken; any other trouble than a taken port is an error. */
function listens(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else if (error.code === 'EACCES') {
        reject(new Mistake(`port ${port} is not allowed: choose one above 1023 with --port`));
      } else reject(error);
    };
    server.once('error', onError);
    server.listen(port, HOST, () => {
      server.off('error', onError);
      resolve(true);
    });
  });
}
