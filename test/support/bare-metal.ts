import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BareMetal } from '../../emulator/index.js';
import { inTemporaryDirectory, runTool } from './programs.js';

const RAM_BYTES = 16 << 20;
/** Far more than any program of the tests needs. */
const MAX_STEPS = 5_000_000;

/** What the image writes to the UART here; it must end with status 0. */
export function runHere(image: Uint8Array): Buffer {
  const output: number[] = [];
  const machine = BareMetal.load(image, {
    memoryBytes: RAM_BYTES,
    maxSteps: MAX_STEPS,
    onOutput: (bytes) => output.push(...bytes),
  });
  while (machine.run(MAX_STEPS) !== 'exited') {}
  const { outcome, exitStatus } = machine.result();
  if (outcome !== 'exited' || exitStatus !== 0) throw new Error(`ended as ${outcome}`);
  return Buffer.from(output);
}

/** The same by QEMU; `cpu` is its -cpu option. */
export function runOnQemu(image: Uint8Array, cpu: string): Buffer {
  return inTemporaryDirectory((directory) => {
    const [kernel, serial] = [join(directory, 'image'), join(directory, 'serial')];
    writeFileSync(kernel, image);
    // To a file, since QEMU drops what a full pipe does not take at once.
    const io = ['-display', 'none', '-monitor', 'none', '-serial', `file:${serial}`];
    // With one hart QEMU makes an AMO a load and a store, and reports the causes of a load.
    const machine = ['-M', 'virt', '-smp', '2', '-bios', 'none', '-m', `${RAM_BYTES >> 20}M`];
    runTool('qemu-system-riscv64', [...machine, '-cpu', cpu, ...io, '-kernel', kernel]);
    return readFileSync(serial);
  });
}
