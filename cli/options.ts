import { parseArgs } from 'node:util';
import { Mistake } from './mistake.js';
import { formats } from './test/formats.js';

const KIB = 1024;
const units: Readonly<Record<string, number>> = { '': 1, K: KIB, M: KIB ** 2, G: KIB ** 3 };
const MIN_MEMORY = 4 * KIB ** 2;
const MAX_MEMORY = 3 * KIB ** 3;
const PAGE_SIZE = 4096;

/** An option of the command line. `parse` gets the value of each time that it was given. */
interface Option<T> {
  /** What stands behind the option in the help; without one it takes no value. */
  readonly argument?: string;
  /** The value may be left out, and is then ''. */
  readonly isOptional?: boolean;
  readonly help: string;
  parse(name: string, values: readonly string[]): T;
}

const table = {
  memory: {
    argument: 'SIZE',
    help: 'guest memory, 4M to 3G (default 128M)',
    parse: memorySize,
  },
  swap: {
    argument: 'SIZE',
    help: 'a swap device for pages that find no room in memory, 4K to 3G (default none)',
    parse: deviceSize,
  },
  disk: {
    argument: 'SIZE',
    help: 'a disk whose files are mapped, cached and written back, at /disk, 4K to 3G (default none)',
    parse: deviceSize,
  },
  replacement: {
    argument: 'clock|fifo',
    help: 'the page that goes to swap: the first not used lately, or the first (default clock)',
    parse: oneOf('clock', 'fifo'),
  },
  env: {
    argument: 'K=V',
    help: 'a variable of the environment (repeat for more)',
    parse: environment,
  },
  cwd: {
    argument: 'DIR',
    help: "the program's current folder, in the guest (default /tmp)",
    parse: absolutePath,
  },
  verify: {
    argument: 'off|exit|trap',
    help: 'prove page tables consistent at the end, or after every trap too (default off)',
    parse: oneOf('off', 'exit', 'trap'),
  },
  strace: {
    help: 'print every system call',
    parse: isGiven,
  },
  maps: {
    help: 'print the regions of each process at its end',
    parse: isGiven,
  },
  'page-tables': {
    argument: 'xv6',
    isOptional: true,
    help: "print the page tables of each process at its end; =xv6 in the format of xv6's vmprint",
    parse: pageTablesFormat,
  },
  stats: {
    argument: 'json',
    isOptional: true,
    help: 'print counts at the end; =json as one JSON object on the last line',
    parse: statsFormat,
  },
  'max-steps': {
    argument: 'N',
    help: 'end at N steps (instructions, traps and kernel work) with exit status 124',
    parse: count,
  },
  'max-instructions': {
    argument: 'N',
    help: 'end at exactly N retired instructions with exit status 124',
    parse: count,
  },
  seed: {
    argument: 'N',
    help: 'seed of everything random (default 0)',
    parse: count,
  },
  clock: {
    argument: 'virtual|host',
    help: 'virtual: 10 ns a step, repeatable (default unless stdin is a terminal)',
    parse: oneOf('virtual', 'host'),
  },
  placement: {
    argument: 'top-down|bottom-up',
    help: 'where mmap looks for room first (default top-down)',
    parse: oneOf('top-down', 'bottom-up'),
  },
  root: {
    argument: 'DIR|TAR',
    help: "a folder or tar archive that becomes the guest's /, in memory; PROG may stand in it",
    parse: text,
  },
  firmware: {
    argument: 'ELF',
    help: 'begin with this image; the other lies at 0x80200000 or above, for it to start',
    parse: text,
  },
  isa: {
    argument: 'ISA',
    help: 'extensions of the hart, as in rv64gc_zba_zbb or rv64imac (default: all)',
    parse: text,
  },
  tlb: {
    argument: 'coherent|stale',
    help: 'stale: translations stay until a fence, so that a missing one shows',
    parse: oneOf('coherent', 'stale'),
  },
  misaligned: {
    argument: 'handled|trapped',
    help: 'what misaligned loads and stores do; atomics always trap (default handled)',
    parse: oneOf('handled', 'trapped'),
  },
  signature: {
    argument: 'FILE',
    help: 'write the words between begin_signature and end_signature to FILE',
    parse: text,
  },
  port: {
    argument: 'N',
    help: 'the port to use (default 8125, or the next one that is free)',
    parse: port,
  },
  format: {
    argument: formats.join('|'),
    help: 'how to report (default human)',
    parse: oneOf(...formats),
  },
  output: {
    argument: 'FILE',
    help: 'write the report to FILE, and progress to the terminal',
    parse: text,
  },
  student: {
    argument: 'ID',
    help: 'the seed is HMAC-SHA256 of ID under the secret (LAB_SEED for the program)',
    parse: text,
  },
  secret: {
    argument: 'FILE',
    help: 'the secret that only the staff knows',
    parse: text,
  },
  submission: {
    argument: 'DIR',
    help: 'the folder that $SUBMISSION means in tests.json',
    parse: text,
  },
  workers: {
    argument: 'N',
    help: 'tests at a time (default: one per processor)',
    parse: atLeastOne,
  },
  shard: {
    argument: 'I/N',
    help: 'run only the I-th of N parts of the tests',
    parse: shard,
  },
  merge: {
    help: 'put the JSON reports of all shards together',
    parse: isGiven,
  },
  watchdog: {
    argument: 'SECONDS',
    help: 'give a test up after this time, should its limits not end it (default 600)',
    parse: atLeastOne,
  },
  help: {
    help: 'print this',
    parse: isGiven,
  },
} satisfies Record<string, Option<unknown>>;

