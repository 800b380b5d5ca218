import { describe, expect, it } from 'vitest';
import {
  MAP_FIXED,
  MAP_GROWSDOWN,
  MAP_PRIVATE,
  MAP_SHARED,
  PROT_EXEC,
  PROT_READ,
  TASK_SIZE,
} from '../../../kernel/memory/index.js';
import {
  createWorld,
  draw,
  letterFile,
  PRIVATE,
  page,
  pages,
  peek,
  poke,
  RW,
  SHARED,
} from './world.js';

describe('mapsText', () => {
  it('has the columns of /proc/PID/maps', () => {
    const { memory, frames } = createWorld();
    const file = letterFile(frames, 3, '/bin/demo');
    const exec = PROT_READ | PROT_EXEC;
    memory.map(0x10000, pages(2), exec, MAP_PRIVATE | MAP_FIXED, file, pages(1));
    memory.setBreakStart(0x20000);
    memory.setBreak(0x21000);
    memory.map(0x3000_0000, pages(1), RW, PRIVATE | MAP_FIXED, undefined, 0);
    memory.map(0x3000_1000, pages(1), PROT_READ, SHARED | MAP_FIXED, undefined, 0);
    memory.mapStack(TASK_SIZE, 8 * 2 ** 20);
    // Compared with `cat /proc/self/maps` on Linux: names begin in column 73.
    expect(memory.mapsText().split('\n')).toEqual([
      '00010000-00012000 r-xp 00001000 00:2a 7                                  /bin/demo',
      '00020000-00021000 rw-p 00000000 00:00 0                                  [heap]',
      '30000000-30001000 rw-p 00000000 00:00 0 ',
      '30001000-30002000 r--s 00000000 00:01 1                                  /dev/zero (deleted)',
      '3ffffdf000-4000000000 rw-p 00000000 00:00 0                              [stack]',
      '',
    ]);
  });
});

describe('walkText', () => {
  it('has one line per level, then what the walk came to', () => {
    const { memory } = createWorld();
    draw(memory, 'www');
    poke(memory, page(1), 1);
    expect(memory.walkText(page(1) + 0x10)).toMatch(
      new RegExp(
        [
          '^L2 pte=0x8\\w{4}008 value=0x2\\w{7} pa=0x8\\w{4}000 flags=V',
          'L1 pte=0x8\\w{4}000 value=0x2\\w{7} pa=0x8\\w{4}000 flags=V',
          'L0 pte=0x8\\w{4}008 value=0x2\\w{5}d7 pa=0x8\\w{4}010 flags=VRWUAD',
          'va 0x40001010 is pa 0x8\\w{4}010 in frame 0x8\\w{4} \\(anonymous, 1 reference\\)\n$',
        ].join('\n'),
      ),
    );
  });

  it('says why it ends without a page', () => {
    const { memory } = createWorld();
    draw(memory, 'wn');
    peek(memory, page(0));
    expect(memory.walkText(page(1))).toMatch(
      /flags=-\nmapped with PROT_NONE: an access faults with SIGSEGV, ACCERR\n$/,
    );
    expect(memory.walkText(page(2))).toMatch(/pa=0x0 flags=-\nnot mapped: an access faults/);
    expect(memory.walkText(page(0))).toMatch(/the shared zero frame, until it is written\n$/);
    memory.map(page(9), pages(1), RW, PRIVATE | MAP_FIXED, undefined, 0);
    expect(memory.walkText(page(9))).toMatch(/\nmapped, but not present until touched\n$/);
    expect(memory.walkText(-8)).toBe('0xfffffffffffffff8 is not a user address\n');
  });

  it('says that PROT_NONE keeps a page from user mode', () => {
    const { memory } = createWorld();
    draw(memory, 'w');
    poke(memory, page(0), 1);
    memory.protect(page(0), pages(1), 0);
    expect(memory.walkText(page(0))).toMatch(/flags=VRAD\n.*kept from user mode by PROT_NONE\n$/);
  });
});

