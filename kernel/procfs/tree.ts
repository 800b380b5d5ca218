import { FULL_ISA } from '../../emulator/index.js';
import { byteString, bytesOf } from '../bytes.js';
import { Errno } from '../errno.js';
import { Directory, type DirectoryEntry } from '../files/directory.js';
import { type Inode, type InodeOwner, ROOT, USER } from '../files/inode.js';
import type { OpenFile, OpenRequest } from '../files/open-file.js';
import { MagicLink, Symlink } from '../files/symlink.js';
import type { Kernel } from '../kernel.js';
import { smapsRollupText, smapsText, vmprintText } from '../memory/index.js';
import { isClosedTo, type Process } from '../process/process.js';
import type { Call } from '../syscalls/call.js';
import { sharedMemoryText } from '../syscalls/shared-memory.js';
import { limitsText } from './limits.js';
import { meminfoText } from './meminfo.js';
import { MemFile, PagemapFile } from './memory-file.js';
import { OomScoreAdjFile, oomScoreText } from './oom-file.js';
import { ProcInode } from './proc-inode.js';
import { settings } from './settings.js';
import { statmText, statText } from './stat.js';
import { statusText } from './status.js';
import { diskstatsText, swapsText, vmstatText } from './swap.js';
import { cpuinfoText, loadavgText, mountinfoText, systemStatText, uptimeText } from './system.js';
import { TextFile } from './text-file.js';
import { WalkFile } from './walk-file.js';

/** Fills /proc and /sys. proc(5). */
export function populateProc(kernel: Kernel): void {
  const { files } = kernel;
  const proc = new ProcRoot(kernel);
  files.root.link('proc', proc);
  const caller = (call: Call | undefined) => `${call?.process.pid ?? 1}`;
  proc.link('self', new MagicLink(files, ROOT, caller));
  const texts: [string, () => string][] = [
    ['meminfo', () => meminfoText(kernel)],
    ['version', () => 'Linux version 6.12.0 (pagewalk@pagewalk) (riscv64) #1 pagewalk\n'],
    ['cmdline', () => '\n'],
    ['stat', () => systemStatText(kernel)],
    ['uptime', () => uptimeText(kernel)],
    ['loadavg', () => loadavgText(kernel)],
    ['cpuinfo', () => cpuinfoText(FULL_ISA)],
    ['filesystems', () => 'nodev\ttmpfs\nnodev\tproc\n\tdiskfs\n'],
    ['swaps', () => swapsText(kernel)],
    ['diskstats', () => diskstatsText(kernel)],
    ['vmstat', () => vmstatText(kernel)],
  ];
  for (const [name, text] of texts) proc.link(name, new TextInode(files, text));
  proc.link('mounts', new Symlink(files, ROOT, 'self/mounts'));
  const ipc = files.makeDirectory('/proc/sysvipc', 0o555, ROOT);
  ipc.link('shm', new TextInode(files, () => sharedMemoryText(kernel.segments.all())));
  populateSettings(kernel);
  populateSys(kernel);
}

/** Fills /proc/sys. proc_sys(5). */
function populateSettings(kernel: Kernel): void {
  const { files } = kernel;
  for (const [path, text, permissions = 0o644] of settings(kernel)) {
    const slash = path.lastIndexOf('/');
    const directory = files.makeDirectory(`/proc/sys/${path.slice(0, slash)}`, 0o555, ROOT);
    directory.link(path.slice(slash + 1), new TextInode(files, () => `${text()}\n`, permissions));
  }
}

/**
 * What stands in /sys for good: one hart, megapages where madvise(2) asks for them, and pages that
 * are never merged. sysfs(5); Linux Documentation/admin-guide/mm, "Transparent Hugepage Support" and
 * "Kernel Samepage Merging".
 */
const SYS: readonly [folder: string, contents: Readonly<Record<string, string>>][] = [
  ['devices/system/cpu', { online: '0', possible: '0', present: '0' }],
  ['devices/system/cpu/cpu0', {}],
  [
    'kernel/mm/transparent_hugepage',
    {
      enabled: 'always [madvise] never',
      defrag: 'always defer defer+madvise [madvise] never',
      shmem_enabled: 'always within_size advise [never] deny force',
      hpage_pmd_size: '2097152',
      use_zero_page: '0',
    },
  ],
  ['kernel/mm/ksm', { run: '0', full_scans: '0', pages_shared: '0', pages_sharing: '0' }],
];

