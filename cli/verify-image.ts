import {
  type BareMetal,
  type ElfSymbol,
  type LineTable,
  parseElf,
  symbolise,
} from '../emulator/index.js';
import { explain, ImageMonitor, type Place, type Violation } from '../kernel/verify/index.js';

/** Has an image's page tables judged, and each violation told as an explanation. */
export interface ImageJudge {
  /** To be called at the end of the run. @returns how many violations there were */
  finish(): number;
}

export function judgeImage(
  mode: 'exit' | 'trap',
  { machine }: BareMetal,
  elf: Uint8Array,
  note: (text: string) => void,
): ImageJudge {
  const place = places(elf);
  const report = (violation: Violation) => note(explain(violation));
  const watch = () => new ImageMonitor({ machine, place, report });
  const watching = mode === 'trap' ? watch() : undefined;
  return {
    finish() {
      const monitor = watching ?? watch();
      monitor.finish();
      return monitor.violations;
    },
  };
}

/** Looks code up in the image's own symbols and lines, which are read when first asked for. */
function places(elf: Uint8Array): (pc: number) => Place {
  let known: { symbols: readonly ElfSymbol[]; lines: LineTable } | undefined;
  return (pc) => {
    if (known === undefined) {
      const file = parseElf(elf);
      known = { symbols: file.symbols(), lines: file.lines() };
    }
    return { symbol: symbolise(known.symbols, pc), source: known.lines.find(pc) };
  };
}
