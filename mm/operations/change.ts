import type { Core, Part } from '../core.js';
import type { Edit } from '../edit.js';
import { Errno } from '../errno.js';
import type { UpdateFn } from '../types.js';

/** Gives a range, all of it mapped, another protection. */
export function protect<F>(
  core: Core<F>,
  edit: Edit<F>,
  address: number,
  length: number,
  prot: number,
  onUpdate: UpdateFn<F> | undefined,
): number {
  const page = core.pageAt(address);
  const pages = core.pagesOf(length);
  if (!core.isInside(page, pages) || !Number.isSafeInteger(prot)) return -Errno.EINVAL;
  return change(core, edit, page, page + pages, onUpdate, prot, 0, 0);
}

/** Sets and clears bits of `flags` in a range, all of it mapped. */
export function setFlags<F>(
  core: Core<F>,
  edit: Edit<F>,
  address: number,
  length: number,
  set: number,
  clear: number,
  onUpdate: UpdateFn<F> | undefined,
): number {
  const page = core.pageAt(address);
  const pages = core.pagesOf(length);
  if (!core.isInside(page, pages)) return -Errno.EINVAL;
  if (!Number.isSafeInteger(set) || !Number.isSafeInteger(clear)) return -Errno.EINVAL;
  return change(core, edit, page, page + pages, onUpdate, undefined, set, clear);
}

/** `(flags & ~clear) | set` on two's complement integers of 53 bits and a sign. */
export function changeBits(flags: number, set: number, clear: number): number {
  const low = ((flags & ~clear) | set) >>> 0;
  const high = (highWord(flags) & ~highWord(clear)) | highWord(set);
  return high * 2 ** 32 + low;
}

function highWord(value: number): number {
  return Math.floor(value / 2 ** 32);
}

/** Another prot where one is given, else other flags. */
function change<F>(
  core: Core<F>,
  edit: Edit<F>,
  start: number,
  end: number,
  onUpdate: UpdateFn<F> | undefined,
  prot: number | undefined,
  set: number,
  clear: number,
): number {
  const { regions } = core;
  edit.begin(start, end);
  if (edit.hasHoles) return -Errno.ENOMEM;
  const parts: Part<F>[] = [];
  let isChanged = false;
  for (let i = edit.first, last = edit.last; i < last; i++) {
    const node = edit.run[i]!;
    const oldFlags = regions.flags(node);
    const newProt = prot ?? regions.prot(node);
    const newFlags = prot === undefined ? changeBits(oldFlags, set, clear) : oldFlags;
    const from = Math.max(start, regions.start(node));
    const to = Math.min(end, regions.end(node));
    if (newProt !== regions.prot(node) || newFlags !== oldFlags) {
      isChanged = true;
      if (onUpdate !== undefined) parts.push(core.part(node, start, end));
    }
    edit.put(from, to, newProt, newFlags, regions.mark(node), regions.mapping(node));
  }
  if (!isChanged) return 0;
  edit.finish();
  const refused = core.reserve(edit.moreRegions, edit.moreGaps);
  if (refused < 0) return refused;
  edit.commit('change');
  core.reportParts(parts, onUpdate);
  return 0;
}
