// Archives in cpio's "newc" format, which Linux unpacks as its first root folder. See "initramfs buffer
// format" in Linux's Documentation/driver-api/early-userspace/buffer-format.rst.

const MAGIC = '070701';
const REGULAR_FILE = 0o100000;
const TRAILER = 'TRAILER!!!';

/**
 * @param {ReadonlyArray<{ name: string, mode: number, contents: Uint8Array }>} files regular files
 *   of the root folder; `mode` holds permissions
 * @returns {Buffer}
 */
export function cpioArchive(files) {
  const entries = files.map(({ name, mode, contents }, index) =>
    entry(name, contents, { inode: index + 1, mode: REGULAR_FILE | mode }),
  );
  return Buffer.concat([...entries, entry(TRAILER, new Uint8Array(0), { inode: 0, mode: 0 })]);
}

function entry(name, contents, { inode, mode }) {
  const nameBytes = Buffer.from(`${name}\0`);
  const links = 1;
  // Inode, mode, uid, gid, links, mtime, size, device and rdevice (major, minor), name, checksum.
  const fields = [inode, mode, 0, 0, links, 0, contents.length, 0, 0, 0, 0, nameBytes.length, 0];
  const header = MAGIC + fields.map((field) => field.toString(16).padStart(8, '0')).join('');
  return Buffer.concat([padded(Buffer.concat([Buffer.from(header), nameBytes])), padded(contents)]);
}

/** Header with name, and contents, each end at a multiple of 4. */
function padded(bytes) {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}
