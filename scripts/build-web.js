// Bundles the page into dist/web: one static folder that any host can serve, also file://.
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { prebuild } from './prebuild.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const guestPrograms = join(root, 'guest-programs');

const shared = {
  absWorkingDir: root,
  bundle: true,
  format: 'iife',
  platform: 'browser',
  target: 'es2023',
  charset: 'utf8',
  minify: true,
  logLevel: 'warning',
};

/** Writes the page and everything it needs. */
export async function buildWeb(outdir = join(root, 'dist/web')) {
  const worker = await build({
    ...shared,
    entryPoints: ['web/worker/main.ts'],
    plugins: [embeddedPrograms(), prebuild],
    write: false,
  });
  rmSync(outdir, { recursive: true, force: true });
  mkdirSync(outdir, { recursive: true });
  await build({
    ...shared,
    entryPoints: { page: 'web/page/main.tsx' },
    outdir,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    plugins: [embeddedText('pagewalk:worker', worker.outputFiles[0].text), strictXterm()],
  });
  await build({
    ...shared,
    entryPoints: { page: 'web/page/styles/page.css' },
    outdir,
  });
  for (const name of ['index.html', 'icon.svg']) {
    copyFileSync(join(root, 'web/page', name), join(outdir, name));
  }
}

/** A module whose default export is a text. */
function embeddedText(name, text) {
  return {
    name,
    setup(build) {
      build.onResolve({ filter: new RegExp(`^${name}$`) }, ({ path }) => ({
        path,
        namespace: name,
      }));
      build.onLoad({ filter: /.*/, namespace: name }, () => ({ contents: text, loader: 'text' }));
    },
  };
}

/** The module pagewalk:programs: every program of the manifest with its ELF. */
function embeddedPrograms() {
  const name = 'pagewalk:programs';
  const { programs } = JSON.parse(readFileSync(join(guestPrograms, 'manifest.json'), 'utf8'));
  const entries = Object.entries(programs).filter(([, { kind }]) => kind === 'program');
  const imports = entries.map(([, { elf }], i) => `import bytes${i} from ${JSON.stringify(elf)};`);
  const items = entries.map(
    ([program], i) => `{ name: ${JSON.stringify(program)}, bytes: bytes${i} }`,
  );
  const contents = `${imports.join('\n')}\nexport const programs = [${items.join(',\n')}];`;
  return {
    name,
    setup(build) {
      build.onResolve({ filter: /^pagewalk:programs$/ }, ({ path }) => ({ path, namespace: name }));
      build.onLoad({ filter: /.*/, namespace: name }, () => ({
        contents,
        loader: 'js',
        resolveDir: guestPrograms,
      }));
      build.onResolve({ filter: /^bin\//, namespace: name }, ({ path }) => ({
        path: join(guestPrograms, path),
        namespace: 'elf',
      }));
      build.onLoad({ filter: /.*/, namespace: 'elf' }, ({ path }) => ({
        contents: readFileSync(path),
        loader: 'binary',
      }));
    },
  };
}

/**
 * xterm.js writes its styles into <style> elements and style attributes, which a page without
 * 'unsafe-inline' refuses. The same styles through a constructed sheet (web/page/terminal/
 * sheet-element.ts) and the CSSOM need no exception.
 */
function strictXterm() {
  const replacements = [
    { from: 'createElement("style")', to: 'createElement("pagewalk-sheet")', times: 3 },
    { from: /(\w+)\.setAttribute\("style",(`[^`]*`)\)/g, to: '$1.style.cssText=$2', times: 1 },
  ];
  return {
    name: 'strict-xterm',
    setup(build) {
      build.onLoad({ filter: /@xterm[\\/]xterm[\\/]lib[\\/]xterm\.mjs$/ }, ({ path }) => {
        let contents = readFileSync(path, 'utf8');
        for (const { from, to, times } of replacements) {
          const found = contents.split(from).length - 1;
          if (typeof from === 'string' && found !== times) {
            throw new Error(`${path} has ${found} of ${from}, not ${times}: look at it again`);
          }
          const before = contents;
          contents = contents.replaceAll(from, to);
          if (contents === before) throw new Error(`${path} has no ${from}: look at it again`);
        }
        return { contents, loader: 'js' };
      });
    },
  };
}
