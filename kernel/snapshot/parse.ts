import type { HostAct, Mark, Position, RecordedAct } from './acts.js';
import { fromBase64 } from './base64.js';
import { checksum, FORMAT, type Snapshot, VERSION } from './snapshot.js';

/** A snapshot that was found whole, with its acts as the recorder had them. */
export interface ParsedSnapshot extends Omit<Snapshot, 'acts'> {
  readonly acts: readonly RecordedAct[];
}

/** What a value may be, and how a message calls that. */
type Check = readonly [what: string, is: (value: unknown) => boolean];
type Shape = Readonly<Record<string, Check>>;

const WHOLE: Check = ['a whole number', (v) => Number.isSafeInteger(v) && (v as number) >= 0];
const INTEGER: Check = ['an integer', Number.isSafeInteger];
const TIME: Check = ['a time', (v) => Number.isFinite(v) && (v as number) >= 0];
const TEXT: Check = ['a text', (v) => typeof v === 'string'];
const TEXTS: Check = ['a list of texts', (v) => Array.isArray(v) && v.every(TEXT[1])];
const HASH: Check = ['a hash', (v) => typeof v === 'string' && /^[0-9a-f]{16}$/.test(v)];
const HASHES: Check = [
  'hashes by name',
  (v) => isRecord(v) && Object.values(v).every((hash) => HASH[1](hash)),
];
const BYTES: Check = ['base64', (v) => typeof v === 'string' && fromBase64(v) !== undefined];
const OWNER: Check = ['an owner', (v) => isRecord(v) && WHOLE[1](v.uid) && WHOLE[1](v.gid)];
const oneOf = (...values: unknown[]): Check => [values.join(' or '), (v) => values.includes(v)];

const CONFIGURATION: Shape = {
  memoryBytes: WHOLE,
  seed: INTEGER,
  clock: oneOf('virtual', 'host'),
  placement: oneOf('top-down', 'bottom-up'),
  tlb: oneOf('coherent', 'stale'),
  swapBytes: WHOLE,
  replacement: oneOf('clock', 'fifo'),
  diskBytes: WHOLE,
  maxTasks: WHOLE,
  isTerminal: [
    'three truth values',
    (v) => Array.isArray(v) && v.length === 3 && v.every((one) => typeof one === 'boolean'),
  ],
  columns: WHOLE,
  rows: WHOLE,
};

const WINDOW = { tty: WHOLE, columns: WHOLE, rows: WHOLE };

const ACTS: Readonly<Record<HostAct['kind'], Shape>> = {
  file: { path: TEXT, bytes: WHOLE, mode: WHOLE, by: OWNER },
  directory: { path: TEXT, mode: WHOLE, by: OWNER },
  link: { path: TEXT, target: TEXT, by: OWNER },
  'hard-link': { path: TEXT, target: TEXT },
  spawn: { path: TEXT, args: TEXTS, env: TEXTS, cwd: TEXT, tty: WHOLE },
  terminal: WINDOW,
  'hang-up': { tty: WHOLE },
  input: { tty: WHOLE, bytes: BYTES },
  'end-input': {},
  interrupt: { tty: WHOLE },
  signal: { group: WHOLE, signal: WHOLE },
  resize: WINDOW,
  time: { now: TIME },
};

const POSITION: Shape = {
  steps: WHOLE,
  turns: WHOLE,
  stop: oneOf('budget', 'waiting', 'exited'),
};

const STATE: Shape = {
  stateHash: HASH,
  parts: HASHES,
  registers: [
    'hashes of registers',
    (v) => Array.isArray(v) && v.every((one) => WHOLE[1](one?.[0]) && HASH[1](one?.[1])),
  ],
  frames: BYTES,
};

/**
 * Checks that data is a snapshot, down to the last field.
 *
 * @param maxSteps a snapshot that was taken later than this is refused
 * @throws Error with one line that names what is wrong
 */
