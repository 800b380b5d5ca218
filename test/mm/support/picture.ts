import { AddressSpace, type AddressSpaceOptions } from '../../../mm/index.js';

export const PAGE = 4096;
/** Where drawn spaces begin. */
export const START = 16 * PAGE;

/** Protections by letter; `.` is unmapped. */
const LETTERS: Record<string, number> = { n: 0, r: 1, w: 3, x: 5 };

/** The address of a page of a drawn space. */
export function page(index: number): number {
  return START + index * PAGE;
}

export function pages(count: number): number {
  return count * PAGE;
}

/**
 * A space of one character per page. Each run of a letter is a mapping of its own, `|` begins a new
 * one; its file offset is 0.
 */
export function draw(
  picture: string,
  options: Partial<AddressSpaceOptions> = {},
): AddressSpace<object> {
  const count = picture.replaceAll('|', '').length;
  const space = AddressSpace.create<object>({
    start: START,
    length: pages(count),
    pageSize: PAGE,
    ...options,
  });
  let at = 0;
  for (const [run] of picture.matchAll(/([a-z])\1*|\.+|\|/g)) {
    if (run === '|') continue;
    const prot = LETTERS[run[0]!];
    if (prot !== undefined) space.mapAt(page(at), pages(run.length), prot, 2, undefined, 0);
    at += run.length;
  }
  return space;
}

/** Protections page by page, with `|` between regions that touch. */
export function picture(space: AddressSpace<object>): string {
  let text = '';
  let end = Number.NaN;
  const all = [
    ...[...space.regions()].map((region) => ({ ...region, isGap: false })),
    ...[...space.gaps()].map((gap) => ({ ...gap, prot: -1, isGap: true })),
  ].sort((a, b) => a.start - b.start);
  for (const { start, end: to, prot, isGap } of all) {
    const letter = isGap
      ? '.'
      : (Object.keys(LETTERS).find((name) => LETTERS[name] === prot) ?? '?');
    if (start === end && !isGap && !text.endsWith('.')) text += '|';
    text += letter.repeat((to - start) / PAGE);
    end = to;
  }
  return text;
}
