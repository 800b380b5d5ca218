import { Errno } from '../errno.js';
import { CHUNK_BYTES, type IoBuffer } from '../io-buffer.js';
import type { Call } from '../syscalls/call.js';
import { Inode, type InodeOwner, ROOT } from './inode.js';
import { OpenFile, type OpenRequest } from './open-file.js';

/** makedev(3) for the small numbers that exist here. */
export function deviceNumber(major: number, minor: number): number {
  return major * 256 + minor;
}

type Opener = (inode: CharacterDevice, request: OpenRequest) => OpenFile | number;

/** A character special file; `opener` decides what opening it gives. */
export class CharacterDevice extends Inode {
  readonly kind = 'character';
  private readonly opener: Opener;

  constructor(owner: InodeOwner, device: number, opener: Opener, permissions = 0o666) {
    super(owner, permissions, ROOT, device);
    this.opener = opener;
  }

  override open(request: OpenRequest): OpenFile | number {
    return this.opener(this, request);
  }
}

abstract class MemoryDeviceFile extends OpenFile {
  override write(buffer: IoBuffer, _call: Call): number {
    const count = buffer.remaining;
    buffer.advance(count);
    return count;
  }

  override readAt(buffer: IoBuffer, _offset: number, call: Call): number {
    return this.read(buffer, call);
  }

  override writeAt(buffer: IoBuffer, _offset: number, call: Call): number {
    return this.write(buffer, call);
  }

  override seek(): number {
    return 0;
  }
}

/** /dev/null: nothing to read, everything written is gone. null(4). */
export class NullFile extends MemoryDeviceFile {
  override read(): number {
    return 0;
  }

  override get path(): string {
    return '/dev/null';
  }
}

/** /dev/zero and /dev/full: endless zeros. A private mapping of either is anonymous memory. */
export class ZeroFile extends MemoryDeviceFile {
  override read(buffer: IoBuffer): number {
    return generate(buffer, (chunk) => chunk.fill(0));
  }

  override get path(): string {
    return '/dev/zero';
  }
}

/** /dev/full: like /dev/zero, but always full. full(4). */
export class FullFile extends ZeroFile {
  override write(): number {
    return -Errno.ENOSPC;
  }

  override get path(): string {
    return '/dev/full';
  }
}

/** /dev/random and /dev/urandom: the machine's seeded generator. */
export class RandomFile extends MemoryDeviceFile {
  override read(buffer: IoBuffer, call: Call): number {
    return generate(buffer, (chunk) => call.kernel.entropy.fill(chunk));
  }

  override get path(): string {
    return '/dev/urandom';
  }
}

function generate(buffer: IoBuffer, make: (chunk: Uint8Array) => void): number {
  let total = 0;
  while (buffer.remaining > 0) {
    const chunk = new Uint8Array(Math.min(buffer.remaining, CHUNK_BYTES));
    make(chunk);
    const put = buffer.put(chunk);
    total += put;
    if (put < chunk.length) return total > 0 ? total : -Errno.EFAULT;
  }
  return total;
}