export type OptionName = keyof typeof table;

/** The options that were given; the others are absent. */
export type Options<Name extends OptionName> = {
  readonly [K in Name]?: ReturnType<(typeof table)[K]['parse']>;
};

/**
 * Reads the options in front of the first operand; everything from there on belongs to the program
 * that is run, so `pagewalk run prog -a` gives -a to prog. With 'anywhere' they may also stand
 * between and behind the operands.
 *
 * @throws Mistake for an unknown option and for a bad value
 */
export function parseOptions<Name extends OptionName>(
  args: readonly string[],
  names: readonly Name[],
  place: 'in-front' | 'anywhere' = 'in-front',
): { options: Options<Name>; operands: string[] } {
  const known: readonly string[] = names;
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(names.map((name) => [name, { type: typeOf(name) }])),
    strict: false,
    tokens: true,
  });
  const given = new Map<string, string[]>();
  const between: string[] = [];
  let operandsFrom = args.length;
  for (const token of tokens) {
    if (token.kind === 'positional' && place === 'anywhere') {
      between.push(token.value);
      continue;
    }
    if (token.kind !== 'option') {
      operandsFrom = token.kind === 'positional' ? token.index : token.index + 1;
      break;
    }
    if (!known.includes(token.name)) {
      throw new Mistake(`unknown option '${token.rawName}': --help lists those that there are`);
    }
    const option: Option<unknown> = table[token.name as Name];
    if (option.argument !== undefined && !option.isOptional && !token.value) {
      throw new Mistake(`${token.rawName} needs a value: ${token.rawName} ${option.argument}`);
    }
    if (option.argument === undefined && token.value !== undefined) {
      throw new Mistake(`${token.rawName} takes no value, so '${token.value}' is one too many`);
    }
    given.set(token.name, [...(given.get(token.name) ?? []), token.value ?? '']);
  }
  const options: Record<string, unknown> = {};
  for (const [name, values] of given) {
    options[name] = table[name as Name].parse(`--${name}`, values);
  }
  return { options: options as Options<Name>, operands: [...between, ...args.slice(operandsFrom)] };
}

/** One line per option for the help of a command. */
export function describeOptions(names: readonly OptionName[]): string {
  const lines = names.map((name) => {
    const { argument, isOptional, help }: Option<unknown> = table[name];
    const suffix = argument === undefined ? '' : isOptional ? `[=${argument}]` : ` ${argument}`;
    return `  ${`--${name}${suffix}`.padEnd(32)}${help}`;
  });
  return lines.join('\n');
}

