// Mutation testing of mm: `npm run mutate:mm`. Changes one thing at a time in mm (negates a condition,
// drops a statement, shifts a comparison by one, swaps an operator) and runs mm's tests on it. A
// mutant that no test notices survives: it must be equivalent, and listed with the reason in
// test/mm/mutation-survivors.md. `--list` prints the survivors in the form of that list; `--listed`
// runs only the mutants on it, `--only TEXT` only those whose name contains the text (a file's, say).
import { mkdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { parse } from 'acorn';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = `${root}node_modules/.cache/mutate-mm/`;
/** A mutant that spends so long on one test, which else takes milliseconds, loops for ever. */
const PATIENCE_MS = 3000;
const GOAL = 0.95;
const TESTED = new Set(['IfStatement', 'WhileStatement', 'ForStatement', 'ConditionalExpression']);
const SWAPS = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '&&': '||',
  '||': '&&',
  '+': '-',
  '-': '+',
};

if (isMainThread) await main();
else await serve();

async function main() {
  mkdirSync(cache, { recursive: true });
  await bundleSubject();
  await bundleHarness();
  const listed = readList();
  const isListedOnly = process.argv.includes('--listed');
  const only = process.argv.includes('--only')
    ? process.argv[process.argv.indexOf('--only') + 1]
    : '';
  const isWanted = (name) => name.includes(only) && (!isListedOnly || listed.includes(name));
  const mutants = findMutants(readFileSync(`${cache}subject.js`, 'utf8')).filter(({ name }) =>
    isWanted(name),
  );
  const started = Date.now();
  const survivors = (await runAll(mutants)).map((index) => mutants[index]);
  const killed = mutants.length - survivors.length;
  const unexplained = survivors.filter(({ name }) => !listed.includes(name));
  const stale = listed.filter(
    (name) => isWanted(name) && !survivors.some((mutant) => mutant.name === name),
  );

  if (process.argv.includes('--list')) for (const { name } of survivors) console.log(`- ${name}`);
  for (const { name } of unexplained) console.log(`survived, and is not listed: ${name}`);
  for (const name of stale) console.log(`listed as a survivor, but killed or gone: ${name}`);
  const percent = ((100 * killed) / mutants.length).toFixed(1);
  const seconds = ((Date.now() - started) / 1000).toFixed(0);
  console.log(
    `${mutants.length} mutants, ${killed} killed (${percent} %), ${survivors.length} survived, ${seconds} s`,
  );
  const isGoalMet = isListedOnly || only !== '' || killed / mutants.length >= GOAL;
  if (!isGoalMet || unexplained.length > 0 || stale.length > 0) {
    process.exitCode = 1;
  }
}

/** The sources of mm as one script whose value is the module. */
async function bundleSubject() {
  await build({
    absWorkingDir: root,
    entryPoints: ['mm/index.ts'],
    bundle: true,
    format: 'iife',
    globalName: 'subject',
    target: 'node20',
    outfile: `${cache}subject.js`,
    logLevel: 'warning',
  });
}

/** The tests, with a small stand-in for vitest, and with the mutant in place of mm. */
async function bundleHarness() {
  const folder = `${root}test/mm/mutation/`;
  const redirect = {
    name: 'redirect',
    setup(bundler) {
      bundler.onResolve({ filter: /^vitest$/ }, () => ({ path: `${folder}runner.ts` }));
      bundler.onResolve({ filter: /\/mm\/index\.js$/ }, () => ({ path: `${folder}subject.ts` }));
    },
  };
  await build({
    absWorkingDir: root,
    entryPoints: [`${folder}harness.ts`],
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['fast-check'],
    // The package says of itself that its modules have no side effects; tests are nothing else.
    ignoreAnnotations: true,
    plugins: [redirect],
    outfile: `${cache}harness.js`,
    logLevel: 'warning',
  });
}

