import { hex, Kernel } from '../../kernel/index.js';
import {
  type Detail,
  explain,
  type KernelView,
  type MachineView,
  type Violation,
  verify,
} from '../../kernel/verify/index.js';
import { restore, TestMachine } from './machine.js';
import { mappingText, protText } from './mappings.js';
import { type GuestFault, type Mapping, TestProcess } from './process.js';

/** What a mapping is to be; what is left out may be anything. */
export interface ExpectedMapping {
  /** 'rw-', 'r', 'rx', 'none', or PROT_READ 1 | PROT_WRITE 2 | PROT_EXEC 4. */
  readonly prot?: string | number;
  readonly shared?: boolean;
  /** Path of the file; null: anonymous memory. */
  readonly file?: string | null;
  /** Offset in the file of the region's first byte. */
  readonly offset?: number;
  readonly start?: number;
  readonly end?: number;
  /** '[heap]', '[stack]'. */
  readonly name?: string;
  /** Whether the page of the address has a leaf in the page table. */
  readonly present?: boolean;
}

/** What a fault is to be; what is left out may be anything. */
export type ExpectedFault = Partial<GuestFault>;

/** An exit status, or the signal that is to end the program. */
export type ExpectedEnd = number | { readonly signal: string };

export interface PagewalkMatchers<R = unknown> {
  /**
   * Of a machine that `boot` made, a Kernel, or `{ machine, kernel }` views: nothing was found so far,
   * and a full pass now finds nothing. The message explains each violation.
   */
  toHaveConsistentPageTables(options?: { readonly level?: Detail }): R;
  /** Of a process: the address is mapped, and as expected. Of one that ended: was so at its end. */
  toMap(va: number, expected?: ExpectedMapping): R;
  /**
   * Of a process: an access became a signal. With an address first: such an access to the address did,
   * or would now; it is a load unless `access` says otherwise.
   */
  toFault(va?: number | ExpectedFault, expected?: ExpectedFault): R;
  /** Of a process, which is run until it ends: its exit status, or the signal that ended it. */
  toExitWith(expected: ExpectedEnd): R;
  /**
   * Of a machine that `boot` or `restore` made: its snapshot, restored and run for so many more steps
   * (100,000 unless given), is in the same state as the machine itself, which is run as far.
   */
  toRunOnFromSnapshot(options?: { readonly steps?: number }): R;
}

declare module 'vitest' {
  // The parameter is vitest's own, and has to read like it.
  // biome-ignore lint/suspicious/noExplicitAny: as vitest declares it
  interface Matchers<T = any> extends PagewalkMatchers<T> {}
}

interface Outcome {
  readonly pass: boolean;
  readonly message: () => string;
  readonly actual?: unknown;
  readonly expected?: unknown;
}

