import type { PageCache } from './page-cache.js';

/** What can be mapped: one object per inode, since regions compare files by identity. */
export interface MappedFile {
  readonly pages: PageCache;
  /** As /proc/PID/maps shows it, with " (deleted)" when it has no name any more. */
  readonly path: string;
  readonly inode: number;
  /** Major and minor number in hex: "00:01". */
  readonly device: string;
  /** Nothing may be stored into it or punched out of it. */
  readonly isWriteSealed?: boolean;
  /** An address space that maps any of it holds one reference. */
  retain(): void;
  release(): void;
  /** Part of a region of the file was unmapped. */
  partUnmapped?(): void;
}

/** What MAP_SHARED | MAP_ANONYMOUS maps: a nameless file that lives as long as it is mapped. */
export class SharedAnonymousFile implements MappedFile {
  readonly pages: PageCache;
  readonly path = '/dev/zero (deleted)';
  readonly device = '00:01';
  readonly inode: number;
  private references = 0;

  constructor(pages: PageCache, inode: number) {
    this.pages = pages;
    this.inode = inode;
  }

  retain(): void {
    this.references++;
  }

  release(): void {
    this.references--;
    if (this.references === 0) this.pages.release();
  }
}
