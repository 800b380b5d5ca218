import { Errno } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { type Tty, TtyFile } from '../tty/tty.js';
import {
  CharacterDevice,
  deviceNumber,
  FullFile,
  NullFile,
  RandomFile,
  ZeroFile,
} from './device.js';
import { ROOT } from './inode.js';
import { Symlink } from './symlink.js';

type Opener = ConstructorParameters<typeof CharacterDevice>[2];

/** Fills /dev. Numbers: Linux Documentation/admin-guide/devices.txt. */
export function populateDevices(kernel: Kernel): void {
  const { files } = kernel;
  const directory = files.makeDirectory('/dev', 0o755, ROOT);
  files.makeDirectory('/dev/shm', 0o1777, ROOT);
  const openTty: Opener = (inode, { flags, call }) => {
    const tty = call === undefined ? undefined : kernel.ttyOf(call.process);
    return tty === undefined ? -Errno.ENXIO : new TtyFile(inode, flags, tty, '/dev/tty');
  };
  const openConsole: Opener = (inode, { flags }) => {
    const { tty } = kernel.console;
    return tty === undefined ? -Errno.ENXIO : new TtyFile(inode, flags, tty, '/dev/console');
  };
  const devices: [string, number, number, Opener][] = [
    ['null', 1, 3, (inode, { flags }) => new NullFile(inode, flags)],
    ['zero', 1, 5, (inode, { flags }) => new ZeroFile(inode, flags)],
    ['full', 1, 7, (inode, { flags }) => new FullFile(inode, flags)],
    ['random', 1, 8, (inode, { flags }) => new RandomFile(inode, flags)],
    ['urandom', 1, 9, (inode, { flags }) => new RandomFile(inode, flags)],
    ['tty', 5, 0, openTty],
    ['console', 5, 1, openConsole],
  ];
  for (const [name, major, minor, opener] of devices) {
    const device = deviceNumber(major, minor);
    directory.link(name, new CharacterDevice(files, device, opener));
  }
  const links: [string, string][] = [
    ['stdin', '/proc/self/fd/0'],
    ['stdout', '/proc/self/fd/1'],
    ['stderr', '/proc/self/fd/2'],
    ['fd', '/proc/self/fd'],
  ];
  for (const [name, target] of links) directory.link(name, new Symlink(files, ROOT, target));
}

/** Adds /dev/ttyN. */
export function addTtyDevice(kernel: Kernel, tty: Tty): CharacterDevice {
  const directory = kernel.files.makeDirectory('/dev', 0o755, ROOT);
  const opener: Opener = (inode, { flags }) => new TtyFile(inode, flags, tty);
  const device = new CharacterDevice(kernel.files, deviceNumber(4, tty.number), opener);
  directory.link(`tty${tty.number}`, device);
  return device;
}
