import {
  PAGE_SIZE,
  PTE_A,
  PTE_D,
  PTE_G,
  PTE_R,
  PTE_U,
  PTE_V,
  PTE_W,
  PTE_X,
} from '../../../emulator/index.js';
import type { Ending, FrameView, RegionView } from '../../protocol/index.js';
import type { Mark } from './changes.js';

/** The bits 0 to 7 of an entry with their names, in the order in which the page shows them. */
export const PTE_BITS = [
  { bit: PTE_V, letter: 'V', name: 'valid' },
  { bit: PTE_R, letter: 'R', name: 'readable' },
  { bit: PTE_W, letter: 'W', name: 'writable' },
  { bit: PTE_X, letter: 'X', name: 'executable' },
  { bit: PTE_U, letter: 'U', name: 'user' },
  { bit: PTE_G, letter: 'G', name: 'global' },
  { bit: PTE_A, letter: 'A', name: 'accessed' },
  { bit: PTE_D, letter: 'D', name: 'dirty' },
] as const;

/** By FRAME_* number. */
export const FRAME_KIND_NAMES = ['free', 'anonymous', 'file', 'page table', 'kernel'] as const;

export const MARK_SIGNS: Readonly<Record<Mark, string>> = {
  added: '+',
  changed: '~',
  removed: '−',
};

/** What a frame is used for, in words. */
export function frameKind(frames: FrameView, ppn: number): string {
  if (ppn === frames.zeroPpn) return 'frame of zeros';
  return FRAME_KIND_NAMES[frames.kinds[ppn - frames.firstPpn] ?? 0] ?? '';
}

export function hex(value: number): string {
  return value.toString(16);
}

/** `rw-p`, as /proc/PID/maps has it. */
export function protectionText(region: RegionView): string {
  const letter = (bit: number, name: string) => ((region.protection & bit) !== 0 ? name : '-');
  return letter(1, 'r') + letter(2, 'w') + letter(4, 'x') + (region.isShared ? 's' : 'p');
}

export function regionName(region: RegionView): string {
  return region.name === '' ? 'anonymous' : region.name;
}

/** Powers of 1024 with at most one digit behind the point: `16 KiB`, `1.5 MiB`. */
export function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let unit = 0;
  let value = bytes;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${units[unit]}`;
}

export function pagesText(bytes: number): string {
  return counted(bytes / PAGE_SIZE, 'page');
}

/** `1 page`, `2 pages`, `1,024 pages`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? noun : plural}`;
}

export function flagNames(low: number): string {
  const names = PTE_BITS.filter(({ bit }) => (low & bit) !== 0).map(({ name }) => name);
  return names.length === 0 ? 'no bits set' : names.join(', ');
}

export function flagLetters(low: number): string {
  const letters = PTE_BITS.filter(({ bit }) => (low & bit) !== 0).map(({ letter }) => letter);
  return letters.length === 0 ? 'none' : letters.join('');
}

export function endingText(ending: Ending): string {
  if (ending.kind === 'exited') return `exited with status ${ending.status}`;
  return `ended by ${ending.signal}`;
}
