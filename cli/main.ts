#!/usr/bin/env node
import { MISTAKE_STATUS, Mistake, mistakeMessage } from './mistake.js';
import { version } from './version.js';

type Command = (args: readonly string[]) => Promise<number>;

/** Each is loaded only when it is called, so that none pays for what another one needs. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./run.js')).run,
  cc: async () => (await import('./cc.js')).cc,
  boot: async () => (await import('./boot.js')).boot,
  'isa-tests': async () => (await import('./isa-tests.js')).isaTests,
  test: async () => (await import('./test/command.js')).test,
  serve: async () => (await import('./serve.js')).serve,
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

/** As package.json asks; npm only warns of an older one, which fails in places that tell nothing. */
const OLDEST_NODE = 20;

async function main(args: readonly string[]): Promise<number> {
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
    throw new Mistake(
      `this is Node ${process.versions.node}: pagewalk needs ${OLDEST_NODE} or newer`,
    );
  }
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
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load) return (await load())(rest);
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
