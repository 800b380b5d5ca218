import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { runIsaTest } from './isa-test.js';

// The main thread sends one name at a time and gets the result of that test.
parentPort!.on('message', (name: string) => {
  parentPort!.postMessage(runIsaTest(name, readFileSync(join(workerData as string, name))));
});
