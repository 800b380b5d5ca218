import fc from 'fast-check';
import {
  AddressSpace,
  type MapAnyOptions,
  type RegionInfo,
  type RemapOptions,
} from '../../../mm/index.js';
import { type ModelOptions, type Outcome, PageModel, type Told } from './page-model.js';

/** The model, the space, and the switch that refuses the next reservation. */
export interface Pair {
  model: PageModel;
  space: AddressSpace<object>;
  isRefusing: boolean;
  /** Numbers of nodes that the model has asked for, and the space not yet. */
  asked: number[];
}

/** A kind of address space to test. */
export type Setup = Omit<ModelOptions, 'mayAllocate'>;

export const FILES: readonly (object | undefined)[] = [undefined, { name: 'a' }, { name: 'b' }];

const BAD = [Number.NaN, -0, -1, 0.5, Number.POSITIVE_INFINITY, 2 ** 53, -(2 ** 53), 2 ** 53 - 1];

export const setupArbitrary: fc.Arbitrary<Setup> = fc
  .record({
    firstPage: fc.constantFrom(0, 1, 7),
    pages: fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: 1, max: 40 }) },
      { weight: 1, arbitrary: fc.integer({ min: 100, max: 200 }) },
    ),
    pageSize: fc.constantFrom(1, 4096, 16384, 2 ** 21, 2 ** 30),
    isHigh: fc.boolean(),
    placement: fc.constantFrom('bottom-up' as const, 'top-down' as const),
    merge: fc.constantFrom('mapping' as const, 'adjacent' as const),
    maxRegions: fc.constantFrom(3, 6, 1000, Number.POSITIVE_INFINITY),
  })
  .map(({ firstPage, isHigh, ...setup }) => {
    // The highest space ends at 2^53.
    const start = isHigh ? 2 ** 53 - setup.pages * setup.pageSize : firstPage * setup.pageSize;
    return { start, ...setup };
  });

export function makePair(setup: Setup): Pair {
  const asked: number[] = [];
  const { pages, ...options } = setup;
  const pair: Pair = {
    isRefusing: false,
    asked,
    model: new PageModel({
      ...setup,
      mayAllocate: (nodes) => {
        asked.push(nodes);
        return !pair.isRefusing;
      },
    }),
    space: AddressSpace.create<object>({
      ...options,
      length: pages * setup.pageSize,
      mayAllocate: (nodes) => {
        // The model runs first and has asked for the same number.
        if (asked.shift() !== nodes) throw new Error(`asked for ${nodes} nodes, the model did not`);
        return !pair.isRefusing;
      },
    }),
  };
  return pair;
}

/** Compares everything that can be seen of a space with the model. */
export function compare({ model, space }: Pair): void {
  const violations = space.check();
  if (violations.length > 0) throw new Error(`check: ${JSON.stringify(violations)}`);
  const regions = model.regions();
  const gaps = model.gaps();
  expectSame('regions', [...space.regions()], regions);
  expectSame('gaps', [...space.gaps()], gaps);
  const { pageSize, pages } = model.options;
  const mapped = model.cells.filter((cell) => cell !== undefined).length;
  expectSame('stats', space.stats(), {
    regions: regions.length,
    gaps: gaps.length,
    mappedBytes: mapped * pageSize,
    freeBytes: (pages - mapped) * pageSize,
    largestGap: Math.max(0, ...gaps.map((gap) => gap.end - gap.start)),
    nodes: regions.length + gaps.length,
  });
}

/** One operation, given to both; results, callbacks and all pages are compared. */
class OperationCommand implements fc.Command<Pair, Pair> {
  private readonly name: string;
  private readonly text: string;
  private readonly isRefused: boolean;
  private readonly act: (pair: Pair, told: Told[], moved: Outcome['moved']) => Answers;

  constructor(name: string, args: object, isRefused: boolean, act: OperationCommand['act']) {
    this.name = name;
    this.text = `${name}${fc.stringify(args)}${isRefused ? ' refused' : ''}`;
    this.isRefused = isRefused;
    this.act = act;
  }

  check(): boolean {
    return true;
  }

  run(_model: Pair, pair: Pair): void {
    operations.count++;
    operations.byName[this.name] = (operations.byName[this.name] ?? 0) + 1;
    const told: Told[] = [];
    const moved: Outcome['moved'] = [];
    pair.isRefusing = this.isRefused;
    const { expected, result } = this.act(pair, told, moved);
    pair.isRefusing = false;
    if (pair.asked.length > 0) throw new Error('the model asked for nodes, the space did not');
    expectSame('result', result, expected.result);
    expectSame('callbacks', told, expected.told);
    expectSame('moves', moved, expected.moved);
    compare(pair);
  }

  toString(): string {
    return this.text;
  }
}

function told(into: Told[]): (start: number, length: number, info: RegionInfo<object>) => void {
  return (start, length, info) => {
    into.push({ start, length, info });
  };
}

