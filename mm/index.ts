export const Errno = { EINVAL: 22, ENOMEM: 12, EEXIST: 17, EFAULT: 14 } as const;
