import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Report, TestResult } from '../../cli/test/types.js';
import { pagewalk } from '../support/pagewalk.js';
import { temporaryFolder } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

const headers = [
  ...['stdio.h', 'stdlib.h', 'string.h', 'unistd.h', 'fcntl.h', 'signal.h', 'time.h'],
  ...['sys/ptrace.h', 'sys/resource.h', 'sys/time.h', 'sys/uio.h', 'sys/wait.h'],
];
const include = `#define _GNU_SOURCE\n${headers.map((name) => `#include <${name}>\n`).join('')}`;
const STEPS = 5_000_000;
/** What the last call may add, which began within the limit. */
const SLACK = 100_000;
const limits = { steps: STEPS, memoryMiB: 8, processes: 8, outputBytes: 65536 };

type Cheat = readonly [body: string, tells: RegExp];

const grow = 'char *p = malloc(1 << 20); if (p) for (int i = 0; i < 1 << 20; i += 4096) p[i] = 1;';

/** Programs without lab.h that a test asks for cases, and the reason that they are told. */
const alone: Readonly<Record<string, Cheat>> = {
  forging: ['puts("basic ... OK");', /printed 1 line like results by itself, which count nothing/],
  leaving: ['exit(0);', /no case was run/],
  looping: ['for (;;) ;', /stopped at the limit of 5000000 steps$/m],
  forking: ['for (;;) fork();', /limit of 5000000 steps, with 8 processes/],
  printing: ['for (;;) puts("basic ... OK");', /limit of 65536 bytes/],
  eating: [`for (;;) { ${grow} }`, /ended by SIGKILL|limit of 5000000 steps/],
  reporting: [
    'FILE *f = fopen("results.json", "w"); fputs("{\\"score\\":100}", f); fclose(f);',
    /the program wrote \/tmp\/results\.json itself: its files count for nothing/,
  ],
};

/** In a case's child: every writable page of its parent is read and overwritten. */
const scan = `char path[64], line[256];
  snprintf(path, sizeof path, "/proc/%d/maps", getppid());
  FILE *maps = fopen(path, "r");
  snprintf(path, sizeof path, "/proc/%d/mem", getppid());
  int memory = open(path, O_RDWR);
  if (!maps || memory == -1) return perror("the parent's memory"), 0;
  while (fgets(line, sizeof line, maps)) {
    unsigned long at, end;
    if (sscanf(line, "%lx-%lx rw", &at, &end) != 2) continue;
    for (; at < end; at += 4096) pwrite(memory, line, 1, at);
  }`;

const different = /call {6}answer\(\)\n {2}expected {2}42\n {2}observed {2}0/;

