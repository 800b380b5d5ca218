import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { guestPrograms } from '../guest-programs.js';
import { Mistake } from '../mistake.js';
import { hostReason } from '../program-file.js';
import type { Expectation, Explain, Limits, TestSpec } from './types.js';

const SUITE_FILE = 'tests.json';
const SUBMISSION = '$SUBMISSION/';
/** The folder guest-programs of this package. */
const PACKAGE = '$PAGEWALK/';
const ELF_MAGIC = Buffer.from('\x7fELF', 'latin1');
const PAGE_SIZE = 4096;
const MIB = 2 ** 20;

const defaultLimits: Limits = {
  steps: 500_000_000,
  memory: 64 * MIB,
  processes: 64,
  outputBytes: MIB,
  swap: 0,
  disk: 0,
};
const MIN_MEMORY_MIB = 4;
const MAX_MIB = 3072;
const LIMIT_FIELDS = ['steps', 'memoryMiB', 'swapMiB', 'diskMiB', 'processes', 'outputBytes'];

/** What the command line says for every test that says nothing else. */
export interface TestDefaults {
  /** The folder that stands for $SUBMISSION in a tests.json. */
  readonly submission?: string;
  /** Bytes of the swap device and of the disk. */
  readonly swap?: number;
  readonly disk?: number;
  readonly replacement?: 'clock' | 'fifo';
}

type Entry = Omit<TestSpec, 'index'>;

/**
 * The tests of the folders and files that were named, in their order. A folder's are those of its
 * tests.json, or without one each ELF and .c file in it.
 *
 * @throws Mistake for what cannot be read or understood
 */
export function readTests(paths: readonly string[], defaults: TestDefaults): TestSpec[] {
  const entries = paths.flatMap((path) => {
    if (!existsSync(path)) throw new Mistake(`cannot read ${path}: there is no such file`);
    return statSync(path).isDirectory() ? testsOf(path, defaults) : testsWith(path, defaults);
  });
  const names = new Set<string>();
  for (const { name } of entries) {
    if (names.has(name)) throw new Mistake(`two tests are named '${name}': give each its own name`);
    names.add(name);
  }
  return entries.map((entry, index) => ({ index, ...entry }));
}

function testsOf(folder: string, defaults: TestDefaults): Entry[] {
  if (existsSync(join(folder, SUITE_FILE))) return readSuite(folder, defaults);
  const files = namesIn(folder)
    .map((name) => join(folder, name))
    .filter((path) => (path.endsWith('.c') ? !isFolder(path) : isElf(path)));
  if (files.length === 0) {
    throw new Mistake(`no tests in ${folder}: ${SUITE_FILE}, ELFs or .c files are expected`);
  }
  return files.map((file) => plain(file, defaults));
}

/** A file that the tests.json beside it lists is tested as it says there, with the others of its test. */
function testsWith(path: string, defaults: TestDefaults): Entry[] {
  const folder = dirname(path);
  const listed = existsSync(join(folder, SUITE_FILE)) ? readSuite(folder, defaults) : [];
  const found = listed.filter(({ files }) => files.some((file) => resolve(file) === resolve(path)));
  return found.length > 0 ? found : [plain(path, defaults)];
}

function plain(file: string, defaults: TestDefaults): Entry {
  return {
    name: basename(file, '.c'),
    files: [file],
    folder: dirname(file),
    args: [],
    env: [],
    weight: 1,
    hasPartialCredit: true,
    visibility: 'visible',
    explain: 'full',
    limits: limitsOf(defaults),
    expect: undefined,
    machine: undefined,
    firmware: undefined,
    replacement: defaults.replacement ?? 'clock',
  };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    throw new Mistake(`cannot read ${folder}: ${hostReason(error)}`);
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** What cannot be read, or is no file at all, is none. */
function isElf(path: string): boolean {
  const start = Buffer.alloc(ELF_MAGIC.length);
  try {
    if (!statSync(path).isFile()) return false;
    const file = openSync(path, 'r');
    readSync(file, start);
    closeSync(file);
  } catch {
    return false;
  }
  return start.equals(ELF_MAGIC);
}

function readSuite(folder: string, defaults: TestDefaults): Entry[] {
  const path = join(folder, SUITE_FILE);
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Mistake(`${path} is not JSON: ${(error as Error).message}`);
  }
  const suite = new Fields(path, parsed, ['limits', 'tests']);
  const limits = readLimits(suite, limitsOf(defaults));
  const tests = suite.list('tests');
  if (tests.length === 0) throw new Mistake(`${path} has no tests: give it a list named tests`);
  return tests.map((test, i) => readTest(`${path}: test ${i + 1}`, test, folder, limits, defaults));
}

const TEST_FIELDS = [
  ...['name', 'program', 'sources', 'args', 'env', 'weight', 'partialCredit'],
  ...['visibility', 'explain', 'limits', 'expect', 'machine', 'firmware', 'replacement'],
];

