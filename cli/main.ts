#!/usr/bin/env node
import { boot } from './boot.js';
import { cc } from './cc.js';
import { isaTests } from './isa-tests.js';
import { MISTAKE_STATUS, Mistake, mistakeMessage } from './mistake.js';
import { run } from './run.js';
import { serve } from './serve.js';
import { test } from './test/command.js';
import { version } from './version.js';

const commands: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  run,
  cc,
  boot,
  'isa-tests': isaTests,
  test,
  serve,
};

const help = `usage: pagewalk COMMAND [OPTIONS] …

  run PROG [ARGS…]     run an RV64 Linux program, an ELF or a .c file, under the kernel
  cc FILE… -o OUT      compile a C program for the guest
  boot ELF             run a bare-metal image from M mode
  isa-tests DIR        run the ELFs of upstream's riscv-tests in a folder
  test DIR|FILE…       run guest tests, labs and submissions, and grade them
  serve                the web page, on this machine alone

  --help, --version    pagewalk COMMAND --help lists the options of a command
`;

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === '--help' || name === '-h') {
    process.stdout.write(help);
    return 0;
  }
  if (name === '--version') {
    process.stdout.write(`${version()}\n`);
    return 0;
  }
  if (name === undefined) throw new Mistake('no command: pagewalk --help lists them');
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command) return command(rest);
  const kind = name.startsWith('-') ? 'option' : 'command';
  throw new Mistake(`unknown ${kind} '${name}': pagewalk --help lists those that there are`);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const message = mistakeMessage(error);
  if (message === undefined) throw error;
  process.stderr.write(`pagewalk: ${message}\n`);
  process.exitCode = MISTAKE_STATUS;
}
// Nothing is read any more: without this an open terminal or pipe would keep the process alive.
process.stdin.destroy();
