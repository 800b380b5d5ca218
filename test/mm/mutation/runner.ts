import assert from 'node:assert/strict';
import { inspect, isDeepStrictEqual } from 'node:util';

/** A test as the mutation run sees it: it throws if it fails. */
interface Test {
  name: string;
  run: () => void;
}

export const tests: Test[] = [];

/** What the unit tests use of vitest, and no more, to run thousands of times in one process. */
export const describe = Object.assign((_name: string, body: () => void) => body(), {
  each:
    <T>(rows: readonly T[]) =>
    (_name: string, body: (...row: unknown[]) => void) => {
      for (const row of rows) body(...(Array.isArray(row) ? row : [row]));
    },
});

export const it = Object.assign(
  (name: string, run: () => void) => {
    tests.push({ name, run });
  },
  {
    each:
      <T>(rows: readonly T[]) =>
      (name: string, body: (...row: unknown[]) => void) => {
        for (const row of rows) {
          tests.push({ name, run: () => body(...(Array.isArray(row) ? row : [row])) });
        }
      },
  },
);

export function expect(actual: unknown) {
  return { ...matchers(actual, true), not: matchers(actual, false) };
}

function matchers(actual: unknown, isWanted: boolean) {
  const demand = (holds: boolean, what: string, expected?: unknown) => {
    assert.ok(holds === isWanted, `${inspect(actual)} ${what} ${inspect(expected)}`);
  };
  return {
    toBe: (value: unknown) => demand(Object.is(actual, value), 'is', value),
    toEqual: (value: unknown) => demand(isDeepStrictEqual(actual, value), 'equals', value),
    toMatchObject: (value: object) => demand(hasAll(actual, value), 'has', value),
    toBeUndefined: () => demand(actual === undefined, 'is undefined'),
    toBeDefined: () => demand(actual !== undefined, 'is defined'),
    toBeLessThan: (value: number) => demand((actual as number) < value, 'is below', value),
    toBeGreaterThan: (value: number) => demand((actual as number) > value, 'is above', value),
    toContain: (value: unknown) => demand((actual as unknown[]).includes(value), 'has', value),
    toContainEqual: (value: unknown) => {
      const holds = (actual as unknown[]).some((item) => isDeepStrictEqual(item, value));
      demand(holds, 'has', value);
    },
    toMatch: (value: RegExp) => demand(value.test(actual as string), 'matches', value),
    toThrow: (value?: Thrown) => demand(throws(actual as () => void, value), 'throws', value),
  };
}

/** What `toThrow` compares with: a part of the message, the error itself, or its class. */
type Thrown = string | RegExp | Error | (new (message: string) => Error);

function hasAll(actual: unknown, wanted: object): boolean {
  return Object.entries(wanted).every(([key, value]) =>
    isDeepStrictEqual((actual as Record<string, unknown>)[key], value),
  );
}

function throws(run: () => void, wanted: Thrown | undefined): boolean {
  try {
    run();
  } catch (error) {
    const { message } = error as Error;
    if (typeof wanted === 'string') return message.includes(wanted);
    if (wanted instanceof RegExp) return wanted.test(message);
    if (wanted instanceof Error) return error === wanted;
    return wanted === undefined || error instanceof wanted;
  }
  return false;
}
