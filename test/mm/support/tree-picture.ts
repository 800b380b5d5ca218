import type { AddressSpace, TreeNode } from '../../../mm/index.js';
import { PAGE, START } from './picture.js';

/**
 * Both trees of a space as text: one column per node in address order, one line per level. A region
 * is its pages and protection, a gap its pages and the largest gap of its subtree.
 */
export function treePicture(space: AddressSpace<object>): string {
  const { regions, gaps } = space.snapshot();
  const pageOf = (address: number) => (address - START) / PAGE;
  const range = ({ start, end }: { start: number; end: number }) =>
    `${pageOf(start)}-${pageOf(end)}`;
  const letters = 'nr?w?x';
  return [
    'regions',
    ...drawTree(regions, (node) => `${range(node)}:${letters[node.prot]}`),
    'gaps',
    ...drawTree(gaps, (node) => `${range(node)}:${node.largest / PAGE}`),
  ].join('\n');
}

function drawTree<N extends TreeNode>(
  { root, nodes }: { root: number; nodes: N[] },
  label: (node: N) => string,
): string[] {
  const columns = new Map<number, { at: number; text: string; node: N }>();
  let at = 2;
  for (const node of nodes) {
    const text = label(node);
    columns.set(node.id, { at, text, node });
    at += text.length + 2;
  }
  const lines: string[] = [];
  let level = [root].filter((id) => id !== 0);
  while (level.length > 0) {
    const places = level.map((id) => columns.get(id)!);
    lines.push(places.reduce((line, { at: from, text }) => line.padEnd(from) + text, ''));
    let branches = '';
    const next: number[] = [];
    for (const { node } of places) {
      for (const [child, sign] of [
        [node.left, '/'],
        [node.right, '\\'],
      ] as const) {
        if (child === 0) continue;
        next.push(child);
        const place = columns.get(child)!;
        const middle = sign === '/' ? place.at + place.text.length : place.at - 1;
        branches = branches.padEnd(Math.max(middle, 0)) + sign;
      }
    }
    if (next.length > 0) lines.push(branches);
    level = next;
  }
  return lines;
}