export const matchers = {
  toHaveConsistentPageTables(received: unknown, options: { level?: Detail } = {}): Outcome {
    const found = violationsOf(received);
    return {
      pass: found.length === 0,
      message: () =>
        found.length === 0
          ? 'expected a violation of the page tables, and found none'
          : `expected consistent page tables, and found ${count(found.length, 'violation')}\n\n${found
              .map((violation) => explain(violation, options.level))
              .join('\n')}`,
    };
  },

  toMap(received: unknown, va: number, expected: ExpectedMapping = {}): Outcome {
    const process = processOf(received, 'toMap');
    checkAddress('toMap', va);
    const mapping = process.mappings.find(({ start, end }) => va >= start && va < end);
    const shown = mapping && {
      ...mapping,
      file: mapping.file ?? null,
      present: process.isPresent(va),
    };
    const wanted = {
      ...expected,
      ...(expected.prot === undefined ? {} : { prot: normalProt(expected.prot) }),
    };
    const wrong = shown === undefined ? [] : differences(shown, wanted);
    const pass = shown !== undefined && wrong.length === 0;
    const was = process.ending === undefined ? 'maps' : 'mapped, when it ended,';
    return {
      pass,
      message: () =>
        pass
          ? `expected pid ${process.pid} not to map ${hex(va)}, and it ${was} ${mappingText(mapping!)}`
          : [
              `expected pid ${process.pid} to map ${hex(va)}${listed(wanted)}`,
              mapping === undefined
                ? '  observed    no region is there'
                : `  observed    ${mappingText(mapping)}: ${wrong.join(', ')}`,
              ...lastCall(process, va),
              ...walk(process, va),
              ...process.mappings.map(
                (each, i) => `  ${(i === 0 ? 'maps' : '').padEnd(11)} ${mappingText(each)}`,
              ),
            ].join('\n'),
      ...(shown === undefined || wrong.length === 0 ? {} : { actual: shown, expected: wanted }),
    };
  },

  toFault(
    received: unknown,
    first: number | ExpectedFault = {},
    second: ExpectedFault = {},
  ): Outcome {
    const process = processOf(received, 'toFault');
    const wanted: ExpectedFault = typeof first === 'number' ? { ...second, address: first } : first;
    const { address, access = 'load' } = wanted;
    if (address !== undefined) checkAddress('toFault', address);
    const seen = [...process.faults];
    if (address !== undefined && process.ending === undefined) {
      const probed = process.faultAt(address, access);
      if (probed !== undefined) seen.push(probed);
    }
    const match = seen.find((fault) => differences(fault, wanted).length === 0);
    return {
      pass: match !== undefined,
      message: () =>
        match === undefined
          ? [
              `expected pid ${process.pid} to fault${listed(wanted)}`,
              `  observed    ${seen.length === 0 ? 'no access that became a signal' : seen.map(faultText).join('\n              ')}`,
              ...(address === undefined ? [] : mappingAt(process, address)),
            ].join('\n')
          : `expected pid ${process.pid} not to fault${listed(wanted)}, and observed ${faultText(match)}`,
    };
  },

  toExitWith(received: unknown, expected: ExpectedEnd): Outcome {
    const process = processOf(received, 'toExitWith');
    if (process.ending === undefined) {
      process.machine.run({ until: () => process.ending !== undefined });
    }
    const pass =
      typeof expected === 'number'
        ? process.signal === undefined && process.status === expected
        : process.signal === expected.signal;
    const wanted = typeof expected === 'number' ? `status ${expected}` : expected.signal;
    return {
      pass,
      message: () =>
        pass
          ? `expected pid ${process.pid} not to end with ${wanted}`
          : [
              `expected pid ${process.pid} to end with ${wanted}`,
              `  observed    ${endText(process)}`,
              ...indented(process.machine.diagnostics()),
            ].join('\n'),
      ...(pass
        ? {}
        : { actual: process.signal ?? process.status, expected: wanted.replace(/^status /, '') }),
    };
  },

  toRunOnFromSnapshot(received: unknown, { steps = 100_000 }: { steps?: number } = {}): Outcome {
    if (!(received instanceof TestMachine)) {
      throw new TypeError(
        `toRunOnFromSnapshot needs a machine of boot() or restore(), got ${kindOf(received)}`,
      );
    }
    const copy = restore(received.snapshot(), { maxSteps: Number.POSITIVE_INFINITY });
    const found = copy.violations.filter(({ rule }) => rule === 'L7');
    for (const machine of [received, copy]) machine.run({ steps });
    const [wanted, got] = [received, copy].map((machine) => machine.result());
    const wrong = differences(got!, {
      ...wanted,
      violations: got!.violations,
      unknownSyscalls: undefined,
    });
    const pass = found.length + wrong.length === 0;
    return {
      pass,
      message: () =>
        pass
          ? 'expected a machine that is restored to run on otherwise, and it did not'
          : [
              `expected a machine that is restored to run on as this one for ${steps} steps`,
              ...indented(found.map((violation) => explain(violation)).join('\n')),
              ...wrong.map((text) => `  observed    ${text}`),
            ].join('\n'),
    };
  },
};

type Views = { readonly machine: MachineView; readonly kernel?: KernelView };