function typeOf(name: OptionName): 'string' | 'boolean' {
  const option: Option<unknown> = table[name];
  return option.argument !== undefined && !option.isOptional ? 'string' : 'boolean';
}

function isGiven(_name: string, _values: readonly string[]): true {
  return true;
}

function last(values: readonly string[]): string {
  return values.at(-1) ?? '';
}

function memorySize(name: string, values: readonly string[]): number {
  return size(name, last(values), MIN_MEMORY, '4M to 3G');
}

function deviceSize(name: string, values: readonly string[]): number {
  return size(name, last(values), PAGE_SIZE, '4K to 3G');
}

function size(name: string, text: string, min: number, range: string): number {
  const match = /^(\d+)([KMG]?)$/i.exec(text);
  const bytes = match ? Number(match[1]) * (units[match[2]?.toUpperCase() ?? ''] ?? 1) : Number.NaN;
  if (Number.isNaN(bytes)) {
    throw new Mistake(`${name} '${text}' is no size: give a number with K, M or G, such as 128M`);
  }
  if (bytes < min) throw new Mistake(`${name} ${text} is too little: give ${range}`);
  if (bytes > MAX_MEMORY) throw new Mistake(`${name} ${text} is too much: give ${range}`);
  if (bytes % PAGE_SIZE !== 0) {
    throw new Mistake(`${name} ${text} is no whole number of pages: give a multiple of 4K`);
  }
  return bytes;
}

function count(name: string, values: readonly string[]): number {
  const text = last(values);
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw new Mistake(
    `${name} '${text}' is no number: give one from 0 to ${Number.MAX_SAFE_INTEGER}`,
  );
}

function atLeastOne(name: string, values: readonly string[]): number {
  const number = count(name, values);
  if (number >= 1) return number;
  throw new Mistake(`${name} 0 is too little: give 1 or more`);
}

function shard(name: string, values: readonly string[]): { number: number; count: number } {
  const text = last(values);
  const match = /^(\d{1,6})\/(\d{1,6})$/.exec(text);
  const [number, count] = [Number(match?.[1]), Number(match?.[2])];
  if (match && number >= 1 && number <= count) return { number, count };
  throw new Mistake(`${name} '${text}' is no part: give one such as 1/4`);
}

function port(name: string, values: readonly string[]): number {
  const number = count(name, values);
  if (number <= 65535) return number;
  throw new Mistake(`${name} ${number} is no port: give one from 0 to 65535`);
}

function environment(name: string, values: readonly string[]): string[] {
  for (const text of values) {
    if (text.indexOf('=') < 1)
      throw new Mistake(`${name} '${text}' is no variable: give NAME=VALUE`);
  }
  return [...values];
}

function text(_name: string, values: readonly string[]): string {
  return last(values);
}

function absolutePath(name: string, values: readonly string[]): string {
  const text = last(values);
  if (text.startsWith('/')) return text;
  throw new Mistake(`${name} '${text}' is relative: give a path of the guest that starts with /`);
}

function statsFormat(name: string, values: readonly string[]): 'text' | 'json' {
  const text = last(values);
  if (text === '') return 'text';
  if (text === 'json') return 'json';
  throw new Mistake(`${name}='${text}' is no format: give ${name} or ${name}=json`);
}

function pageTablesFormat(name: string, values: readonly string[]): 'short' | 'xv6' {
  const text = last(values);
  if (text === '') return 'short';
  if (text === 'xv6') return 'xv6';
  throw new Mistake(`${name}='${text}' is no format: give ${name} or ${name}=xv6`);
}

function oneOf<T extends string>(...choices: readonly T[]) {
  return (name: string, values: readonly string[]): T => {
    const text = last(values);
    const choice = choices.find((candidate) => candidate === text);
    if (choice !== undefined) return choice;
    throw new Mistake(`${name} '${text}' is not possible: give ${choices.join(' or ')}`);
  };
}
