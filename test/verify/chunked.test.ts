import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ChunkedArray } from '../../kernel/verify/chunked.js';

it('a ChunkedArray remembers what a Map does', () => {
  // Neighbours in a few chunks, the last possible one among them.
  const index = fc.nat(1100).map((n) => (n < 1000 ? n : 2 ** 31 - n));
  fc.assert(
    fc.property(fc.array(fc.tuple(index, fc.nat())), fc.array(index), (writes, reads) => {
      const [array, map] = [new ChunkedArray<number>(), new Map<number, number>()];
      for (const [at, value] of writes) {
        expect(array.get(at)).toBe(map.get(at));
        array.set(at, value);
        map.set(at, value);
      }
      for (const at of [...reads, ...map.keys()]) expect(array.get(at)).toBe(map.get(at));
    }),
  );
});
