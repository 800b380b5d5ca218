import { parentPort } from 'node:worker_threads';
import { execute } from './execute.js';
import type { Job } from './types.js';

// The main thread sends one job at a time and gets its result.
parentPort!.on('message', (job: Job) => parentPort!.postMessage(execute(job)));
