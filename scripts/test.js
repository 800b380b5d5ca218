// Builds, runs every test, and closes with one plain line: `N passed, N failed`.
// Arguments are handed to vitest: `npm test -- test/mm` runs one folder.
import { fileURLToPath } from 'node:url';
import { startVitest } from 'vitest/node';
import './build.js';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const counts = { passed: 0, failed: 0, skipped: 0 };
const vitest = await startVitest('test', process.argv.slice(2), { run: true, watch: false });
for (const module of vitest.state.getTestModules()) {
  for (const test of module.children.allTests()) counts[test.result().state] += 1;
  if (module.errors().length > 0) counts.failed += 1;
}
counts.failed += vitest.state.getUnhandledErrors().length;
await vitest.close();

const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