/** Every mutant: where the text changes, and a name that does not depend on line numbers. */
function findMutants(code) {
  const comments = [];
  const tree = parse(code, { ecmaVersion: 'latest', onComment: comments });
  const files = comments.filter(({ value }) => /^ mm\/\S+\.ts$/.test(value));
  const mutants = [];
  const counts = new Map();

  function add(node, replacement, where) {
    const file = files.findLast(({ start }) => start < node.start)?.value.trim() ?? 'the bundle';
    const from = oneLine(code.slice(node.start, node.end));
    const base = `${file} ${where}: \`${from}\` → \`${oneLine(replacement)}\``;
    const count = (counts.get(base) ?? 0) + 1;
    counts.set(base, count);
    const name = count === 1 ? base : `${base} (${count})`;
    mutants.push({ name, start: node.start, end: node.end, replacement });
  }

  function visit(node, where) {
    if (node === null || typeof node !== 'object') return;
    if (Array.isArray(node)) {
      for (const child of node) visit(child, where);
      return;
    }
    if (typeof node.type !== 'string') return;
    const inside = nameOf(node) ?? where;
    if (inside !== '') mutate(node, inside);
    for (const child of Object.values(node)) visit(child, inside);
  }

  function mutate(node, where) {
    const text = (part) => code.slice(part.start, part.end);
    if (TESTED.has(node.type) && node.test) add(node.test, `!(${text(node.test)})`, where);
    if (node.type === 'ExpressionStatement' && node.directive === undefined) {
      if (text(node).length < 120) add(node, ';', where);
    }
    if (node.type === 'BreakStatement' || node.type === 'ContinueStatement') add(node, ';', where);
    if (node.type === 'BinaryExpression' || node.type === 'LogicalExpression') {
      const swapped = SWAPS[node.operator];
      if (swapped === undefined) return;
      add(node, `${text(node.left)} ${swapped} ${text(node.right)}`, where);
    }
  }

  visit(tree, '');
  return mutants.filter(({ name }) => name.startsWith('mm/'));
}

function nameOf(node) {
  if (node.type === 'FunctionDeclaration') return node.id.name;
  if (node.type === 'MethodDefinition') return node.key.name;
  return undefined;
}

function oneLine(text) {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 90 ? `${line.slice(0, 60)} … ${line.slice(-25)}` : line;
}

function readList() {
  const text = readFileSync(`${root}test/mm/mutation-survivors.md`, 'utf8');
  return [...text.matchAll(/^- (mm\/.*)$/gm)].map(([, name]) => name);
}

/** Runs the mutants in worker threads; answers the indexes of those that survive. */
async function runAll(mutants) {
  const survivors = [];
  let next = 0;
  async function work() {
    while (next < mutants.length) {
      const worker = new Worker(new URL(import.meta.url), {
        resourceLimits: { maxOldGenerationSizeMb: 1500 },
      });
      await new Promise((done) => {
        const give = () => {
          if (next < mutants.length) worker.postMessage({ index: next, mutant: mutants[next++] });
          else worker.terminate();
        };
        // A mutant that exhausts memory ends its worker: killed, and the next worker goes on.
        let isReady = false;
        worker.on('error', (error) => {
          if (!isReady) throw error;
        });
        worker.on('exit', done);
        worker.on('message', ({ index, killer }) => {
          isReady = true;
          if (index !== undefined && killer === undefined) survivors.push(index);
          if (next % 100 === 0) console.error(`${next} of ${mutants.length}`);
          give();
        });
      });
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return survivors.sort((a, b) => a - b);
}

async function serve() {
  const code = readFileSync(`${cache}subject.js`, 'utf8');
  const { setSubject, stepCount, failureOf } = await import(`${cache}harness.js`);
  globalThis.failureOf = failureOf;
  setSubject(vm.runInThisContext(`${code};subject`));
  for (let step = 0; step < stepCount; step++) {
    const broken = failureOf(step);
    if (broken !== undefined) throw new Error(`the tests fail without a mutation: ${broken}`);
  }

  parentPort.on('message', ({ index, mutant: { start, end, replacement } }) => {
    parentPort.postMessage({ index, killer: killerOf(start, end, replacement) });
  });
  parentPort.postMessage({});

  function killerOf(start, end, replacement) {
    try {
      const mutated = code.slice(0, start) + replacement + code.slice(end);
      setSubject(vm.runInThisContext(`${mutated};subject`));
      for (let step = 0; step < stepCount; step++) {
        const killer = vm.runInThisContext(`failureOf(${step})`, { timeout: PATIENCE_MS });
        if (killer !== undefined) return killer;
      }
      return undefined;
    } catch (error) {
      return error.message;
    }
  }
}
