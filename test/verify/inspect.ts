import type { VirtualMemory } from '../../kernel/memory/index.js';
import { kernelView, machineView, type Violation, verify } from '../../kernel/verify/index.js';
import type { TestFile, World } from '../kernel/memory/world.js';

/** Verifies a world with the given address spaces and files. */
export function inspect(
  world: World,
  spaces: readonly VirtualMemory[],
  files: readonly TestFile[] = [],
): Violation[] {
  return verify({
    machine: machineView(world.machine),
    kernel: kernelView({
      frames: world.frames,
      swap: world.system.swap,
      spaces: spaces.map((memory, i) => ({ name: `space ${i}`, memory })),
      files,
    }),
  });
}
