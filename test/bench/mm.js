// `npm run bench -- mm`: operations per second of mm at N live mappings, beside the same operations
// on a sorted array of objects and on sorted-btree.
//
//   --max N           the largest number of mappings (default 1,000,000)
//   --reference EXE   instead: runs a churn trace through EXE and mm, batch by batch in turn
//
// The reference reads lines from its standard input and keeps one address space with pages of 4096
// bytes:
//   s START LENGTH    begins an empty space of LENGTH bytes at START
//   m SLOT PAGES      maps PAGES pages anywhere and remembers the place under the number SLOT
//   c SLOT PAGES      unmaps what SLOT holds, then does as m
//   t                 carries out what was read since the last t, in order, and prints one line: the
//                     nanoseconds that took, reading and parsing excluded
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import * as sortedBTree from 'sorted-btree';
import { AddressSpace } from '../../dist/mm.js';
import { ArrayStore, ObjectSpace, TreeStore } from './mm/object-spaces.js';

const PAGE = 4096;
const START = 2 ** 20;
const LENGTH = 2 ** 46;
/** Each figure is the best slice of so long a run. */
const CELL_MS = 400;
/**
 * Beside a reference: batches of so many pairs in turn, short enough that most run undisturbed on a
 * busy machine, and enough of them that both sides are warm.
 */
const BATCH_PAIRS = 2000;
const BATCHES = 600;

class MmSpace {
  space = AddressSpace.create({ start: START, length: LENGTH, pageSize: PAGE });

  mapAny(length) {
    return this.space.mapAny(length, 3, 2, undefined, 0);
  }

  unmap(start, length) {
    this.space.unmap(start, length);
  }

  mapAt(start, length) {
    this.space.mapAt(start, length, 3, 2, undefined, 0);
  }

  protect(start, length, prot) {
    this.space.protect(start, length, prot);
  }

  queryPage(address) {
    return this.space.queryPage(address);
  }
}

const BTree = sortedBTree.default.default ?? sortedBTree.default;
const KINDS = {
  mm: () => new MmSpace(),
  'sorted array': () => new ObjectSpace(START, new ArrayStore()),
  'sorted-btree': () => new ObjectSpace(START, new TreeStore(new BTree())),
};

let seed = 1;
function below(bound) {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 2 ** 32) * bound);
}

function randomLength() {
  return (1 + below(16)) * PAGE;
}

/** Puts N mappings of 1 to 16 pages into a space, with a hole behind every eighth. */
function fill(space, count) {
  const addresses = new Float64Array(count);
  const lengths = new Float64Array(count);
  let at = START;
  for (let i = 0; i < count; i++) {
    lengths[i] = randomLength();
    addresses[i] = at;
    space.mapAt(at, lengths[i]);
    at += lengths[i] + (i % 8 === 0 ? randomLength() : 0);
  }
  return { addresses, lengths, end: at };
}

/** The operations that are measured; each leaves about N mappings. */
const OPERATIONS = {
  churn(space, { addresses, lengths }) {
    const slot = below(addresses.length);
    space.unmap(addresses[slot], lengths[slot]);
    lengths[slot] = randomLength();
    addresses[slot] = space.mapAny(lengths[slot]);
  },
  'protect a part and back'(space, { addresses, lengths }) {
    const slot = below(addresses.length);
    if (lengths[slot] < 3 * PAGE) return;
    space.protect(addresses[slot] + PAGE, PAGE, 1);
    space.protect(addresses[slot] + PAGE, PAGE, 3);
  },
  query(space, { addresses }) {
    space.queryPage(addresses[below(addresses.length)] + 123);
  },
  // Last, because it takes the mappings' places.
  'mapAt over a mixture'(space, { end }) {
    space.mapAt(START + below((end - START) / PAGE) * PAGE, randomLength());
  },
};

/** Million operations per second. */
function measure(operation, space, places) {
  let best = 0;
  let size = 1;
  const end = performance.now() + CELL_MS;
  do {
    const started = performance.now();
    for (let i = 0; i < size; i++) operation(space, places);
    const elapsed = performance.now() - started;
    best = Math.max(best, size / elapsed / 1000);
    if (elapsed < CELL_MS / 20) size *= 2;
  } while (performance.now() < end);
  return best;
}