function readTest(
  where: string,
  value: unknown,
  folder: string,
  limits: Limits,
  defaults: TestDefaults,
): Entry {
  const test = new Fields(where, value, TEST_FIELDS);
  const program = test.text('program');
  const sources = test.texts('sources');
  if ((program === undefined) === (sources.length === 0)) {
    throw new Mistake(`${where} needs either 'program', an ELF or .c file, or 'sources'`);
  }
  const { submission } = defaults;
  const locate = (file: string): string => {
    if (file.startsWith(PACKAGE)) return join(guestPrograms, file.slice(PACKAGE.length));
    if (!file.startsWith(SUBMISSION)) return join(folder, file);
    if (submission !== undefined) return join(submission, file.slice(SUBMISSION.length));
    throw new Mistake(`${where} needs a submission: give --submission DIR`);
  };
  const visibility = test.choice('visibility', ['visible', 'hidden']) ?? 'visible';
  const explain: Explain | undefined = test.choice('explain', ['full', 'cause', 'symptom']);
  const firmware = test.text('firmware');
  const files = (program === undefined ? sources : [program]).map(locate);
  return {
    name: test.text('name') ?? basename(files[0]!, '.c'),
    files,
    folder,
    args: test.texts('args'),
    env: test.texts('env'),
    weight: test.number('weight') ?? 1,
    hasPartialCredit: test.boolean('partialCredit') ?? true,
    visibility,
    explain: explain ?? (visibility === 'hidden' ? 'symptom' : 'full'),
    limits: readLimits(test, limits),
    expect: readExpectation(where, test.value('expect')),
    machine: firmware === undefined ? test.choice('machine', ['kernel', 'bare']) : 'bare',
    firmware: firmware === undefined ? undefined : locate(firmware),
    replacement: test.choice('replacement', ['clock', 'fifo']) ?? defaults.replacement ?? 'clock',
  };
}

function readExpectation(where: string, value: unknown): Expectation | undefined {
  if (value === undefined) return undefined;
  const fields = new Fields(`${where}: expect`, value, ['stdout', 'status']);
  const stdout = fields.text('stdout');
  const status = fields.number('status');
  if (stdout === undefined && status === undefined) {
    throw new Mistake(`${where}: expect is empty: give it stdout, status or both`);
  }
  return {
    ...(stdout === undefined ? {} : { stdout }),
    ...(status === undefined ? {} : { status }),
  };
}

function limitsOf({ swap = 0, disk = 0 }: TestDefaults): Limits {
  return { ...defaultLimits, swap, disk };
}

function readLimits(owner: Fields, defaults: Limits): Limits {
  const value = owner.value('limits');
  if (value === undefined) return defaults;
  const where = `${owner.where}: limits`;
  const fields = new Fields(where, value, LIMIT_FIELDS);
  const size = (name: string, least: number, otherwise: number): number => {
    const mebibytes = fields.number(name);
    if (mebibytes === undefined) return otherwise;
    const bytes = mebibytes * MIB;
    if (mebibytes >= least && mebibytes <= MAX_MIB && bytes % PAGE_SIZE === 0) return bytes;
    throw new Mistake(
      `${where}: ${name} ${mebibytes} is not possible: give ${least} to ${MAX_MIB}`,
    );
  };
  return {
    steps: fields.number('steps') ?? defaults.steps,
    memory: size('memoryMiB', MIN_MEMORY_MIB, defaults.memory),
    swap: size('swapMiB', 0, defaults.swap),
    disk: size('diskMiB', 0, defaults.disk),
    processes: fields.number('processes') ?? defaults.processes,
    outputBytes: fields.number('outputBytes') ?? defaults.outputBytes,
  };
}

/** An object of the file; every complaint says where in it. */
class Fields {
  private readonly fields: Readonly<Record<string, unknown>>;

  readonly where: string;

  constructor(where: string, value: unknown, known: readonly string[]) {
    this.where = where;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new Mistake(`${where} is no object`);
    }
    this.fields = value as Record<string, unknown>;
    for (const name of Object.keys(value)) {
      if (known.includes(name)) continue;
      throw new Mistake(
        `${where} has an unknown field '${name}': possible are ${known.join(', ')}`,
      );
    }
  }

  value(name: string): unknown {
    return this.fields[name];
  }

  text(name: string): string | undefined {
    const value = this.fields[name];
    if (value === undefined || typeof value === 'string') return value;
    throw this.wrong(name, 'a text');
  }

  boolean(name: string): boolean | undefined {
    const value = this.fields[name];
    if (value === undefined || typeof value === 'boolean') return value;
    throw this.wrong(name, 'true or false');
  }

  number(name: string): number | undefined {
    const value = this.fields[name];
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
    throw this.wrong(name, 'a number that is not negative');
  }

  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.fields[name];
    if (value === undefined) return undefined;
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    throw this.wrong(name, choices.join(' or '));
  }

  list(name: string): readonly unknown[] {
    const value = this.fields[name];
    if (value === undefined) return [];
    if (Array.isArray(value)) return value;
    throw this.wrong(name, 'a list');
  }

  texts(name: string): readonly string[] {
    const values = this.list(name);
    if (values.every((value) => typeof value === 'string')) return values;
    throw this.wrong(name, 'a list of texts');
  }

  private wrong(name: string, wanted: string): Mistake {
    const value = JSON.stringify(this.fields[name]);
    return new Mistake(`${this.where}: ${name} is ${value}: give ${wanted}`);
  }
}