function populateSys({ files }: Kernel): void {
  for (const [folder, contents] of SYS) {
    const directory = files.makeDirectory(`/sys/${folder}`, 0o555, ROOT);
    for (const [name, text] of Object.entries(contents)) {
      directory.link(name, new TextInode(files, () => `${text}\n`));
    }
  }
}

/** A file whose text is made when it is opened. */
class TextInode extends ProcInode {
  private readonly text: () => string;
  private readonly of: Process | undefined;

  /** @param of the process into whose memory the text looks */
  constructor(owner: InodeOwner, text: () => string, permissions = 0o444, of?: Process) {
    super(owner, permissions, ROOT);
    this.text = text;
    this.of = of;
  }

  override open(request: OpenRequest): OpenFile | number {
    if (isClosed(this.of, request.call)) return -Errno.EACCES;
    return new TextFile(this, request.flags, bytesOf(this.text()));
  }
}

/** /proc itself: its fixed entries and one directory per process. */
class ProcRoot extends Directory {
  private readonly kernel: Kernel;
  private readonly processes = new Map<number, ProcessDirectory>();

  constructor(kernel: Kernel) {
    super(kernel.files, 0o555, ROOT);
    this.kernel = kernel;
  }

  override get isComputed(): boolean {
    return true;
  }

  override lookup(name: string): Inode | undefined {
    const fixed = super.lookup(name);
    if (fixed !== undefined || !/^[1-9][0-9]*$/.test(name)) return fixed;
    return this.directoryOf(Number(name));
  }

  override entries(): DirectoryEntry[] {
    const own: DirectoryEntry[] = [];
    for (const pid of [...this.kernel.processes.keys()].sort((a, b) => a - b)) {
      const inode = this.directoryOf(pid);
      if (inode !== undefined) own.push({ name: `${pid}`, inode });
    }
    return [...super.entries(), ...own];
  }

  /** One object per process, so that its inode number stays. */
  private directoryOf(pid: number): ProcessDirectory | undefined {
    const process = this.kernel.processes.get(pid);
    const known = this.processes.get(pid);
    if (process === undefined) {
      this.processes.delete(pid);
      return undefined;
    }
    if (known?.process === process) return known;
    const made = new ProcessDirectory(this.kernel, process, this);
    this.processes.set(pid, made);
    return made;
  }
}

const LOOKS_INTO_MEMORY = new Set(['maps', 'smaps', 'smaps_rollup', 'vmprint']);

/** Whether what looks into a process's memory refuses the caller. */
function isClosed(process: Process | undefined, call: Call | undefined): boolean {
  return process !== undefined && call !== undefined && isClosedTo(process, call.process);
}

/** /proc/PID. */
class ProcessDirectory extends Directory {
  readonly process: Process;

