import workerSource from 'pagewalk:worker';
import type { Reply, Request } from '../protocol/index.js';

/** A machine in a worker of its own. It is never started again: a new machine is a new client. */
export class MachineClient {
  private readonly worker: Worker;
  private readonly onReply: (reply: Reply) => void;
  private isOver = false;

  /**
   * @param onReply hears every reply, until `crashed` or `terminate`
   * @throws Error when the browser refuses the worker
   */
  constructor(onReply: (reply: Reply) => void) {
    this.onReply = onReply;
    const url = URL.createObjectURL(new Blob([workerSource], { type: 'text/javascript' }));
    this.worker = new Worker(url);
    this.worker.addEventListener('message', (event: MessageEvent<Reply>) => {
      // The worker has been loaded when it says something; only then may its address go.
      URL.revokeObjectURL(url);
      this.hear(event.data);
    });
    this.worker.addEventListener('error', (event) => {
      this.hear({ type: 'crashed', message: event.message || 'the worker could not be started' });
    });
  }

  send(request: Request): void {
    if (!this.isOver) this.worker.postMessage(request);
  }

  terminate(): void {
    this.isOver = true;
    this.worker.terminate();
  }

  private hear(reply: Reply): void {
    if (this.isOver) return;
    if (reply.type === 'crashed') this.terminate();
    this.onReply(reply);
  }
}
