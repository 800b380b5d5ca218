import { PAGE_SIZE } from '../../emulator/index.js';
import { fromHostText, toHostText } from '../bytes.js';
import type { Timestamp } from '../clock.js';
import type { BufferRoom, PageCache, Room } from '../memory/index.js';
import type { HostAct } from '../snapshot/acts.js';
import type { Call } from '../syscalls/call.js';
import { Directory } from './directory.js';
import { type Credentials, type Inode, type InodeOwner, ROOT, USER } from './inode.js';
import { lookup, lookupParent, type ParentLookup, RESOLVE_IN_ROOT } from './lookup.js';
import { RegularFile } from './regular-file.js';
import { Symlink } from './symlink.js';

export interface FileTreeOptions {
  readonly now: () => Timestamp;
  /** Makes the page cache of a new file, with its share of a file system's room or without limit. */
  readonly createPages: (room: Room | undefined) => PageCache;
  readonly buffers: BufferRoom;
  /** Pages that the files of programs may have together. tmpfs(5): by default half of memory. */
  readonly pageLimit: number;
  /** Does what a host asks for, and remembers it where the machine records. */
  readonly hostAct: <T>(act: HostAct, work: () => T) => T;
}

export interface PathOptions {
  readonly base?: Directory;
  readonly by?: Credentials;
  readonly followLast?: boolean;
  readonly call?: Call;
  /** RESOLVE_* of openat2(2). */
  readonly resolve?: number;
}

/** The in-memory file system: one tree, one device. */
export class FileTree implements InodeOwner {
  readonly root: Directory;
  readonly deviceNumber = 1;
  /** As many as the host has given, and what programs may add. tmpfs(5), nr_inodes. */
  readonly names = { used: 0, limit: Number.POSITIVE_INFINITY };
  readonly buffers: BufferRoom;
  /** What the host puts into the tree has its room besides. */
  readonly room: Room;
  private lastInodeNumber = 0;
  private readonly options: FileTreeOptions;

  constructor(options: FileTreeOptions) {
    this.options = options;
    this.buffers = options.buffers;
    this.room = { used: 0, limit: options.pageLimit };
    this.root = new Directory(this, 0o755, ROOT);
    this.makeDirectory('/tmp', 0o1777, ROOT);
    this.makeDirectory('/home', 0o755, ROOT);
    this.makeDirectory('/home/user', 0o755, USER);
    this.makeDirectory('/etc', 0o755, ROOT);
    const accounts: [string, string][] = [
      [
        '/etc/passwd',
        'root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/home/user:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n',
      ],
      ['/etc/group', 'root:x:0:\nuser:x:1000:\nnogroup:x:65534:\n'],
    ];
    for (const [path, text] of accounts)
      this.addFile(path, new TextEncoder().encode(text), 0o644, ROOT);
  }

  nextInodeNumber(): number {
    return ++this.lastInodeNumber;
  }

  now(): Timestamp {
    return this.options.now();
  }

  /** For the state hash. */
  state(): string {
    const { lastInodeNumber, names, room } = this;
    return `${lastInodeNumber} ${names.used} ${names.limit} ${room.used} ${room.limit}`;
  }

  resolve(path: string, o: PathOptions = {}): Inode | number {
    return lookup(path, this.lookupOptions(o));
  }

  resolveParent(path: string, o: PathOptions = {}): ParentLookup | number {
    return lookupParent(path, this.lookupOptions(o));
  }

  /** A file without a name yet. */
  createFile(permissions: number, by: Credentials, name = ''): RegularFile {
    return new RegularFile(this, permissions, by, this.options.createPages(this.room), name);
  }

  /** memfd_create(2): a file that never has a name, and takes no room of the tree's. */
  createNamelessFile(permissions: number, by: Credentials, title: string): RegularFile {
    return new RegularFile(this, permissions, by, this.options.createPages(undefined), title);
  }

  /**
   * Puts a host's file into the tree, replacing one of the same name; makes missing directories.
   *
   * @param path absolute; host text
   * @throws Error when the path is unusable or memory is too small for the contents
   */
  add(path: string, bytes: Uint8Array, mode = 0o644, by: Credentials = USER): Inode {
    const act = { kind: 'file', path, bytes, mode, by } as const;
    return this.hostAct(act, () => this.addFile(path, bytes, mode, by));
  }

  private addFile(path: string, bytes: Uint8Array, mode: number, by: Credentials): Inode {
    const { directory, name } = this.hostParent(path, by);
    const existing = directory.lookup(name);
    if (existing instanceof Directory)
      throw new Error(`${path} is a directory in the guest's tree`);
    const file = this.createFile(mode, by);
    const pageCount = Math.ceil(bytes.length / PAGE_SIZE);
    this.room.limit += pageCount;
    const written = file.pages.write(0, bytes);
    if (written < bytes.length) {
      file.pages.release();
      this.room.limit -= pageCount;
      throw new Error(
        `${path} (${bytes.length} bytes) does not fit into the guest's memory: give it more`,
      );
    }
    if (existing !== undefined) directory.unlink(name);
    directory.link(name, file);
    return file;
  }

