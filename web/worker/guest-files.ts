import { Directory, type Kernel, RegularFile } from '../../kernel/index.js';
import type { FileEntry } from '../protocol/index.js';

/** Where the shell starts and where files from outside go. */
export const HOME = '/home/user';
/** Where programs leave their files. */
const FOLDERS = [HOME, '/tmp'];

/** Whether the bytes are an ELF file; whether it can be run is the loader's to say. */
export function isProgram(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}

/** Every regular file below the folders that the user can write to, by path. */
export function listFiles(kernel: Kernel): FileEntry[] {
  return FOLDERS.flatMap((path) => {
    const folder = kernel.files.resolve(path);
    return folder instanceof Directory ? filesBelow(folder) : [];
  });
}

function filesBelow(folder: Directory): FileEntry[] {
  return folder.entries().flatMap(({ inode, name }) => {
    if (name === '.' || name === '..') return [];
    if (inode instanceof Directory) return filesBelow(inode);
    if (!(inode instanceof RegularFile)) return [];
    return [{ path: `${folder.path}/${name}`, sizeBytes: inode.sizeBytes }];
  });
}