function compareStructures(max) {
  console.log('million operations per second at N live mappings\n');
  console.log(['N', 'operation', ...Object.keys(KINDS)].join('\t'));
  for (let count = 100; count <= max; count *= 10) {
    const rows = new Map(Object.keys(OPERATIONS).map((name) => [name, []]));
    for (const make of Object.values(KINDS)) {
      const space = make();
      const places = fill(space, count);
      for (const [name, operation] of Object.entries(OPERATIONS)) {
        rows.get(name).push(measure(operation, space, places).toPrecision(3));
      }
    }
    for (const [name, row] of rows) console.log([count, name, ...row].join('\t'));
  }
  console.log();
  for (let count = 128; count <= max; count *= 8) {
    const space = AddressSpace.create({ start: START, length: LENGTH, pageSize: PAGE });
    for (let i = 0; i < count; i++) space.mapAt(START + 2 * i * PAGE, PAGE, 3, 2, undefined, 0);
    const bytes = (space.arenaBytes / count).toFixed(1);
    console.log(`${count} regions, each with its mapping and a gap: ${bytes} bytes each`);
  }
}

/** The time that a tenth of the batches keep. */
function fastTenth(times) {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 10)];
}

async function compareReference(executable, max) {
  const child = spawn(executable, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.on('error', (error) => {
    console.error(`bench: ${executable} does not start: ${error.message}`);
    process.exit(2);
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (text) => {
    child.stdin.write(`${text}t\n`);
    const { value } = await lines.next();
    if (!(Number(value) > 0)) {
      console.error(`bench: ${executable} answered ${value}: it has to print nanoseconds`);
      process.exit(2);
    }
    return Number(value);
  };
  console.log(
    'churn: million pairs of unmap and mapAny per second, the fastest tenth of interleaved batches\n',
  );
  console.log(['N', 'mm', 'reference', 'ratio'].join('\t'));
  for (let count = 100; count <= max; count *= 10) {
    const space = AddressSpace.create({ start: START, length: LENGTH, pageSize: PAGE });
    const addresses = new Float64Array(count);
    const lengths = new Float64Array(count);
    let text = `s ${START} ${LENGTH}\n`;
    for (let i = 0; i < count; i++) {
      lengths[i] = randomLength();
      addresses[i] = space.mapAny(lengths[i], 3, 2, undefined, 0);
      text += `m ${i} ${lengths[i] / PAGE}\n`;
    }
    await ask(text);
    const ours = [];
    const theirs = [];
    for (let batch = 0; batch < BATCHES; batch++) {
      const slots = new Int32Array(BATCH_PAIRS).map(() => below(count));
      const newLengths = new Float64Array(BATCH_PAIRS).map(randomLength);
      const started = process.hrtime.bigint();
      for (let i = 0; i < BATCH_PAIRS; i++) {
        const slot = slots[i];
        space.unmap(addresses[slot], lengths[slot]);
        lengths[slot] = newLengths[i];
        addresses[slot] = space.mapAny(lengths[slot], 3, 2, undefined, 0);
      }
      ours.push(Number(process.hrtime.bigint() - started));
      text = '';
      for (let i = 0; i < BATCH_PAIRS; i++) text += `c ${slots[i]} ${newLengths[i] / PAGE}\n`;
      theirs.push(await ask(text));
    }
    const rate = (nanoseconds) => ((BATCH_PAIRS / nanoseconds) * 1000).toPrecision(3);
    const ratio = fastTenth(theirs) / fastTenth(ours);
    console.log(
      [count, rate(fastTenth(ours)), rate(fastTenth(theirs)), ratio.toFixed(2)].join('\t'),
    );
  }
  child.stdin.end();
}

const { values } = parseArgs({
  args: process.argv.slice(2),
  options: { max: { type: 'string', default: '1000000' }, reference: { type: 'string' } },
});
const max = Number(values.max);
if (!(max >= 100)) {
  console.error(`bench: --max is ${values.max}: give a number of mappings, at least 100`);
  process.exitCode = 2;
} else if (values.reference === undefined) {
  compareStructures(max);
} else {
  await compareReference(values.reference, max);
}
