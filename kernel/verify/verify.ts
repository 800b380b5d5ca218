import { type Finding, type Rule, type RuleId, type Violation, violation } from './rule.js';
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
 * @param view a machine alone, or with its kernel
 * @returns what was found, by rule; nothing when all is consistent
 * @throws TypeError when it is given something else
 */
export function verify(
  view: MachineView | { readonly machine: MachineView; readonly kernel?: KernelView | undefined },
): Violation[] {
  const { machine, kernel } = view && 'machine' in view ? view : { machine: view };
  if (typeof machine?.frameBytes !== 'function') {
    throw new TypeError('verify needs a MachineView, or { machine, kernel }: see frameBytes');
  }
  return judge(new Survey(machine, kernel));
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

/** A finding that was made elsewhere, completed by what the views tell. */
export function violationOf(
  id: RuleId,
  finding: Finding,
  { machine, kernel }: { readonly machine: MachineView; readonly kernel?: KernelView },
): Violation {
  const of = rules.find((rule) => rule.id === id);
  if (of === undefined) throw new Error(`there is no rule ${id}`);
  return violation(of, finding, new Survey(machine, kernel));
}