  constructor(kernel: Kernel, process: Process, parent: Directory) {
    super(kernel.files, 0o555, USER, parent);
    this.process = process;
    this.name = `${process.pid}`;
    const { files } = kernel;
    // A process that has ended has no memory any more.
    const living = (text: () => string) => () => (process.ending === undefined ? text() : '');
    const texts: [string, () => string][] = [
      ['maps', living(() => process.memory.mapsText())],
      ['smaps', living(() => smapsText(process.memory))],
      ['smaps_rollup', living(() => smapsRollupText(process.memory))],
      ['vmprint', living(() => vmprintText(process.memory))],
      ['limits', () => limitsText(process)],
      ['mounts', () => mountsText(kernel)],
      ['mountinfo', () => mountinfoText(mountsText(kernel))],
      ['status', () => statusText(kernel, process)],
      ['stat', () => statText(kernel, process)],
      ['statm', living(() => statmText(process))],
      ['oom_score', () => oomScoreText(kernel, process)],
      ['comm', () => `${process.tasks[0]?.name ?? ''}\n`],
      ['cmdline', living(() => readRange(process, process.program.argumentRange))],
    ];
    for (const [name, text] of texts) {
      const of = LOOKS_INTO_MEMORY.has(name) ? process : undefined;
      this.link(name, new TextInode(files, text, 0o444, of));
    }
    const environment = () => bytesOf(readRange(process, process.program.environmentRange));
    const opened: [string, number, MemoryOpener][] = [
      ['walk', 0o600, (inode, flags) => new WalkFile(inode, flags, process)],
      ['mem', 0o600, (inode, flags) => new MemFile(inode, flags, process)],
      ['oom_score_adj', 0o644, (inode, flags) => new OomScoreAdjFile(inode, flags, process)],
      ['pagemap', 0o400, (inode, flags) => new PagemapFile(inode, flags, process)],
      ['environ', 0o400, (inode, flags) => new TextFile(inode, flags, environment())],
    ];
    for (const [name, permissions, opener] of opened) {
      this.link(name, new MemoryInode(files, process, permissions, opener));
    }
    this.link(
      'exe',
      linkTo(files, process, () => process.program.file),
    );
    this.link(
      'cwd',
      linkTo(files, process, () => process.directory),
    );
    this.link(
      'root',
      linkTo(files, process, () => files.root),
    );
    this.link('fd', new DescriptorDirectory(files, process, this));
  }

  override get isComputed(): boolean {
    return true;
  }
}

function mountsText({ disk }: Kernel): string {
  const own = disk === undefined ? '' : '/dev/vda /disk diskfs rw,relatime 0 0\n';
  return `tmpfs / tmpfs rw,relatime 0 0\nproc /proc proc rw,relatime 0 0\n${own}`;
}

function linkTo(
  files: Kernel['files'],
  of: Process,
  target: () => Inode & { readonly path: string },
): MagicLink {
  const refused = (call: Call | undefined) => isClosed(of, call);
  return new MagicLink(
    files,
    USER,
    (call) => (refused(call) ? -Errno.EACCES : target().path),
    (call) => (refused(call) ? -Errno.EACCES : target()),
  );
}

/** /proc/PID/fd: a link per open descriptor. */
class DescriptorDirectory extends Directory {
  private readonly process: Process;

  constructor(owner: InodeOwner, process: Process, parent: Directory) {
    super(owner, 0o500, USER, parent);
    this.process = process;
  }

  override get isComputed(): boolean {
    return true;
  }

  override lookup(name: string): Inode | undefined {
    const fd = Number(name);
    const file = /^(0|[1-9][0-9]*)$/.test(name) ? this.process.descriptors.get(fd) : undefined;
    if (file === undefined) return undefined;
    return new MagicLink(
      this.owner,
      USER,
      () => file.path,
      () => file.inode,
    );
  }

  override entries(): DirectoryEntry[] {
    const list: DirectoryEntry[] = [];
    for (const [fd] of this.process.descriptors.entries()) {
      const inode = this.lookup(`${fd}`);
      if (inode !== undefined) list.push({ name: `${fd}`, inode });
    }
    return list;
  }
}

type MemoryOpener = (inode: ProcInode, flags: number) => OpenFile;

/**
 * A file onto a process's memory: mem, pagemap, and walk, which is not of Linux: write an address,
 * read the walk that the hart makes for it.
 */
class MemoryInode extends ProcInode {
  private readonly process: Process;
  private readonly opener: MemoryOpener;

  constructor(owner: InodeOwner, process: Process, permissions: number, opener: MemoryOpener) {
    super(owner, permissions, USER);
    this.process = process;
    this.opener = opener;
  }

  override open(request: OpenRequest): OpenFile | number {
    if (this.process.ending !== undefined) return -Errno.ESRCH;
    const { call } = request;
    // Root owns what belongs to a process that is not dumpable: it is refused its own file, too.
    const isRefused = !this.process.isDumpable && call?.process.credentials.uid !== 0;
    if (isRefused && call !== undefined) return -Errno.EACCES;
    return this.opener(this, request.flags);
  }
}

/** The process's own memory between two addresses, as far as it can be read. */
function readRange(process: Process, range: { start: number; end: number }): string {
  const bytes = new Uint8Array(range.end - range.start);
  return process.memory.copyIn(range.start, bytes) === 0 ? byteString(bytes) : '';
}
