import { describe, expect, it } from 'vitest';
import { describeOptions, parseOptions } from '../../cli/options.js';

const names = [
  'memory',
  'env',
  'cwd',
  'strace',
  'stats',
  'max-steps',
  'clock',
] as const satisfies Parameters<typeof describeOptions>[0];

describe('parseOptions', () => {
  it('reads options up to the first operand and leaves the rest to the program', () => {
    const { options, operands } = parseOptions(
      ['--memory', '64M', '--env=A=1', '--env', 'B=2', 'prog', '--memory', '-x', '--', 'y'],
      names,
    );
    expect(options).toEqual({ memory: 64 * 1024 * 1024, env: ['A=1', 'B=2'] });
    expect(operands).toEqual(['prog', '--memory', '-x', '--', 'y']);
  });

  it('takes what follows -- as operands', () => {
    const { options, operands } = parseOptions(['--strace', '--', '--odd-name', 'x'], names);
    expect(options).toEqual({ strace: true });
    expect(operands).toEqual(['--odd-name', 'x']);
  });

  it.each([
    ['4M', 4 * 1024 ** 2],
    ['4m', 4 * 1024 ** 2],
    ['3G', 3 * 1024 ** 3],
    ['8192K', 8 * 1024 ** 2],
    ['4198400', 4198400],
  ])('reads the size %s', (text, bytes) => {
    expect(parseOptions(['--memory', text], names).options.memory).toBe(bytes);
  });

  it('takes the last of several values', () => {
    expect(parseOptions(['--max-steps=1', '--max-steps=2'], names).options['max-steps']).toBe(2);
  });

  it('tells --stats from --stats=json, whatever follows', () => {
    expect(parseOptions(['--stats', 'json'], names)).toEqual({
      options: { stats: 'text' },
      operands: ['json'],
    });
    expect(parseOptions(['--stats=json'], names).options.stats).toBe('json');
  });

  it.each([
    [['--what'], "unknown option '--what': --help lists those that there are"],
    [['-x'], "unknown option '-x': --help lists those that there are"],
    [['--seed', '1'], "unknown option '--seed': --help lists those that there are"],
    [['--memory'], '--memory needs a value: --memory SIZE'],
    [['--memory='], '--memory needs a value: --memory SIZE'],
    [['--memory', '12x'], "--memory '12x' is no size: give a number with K, M or G, such as 128M"],
    [['--memory', '1M'], '--memory 1M is too little: give 4M to 3G'],
    [['--memory', '4G'], '--memory 4G is too much: give 4M to 3G'],
    [
      ['--memory', '5000001'],
      '--memory 5000001 is no whole number of pages: give a multiple of 4K',
    ],
    [['--env', 'A'], "--env 'A' is no variable: give NAME=VALUE"],
    [['--cwd', 'tmp'], "--cwd 'tmp' is relative: give a path of the guest that starts with /"],
    [['--strace=yes'], "--strace takes no value, so 'yes' is one too many"],
    [['--stats=xml'], "--stats='xml' is no format: give --stats or --stats=json"],
    [['--max-steps', '-1'], "--max-steps '-1' is no number: give one from 0 to 9007199254740991"],
    [['--max-steps', '1e9'], "--max-steps '1e9' is no number: give one from 0 to 9007199254740991"],
    [['--clock', 'sun'], "--clock 'sun' is not possible: give virtual or host"],
  ])('refuses %j in one sentence', (args, message) => {
    expect(() => parseOptions(args, names)).toThrow(new Error(message));
  });
});

describe('describeOptions', () => {
  it('gives each option one line with its value', () => {
    expect(describeOptions(['memory', 'stats', 'strace']).split('\n')).toEqual([
      expect.stringMatching(/^ {2}--memory SIZE +guest memory, 4M to 3G/),
      expect.stringMatching(/^ {2}--stats\[=json\] +print counts/),
      expect.stringMatching(/^ {2}--strace +print every system call$/),
    ]);
  });
});
