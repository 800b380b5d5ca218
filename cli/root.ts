import { lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { unpackTar } from 'modern-tar';
import { type FileTree, USER } from '../kernel/index.js';
import { Mistake } from './mistake.js';
import { hostReason, loading } from './program-file.js';

/** Folders of the guest that the kernel itself fills. */
const KERNELS_OWN: ReadonlySet<string> = new Set(['/dev', '/proc']);
/** An unpacked archive is no longer than this: more than any guest memory could hold. */
const MAX_ARCHIVE_BYTES = 2 ** 32 - 1;
const PERMISSION_BITS = 0o7777;
const GZIP_MAGIC = [0x1f, 0x8b];

interface Entry {
  /** Absolute, in the guest. */
  readonly path: string;
  readonly kind: 'directory' | 'file' | 'symlink' | 'link';
  readonly permissions: number;
  readonly owner: { readonly uid: number; readonly gid: number };
  /** Contents of a file. */
  readonly read: () => Uint8Array;
  /** Where a symbolic link leads; the path of an earlier entry for a hard link. */
  readonly target: string;
}

/** What `--root` names, read as far as is needed to know that it is one. */
export interface Root {
  /** Puts everything into the guest's tree. */
  load(files: FileTree): void;
}

/**
 * A folder or a tar archive (gzip or not) that becomes the guest's `/`, in memory: nothing is
 * written back. Of a folder all belongs to the guest's user, since its owners mean nothing there;
 * an archive's owners are kept. Devices and sockets, and what stands in /dev and /proc, are left out.
 *
 * @throws Mistake when there is no such thing or it cannot be read
 */
export async function readRoot(path: string): Promise<Root> {
  const isFolder = reading(path, () => statSync(path).isDirectory());
  const entries = isFolder ? folderEntries(path) : await archiveEntries(path);
  return {
    load: (files) => {
      for (const entry of entries) {
        const top = entry.path.split('/', 2).join('/');
        if (!KERNELS_OWN.has(top)) loading(`--root ${path}`, () => add(files, entry));
      }
    },
  };
}

function add(files: FileTree, { path, kind, permissions, owner, read, target }: Entry): void {
  if (kind === 'symlink') {
    files.addLink(path, target, owner);
  } else if (kind === 'link') {
    files.addHardLink(path, target);
  } else if (kind === 'file') {
    files.add(path, read(), permissions, owner);
  } else {
    files.addDirectory(path, permissions, owner);
  }
}

/** The entries below a folder in order of their names; it stays on the folder's file system. */
function* folderEntries(
  folder: string,
  inGuest = '',
  device = statSync(folder).dev,
): Generator<Entry> {
  for (const name of reading(folder, () => readdirSync(folder)).sort()) {
    const host = join(folder, name);
    const stat = reading(host, () => lstatSync(host));
    const kind = stat.isDirectory()
      ? 'directory'
      : stat.isFile()
        ? 'file'
        : stat.isSymbolicLink()
          ? 'symlink'
          : undefined;
    if (kind === undefined || stat.dev !== device) continue;
    const path = `${inGuest}/${name}`;
    yield {
      path,
      kind,
      permissions: stat.mode & PERMISSION_BITS,
      owner: USER,
      read: () => reading(host, () => readFileSync(host)),
      target: kind === 'symlink' ? reading(host, () => readlinkSync(host)) : '',
    };
    if (kind === 'directory' && !KERNELS_OWN.has(path)) yield* folderEntries(host, path, device);
  }
}

async function archiveEntries(path: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const { header, data } of await unpack(path)) {
    const kind = header.type ?? 'file';
    if (kind !== 'directory' && kind !== 'file' && kind !== 'symlink' && kind !== 'link') continue;
    const inGuest = guestPath(path, header.name);
    if (inGuest === '/') continue;
    entries.push({
      path: inGuest,
      kind,
      permissions: (header.mode ?? (kind === 'directory' ? 0o755 : 0o644)) & PERMISSION_BITS,
      owner: { uid: header.uid ?? 0, gid: header.gid ?? 0 },
      read: () => data ?? new Uint8Array(),
      target: kind === 'link' ? guestPath(path, header.linkname ?? '') : (header.linkname ?? ''),
    });
  }
  return entries;
}

async function unpack(path: string): ReturnType<typeof unpackTar> {
  const bytes = reading(path, () => readFileSync(path));
  try {
    const isCompressed = GZIP_MAGIC.every((byte, index) => bytes[index] === byte);
    const tar = isCompressed ? gunzipSync(bytes, { maxOutputLength: MAX_ARCHIVE_BYTES }) : bytes;
    const entries = await unpackTar(tar, { strict: true });
    if (entries.length === 0) throw new Error('it holds nothing');
    return entries;
  } catch (error) {
    throw new Mistake(
      `--root ${path} is no folder and no whole tar archive: ${(error as Error).message}`,
    );
  }
}

/** Where an entry of an archive stands in the guest: names are relative to the root. */
function guestPath(archive: string, name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) {
    throw new Mistake(`--root ${archive}: the entry ${name} leads out of the archive`);
  }
  return `/${parts.join('/')}`;
}

/** What the host refuses is a mistake that names the option. */
function reading<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Mistake(`--root: cannot read ${path}: ${hostReason(error)}`);
  }
}
