import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AnyNode, parse } from 'acorn';
import { transformSync } from 'esbuild';
import { root } from '../../support/processes.js';
import type { Mutant } from './run.js';

/** What a mutant does to the source: how small it is, and where. */
export interface Change {
  readonly kind: 'condition changed' | 'statement dropped' | 'other';
  /** Line of the source, from 1, at which the change begins. */
  readonly line: number;
}

/** Compares the syntax trees of the source and of the mutant, and finds where the texts part. */
export function changeOf({ file, find, replace }: Mutant): Change {
  const source = readFileSync(join(root, file), 'utf8');
  const mutant = source.replace(find, () => replace);
  let at = 0;
  while (source[at] === mutant[at]) at++;
  // Blanks belong to what follows them.
  while (/\s/.test(source[at]!)) at++;
  const line = source.slice(0, at).split('\n').length;
  return { kind: difference(new Tree(source), new Tree(mutant)), line };
}

/** Imports stay, used or not. */
const OPTIONS = {
  loader: 'ts',
  tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
} as const;

/** A file without its types. */
class Tree {
  readonly root: AnyNode;
  private readonly text: string;

  constructor(source: string) {
    this.text = transformSync(source, OPTIONS).code;
    this.root = parse(this.text, { ecmaVersion: 'latest', sourceType: 'module' });
  }

  textOf({ start, end }: AnyNode): string {
    return this.text.slice(start, end);
  }
}

/** Goes down to the smallest part that has all of the difference, and looks at what is above it. */
function difference(before: Tree, after: Tree): Change['kind'] {
  const path: AnyNode[] = [];
  let [old, now] = [before.root, after.root];
  for (;;) {
    path.push(old);
    const [olds, nows] = [children(old), children(now)];
    const isSame = (a: number, b: number) =>
      olds[a]!.type === nows[b]?.type && before.textOf(olds[a]!) === after.textOf(nows[b]);
    const odd = olds.findIndex((_child, i) => !isSame(i, i));
    if (
      isDropped(old, now, odd) &&
      olds.every((_c, i) => i === odd || isSame(i, i < odd ? i : i - 1))
    ) {
      return 'statement dropped';
    }
    const isOne =
      old.type === now.type &&
      olds.length === nows.length &&
      odd >= 0 &&
      olds.every((_child, i) => i === odd || isSame(i, i));
    if (!isOne) break;
    [old, now] = [olds[odd]!, nows[odd]!];
  }
  return path.some((node, i) => decidesBy(node, path[i + 1])) ? 'condition changed' : 'other';
}

function isDropped(old: AnyNode, now: AnyNode, odd: number): boolean {
  const [olds, nows] = [children(old), children(now)];
  return odd >= 0 && olds.length === nows.length + 1 && /Statement$/.test(olds[odd]!.type);
}

/** Whether the part is what a branch or loop goes by, or belongs to a comparison. */
function decidesBy(node: AnyNode, part: AnyNode | undefined): boolean {
  switch (node.type) {
    case 'LogicalExpression':
      return node.operator !== '??';
    case 'BinaryExpression':
      return /^([<>]=?|[!=]==)$/.test(node.operator);
    case 'IfStatement':
    case 'WhileStatement':
    case 'ForStatement':
    case 'ConditionalExpression':
      return part !== undefined && part === node.test;
    default:
      return false;
  }
}

function children(node: AnyNode): AnyNode[] {
  return Object.values(node)
    .flat()
    .filter((value): value is AnyNode => typeof value?.type === 'string');
}
