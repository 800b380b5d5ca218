import { hex } from '../../bytes.js';
import { rule } from '../rule.js';

const GVISOR = 'gVisor pkg/sentry/mm, invariants of usageAS and curRSS';

/** From fork to exit, and what the kernel says of itself. */
export const lifecycleRules = [
  rule('L1', 'nothing of an address space outlives it', {
    source: 'Linux kernel/fork.c, check_mm',
    needs: 'kernel',
    *check(survey) {
      const { frames } = survey.kernel!;
      if (frames.owner === undefined) return;
      const alive = new Set(survey.spaces.map(({ view }) => view?.ownerId));
      const { firstPpn, frameCount } = survey.machine;
      for (let frame = firstPpn; frame < firstPpn + frameCount; frame++) {
        if (frames.refcount(frame) === 0 || frames.kind(frame) !== 'anonymous') continue;
        const { id } = frames.owner(frame);
        const isHeld = survey.leavesOf(frame).length > 0 || frames.pins(frame) > 0;
        if (isHeld || alive.has(id)) continue;
        yield {
          frame,
          observed: `frame ${hex(frame)} is in use, its address space (${id}) is gone, and nobody maps it`,
          expected: 'a free frame: exit and exec give back every page',
          remedy: 'VirtualMemory.release clears all of the page table, which releases each frame',
        };
      }
    },
  }),

  rule('L2', 'sizes equal the sums over regions, and tables know how full they are', {
    source: GVISOR,
    needs: 'kernel',
    *check(survey) {
      const { frames } = survey.kernel!;
      for (const space of survey.spaces) {
        const sum = space.regions.reduce((bytes, { start, end }) => bytes + end - start, 0);
        const said = space.view?.trees?.()?.stats.mappedBytes ?? sum;
        if (said !== sum) {
          yield {
            space: space.index,
            address: space.regions[0]?.start ?? 0,
            observed: `the space counts ${said} bytes mapped`,
            expected: `${sum}, the sum over its regions`,
            remedy: 'count where regions are mapped and unmapped (mm/core.ts)',
          };
        }
        for (const { ppn, pointer, used } of space.tables) {
          const counted = frames.liveEntries?.(ppn) ?? used;
          if (counted === used) continue;
          yield {
            entry: pointer,
            frame: ppn,
            observed: `the table in frame ${hex(ppn)} counts ${counted} entries in use`,
            expected: `${used}: too few frees it under its leaves, too many never does`,
            remedy:
              'PageTable.install, erase, freeTable: addLiveEntries beside each write (page-table.ts)',
          };
        }
      }
    },
  }),

  rule('L3', 'a child of fork has the regions and frames of its parent', {
    source: 'xv6 labs, copy-on-write; gVisor pkg/sentry/mm/lifecycle.go',
    needs: 'kernel',
    when: 'trap',
    *check() {},
  }),

  rule('L4', 'exec starts from an empty address space', {
    source: 'execve(2)',
    needs: 'kernel',
    when: 'trap',
    *check() {},
  }),

  rule('L5', 'a space holds on to exactly the files that its regions map', {
    source: 'xv6 labs, mmap; mmap(2): close does not unmap',
    needs: 'kernel',
    *check(survey) {
      for (const space of survey.spaces) {
        const held = space.view?.heldFiles?.();
        if (held === undefined) continue;
        const mapped = new Map<number, number>();
        for (const { file, start, end } of space.regions) {
          if (file !== undefined)
            mapped.set(file.id, (mapped.get(file.id) ?? 0) + (end - start) / 4096);
        }
        for (const { file, pages, isToldOfTruncation } of held) {
          const real = mapped.get(file.id) ?? 0;
          mapped.delete(file.id);
          if (real === pages && pages > 0 && isToldOfTruncation) continue;
          yield {
            space: space.index,
            address: space.regions.find((region) => region.file?.id === file.id)?.start ?? 0,
            observed: `${pages} pages of ${file.name} are counted as mapped${isToldOfTruncation ? '' : ', and nobody would tell of a truncation'}`,
            expected: `${real}, the sum over regions; with none the reference is given up`,
            remedy: 'VirtualMemory.countMapped and countUnmapped beside every map and unmap',
          };
        }
        for (const [id] of mapped) {
          const region = space.regions.find(({ file }) => file?.id === id)!;
          yield {
            space: space.index,
            address: region.start,
            observed: `a region maps ${region.file!.name}, and the space holds no reference to it`,
            expected: 'one reference: close and unlink keep a mapping alive',
            remedy: 'VirtualMemory.countMapped when a file is mapped, in a child of fork too',
          };
        }
      }
    },
  }),

  rule('L6', '/proc/PID/maps shows the regions', {
    source: 'proc(5)',
    needs: 'kernel',
    *check(survey) {
      for (const space of survey.spaces) {
        const text = space.view?.mapsText?.();
        if (text === undefined) continue;
        const lines = text.split('\n').filter((line) => line !== '');
        for (let i = 0; i < Math.max(lines.length, space.regions.length); i++) {
          const region = space.regions[i];
          const wanted = region === undefined ? 'no line' : mapsLine(region);
          const shown = lines[i]?.slice(0, wanted.length) ?? 'no line';
          if (shown === wanted) continue;
          yield {
            space: space.index,
            address: region?.start ?? 0,
            observed: `line ${i + 1} says ${JSON.stringify(lines[i] ?? 'no line')}`,
            expected: `${wanted} …`,
            remedy: 'mapsText (kernel/memory/maps-text.ts)',
          };
          break;
        }
      }
    },
  }),

  rule('L7', 'a machine that is restored runs on as the one that was recorded', {
    source: 'QEMU docs/devel/replay.rst, "Record/replay"',
    needs: 'kernel',
    when: 'restore',
    *check() {},
  }),

  rule('L8', 'the kernel writes user memory by the rules of user code', {
    source: 'xv6 kernel/vm.c, copyout; its copy-on-write lab',
    needs: 'kernel',
    when: 'trap',
    *check() {},
  }),
];

function mapsLine(region: { start: number; end: number; prot: number; isShared: boolean }): string {
  const { start, end, prot, isShared } = region;
  const digits = (value: number) => value.toString(16).padStart(8, '0');
  const letters = [...'rwx'].map((letter, bit) => (prot & (1 << bit) ? letter : '-')).join('');
  return `${digits(start)}-${digits(end)} ${letters}${isShared ? 's' : 'p'}`;
}
