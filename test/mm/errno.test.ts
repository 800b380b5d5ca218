import { describe, expect, it } from 'vitest';
import { Errno } from '../../mm/index.js';

describe('mm.Errno', () => {
  it('has the numbers of Linux', () => {
    expect(Errno).toEqual({ EINVAL: 22, ENOMEM: 12, EEXIST: 17, EFAULT: 14 });
  });
});
