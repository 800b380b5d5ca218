// Builds, then runs one of the benchmarks in test/bench: `npm run bench -- hart`.
// Each is a file of that folder that prints its figures; it may import what dist/ holds. What follows
// the name are its own arguments.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import './build.js';

const folder = new URL('../test/bench/', import.meta.url);
const names = readdirSync(fileURLToPath(folder))
  .filter((file) => file.endsWith('.js'))
  .map((file) => file.replace(/\.js$/, ''));
const [name] = process.argv.splice(2, 1);
if (names.includes(name)) {
  await import(new URL(`${name}.js`, folder));
} else {
  console.error(`bench: name one of ${names.join(', ')}: npm run bench -- ${names[0]}`);
  process.exitCode = 2;
}