function violationsOf(received: unknown): Violation[] {
  if (received instanceof TestMachine) {
    const { violations, kernel } = received;
    const known = new Set(violations.map(identity));
    return [...violations, ...kernel.verify().filter((found) => !known.has(identity(found)))];
  }
  if (received instanceof Kernel) return received.verify();
  if (isViews(received)) return verify(received);
  throw new TypeError(
    `toHaveConsistentPageTables needs a machine of boot(), a Kernel or { machine, kernel } views, got ${kindOf(received)}`,
  );
}

function isViews(value: unknown): value is Views {
  const machine = (value as Partial<Views> | undefined)?.machine;
  return typeof machine?.frameBytes === 'function';
}

function identity({ rule, space, address, frame }: Violation): string {
  return `${rule} ${space} ${address} ${frame}`;
}

function processOf(received: unknown, matcher: string): TestProcess {
  if (received instanceof TestProcess) return received;
  throw new TypeError(`${matcher} needs a process of machine.spawn(), got ${kindOf(received)}`);
}

function kindOf(value: unknown): string {
  if (value instanceof Promise) return 'a promise: await it first';
  return value === null || typeof value !== 'object' ? String(value) : value.constructor.name;
}

function checkAddress(matcher: string, va: unknown): asserts va is number {
  if (typeof va === 'number' && Number.isSafeInteger(va)) return;
  throw new TypeError(`${matcher} needs an address as a whole number, got ${String(va)}`);
}

/** 'rw', 'rw-', 'none' and 3 alike as 'rw-'. */
function normalProt(prot: string | number): string {
  if (typeof prot === 'number') return protText(prot);
  if (prot === 'none') return '---';
  if (!/^[rwx-]*$/.test(prot)) {
    throw new TypeError(`prot '${prot}' is none: give letters of rwx, 'none', or PROT_* bits`);
  }
  return [...'rwx'].map((letter) => (prot.includes(letter) ? letter : '-')).join('');
}

/** "prot is r--, not rw-" for each property that is not as wanted. */
function differences(actual: object, wanted: object): string[] {
  return Object.entries(wanted).flatMap(([name, value]) => {
    const is = (actual as Record<string, unknown>)[name];
    return value === undefined || is === value
      ? []
      : [`${name} is ${text(is)}, not ${text(value)}`];
  });
}

function listed(wanted: object): string {
  const parts = Object.entries(wanted).filter(([, value]) => value !== undefined);
  return parts.length === 0
    ? ''
    : ` with ${parts.map(([name, value]) => `${name} ${text(value)}`).join(', ')}`;
}

function text(value: unknown): string {
  return typeof value === 'number' ? hex(value) : String(value);
}

function lastCall({ process }: TestProcess, va: number): string[] {
  const call = process.memory.calls.lastAbout(va);
  return call === undefined ? [] : [`  last call   ${call}`];
}

function walk({ process, ending }: TestProcess, va: number): string[] {
  if (ending !== undefined || va < 0 || va >= 2 ** 38) return [];
  const lines = process.memory.walkText(va).trimEnd().split('\n');
  return lines.map((line, i) => `  ${(i === 0 ? 'walk' : '').padEnd(11)} ${line}`);
}

function mappingAt(process: TestProcess, va: number): string[] {
  const mapping: Mapping | undefined = process.mappings.find(
    ({ start, end }) => va >= start && va < end,
  );
  return [
    `  region      ${mapping === undefined ? 'none' : mappingText(mapping)}`,
    ...lastCall(process, va),
  ];
}

function faultText({ access, address, signal, code }: GuestFault): string {
  return `${access} at ${hex(address)}: ${signal}, ${code}`;
}

function endText({ signal, status, machine }: TestProcess): string {
  if (signal !== undefined) return `it was ended by ${signal}`;
  if (status !== undefined) return `it ended with status ${status}`;
  return machine.kernel.hasExited
    ? `it had not ended after ${machine.kernel.clock.steps} steps`
    : 'it waits for input: type() it, or hangUp()';
}

function indented(lines: string): string[] {
  return lines === ''
    ? []
    : lines
        .trimEnd()
        .split('\n')
        .map((line) => `  ${line}`);
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