/** Code under test that a case calls, and what is told of this case; the one after it passes. */
const called: Readonly<Record<string, Cheat>> = {
  'exits with 0': ['_exit(0);', /observed {2}exit status 0 before the end/],
  'exits as a failure': ['_exit(93);', /printed nothing/],
  'exits as skipped': ['_exit(94);', /observed {2}exit status 94 before the end/],
  'prints OK': ['puts("OK"); puts("called ... OK");', different],
  'closes all': ['for (int i = 0; i < 99; i++) close(i);', /printed nothing.*standard output/],
  'redirects output': ['dup2(open("/dev/null", O_WRONLY), 1);', /printed nothing/],
  'writes everywhere': [
    'for (int i = 3; i < 99; i++) write(i, "0000000000000000", 16);',
    different,
  ],
  'unlocks the pipe': ['for (int i = 0; i < 99; i++) fcntl(i, F_SETFL, O_NONBLOCK);', different],
  'traces its parent': ['ptrace(PTRACE_ATTACH, getppid(), 0, 0);', different],
  'writes to its parent': [scan, /parent's memory: Permission denied\n.*expected {2}42/s],
  'reads its parent': [
    `char bytes[64];
  struct iovec here = {bytes, 64}, there = {(void *)((unsigned long)bytes & ~63), 64};
  if (process_vm_readv(getppid(), &here, 1, &there, 1, 0) == -1) perror("the parent's memory");`,
    /parent's memory: Operation not permitted\n.*expected {2}42/s,
  ],
  'sets the clock': [
    'struct timespec t = {4000000000, 0}; clock_settime(CLOCK_REALTIME, &t);',
    different,
  ],
  'sleeps for years': ['sleep(1000000000);', different],
  'fills the file system': [
    'static char m[1 << 20]; for (int f = creat("big", 0600); write(f, m, sizeof m) > 0;) ;',
    different,
  ],
  'loops for ever': ['for (;;) ;', /observed {2}no end after a quarter of the test's steps/],
  'runs itself again': ['execl("/proc/self/exe", "lab", NULL);', /before the end|called \.\.\. /],
  'forges results': [
    'mkdir("/tmp/results", 0755); close(creat("/tmp/results/results.json", 0644));',
    different,
  ],
};

/** Code under test that ends the whole run: its reason. No case passes. */
const fatal: Readonly<Record<string, Cheat>> = {
  'kills the parent': [
    'kill(getppid(), SIGKILL); sleep(1);',
    /^ended by SIGKILL\n.*before its cases/,
  ],
  'loops without a limit': [
    'struct itimerval none = {{0, 0}, {0, 0}}; setitimer(ITIMER_PROF, &none, NULL); for (;;) ;',
    /^stopped at the limit of 5000000 steps, with 2 processes/,
  ],
  'stops the parent': ['kill(getppid(), SIGSTOP);', /^deadlock: .* is stopped/],
  'kills everyone': ['kill(-1, SIGKILL);', /^ended by SIGKILL/],
  'kills its group': ['kill(0, SIGTERM);', /^ended by SIGTERM/],
  'forks in a case': [
    'for (;;) fork();',
    /^stopped at the limit of 5000000 steps, with 8 processes/,
  ],
  'waits for nothing': ['int e[2]; pipe(e); read(e[0], e, 1);', /^deadlock: .* waits in read/],
  'prints a gigabyte': [
    'static char m[1 << 20]; memset(m, 65, sizeof m); for (int i = 0; i < 1024; i++) write(1, m, sizeof m);',
    /^stopped at the limit of 65536 bytes of output/,
  ],
  'takes away all limits': [
    'struct rlimit none = {0, 0}; prlimit(getppid(), RLIMIT_NOFILE, &none, NULL);',
    /^null\n {2}call {6}answer/,
  ],
};

const lab = `#include "lab.h"
extern int answer(void);
static void called(void) { EQUAL(answer(), 42); }
static void after(void) { CHECK(getppid() > 1); }
LAB({"called", called}, {"after", after})
`;

describeWith(['riscv64-linux-gnu-gcc'], 'a program that cheats', () => {
  const folder = temporaryFolder();

  /** The results of programs whose function of that name has the bodies. */
  const grade = async (
    name: string,
    cheats: Readonly<Record<string, Cheat>>,
    sources: readonly string[],
  ): Promise<readonly TestResult[]> => {
    const tests = join(folder, name);
    mkdirSync(tests, { recursive: true });
    writeFileSync(join(tests, 'lab.c'), lab);
    const entries = Object.entries(cheats).map(([title, [body]], i) => {
      const code = `${include}#include <sys/stat.h>\nint ${name}(void) {\n  ${body}\n  return 0;\n}\n`;
      writeFileSync(join(tests, `${i}.c`), code);
      return { name: title, sources: [...sources, `${i}.c`], limits };
    });
    writeFileSync(join(tests, 'tests.json'), JSON.stringify({ tests: entries }));
    const { stdout } = await pagewalk(['test', tests, '--format', 'json']);
    const report = JSON.parse(stdout) as Report;
    for (const { steps } of report.tests) expect(steps).toBeLessThan(STEPS + SLACK);
    return report.tests;
  };

  it('instead of running cases scores nothing, and is told why', async () => {
    for (const { name, score, reason } of await grade('main', alone, [])) {
      expect([name, score]).toEqual([name, 0]);
      expect(`${name}: ${reason}`).toMatch(alone[name]![1]);
    }
  });

  it('in a case fails this case and no other, and is told why', async () => {
    for (const { name, score, reason, cases } of await grade('answer', called, ['lab.c'])) {
      expect([name, ...cases.map(({ status }) => status)]).toEqual([name, 'failed', 'passed']);
      expect(score).toBe(0.5);
      expect(`${name}: ${cases[0]!.message}`).toMatch(called[name]![1]);
      const forged = name === 'forges results' ? /wrote \/tmp\/results\/results\.json/ : /^null$/;
      expect(`${reason}`).toMatch(forged);
    }
  });

  it('and takes the whole run with it scores nothing, and is told why', async () => {
    const answers = await grade('answer', fatal, ['lab.c']);
    for (const { name, score, reason, cases } of answers) {
      expect([name, score, cases[0]?.status]).toEqual([name, 0, 'failed']);
      expect(`${reason}\n${cases[0]!.message}`).toMatch(fatal[name]![1]);
    }
    // What the run cannot do any more is told by the case that needs it.
    expect(answers.at(-1)!.cases[1]!.message).toMatch(/call {6}pipe.*\n {2}observed {2}-1, EMFILE/);
  });
});
