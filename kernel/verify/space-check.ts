import type { VirtualMemory } from '../memory/virtual-memory.js';
import { spaceView } from './adapters.js';
import { lifecycleRules } from './rules/lifecycle.js';
import { treeRules } from './rules/trees.js';
import type { Survey } from './survey.js';

/** Rules that ask about the regions of one space, and about no page table. */
const regionalRules = [...treeRules, ...lifecycleRules].filter(({ id }) =>
  /^(T[1-5]|L[56])$/.test(id),
);
/** Spaces with no more regions are looked at after every change. */
const FEW_REGIONS = 32;
/** Of more, so many are looked at for each change, in one go. */
const REGIONS_PER_CHANGE = 4;

/** Looks at a space's regions once they have changed: at each change of few, now and then of many. */
export class SpaceCheck {
  /** Changes of regions since each space was looked at. */
  private readonly changes = new Map<VirtualMemory, number>();

  /** Whether nothing is wrong with the regions, as far as that was looked at. */
  isSound(memory: VirtualMemory, changes: number): boolean {
    const sum = (this.changes.get(memory) ?? 0) + changes;
    const { regions } = memory.mapper.stats();
    // So that a change costs no more where there are many regions than where there are few.
    if (regions > FEW_REGIONS && sum * REGIONS_PER_CHANGE < regions) {
      this.changes.set(memory, sum);
      return true;
    }
    this.changes.delete(memory);
    const view = spaceView('', memory);
    // All that these rules look at.
    const survey = { spaces: [{ index: 0, view, regions: view.regions() }] } as unknown as Survey;
    for (const rule of regionalRules) {
      for (const _finding of rule.check(survey)) return false;
    }
    return true;
  }

  forget(memory: VirtualMemory): void {
    this.changes.delete(memory);
  }
}
