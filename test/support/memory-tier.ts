/**
 * The memory calls that programs use, with their flags and errors: mmap(2) and the pages it leads to,
 * for Linux 6.12. `test/guest/cases` must meet each of them.
 */
export interface TierCall {
  readonly call: string;
  /** Names that stand in a call's text. */
  readonly flags: readonly string[];
  /** Errors that it is made to answer. */
  readonly errors: readonly string[];
}

export const memoryTier: readonly TierCall[] = [
  call(
    'mmap',
    'SHARED PRIVATE MAP_SHARED_VALIDATE MAP_FIXED MAP_FIXED_NOREPLACE MAP_ANONYMOUS MAP_GROWSDOWN ' +
      'MAP_STACK MAP_NORESERVE MAP_POPULATE MAP_LOCKED MAP_NONBLOCK PROT_NONE PROT_READ PROT_EXEC RW RWX',
    'EACCES EAGAIN EBADF EEXIST EINVAL ENODEV ENOMEM EOPNOTSUPP EOVERFLOW EPERM',
  ),
  call('munmap', '', 'EINVAL ENOMEM'),
  call(
    'mprotect',
    'PROT_NONE PROT_READ PROT_EXEC RW PROT_GROWSDOWN PROT_GROWSUP',
    'EACCES EINVAL ENOMEM',
  ),
  call('mremap', 'MREMAP_MAYMOVE MREMAP_FIXED MREMAP_DONTUNMAP', 'EAGAIN EFAULT EINVAL ENOMEM'),
  call('msync', 'MS_SYNC MS_ASYNC MS_INVALIDATE', 'EBUSY EINVAL ENOMEM'),
  call('mincore', '', 'EFAULT EINVAL ENOMEM'),
  call(
    'madvise',
    'MADV_NORMAL MADV_RANDOM MADV_SEQUENTIAL MADV_WILLNEED MADV_DONTNEED MADV_REMOVE MADV_FREE ' +
      'MADV_DONTFORK MADV_DOFORK MADV_WIPEONFORK MADV_KEEPONFORK MADV_HUGEPAGE MADV_NOHUGEPAGE ' +
      'MADV_DONTDUMP MADV_DODUMP MADV_COLD MADV_PAGEOUT MADV_POPULATE_READ MADV_POPULATE_WRITE',
    'EACCES EAGAIN EFAULT EINVAL ENOMEM EPERM',
  ),
  call('mlock', '', 'EINVAL ENOMEM EPERM'),
  call('mlock2', 'MLOCK_ONFAULT', 'EINVAL ENOMEM EPERM'),
  call('munlock', '', 'EINVAL ENOMEM'),
  call('mlockall', 'MCL_CURRENT MCL_FUTURE MCL_ONFAULT', 'EINVAL ENOMEM EPERM'),
  call('munlockall', '', ''),
  call('brk', '', 'ENOMEM'),
  call('remap_file_pages', 'MAP_NONBLOCK', 'EINVAL'),
  call(
    'membarrier',
    'MEMBARRIER_CMD_QUERY MEMBARRIER_CMD_GLOBAL MEMBARRIER_CMD_GLOBAL_EXPEDITED ' +
      'MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED MEMBARRIER_CMD_PRIVATE_EXPEDITED ' +
      'MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE ' +
      'MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE MEMBARRIER_CMD_GET_REGISTRATIONS',
    'EINVAL EPERM',
  ),
  call('shmget', 'IPC_PRIVATE IPC_CREAT IPC_EXCL', 'EACCES EEXIST EINVAL ENOENT'),
  call('shmat', 'SHM_RDONLY SHM_RND SHM_REMAP SHM_EXEC', 'EACCES EINVAL'),
  call('shmdt', '', 'EINVAL'),
  call(
    'shmctl',
    'IPC_RMID IPC_STAT IPC_SET SHM_LOCK SHM_UNLOCK SHM_INFO SHM_STAT',
    'EACCES EFAULT EINVAL',
  ),
  call('memfd_create', 'MFD_CLOEXEC MFD_ALLOW_SEALING MFD_NOEXEC_SEAL MFD_EXEC', 'EFAULT EINVAL'),
  call(
    'fcntl',
    'F_ADD_SEALS F_GET_SEALS F_SEAL_SEAL F_SEAL_SHRINK F_SEAL_GROW F_SEAL_WRITE F_SEAL_FUTURE_WRITE F_SEAL_EXEC',
    'EBUSY EINVAL EPERM',
  ),
  call(
    'fallocate',
    'FALLOC_FL_KEEP_SIZE FALLOC_FL_PUNCH_HOLE FALLOC_FL_COLLAPSE_RANGE',
    'EBADF EFBIG EINVAL EOPNOTSUPP EPERM ESPIPE',
  ),
  call('ftruncate', '', 'EBADF EINVAL EPERM'),
  call('prctl', 'PR_SET_VMA', 'EINVAL'),
  call('process_vm_readv', '', 'EFAULT EINVAL ESRCH'),
  call('process_vm_writev', '', 'EFAULT'),
];

function call(name: string, flags: string, errors: string): TierCall {
  const words = (text: string) => text.split(' ').filter((word) => word !== '');
  return { call: name, flags: words(flags), errors: words(errors) };
}

/** Flags and errors of a call that none of the lines shows: "call(…FLAG…) = …", "call(…) = -1 ERROR". */
export function missingFrom(lines: readonly string[], { call, flags, errors }: TierCall): string[] {
  const calls = lines.filter((line) => new RegExp(`\\b${call}\\(`).test(line));
  const shows = (word: string) => new RegExp(`\\b${word}\\b`);
  return [
    ...(calls.length === 0 ? [call] : []),
    ...flags.filter((flag) => !calls.some((line) => shows(flag).test(line))),
    ...errors.filter((error) => !calls.some((line) => line.endsWith(`= -1 ${error}`))),
  ];
}
