import type * as mm from '../../../mm/index.js';

/** The mutant under test. The tests of a mutation run import this in place of `mm`. */
let subject: typeof mm;

export function setSubject(mutant: typeof mm): void {
  subject = mutant;
}

export const Errno: typeof mm.Errno = { EINVAL: 22, ENOMEM: 12, EEXIST: 17, EFAULT: 14 };

export const AddressSpace = {
  create: <F>(options: mm.AddressSpaceOptions): mm.AddressSpace<F> =>
    subject.AddressSpace.create<F>(options),
};
