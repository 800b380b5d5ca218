import { SHM_MAX, SHM_MAX_SEGMENTS } from '../ipc/shared-memory.js';
import type { Kernel } from '../kernel.js';
import { MMAP_MIN_ADDRESS } from '../memory/index.js';
import { MAX_MAP_COUNT } from '../memory/layout.js';

/** A file of /proc/sys: its path there, what it says, and its permissions (0644 unless given). */
export type Setting = readonly [path: string, text: () => string, permissions?: number];

/** What /proc/sys holds; the guest's user may change none of it. proc_sys_vm(5), proc_sys_kernel(5). */
export function settings(kernel: Kernel): readonly Setting[] {
  const { memorySystem } = kernel;
  return [
    ['vm/drop_caches', () => '0', 0o200],
    ['vm/max_map_count', () => `${MAX_MAP_COUNT}`],
    ['vm/min_free_kbytes', () => '0'],
    ['vm/mmap_min_addr', () => `${MMAP_MIN_ADDRESS}`],
    ['vm/overcommit_memory', () => `${memorySystem.overcommitMode}`],
    ['vm/overcommit_ratio', () => `${memorySystem.overcommitRatio}`],
    ['kernel/cap_last_cap', () => '40', 0o444],
    ['kernel/core_pattern', () => 'core'],
    ['kernel/hostname', () => 'pagewalk'],
    ['kernel/osrelease', () => '6.12.0', 0o444],
    ['kernel/ostype', () => 'Linux', 0o444],
    ['kernel/pid_max', () => '32768'],
    ['kernel/random/boot_id', () => BOOT_ID, 0o444],
    ['kernel/random/entropy_avail', () => '256', 0o444],
    ['kernel/random/uuid', () => randomUuid(kernel), 0o444],
    ['kernel/shm_rmid_forced', () => '0'],
    ['kernel/shmall', () => `${SHM_MAX}`],
    ['kernel/shmmax', () => `${SHM_MAX}`],
    ['kernel/shmmni', () => `${SHM_MAX_SEGMENTS}`],
    ['kernel/tainted', () => '0'],
    ['kernel/version', () => '#1 pagewalk', 0o444],
    ['kernel/threads-max', () => `${kernel.limits.tasks}`],
    ['fs/file-max', () => '9223372036854775807'],
    ['fs/nr_open', () => '1048576'],
    ['fs/pipe-max-size', () => '1048576'],
    ['fs/pipe-user-pages-hard', () => '0'],
    ['fs/pipe-user-pages-soft', () => '16384'],
  ];
}

/** Of every machine: a run is the same run each time. */
const BOOT_ID = '70616765-7761-4c6b-8000-000000000001';

/** A version 4 UUID, from what getrandom(2) would give. random(4). */
function randomUuid({ entropy }: Kernel): string {
  const bytes = new Uint8Array(16);
  entropy.fill(bytes);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
