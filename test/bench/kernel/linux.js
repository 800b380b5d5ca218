// Linux for riscv64 under QEMU, which runs one program and stops.
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cpioArchive } from './cpio.js';

const EXECUTABLE = 0o755;
/** It takes about 10 s; a loaded machine may need several times that. */
const TIMEOUT_SECONDS = 180;
/** "magic2" of Linux's Documentation/arch/riscv/boot-image-header.rst. */
const MAGIC = 'RSC\x05';
const MAGIC_OFFSET = 56;
const MACHINE = ['-M', 'virt', '-m', '1G', '-nographic', '-no-reboot'];
const COMMAND_LINE = 'console=ttyS0 quiet panic=-1';

/** What is wrong with the image, in one line; undefined if it looks like a kernel for riscv64. */
export function imageMistake(image) {
  const magic = Buffer.alloc(MAGIC.length);
  try {
    const file = openSync(image, 'r');
    readSync(file, magic, 0, magic.length, MAGIC_OFFSET);
    closeSync(file);
  } catch ({ code, message }) {
    const reasons = { ENOENT: 'no such file', EISDIR: 'not a file' };
    return `--linux ${image}: ${reasons[code] ?? message}`;
  }
  if (magic.toString('latin1') === MAGIC) return undefined;
  return `--linux ${image}: not an uncompressed Linux kernel for riscv64: give the vmlinux-* of Debian's package`;
}

/**
 * A root folder with a first process and the program that it runs.
 *
 * @returns the path of the archive
 */
export function makeInitramfs(folder, { init, operations }) {
  const archive = join(folder, 'initramfs.cpio');
  const files = Object.entries({ init, operations }).map(([name, contents]) => ({
    name,
    contents,
    mode: EXECUTABLE,
  }));
  writeFileSync(archive, cpioArchive(files));
  return archive;
}

/** What is wrong with the program to run the image with, in one line; undefined if it is there. */
export function qemuMistake(qemu) {
  const { error } = spawnSync(qemu, ['--version']);
  if (error === undefined) return undefined;
  return `${qemu}: no such program: install qemu-system-misc, or name QEMU with --qemu`;
}

/**
 * Boots until the machine is switched off.
 *
 * @returns {string} what stood on the console
 * @throws Error in one line, when the machine does not come to an end
 */
export function bootLinux({ qemu, image, initramfs }) {
  const args = [...MACHINE, '-kernel', image, '-initrd', initramfs, '-append', COMMAND_LINE];
  const { error, status, stdout, stderr } = spawnSync(qemu, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_SECONDS * 1000,
    killSignal: 'SIGKILL',
  });
  const last = `${stdout}\n${stderr}`.trimEnd().split('\n').at(-1).trim();
  if (error?.code === 'ETIMEDOUT') {
    throw new Error(
      `${image} did not come to an end in ${TIMEOUT_SECONDS} s under ${qemu}: ${last}`,
    );
  }
  if (error) throw error;
  if (status !== 0) throw new Error(`${qemu} failed with ${image}: ${last}`);
  return stdout;
}
