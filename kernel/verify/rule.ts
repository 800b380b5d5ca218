import { hex } from '../bytes.js';
import type { Entry } from './decode.js';
import type { Survey } from './survey.js';
import type { EntryWrite, RegionView, Writer } from './views.js';

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
  /** Who last wrote the entry, and what stood there before and after. */
  readonly lastWrite: EntryWrite | undefined;
  /** The frame: its kind, count, owner and mappers. */
  readonly owner: string | undefined;
  /** When the frame last got or lost a mapper, or came into use or went out of it. */
  readonly frameChange: Writer | undefined;
  /** When the regions around the address were last changed. */
  readonly regionChange: Writer | undefined;
}

/** What a check yields; `rule` completes it. */
export interface Finding {
  /** The entry it is about; address, space, chain and region follow from it. */
  readonly entry?: Entry;
  readonly space?: number;
  readonly address?: number;
  readonly frame?: number;
  /** The entry that was written last, where it is no longer to be found by a walk. */
  readonly pteAddress?: number;
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
  /**
   * 'always': trap mode finds it after the trap that brings it about, as a full pass then would.
   * 'scan': it takes a full pass, which trap mode makes at each exit and every 10,000 traps. 'trap': it
   * is a matter of what happened, found only by looking after every trap; a full pass finds what the
   * state shows of it. 'restore': it is about two machines, and is found when a
   * snapshot is restored.
   */
  readonly when: 'always' | 'scan' | 'trap' | 'restore';
  check(survey: Survey): Iterable<Finding>;
}

export function rule(
  id: RuleId,
  sentence: string,
  rest: Omit<Rule, 'id' | 'sentence' | 'when'> & Partial<Pick<Rule, 'when'>>,
): Rule {
  return { id, sentence, when: 'always', ...rest };
}

/** Adds to a finding what can be looked up. */
export function violation(of: Rule, finding: Finding, survey: Survey): Violation {
  const entry =
    finding.entry ??
    entryAt(finding, survey) ??
    // Another page that maps the frame says nothing about an address.
    (finding.frame === undefined || finding.address !== undefined
      ? undefined
      : survey.leavesOf(finding.frame)[0]);
  const frame =
    finding.frame ?? (entry !== undefined && (entry.flags & 1) !== 0 ? entry.ppn : undefined);
  const written = finding.pteAddress ?? entry?.pteAddress;
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
    frame,
    observed: finding.observed,
    expected: finding.expected,
    remedy: finding.remedy,
    lastCall: space?.view?.lastCallAbout?.(address),
    lastWrite: written === undefined ? undefined : survey.machine.lastWriteOf?.(written),
    owner: frame === undefined ? undefined : ownerText(frame, survey),
    frameChange: frame === undefined ? undefined : survey.machine.lastFrameChange?.(frame),
    regionChange: space && survey.machine.lastRegionChange?.(space.rootPpn, address),
  };
}

/** The entry that a walk for the finding's address ends at. */
function entryAt({ space, address }: Finding, survey: Survey): Entry | undefined {
  if (space === undefined || address === undefined) return undefined;
  return survey.spaces[space]?.entries.findLast(
    (entry) => address >= entry.va && address < entry.va + 4096 * 512 ** entry.level,
  );
}

/** "anonymous, 2 references, made for pid 2 at 0x40001000; mapped at 0x40001000 in pid 3". */
function ownerText(frame: number, survey: Survey): string | undefined {
  const { kernel } = survey;
  if (!survey.hasFrame(frame)) return 'no RAM is there';
  const leaves = survey.leavesOf(frame).slice(0, MAX_MAPPERS);
  const mappers = leaves.map((leaf) => `${hex(leaf.va)} in ${survey.spaces[leaf.space]!.name}`);
  const mapped = mappers.length === 0 ? 'mapped nowhere' : `mapped at ${mappers.join(', ')}`;
  if (kernel === undefined) return `frame ${hex(frame)}: ${mapped}`;
  const { frames } = kernel;
  const count = frames.refcount(frame);
  const owner = frames.owner?.(frame);
  const heading = `frame ${hex(frame)}: ${frames.kind(frame)}, ${count} ${count === 1 ? 'reference' : 'references'}`;
  if (owner === undefined) return `${heading}; ${mapped}`;
  const space = survey.spaces.find(({ view }) => view?.ownerId === owner.id);
  const file = survey.files.find(({ id }) => id === owner.id);
  const whose =
    space !== undefined
      ? `made for ${space.name} at ${hex(owner.page * 4096)}`
      : file !== undefined
        ? `page ${owner.page} of ${file.name}`
        : 'made for nobody who is left';
  return `${heading}, ${whose}; ${mapped}`;
}

const MAX_MAPPERS = 4;
