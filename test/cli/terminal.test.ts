import { join } from 'node:path';
import { expect, it } from 'vitest';
import { command } from '../support/pagewalk.js';
import { mustRun, root, temporaryFolder } from '../support/processes.js';
import { terminals } from '../support/tmux.js';
import { describeWith } from '../support/tools.js';

const pagewalk = `'${process.execPath}' '${command}'`;

describeWith(['tmux', 'riscv64-linux-gnu-gcc'], 'pagewalk run on a terminal', () => {
  const folder = temporaryFolder();
  const open = terminals();

  it('steps through mmapdemo with Enter', async () => {
    const terminal = open(`${pagewalk} run mmapdemo; echo "status $?"`);
    await terminal.shows(
      /1 {2}Map four pages[\s\S]*not present until touched[\s\S]*Enter: next step/,
    );
    for (const step of [/ 2 {2}Write to the first/, / 3 {2}Only read/, / 4 {2}Write to it/]) {
      terminal.press('Enter');
      await terminal.shows(step);
    }
    expect(terminal.screen().match(/Enter: next step/g)).toHaveLength(1);
    for (let step = 5; step <= 10; step++) {
      terminal.press('Enter');
      await terminal.shows(new RegExp(`^ ?${step} {2}`, 'm'));
    }
    await terminal.shows(/ended by signal 11[\s\S]*status 0/);
  });

  it('ends a spinning program with ^C, soon, and restores the terminal', async () => {
    const program = join(folder, 'spin');
    const source = join(root, 'test/guest/limits/spin.c');
    await mustRun('riscv64-linux-gnu-gcc', ['-O1', '-static', source, '-o', program]);
    const settings = 'stty -a | cksum';
    const terminal = open(
      `${settings}; ${pagewalk} run ${program}; echo "status $?"; ${settings}; echo end`,
    );
    await terminal.shows(/spinning/);
    const start = Date.now();
    terminal.press('C-c');
    const screen = await terminal.shows(/end\n/);
    // 100 ms are the aim; the rest is for tmux, the shell and a busy machine.
    expect(Date.now() - start).toBeLessThan(1500);
    expect(screen).toMatch(/\^C[\s\S]*status 130/);
    const sums = [...screen.matchAll(/^\d+ \d+$/gm)].map(([sum]) => sum);
    expect(sums).toHaveLength(2);
    expect(sums[0]).toBe(sums[1]);
  });

  it('tells the guest of every new size: its shell draws the line anew, its programs hear it', async () => {
    const program = join(folder, 'size');
    const source = join(root, 'test/cli/programs/size.c');
    await mustRun('riscv64-linux-gnu-gcc', ['-O1', '-static', source, '-o', program]);
    const sizes = open(`${pagewalk} run ${program}`);
    await sizes.shows(/^80x40$/m);
    sizes.resize(50, 20);
    await sizes.shows(/^50x20$/m);
    sizes.resize(120, 45);
    await sizes.shows(/^120x45$/m);
    sizes.press('C-c');
    const shell = open(`${pagewalk} run sh`);
    await shell.shows(/\/tmp \$/);
    shell.type(`echo ${'abcdefghij'.repeat(5)}`);
    await shell.shows(/^\/tmp \$ echo (abcdefghij){5}$/m);
    shell.resize(40, 20);
    await shell.shows(/^\/tmp \$ ij(abcdefghij){3}$/m);
    shell.press('C-a');
    await shell.shows(/^\/tmp \$ echo (abcdefghij){2}abcdefg$/m);
    shell.resize(80, 40);
    await shell.shows(/^\/tmp \$ echo (abcdefghij){5}$/m);
    shell.press('Enter');
    await shell.shows(/^(abcdefghij){5}$/m);
  });

  it('edits lines, keeps a history and controls jobs in the shell', async () => {
    const terminal = open(`${pagewalk} run sh; echo "status $?"`);
    await terminal.shows(/\/tmp \$/);
    terminal.type('ecko one');
    terminal.press('Home', 'Right', 'Right', 'Delete', 'End');
    terminal.press('Left', 'Left', 'Left', 'BSpace', 'BSpace');
    terminal.press('End', 'C-u');
    terminal.type('echo first line');
    terminal.press('Enter');
    await terminal.shows(/^first line$/m);
    terminal.press('Up', 'C-w');
    terminal.type('word');
    terminal.press('Enter');
    await terminal.shows(/^first word$/m);
    terminal.type('sleep 100');
    terminal.press('Enter');
    await new Promise((resolve) => setTimeout(resolve, 300));
    terminal.press('C-z');
    await terminal.shows(/\[1\] {2}Stopped +sleep 100/);
    terminal.type('bg; jobs');
    terminal.press('Enter');
    await terminal.shows(/\[1\] {2}Running +sleep 100/);
    terminal.type('fg');
    terminal.press('Enter');
    await new Promise((resolve) => setTimeout(resolve, 300));
    terminal.press('C-c');
    terminal.type('exit 3');
    terminal.press('Enter');
    await terminal.shows(/status 3/);
  });
});
