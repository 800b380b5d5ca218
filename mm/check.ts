import type { Core } from './core.js';
import type { Violation } from './types.js';
export function checkSpace<F>(core: Core<F>): Violation[] {
  const found: Violation[] = [];
  const { regions, gaps } = core;
  const ends: [number, number, boolean][] = [];
  const walk = (tree: typeof regions | typeof gaps, node: number): number => {
    if (node === 0) return 0;
    const l = walk(tree, tree.links[node * 4 + 2]!);
    ends.push([tree.start(node), tree.end(node), tree === regions]);
    const r = walk(tree, tree.links[node * 4 + 3]!);
    const h = Math.max(l, r) + 1;
    if (Math.abs(l - r) > 1 || h !== tree.heights[node])
      found.push({ rule: 'T1', message: `node ${node}` });
    return h;
  };
  walk(regions, regions.root);
  walk(gaps, gaps.root);
  ends.sort((a, b) => a[0] - b[0]);
  let at = core.startPage;
  for (const [s, e] of ends) {
    if (s !== at || e <= s) found.push({ rule: 'T2', message: `${s} ${e}` });
    at = e;
  }
  if (at !== core.endPage) found.push({ rule: 'T2', message: 'end' });
  return found;
}
