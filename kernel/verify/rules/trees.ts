import { hex } from '../../bytes.js';
import { type Finding, rule } from '../rule.js';
import type { Survey } from '../survey.js';
import type { TreeNodeView, TreesView } from '../views.js';

const LIBMMAP = 'libmmap; gVisor pkg/segment, augmented sets';

/** The two trees of mm, recomputed from their nodes alone. */
export const treeRules = [
  rule('T1', 'trees are in key order and balanced, and what they store of subtrees is right', {
    source: LIBMMAP,
    needs: 'kernel',
    *check(survey) {
      for (const [space, trees] of treesOf(survey)) {
        yield* shape(space, 'region', trees.regions, () => undefined);
        yield* shape(space, 'gap', trees.gaps, (node, left, right) => {
          const largest = Math.max(node.end - node.start, left?.largest ?? 0, right?.largest ?? 0);
          return largest === node.largest
            ? undefined
            : `the largest gap below it is stored as ${hex(node.largest)}, and is ${hex(largest)}`;
        });
      }
    },
  }),

  rule('T2', 'free and mapped ranges together tile the space', {
    source: LIBMMAP,
    needs: 'kernel',
    *check(survey) {
      for (const [space, trees] of treesOf(survey)) {
        const ranges = [...trees.regions.nodes, ...trees.gaps.nodes].sort(
          (a, b) => a.start - b.start,
        );
        let cursor = trees.start;
        for (const { start, end } of [...ranges, { start: trees.end, end: trees.end + 1 }]) {
          if (start !== cursor || end <= start) {
            yield {
              space,
              address: Math.min(start, cursor),
              observed: `[${hex(start)}, ${hex(end)}) follows ${hex(cursor)}`,
              expected: 'each address in one region or one gap, and none of them empty',
              remedy: 'whatever changes one tree changes the other by the same range (mm/edit.ts)',
            };
          }
          cursor = end;
        }
      }
    },
  }),

  rule('T3', 'no two gaps touch, and equal neighbours are one region', {
    source: 'Linux mm/vma.c, vma_merge',
    needs: 'kernel',
    *check(survey) {
      for (const [space, { regions, gaps }] of treesOf(survey)) {
        const found = (address: number, what: string): Finding => ({
          space,
          address,
          observed: `${what} meet at ${hex(address)}`,
          expected: 'one node for both',
          remedy: 'merge with both neighbours after an edit (mm/edit.ts)',
        });
        for (const [a, b] of pairs(gaps.nodes)) {
          if (a.end === b.start) yield found(b.start, 'two gaps');
        }
        for (const [a, b] of pairs(regions.nodes)) {
          const continues = a.file === undefined || a.offset - a.base === b.offset - b.base;
          const isEqual = a.prot === b.prot && a.flags === b.flags && a.file === b.file;
          if (a.end === b.start && isEqual && continues) yield found(b.start, 'two equal regions');
        }
      }
    },
  }),

  rule('T4', 'counts of nodes and bytes equal the trees', {
    source: 'Linux mm/mmap.c, validate_mm',
    needs: 'kernel',
    *check(survey) {
      for (const [space, { regions, gaps, stats }] of treesOf(survey)) {
        const counted = [
          regions.nodes.length,
          gaps.nodes.length,
          bytes(regions.nodes),
          bytes(gaps.nodes),
        ];
        const said = [stats.regions, stats.gaps, stats.mappedBytes, stats.freeBytes];
        if (counted.every((value, i) => value === said[i])) continue;
        yield {
          space,
          address: regions.nodes[0]?.start ?? 0,
          observed: `stats say ${said.join(', ')} (regions, gaps, bytes mapped, bytes free)`,
          expected: counted.join(', '),
          remedy: 'count where a node is added, removed or resized (mm/edit.ts, mm/core.ts)',
        };
      }
    },
  }),

  rule('T5', 'a region lies inside its mapping', {
    source: 'libmmap',
    needs: 'kernel',
    *check(survey) {
      for (const [space, { regions }] of treesOf(survey)) {
        for (const { start, end, base, length } of regions.nodes) {
          if (base <= start && end <= base + length) continue;
          yield {
            space,
            address: start,
            observed: `the region [${hex(start)}, ${hex(end)}) belongs to [${hex(base)}, ${hex(base + length)})`,
            expected: 'a part of its mapping',
            remedy:
              "base and length are the mapping's, and stay when a region is split (mm/mapping-table.ts)",
          };
        }
      }
    },
  }),

  rule('T6', 'a call that fails changes nothing', {
    source: 'libmmap',
    needs: 'kernel',
    when: 'trap',
    *check() {},
  }),

  rule('T7', 'what is reported as changed is what has changed, once', {
    source: 'libmmap',
    needs: 'kernel',
    when: 'trap',
    *check() {},
  }),
];

function* treesOf(survey: Survey): Generator<[space: number, trees: TreesView]> {
  for (const { index, view } of survey.spaces) {
    const trees = view?.trees?.();
    if (trees !== undefined) yield [index, trees];
  }
}

function* shape<N extends TreeNodeView>(
  space: number,
  kind: string,
  { root, nodes }: { root: number; nodes: readonly N[] },
  augmentation: (node: N, left: N | undefined, right: N | undefined) => string | undefined,
): Generator<Finding> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const unseen = new Map(byId);
  const found = (node: N, observed: string): Finding => ({
    space,
    address: node.start,
    observed: `the ${kind} [${hex(node.start)}, ${hex(node.end)}): ${observed}`,
    expected:
      'left < node < right, heights that differ by 1 at most, stored values equal recomputed ones',
    remedy: 'rotate and retrace (mm/trees/avl-tree.ts)',
  });
  const visit = function* (id: number, low: number, high: number): Generator<Finding, number> {
    const node = unseen.get(id);
    if (node === undefined) return 0;
    unseen.delete(id);
    if (!(node.start >= low && node.start < high)) yield found(node, 'out of order');
    const wrong = augmentation(node, byId.get(node.left), byId.get(node.right));
    if (wrong !== undefined) yield found(node, wrong);
    const leftHeight = yield* visit(node.left, low, node.start);
    const rightHeight = yield* visit(node.right, node.end, high);
    const height = Math.max(leftHeight, rightHeight) + 1;
    if (height !== node.height)
      yield found(node, `height ${node.height} is stored, ${height} is right`);
    if (Math.abs(leftHeight - rightHeight) > 1)
      yield found(node, 'its subtrees are out of balance');
    return height;
  };
  yield* visit(root, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
}

function pairs<N>(nodes: readonly N[]): [N, N][] {
  return nodes.slice(1).map((node, i) => [nodes[i]!, node]);
}

function bytes(nodes: readonly TreeNodeView[]): number {
  return nodes.reduce((sum, { start, end }) => sum + end - start, 0);
}
