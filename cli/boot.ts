import { writeFile } from 'node:fs/promises';
import { BareMetal } from '../emulator/index.js';
import { drive } from './drive.js';
import { findProgram } from './guest-programs.js';
import { Input } from './input.js';
import { Mistake } from './mistake.js';
import { describeOptions, type OptionName, parseOptions } from './options.js';
import { Output } from './output.js';
import { loading, readProgram } from './program-file.js';
import { LIMIT_STATUS, VIOLATION_STATUS, writeStats } from './stats.js';
import { judgeImage } from './verify-image.js';

const DEFAULT_MEMORY = 128 * 1024 * 1024;
/** Exit status when the hart would go on for ever. */
const NEVER_ENDS_STATUS = 1;
const neverEnds = {
  idle: 'the hart waits for an interrupt that can never come',
  stuck: 'the first instruction of the trap handler traps, for ever: see mtvec',
} as const;

const optionNames = [
  'memory',
  'max-steps',
  'max-instructions',
  'stats',
  'firmware',
  'isa',
  'tlb',
  'misaligned',
  'signature',
  'verify',
  'help',
] as const satisfies readonly OptionName[];

export const bootHelp = `usage: pagewalk boot [OPTIONS] ELF

Runs a bare-metal RISC-V image from M mode, on the devices of QEMU's virt machine: UART (stdin and
stdout), CLINT, PLIC, test finisher; and HTIF where the image has a symbol tohost. The exit status is
0 when the image reports success, else its own code, or ${VIOLATION_STATUS} when --verify finds page tables
inconsistent.

${describeOptions(optionNames)}
`;

/** `pagewalk boot`: returns the exit status. */
export async function boot(args: readonly string[]): Promise<number> {
  const { options, operands } = parseOptions(args, optionNames);
  if (options.help) {
    process.stdout.write(bootHelp);
    return 0;
  }
  const [file, extra] = operands;
  if (file === undefined) throw new Mistake('boot needs an image: pagewalk boot ELF');
  if (extra !== undefined) throw new Mistake(`boot takes one image, so '${extra}' is one too many`);
  const bytes = await readProgram(findProgram(file));
  const firmware =
    options.firmware === undefined ? undefined : await readProgram(findProgram(options.firmware));
  const output = new Output();
  const machine = loading(file, () =>
    BareMetal.load(bytes, {
      memoryBytes: options.memory ?? DEFAULT_MEMORY,
      maxSteps: options['max-steps'],
      maxInstructions: options['max-instructions'],
      isa: options.isa,
      tlb: options.tlb,
      misaligned: options.misaligned,
      firmware,
      onOutput: (out) => output.write(out, 1),
    }),
  );
  if (options.signature !== undefined && !machine.hasSignature) {
    throw new Mistake(`${file} has no symbols begin_signature and end_signature for --signature`);
  }
  const { verify = 'off' } = options;
  const judge =
    verify === 'off' ? undefined : judgeImage(verify, machine, bytes, (text) => output.note(text));
  const input = new Input();
  await drive(machine, output, async () => {
    const chunk = await input.next();
    if (chunk) machine.input(chunk);
    else machine.endInput();
  });
  const violations = judge?.finish() ?? 0;
  const result = { ...machine.result(), violations };
  if (options.signature !== undefined) {
    await writeSignature(options.signature, machine.signature() ?? '');
  }
  const { outcome } = result;
  if (outcome === 'idle' || outcome === 'stuck') {
    output.note(
      `pagewalk: ${neverEnds[outcome]} (pc 0x${machine.machine.hart.readPc64().toString(16)})`,
    );
  }
  if (options.stats) writeStats(output, options.stats, result);
  await output.drained();
  if (violations > 0) return VIOLATION_STATUS;
  if (outcome === 'limit') return LIMIT_STATUS;
  return outcome === 'exited' ? result.exitStatus : NEVER_ENDS_STATUS;
}

async function writeSignature(path: string, signature: string): Promise<void> {
  try {
    await writeFile(path, signature);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new Mistake(`cannot write ${path}: ${code}`);
  }
}