function rangeArbitraries({ start, pages, pageSize }: Setup) {
  const address = fc.oneof(
    { weight: 30, arbitrary: fc.nat(pages).map((page) => start + page * pageSize) },
    { weight: 1, arbitrary: fc.constantFrom(...BAD, start - pageSize, start + pageSize / 2) },
  );
  const rangeOption = fc.record({
    start: fc.nat(pages).map((page) => start + page * pageSize),
    end: fc.nat(pages + 2).map((page) => start + page * pageSize),
  });
  return { address, rangeOption };
}

interface Answers {
  expected: Outcome;
  result: number;
}

/** Operations run so far. */
export const operations: { count: number; byName: Record<string, number> } = {
  count: 0,
  byName: {},
};

/** Any sequence of operations on any space does to it what it does to the model. */
export function modelProperty() {
  const sequence = setupArbitrary.chain((setup) =>
    fc.tuple(
      fc.constant(setup),
      fc.commands(commandArbitraries(setup), { maxCommands: 150, size: 'max' }),
    ),
  );
  return fc.property(sequence, ([setup, commands]) => {
    fc.modelRun(() => {
      const pair = makePair(setup);
      return { model: pair, real: pair };
    }, commands);
  });
}

/** Random operations that suit a space. */
export function commandArbitraries(setup: Setup): fc.Arbitrary<fc.Command<Pair, Pair>>[] {
  const { start, pages, pageSize } = setup;
  const { address, rangeOption } = rangeArbitraries(setup);
  const length = fc.oneof(
    { weight: 20, arbitrary: fc.integer({ min: 1, max: 6 }).map((n) => n * pageSize) },
    { weight: 6, arbitrary: fc.integer({ min: 1, max: pages }).map((n) => n * pageSize) },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 3 * pageSize }) },
    { weight: 1, arbitrary: fc.constantFrom(0, pages * pageSize + 1, ...BAD) },
  );
  const bits = fc.oneof(
    { weight: 20, arbitrary: fc.nat(1) },
    { weight: 2, arbitrary: fc.nat(3) },
    { weight: 1, arbitrary: fc.constantFrom(0x80000000, 0xffffffff, -1, -(2 ** 31), 2 ** 40 + 1) },
  );
  const file = fc.constantFrom(...FILES);
  const offset = fc.oneof(
    { weight: 4, arbitrary: fc.nat(6).map((n) => n * pageSize) },
    { weight: 4, arbitrary: fc.constant('follows' as const) },
    { weight: 1, arbitrary: fc.constantFrom(7, 2 ** 53 - 4 * pageSize, ...BAD) },
  );
  const isRefused = fc.integer({ min: 0, max: 11 }).map((n) => n === 0);
  const contents = fc.record({ prot: bits, flags: bits, file, offset, isRefused });
  /** An offset that continues over neighbouring addresses. */
  const offsetAt = (value: number | 'follows', at: number) =>
    value === 'follows' ? Math.max(0, Math.floor(at - start) || 0) : value;

  const mapAnyOptions: fc.Arbitrary<MapAnyOptions | undefined> = fc.option(
    fc.record(
      {
        hint: address,
        alignment: fc.oneof(
          { weight: 8, arbitrary: fc.nat(4).map((n) => pageSize * 2 ** n) },
          { weight: 1, arbitrary: fc.constantFrom(3 * pageSize, pageSize / 2, ...BAD) },
        ),
        guard: fc.oneof(
          { weight: 8, arbitrary: fc.nat(2 * pageSize) },
          { weight: 1, arbitrary: fc.constantFrom(...BAD) },
        ),
        range: fc.oneof(
          { weight: 8, arbitrary: rangeOption },
          { weight: 1, arbitrary: fc.record({ start: address, end: address }) },
        ),
        placement: fc.constantFrom('bottom-up' as const, 'top-down' as const),
      },
      { requiredKeys: [] },
    ),
    { nil: undefined, freq: 2 },
  );

  return [
    fc.record({ length, contents, options: mapAnyOptions }).map((a) => {
      const { prot, flags, file: f, isRefused: no } = a.contents;
      const at = a.contents.offset === 'follows' ? 0 : a.contents.offset;
      return new OperationCommand('mapAny', a, no, ({ model, space }) => ({
        expected: model.mapAny(a.length, prot, flags, f, at, a.options),
        result: space.mapAny(a.length, prot, flags, f, at, a.options),
      }));
    }),
    fc.record({ address, length, contents }).map((a) => {
      const { prot, flags, file: f, isRefused: no } = a.contents;
      const at = offsetAt(a.contents.offset, a.address);
      return new OperationCommand('mapAt', a, no, ({ model, space }, into) => ({
        expected: model.mapAt(a.address, a.length, prot, flags, f, at),
        result: space.mapAt(a.address, a.length, prot, flags, f, at, told(into)),
      }));
    }),
    fc.record({ address, length, contents }).map((a) => {
      const { prot, flags, file: f, isRefused: no } = a.contents;
      const at = offsetAt(a.contents.offset, a.address);
      return new OperationCommand('mapAtIfFree', a, no, ({ model, space }) => ({
        expected: model.mapAtIfFree(a.address, a.length, prot, flags, f, at),
        result: space.mapAtIfFree(a.address, a.length, prot, flags, f, at),
      }));
    }),
    fc.record({ address, length, isRefused }).map(
      (a) =>
        new OperationCommand('unmap', a, a.isRefused, ({ model, space }, into) => ({
          expected: model.unmap(a.address, a.length),
          result: space.unmap(a.address, a.length, told(into)),
        })),
    ),
    fc.record({ address, length, prot: bits, isRefused }).map(
      (a) =>
        new OperationCommand('protect', a, a.isRefused, ({ model, space }, into) => ({
          expected: model.protect(a.address, a.length, a.prot),
          result: space.protect(a.address, a.length, a.prot, told(into)),
        })),
    ),
    fc.record({ address, length, set: bits, clear: bits, isRefused }).map(
      (a) =>
        new OperationCommand('setFlags', a, a.isRefused, ({ model, space }, into) => ({
          expected: model.setFlags(a.address, a.length, a.set, a.clear),
          result: space.setFlags(a.address, a.length, a.set, a.clear, told(into)),
        })),
    ),
    fc
      .record({
        address,
        // Old ranges that are one mapping are rare at random: take a present region, or a part.
        pick: fc.option(fc.nat(), { nil: undefined }),
        skip: fc.nat(2),
        cut: fc.nat(2),
        oldLength: length,
        newLength: length,
        options: fc.record(
          { mayMove: fc.boolean(), newAddr: address, keepOld: fc.boolean() },
          { requiredKeys: ['mayMove'] },
        ),
        isRefused,
      })
      .map(
        (a) =>
          new OperationCommand('remap', a, a.isRefused, ({ model, space }, into, moved) => {
            const present = model.regions();
            const region = a.pick === undefined ? undefined : present[a.pick % present.length];
            const from = region === undefined ? a.address : region.start + a.skip * pageSize;
            const bytes = region === undefined ? a.oldLength : region.end - from - a.cut * pageSize;
            const options: RemapOptions<object> = {
              ...a.options,
              onUnmap: told(into),
              onMove: (source, to, n) => moved.push({ from: source, to, length: n }),
            };
            return {
              expected: model.remap(from, bytes, a.newLength, a.options),
              result: space.remap(from, bytes, a.newLength, options),
            };
          }),
      ),
    ...rareArbitraries(setup),
  ];
}

