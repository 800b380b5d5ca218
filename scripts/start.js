// Builds, then serves the page on this machine and prints its address: `npm start`. Arguments go to
// pagewalk serve. The demonstration without a browser is `npm run mmapdemo`.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import './build.js';

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const args = [cli, 'serve', ...process.argv.slice(2)];
const child = spawn(process.execPath, args, { stdio: 'inherit' });
// ^C reaches the server as well, which then ends.
process.on('SIGINT', () => {});
child.on('close', (code) => {
  process.exitCode = code ?? 1;
});
