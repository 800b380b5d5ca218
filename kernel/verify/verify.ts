import { type Rule, type Violation, violation } from './rule.js';
import { encodingRules } from './rules/encoding.js';
import { frameRules } from './rules/frames.js';
import { lifecycleRules } from './rules/lifecycle.js';
import { regionRules } from './rules/regions.js';
import { structureRules } from './rules/structure.js';
import { tlbRules } from './rules/tlb.js';
import { treeRules } from './rules/trees.js';
import { Survey } from './survey.js';
import type { KernelView, MachineView } from './views.js';

/** Every rule, in the order of reports. */
export const rules: readonly Rule[] = [
  ...treeRules,
  ...encodingRules,
  ...structureRules,
  ...regionRules,
  ...frameRules,
  ...tlbRules,
  ...lifecycleRules,
];

/**
 * Judges a machine, and its kernel where one is known, by a full pass over raw memory.
 *
 * @returns what was found, by rule; nothing when all is consistent
 */
export function verify(view: { machine: MachineView; kernel?: KernelView }): Violation[] {
  return judge(new Survey(view.machine, view.kernel));
}

/** Applies every rule of these that can be applied. */
export function judge(survey: Survey, which: readonly Rule[] = rules): Violation[] {
  const violations: Violation[] = [];
  for (const rule of which) {
    if (rule.needs === 'kernel' && survey.kernel === undefined) continue;
    for (const finding of rule.check(survey)) violations.push(violation(rule, finding, survey));
  }
  return violations;
}