/** Operations of which each comes a sixth as often as the others. */
function rareArbitraries(setup: Setup): fc.Arbitrary<fc.Command<Pair, Pair>>[] {
  const { address, rangeOption } = rangeArbitraries(setup);
  const rare = [
    fc.constant(
      new OperationCommand('markOriginal', {}, false, ({ model, space }) => {
        model.markOriginal();
        space.markOriginal();
        return { expected: { result: 0, told: [], moved: [] }, result: 0 };
      }),
    ),
    fc.constant(
      new OperationCommand('unmapNonOriginal', {}, false, ({ model, space }, into) => {
        space.unmapNonOriginal(told(into));
        return { expected: { result: 0, told: model.unmapNonOriginal(), moved: [] }, result: 0 };
      }),
    ),
    fc.constant(
      new OperationCommand('clone', {}, false, (pair) => {
        // Goes on with the clone, and spoils the space that it came from.
        const old = pair.space;
        pair.space = old.clone();
        pair.model = pair.model.clone();
        old.reset();
        return { expected: { result: 0, told: [], moved: [] }, result: 0 };
      }),
    ),
    fc.record({ address }).map(
      (a) =>
        new OperationCommand('queryPage', a, false, ({ model, space }) => {
          expectSame('queryPage', space.queryPage(a.address), model.queryPage(a.address));
          return { expected: { result: 0, told: [], moved: [] }, result: 0 };
        }),
    ),
    fc.record({ range: rangeOption, skew: fc.nat(1) }).map(
      (a) =>
        new OperationCommand('ranges', a, false, ({ model, space }) => {
          const range = { start: a.range.start + a.skew, end: a.range.end };
          const overlaps = (r: { start: number; end: number }) =>
            range.start < range.end && r.start < range.end && r.end > range.start;
          expectSame('regions', [...space.regions(range)], model.regions().filter(overlaps));
          expectSame('gaps', [...space.gaps(range)], model.gaps().filter(overlaps));
          return { expected: { result: 0, told: [], moved: [] }, result: 0 };
        }),
    ),
    fc.constant(
      new OperationCommand('reset', {}, false, ({ model, space }) => {
        model.reset();
        space.reset();
        return { expected: { result: 0, told: [], moved: [] }, result: 0 };
      }),
    ),
  ];
  return [fc.oneof(...rare)];
}

function expectSame(what: string, actual: unknown, expected: unknown): void {
  if (isSame(actual, expected)) return;
  throw new Error(`${what}: got ${fc.stringify(actual)}, the model says ${fc.stringify(expected)}`);
}

/** Deep equality of plain data, where the only shared objects are files, compared by identity. */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (FILES.includes(a) || FILES.includes(b)) return false;
  const keys = Object.keys(a) as (keyof typeof a)[];
  return keys.length === Object.keys(b).length && keys.every((key) => isSame(a[key], b[key]));
}
