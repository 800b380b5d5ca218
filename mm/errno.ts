/** The error numbers that mm answers, negated; Linux's values. The kernel extends this table. */
export const Errno = { EINVAL: 22, ENOMEM: 12, EEXIST: 17, EFAULT: 14 } as const;