  /** Puts a symbolic link into the tree. Host text. */
  addLink(path: string, target: string, by: Credentials = USER): void {
    this.hostAct({ kind: 'link', path, target, by }, () => {
      const { directory, name } = this.hostParent(path, by);
      checkIsFree(directory, name, path);
      directory.link(name, new Symlink(this, by, fromHostText(target)));
    });
  }

  /** Gives a file that is there another name. Host text. */
  addHardLink(path: string, target: string): void {
    this.hostAct({ kind: 'hard-link', path, target }, () => {
      const { directory, name } = this.hostParent(path, ROOT);
      const inode = this.resolve(fromHostText(target), { by: ROOT, followLast: false });
      if (typeof inode === 'number' || inode instanceof Directory) {
        throw new Error(`${path} links to ${target}, which is no file in the guest's tree`);
      }
      checkIsFree(directory, name, path);
      directory.link(name, inode);
    });
  }

  /** Makes a host's directory, or gives one that is there its permissions and owner. Host text. */
  addDirectory(path: string, permissions: number, by: Credentials): void {
    this.hostAct({ kind: 'directory', path, mode: permissions, by }, () => {
      const { uid, gid } = by;
      Object.assign(this.makeDirectory(path, permissions, by), { permissions, uid, gid });
    });
  }

  /**
   * Makes a directory and those above it; one that exists, or a link to one, is left as it is.
   * Host text.
   */
  makeDirectory(path: string, permissions = 0o755, by: Credentials = USER): Directory {
    let current = this.root;
    for (const name of fromHostText(path).split('/')) {
      if (name === '') continue;
      let next: Inode | number | undefined = current.lookup(name);
      if (next === undefined) {
        next = new Directory(this, permissions, by);
        current.link(name, next);
      }
      if (next instanceof Symlink) next = this.resolve(name, { base: current, by: ROOT });
      if (!(next instanceof Directory)) {
        throw new Error(`${path} leads through ${name}, which is no directory in the guest's tree`);
      }
      current = next;
    }
    return current;
  }

  /** The contents of a file, for the host; undefined when there is no regular file. Host text. */
  read(path: string): Uint8Array | undefined {
    const inode = this.resolve(fromHostText(path), { by: ROOT });
    if (!(inode instanceof RegularFile)) return undefined;
    const bytes = new Uint8Array(inode.sizeBytes);
    inode.pages.read(0, bytes);
    return bytes;
  }

  /** The paths of all regular files below a folder, for the host; none where it is missing. Host text. */
  list(path: string): string[] {
    const start = this.resolve(fromHostText(path), { by: ROOT });
    const paths: string[] = [];
    // No recursion: how deep a guest nests its folders is its own affair.
    const folders: [Inode | number, string][] = [[start, path]];
    for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
      const [folder, above] = next;
      if (!(folder instanceof Directory)) continue;
      for (const { name, inode } of folder.entries()) {
        const at = `${above}/${toHostText(name)}`;
        if (inode instanceof RegularFile) paths.push(at);
        else folders.push([inode, at]);
      }
    }
    return paths;
  }

  /** Programs may add so many names to those that are there now. */
  allowNames(count: number): void {
    this.names.limit = this.names.used + count;
  }

  /** What the host puts into the tree has its room besides. */
  private hostAct<T>(act: HostAct, work: () => T): T {
    return this.options.hostAct(act, () => {
      const before = this.names.used;
      const result = work();
      this.names.limit += Math.max(0, this.names.used - before);
      return result;
    });
  }

  private hostParent(path: string, by: Credentials): ParentLookup {
    if (!path.startsWith('/')) throw new Error(`guest path ${path} must be absolute`);
    const slash = path.lastIndexOf('/');
    this.makeDirectory(path.slice(0, slash), 0o755, by);
    const parent = this.resolveParent(fromHostText(path), { by: ROOT });
    if (typeof parent === 'number' || parent.name === '') {
      throw new Error(`guest path ${path} names no file`);
    }
    return parent;
  }

  private lookupOptions(o: PathOptions) {
    const { base = this.root, by = USER, followLast = true, call, resolve = 0 } = o;
    const root = (resolve & RESOLVE_IN_ROOT) !== 0 ? base : this.root;
    return { root, base, by, followLast, call, resolve };
  }
}

function checkIsFree(directory: Directory, name: string, path: string): void {
  if (directory.lookup(name) !== undefined) throw new Error(`${path} exists in the guest's tree`);
}

/** The file's first bytes, or all of it; for the loader. */
export function readFile(file: RegularFile, maxBytes = file.sizeBytes): Uint8Array {
  const bytes = new Uint8Array(Math.min(maxBytes, file.sizeBytes));
  file.pages.read(0, bytes);
  return bytes;
}
