import { type Directory, type Named, pathOfNamed } from '../files/directory.js';
import { Inode } from '../files/inode.js';

/** A file of /proc or /sys: what it holds is made when somebody looks. */
export abstract class ProcInode extends Inode implements Named {
  readonly kind = 'regular';
  directory: Directory | undefined = undefined;
  name = '';

  get path(): string {
    return pathOfNamed(this);
  }
}