describe('pageTablesText', () => {
  it('lists entries by level and joins leaves that continue each other', () => {
    const { memory } = createWorld();
    draw(memory, 'wwww');
    for (let i = 0; i < 3; i++) poke(memory, page(i), 1);
    expect(memory.pageTablesText()).toMatch(
      /^root 0x8\w{4}\n {2}L2\[1\] 0x40000000 table 0x8\w{4}\n {4}L1\[0\] 0x40000000 table 0x8\w{4}\n {6}L0\[0\] 0x40000000 3 pages at 0x8\w{4} VRWUAD\n$/,
    );
  });
});

describe('explainFault', () => {
  const at = { pc: 0x10432, symbol: 'main+0x12' };

  it('begins with address, access and place', () => {
    const { memory } = createWorld();
    draw(memory, 'w');
    memory.protect(page(0), pages(1), PROT_READ);
    const text = memory.explainFault(page(0) + 8, 'store', at);
    expect(text.split('\n').slice(0, 5)).toEqual([
      'page fault (store) at 0x40000008, pc 0x10432 (main+0x12)',
      '  observed    the region has PROT_READ, which does not allow a store',
      '  expected    PROT_WRITE in the mapping, or no store there',
      '  region      0x40000000-0x40001000 r--p',
      '  last call   mprotect(0x40000000, 0x1000, PROT_READ) returned 0 and covered this address',
    ]);
    expect(text).toContain('  walk        L2 pte=');
  });

  it('names the call that unmapped the address, and near regions', () => {
    const { memory } = createWorld();
    draw(memory, 'www');
    memory.unmap(page(1), pages(1));
    const text = memory.explainFault(page(1), 'load', { pc: 0x10432 });
    expect(text).toContain('observed    no region is mapped there');
    expect(text).toContain('last call   munmap(0x40001000, 0x1000) returned 0');
    expect(text).toContain('0x1000 bytes before 0x40002000-0x40003000 rw-p');
  });

  it("names the parent's calls before the fork, and none after it", () => {
    const { memory } = createWorld();
    draw(memory, 'www');
    memory.unmap(page(1), pages(1));
    const child = memory.fork()!;
    memory.protect(page(2), pages(1), PROT_READ);
    child.protect(page(0), pages(1), PROT_READ);
    const lastCall = (va: number) =>
      / {2}last call +(.*) and covered/.exec(child.explainFault(va, 'store', at))![1];
    expect(lastCall(page(0))).toBe('mprotect(0x40000000, 0x1000, PROT_READ) returned 0');
    expect(lastCall(page(1))).toBe('munmap(0x40001000, 0x1000) returned 0 before the fork');
    expect(lastCall(page(2))).toMatch(/^mmap\(.* before the fork$/);
  });

  it('does not name a brk that moved nothing over the address', () => {
    const { memory } = createWorld();
    memory.setBreakStart(page(4));
    memory.setBreak(0);
    expect(memory.explainFault(8, 'load', at)).not.toContain('last call');
    memory.setBreak(page(6));
    memory.setBreak(page(4));
    expect(memory.explainFault(page(5), 'load', at)).toContain(
      `last call   brk(0x${page(4).toString(16)}) returned`,
    );
  });

  it('tells a null pointer, an overflown stack and the end of a file', () => {
    const { memory, frames } = createWorld();
    expect(memory.explainFault(8, 'load', at)).toContain('the address lies in page 0');
    expect(memory.explainFault(-8, 'load', at)).toContain('outside user space');
    const flags = PRIVATE | MAP_FIXED | MAP_GROWSDOWN;
    memory.map(page(4000), pages(1), RW, flags, undefined, 0);
    memory.limits.stack = pages(100);
    expect(memory.explainFault(page(3890), 'store', at)).toContain(
      'past its limit of 409600 bytes',
    );
    const file = letterFile(frames, 1);
    memory.map(page(0), pages(2), RW, MAP_SHARED | MAP_FIXED, file, 0);
    expect(memory.explainFault(page(1), 'load', at)).toContain(
      'page 1 of /tmp/letters lies past its end (4096 bytes)',
    );
  });
});
