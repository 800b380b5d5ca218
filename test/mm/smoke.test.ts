import { expect, it } from 'vitest';
import { AddressSpace } from '../../mm/index.js';

it('survives a random walk', () => {
  let seed = 1;
  const rnd = (n: number) => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return Math.floor((seed / 2 ** 32) * n);
  };
  for (const merge of ['mapping', 'adjacent'] as const)
    for (const placement of ['bottom-up', 'top-down'] as const) {
      const a = AddressSpace.create<object>({
        start: 65536,
        length: 4096 * 64,
        pageSize: 4096,
        merge,
        placement,
      });
      const files = [undefined, {}, {}];
      const addr = () => 65536 + rnd(64) * 4096;
      const len = () => (1 + rnd(9)) * 4096;
      for (let i = 0; i < 30000; i++) {
        const k = rnd(11);
        const f = files[rnd(3)];
        if (k === 0)
          a.mapAny(
            len(),
            rnd(2),
            rnd(2),
            f,
            0,
            rnd(2) ? { alignment: 8192, guard: 4096 * rnd(2) } : undefined,
          );
        else if (k === 1) a.mapAt(addr(), len(), rnd(2), rnd(2), f, 0, () => {});
        else if (k === 2) a.mapAtIfFree(addr(), len(), rnd(2), rnd(2), f, 0);
        else if (k < 5) a.unmap(addr(), len(), () => {});
        else if (k === 5) a.protect(addr(), len(), rnd(2));
        else if (k === 6) a.setFlags(addr(), len(), rnd(2), rnd(2));
        else if (k === 7) a.remap(addr(), len(), len(), { mayMove: true });
        else if (k === 8)
          a.remap(addr(), len(), len(), { mayMove: true, newAddr: addr(), keepOld: rnd(2) === 0 });
        else if (rnd(20) === 0) a.markOriginal();
        else if (rnd(19) === 0) a.unmapNonOriginal();
        const c = a.check();
        if (c.length)
          throw new Error(`${merge} ${placement} step ${i} op ${k}: ${JSON.stringify(c)}`);
        expect(Array.from(a.regions()).length + Array.from(a.gaps()).length).toBe(a.stats().nodes);
      }
      expect(a.stats().mappedBytes).toBeGreaterThan(0);
    }
});