export function parseSnapshot(data: unknown, maxSteps = Number.POSITIVE_INFINITY): ParsedSnapshot {
  if (!isRecord(data) || data.format !== FORMAT) {
    throw new Error(`this is no snapshot: one has the field format: '${FORMAT}'`);
  }
  const { format, version, checksum: expected, ...body } = data as unknown as Snapshot;
  if (version !== VERSION) {
    throw new Error(`the snapshot has version ${shown(version)}, and only ${VERSION} can be read`);
  }
  if (checksum(JSON.stringify(body)) !== expected) {
    throw new Error('the snapshot is damaged: its checksum does not agree with what it holds');
  }
  checkShape('configuration', body.configuration, CONFIGURATION);
  check('startedAt', body.startedAt, TIME);
  check('contents', body.contents, TEXTS);
  const contents = body.contents.map((text, i) => decoded(`contents[${i}]`, text));
  checkShape('at', body.at, POSITION);
  checkShape('state', body.state, STATE);
  if (body.at.steps > maxSteps) {
    throw new Error(
      `the snapshot was taken at step ${body.at.steps}, beyond the limit of ${maxSteps}`,
    );
  }
  const acts = list('acts', body.acts).map((act, i) => actOf(`acts[${i}]`, act, contents));
  const marks = list('marks', body.marks).map((mark, i) => markOf(`marks[${i}]`, mark, acts));
  checkOrder('acts', acts, body.at);
  checkOrder('marks', marks, body.at);
  return { ...body, format, version, checksum: expected, acts, marks };
}

function actOf(name: string, data: unknown, contents: readonly Uint8Array[]): RecordedAct {
  if (!isRecord(data)) throw damaged(name, data, 'an act');
  checkShape(`${name}.at`, data.at, POSITION);
  const { act } = data;
  const shape = isRecord(act) ? ACTS[act.kind as HostAct['kind']] : undefined;
  if (!isRecord(act) || shape === undefined || !Object.hasOwn(ACTS, act.kind as string)) {
    throw damaged(`${name}.act`, act, `one of ${Object.keys(ACTS).join(', ')}`);
  }
  checkShape(`${name}.act`, act, shape);
  const at = data.at as Position;
  const fails = data.fails === true ? { fails: true } : {};
  if (act.kind === 'input') {
    return { at, act: { ...act, bytes: fromBase64(act.bytes as string) } as HostAct, ...fails };
  }
  if (act.kind !== 'file') return { at, act: act as HostAct, ...fails };
  const bytes = contents[act.bytes as number];
  if (bytes === undefined) throw damaged(`${name}.act.bytes`, act.bytes, 'a place in contents');
  return { at, act: { ...act, bytes } as HostAct, ...fails };
}

function markOf(name: string, data: unknown, acts: readonly RecordedAct[]): Mark {
  if (!isRecord(data)) throw damaged(name, data, 'a mark');
  checkShape(`${name}.at`, data.at, POSITION);
  check(`${name}.acts`, data.acts, WHOLE);
  check(`${name}.parts`, data.parts, HASHES);
  const mark = data as unknown as Mark;
  if (mark.acts > acts.length) throw damaged(`${name}.acts`, mark.acts, 'a number of acts');
  return mark;
}

function checkOrder(name: string, list: readonly { at: Position }[], end: Position): void {
  let before = 0;
  for (const [i, { at }] of [...list, { at: end }].entries()) {
    if (at.steps < before) throw damaged(`${name}[${i}].at.steps`, at.steps, 'in order');
    before = at.steps;
  }
}

function checkShape(name: string, value: unknown, shape: Shape): void {
  if (!isRecord(value)) throw damaged(name, value, 'a record');
  for (const [field, of] of Object.entries(shape)) check(`${name}.${field}`, value[field], of);
}

function check(name: string, value: unknown, [what, is]: Check): void {
  if (!is(value)) throw damaged(name, value, what);
}

function list(name: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw damaged(name, value, 'a list');
  return value;
}

function decoded(name: string, text: string): Uint8Array {
  const bytes = fromBase64(text);
  if (bytes === undefined) throw damaged(name, text, BYTES[0]);
  return bytes;
}

function damaged(name: string, value: unknown, expected: string): Error {
  return new Error(`the snapshot is damaged: ${name} is ${shown(value)}, not ${expected}`);
}

/** A value on one short line, whatever it is. */
function shown(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
