// Builds, then runs the demonstration in this terminal: `npm run mmapdemo`. Arguments go to
// mmapdemo; without a terminal it runs through.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import './build.js';

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const args = [cli, 'run', 'mmapdemo', ...process.argv.slice(2)];
const child = spawn(process.execPath, args, { stdio: 'inherit' });
// ^C is for the program, and the terminal is its to restore.
process.on('SIGINT', () => {});
child.on('close', (code) => {
  process.exitCode = code ?? 1;
});
