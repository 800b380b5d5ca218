// Derives ahead what the emulator would derive from its instruction tables at each start, and puts it
// into the bundle: the module emulator/prebuilt.ts is replaced by one that holds it.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const DERIVED = `
  export { emitModule, moduleKey, USUAL } from './emulator/interpreter/interpreter.js';
  export { handlerOps } from './emulator/interpreter/handlers.js';
  export { compressedInstructions, instructions } from './emulator/isa/extensions.js';
`;
const MODULE = 'pagewalk:interpreter';

/** A plugin for esbuild. */
export const prebuild = {
  name: 'prebuild',
  setup({ onLoad, onResolve }) {
    const derived = derive();
    onLoad({ filter: /[/\\]emulator[/\\]prebuilt\.ts$/ }, async () => {
      const { key, ops, encodings } = await derived;
      return {
        loader: 'js',
        contents: `
          import bytes from '${MODULE}';
          const { ops, encodings } = JSON.parse(${JSON.stringify(JSON.stringify({ ops, encodings }))});
          export const prebuilt = {
            modules: new Map([[${JSON.stringify(key)}, bytes]]),
            ops: new Map(ops),
            encodings: new Map(encodings),
          };
        `,
      };
    });
    onResolve({ filter: new RegExp(`^${MODULE}$`) }, ({ path }) => ({
      path,
      namespace: 'prebuild',
    }));
    onLoad({ filter: /.*/, namespace: 'prebuild' }, async () => {
      const { bytes } = await derived;
      return { contents: bytes, loader: 'binary' };
    });
  },
};

/** Runs the emulator's own code, from its sources. */
async function derive() {
  const { outputFiles } = await build({
    absWorkingDir: root,
    stdin: { contents: DERIVED, resolveDir: root },
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    write: false,
    logLevel: 'warning',
  });
  const source = Buffer.from(outputFiles[0].contents).toString('base64');
  const tables = await import(`data:text/javascript;base64,${source}`);
  const entries = [...tables.instructions, ...tables.compressedInstructions];
  const encodings = new Map(entries.map(({ name, encoding }) => [name, encoding]));
  if (encodings.size < entries.length) throw new Error('two instructions have one name');
  return {
    key: tables.moduleKey(tables.USUAL),
    bytes: tables.emitModule(tables.USUAL),
    ops: [...tables.handlerOps()],
    encodings: [...encodings],
  };
}
