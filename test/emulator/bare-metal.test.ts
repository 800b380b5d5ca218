import { describe, expect, it } from 'vitest';
import { BareMetal } from '../../emulator/index.js';
import { assemble } from '../../emulator/isa/assemble.js';
import { elfImage } from '../support/elf-image.js';
import { Random } from '../support/random.js';

const RAM = 0x8000_0000;
const MEMORY_BYTES = 4 << 20;

function words(...lines: string[]): Uint8Array {
  return new Uint8Array(Int32Array.from(lines, (line) => assemble(line)).buffer);
}

const passing = words('lui t0,5', 'addi t0,t0,0x555', 'lui t1,0x100', 'sw t0,0(t1)', 'j . + 0');
const good = { entry: RAM, segments: [{ address: RAM, bytes: passing }] };

function load(image: Uint8Array, options: { isa?: string; maxInstructions?: number } = {}) {
  return BareMetal.load(image, { memoryBytes: MEMORY_BYTES, onOutput: () => {}, ...options });
}

describe('an image that cannot be run', () => {
  const at = (address: number, memoryBytes = passing.length) => ({
    address,
    bytes: passing,
    memoryBytes,
  });
  it.each([
    ['no segment', { entry: RAM, segments: [] }, 'no segment to load'],
    ['an object file', { ...good, type: 1 }, 'no program but an object or core file'],
    ['a core file', { ...good, type: 4 }, 'no program but an object or core file'],
    ['an entry at 0', { ...good, entry: 0 }, 'entry 0x0 lies outside RAM'],
    [
      'an entry behind RAM',
      { ...good, entry: RAM + MEMORY_BYTES },
      'entry 0x80400000 lies outside',
    ],
    ['an odd entry', { ...good, entry: RAM + 1 }, 'entry 0x80000001 is no multiple of 2'],
    [
      'a segment below RAM',
      { entry: RAM, segments: [at(0x1000)] },
      'segment at 0x1000 of 20 bytes',
    ],
    [
      'one across its end',
      { entry: RAM, segments: [at(RAM, MEMORY_BYTES + 1)] },
      'lies outside RAM',
    ],
    ['2^62 bytes of it', { entry: RAM, segments: [at(RAM, 2 ** 62)] }, 'lies outside RAM'],
    ['segments that overlap', { entry: RAM, segments: [at(RAM + 8), at(RAM)] }, 'overlaps the one'],
    [
      'segments that overlap in memory alone',
      { entry: RAM, segments: [at(RAM, 0x2000), at(RAM + 0x1000)] },
      'overlaps the one before it',
    ],
  ])('because of %s is refused', (_, image, message) => {
    expect(() => load(elfImage(image))).toThrow(message);
  });

  it('because its entry lies between two instructions without C is refused', () => {
    const image = elfImage({ ...good, entry: RAM + 2 });
    expect(() => load(image, { isa: 'rv64g' })).toThrow('is no multiple of 4');
    expect(() => load(image)).not.toThrow();
  });

  it('is refused with one line, or runs, whatever is cut off or changed', () => {
    const image = elfImage({
      entry: RAM,
      segments: [{ address: RAM, bytes: passing, memoryBytes: 4096 }],
    });
    const random = new Random('damaged images');
    const damaged = Array.from({ length: 130 }, (_, length) => image.subarray(0, length));
    for (let i = 0; i < 600; i++) {
      const copy = image.slice();
      for (let n = random.below(3); n >= 0; n--) {
        copy[random.below(120)] = random.pick([0, 0xff, 0x80, random.below(256)]);
      }
      damaged.push(copy);
    }
    let loaded = 0;
    for (const bytes of damaged) {
      try {
        load(bytes, { maxInstructions: 100 }).run(100);
        loaded++;
      } catch (error) {
        expect((error as Error).constructor).toBe(Error);
        expect((error as Error).message).toMatch(/^[^\n]{10,160}$/);
      }
    }
    expect(loaded).toBeGreaterThan(20);
  });
});

describe('an image', () => {
  it('is loaded by physical addresses, and its empty segments nowhere', () => {
    const empty = { address: 0, bytes: new Uint8Array(0) };
    const machine = load(elfImage({ entry: RAM, segments: [empty, ...good.segments] }));
    expect(machine.run(100)).toBe('exited');
    expect(machine.result()).toMatchObject({ outcome: 'exited', exitStatus: 0, instructions: 4 });
  });

  it.each([
    ['an illegal instruction', [0]],
    ['an ecall', ['ecall']],
    ['a load from nowhere', ['ld a0,8(zero)']],
  ])('ends when %s is all that its trap handler begins with', (_, code) => {
    const handler = words('auipc t0,0', 'addi t0,t0,12', 'csrw mtvec,t0');
    const first = code[0]!;
    const bytes = new Uint8Array([
      ...handler,
      ...(first === 0 ? [0, 0, 0, 0] : words(String(first))),
    ]);
    const machine = load(elfImage({ entry: RAM, segments: [{ address: RAM, bytes }] }), {
      maxInstructions: 1_000_000,
    });
    expect(machine.run(1_000_000)).toBe('exited');
    expect(machine.result()).toMatchObject({ outcome: 'stuck', exitStatus: 0, instructions: 3 });
    expect(machine.result().faults).toBeLessThan(10);
  });

  it('goes on when its trap handler begins with a trap only once in a while', () => {
    // Under MPRV the first load of the handler faults; the trap itself ends that.
    const bytes = words(
      ...[
        'auipc t0,0',
        'addi t0,t0,36',
        'csrw mtvec,t0',
        'li a1,50',
        'lui a0,0x20',
        'addi a1,a1,-1',
      ],
      ...['csrw mstatus,a0', 'bgtz a1,. + 8', 'j . + 12', 'ld a2,0(t0)', 'j . - 20'],
      ...['csrw mstatus,zero', 'lui t0,5', 'addi t0,t0,0x555', 'lui t1,0x100', 'sw t0,0(t1)'],
    );
    const machine = load(elfImage({ entry: RAM, segments: [{ address: RAM, bytes }] }));
    expect(machine.run(100_000)).toBe('exited');
    expect(machine.result()).toMatchObject({ outcome: 'exited', exitStatus: 0, faults: 49 });
  });
});
