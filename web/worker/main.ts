import type { Reply, Request } from '../protocol/index.js';
import { GuestMachine } from './guest-machine.js';

const machine = new GuestMachine((reply, transfer) => post(reply, transfer));

self.addEventListener('message', (event: MessageEvent<Request>) => {
  guarded(() => machine.handle(event.data));
});

// A channel to itself: unlike a timer it has no least delay, and messages of the page that are
// already there come first.
const turns = new MessageChannel();
turns.port1.onmessage = () => guarded(() => machine.turn());
machine.onTurnWanted = () => turns.port2.postMessage(undefined);

function post(reply: Reply, transfer: readonly ArrayBuffer[] = []): void {
  self.postMessage(reply, { transfer: [...transfer] });
}

/** A bug of the emulator's or the kernel's ends this machine and is told to the user. */
function guarded(work: () => void): void {
  try {
    work();
  } catch (error) {
    post({ type: 'crashed', message: error instanceof Error ? error.message : String(error) });
    self.close();
  }
}
