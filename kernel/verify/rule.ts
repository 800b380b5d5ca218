import type { Entry } from './decode.js';
import type { Survey } from './survey.js';
import type { RegionView } from './views.js';

export type RuleId = string;

/** What a rule found: the facts of one report. `explain` makes a story of it. */
export interface Violation {
  readonly rule: RuleId;
  /** The rule in one sentence. */
  readonly sentence: string;
  readonly source: string;
  /** Name of the address space, where it is about one. */
  readonly space: string | undefined;
  /** The virtual address, or the physical one of a frame that nothing maps. */
  readonly address: number;
  /** The entries from the root to the one it is about. */
  readonly chain: readonly Entry[];
  readonly region: RegionView | undefined;
  /** Page number of the frame it is about. */
  readonly frame: number | undefined;
  readonly observed: string;
  readonly expected: string;
  /** What would make it right, or where to look. */
  readonly remedy: string;
  /** The last system call that spoke of the address. */
  readonly lastCall: string | undefined;
  /** Who last wrote the entry. */
  readonly lastWrite: string | undefined;
}

/** What a check yields; `rule` completes it. */
export interface Finding {
  /** The entry it is about; address, space, chain and region follow from it. */
  readonly entry?: Entry;
  readonly space?: number;
  readonly address?: number;
  readonly frame?: number;
  readonly observed: string;
  readonly expected: string;
  readonly remedy: string;
}

export interface Rule {
  readonly id: RuleId;
  readonly sentence: string;
  readonly source: string;
  /** 'machine': works on any S-mode image; 'kernel': needs a KernelView. */
  readonly needs: 'machine' | 'kernel';
  check(survey: Survey): Iterable<Finding>;
}

export function rule(id: RuleId, sentence: string, rest: Omit<Rule, 'id' | 'sentence'>): Rule {
  return { id, sentence, ...rest };
}

/** Adds to a finding what can be looked up. */
export function violation(of: Rule, finding: Finding, survey: Survey): Violation {
  const { entry } = finding;
  const spaceIndex = entry?.space ?? finding.space;
  const space = spaceIndex === undefined ? undefined : survey.spaces[spaceIndex];
  const address = finding.address ?? entry?.va ?? (finding.frame ?? 0) * 4096;
  return {
    rule: of.id,
    sentence: of.sentence,
    source: of.source,
    space: space?.name,
    address,
    chain: entry === undefined ? [] : survey.chain(entry),
    region: space === undefined ? undefined : survey.regionAt(space.index, address),
    frame: finding.frame,
    observed: finding.observed,
    expected: finding.expected,
    remedy: finding.remedy,
    lastCall: space?.view?.lastCallAbout?.(address),
    lastWrite: entry === undefined ? undefined : survey.machine.lastWriteOf?.(entry.pteAddress),
  };
}

export function hex(value: number | bigint): string {
  return value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}
