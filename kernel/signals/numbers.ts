/** Signal numbers of the generic ABI. signal(7). */
export const SIGNAL_NAMES = [
  '',
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGILL',
  'SIGTRAP',
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGKILL',
  'SIGUSR1',
  'SIGSEGV',
  'SIGUSR2',
  'SIGPIPE',
  'SIGALRM',
  'SIGTERM',
  'SIGSTKFLT',
  'SIGCHLD',
  'SIGCONT',
  'SIGSTOP',
  'SIGTSTP',
  'SIGTTIN',
  'SIGTTOU',
  'SIGURG',
  'SIGXCPU',
  'SIGXFSZ',
  'SIGVTALRM',
  'SIGPROF',
  'SIGWINCH',
  'SIGIO',
  'SIGPWR',
  'SIGSYS',
] as const;

export const SIGHUP = 1;
export const SIGINT = 2;
export const SIGQUIT = 3;
export const SIGILL = 4;
export const SIGTRAP = 5;
export const SIGABRT = 6;
export const SIGBUS = 7;
export const SIGFPE = 8;
export const SIGKILL = 9;
export const SIGSEGV = 11;
export const SIGPIPE = 13;
export const SIGALRM = 14;
export const SIGCHLD = 17;
export const SIGCONT = 18;
export const SIGSTOP = 19;
export const SIGTSTP = 20;
export const SIGTTIN = 21;
export const SIGTTOU = 22;
export const SIGURG = 23;
export const SIGXCPU = 24;
export const SIGXFSZ = 25;
export const SIGVTALRM = 26;
export const SIGPROF = 27;
export const SIGWINCH = 28;
export const SIGSYS = 31;
export const SIGNAL_COUNT = 64;
/** The first real-time signal: from here on every instance is queued. */
export const SIGRTMIN = 32;

/** `SIGSEGV`, or `SIGRT_2` for real-time signals, as strace writes them. */
export function signalName(number: number): string {
  return SIGNAL_NAMES[number] || (number >= SIGRTMIN ? `SIGRT_${number - SIGRTMIN}` : `${number}`);
}

/** Inverse of signalName for the named ones; 0 when there is none. */
export function signalNumber(name: string): number {
  return Math.max(0, (SIGNAL_NAMES as readonly string[]).indexOf(name));
}

/** A set of signals: bit n - 1 for signal n. */
export type SignalSet = bigint;

export function signalBit(number: number): SignalSet {
  return 1n << BigInt(number - 1);
}

/** SIGKILL and SIGSTOP: never blocked, caught or ignored. */
export const UNBLOCKABLE: SignalSet = signalBit(SIGKILL) | signalBit(SIGSTOP);

export type DefaultAction = 'terminate' | 'core' | 'ignore' | 'stop' | 'continue';

const CORE = new Set([
  SIGQUIT,
  SIGILL,
  SIGTRAP,
  SIGABRT,
  SIGBUS,
  SIGFPE,
  SIGSEGV,
  SIGXCPU,
  SIGXFSZ,
  SIGSYS,
]);
const IGNORED = new Set([SIGCHLD, SIGURG, SIGWINCH]);
const STOPS = new Set([SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU]);

/** signal(7), "Standard signals". */
export function defaultAction(number: number): DefaultAction {
  if (number === SIGCONT) return 'continue';
  if (STOPS.has(number)) return 'stop';
  if (IGNORED.has(number)) return 'ignore';
  return CORE.has(number) ? 'core' : 'terminate';
}

/** si_code values. sigaction(2). */
export const SI_USER = 0;
export const SI_KERNEL = 0x80;
export const SI_QUEUE = -1;
export const SI_TIMER = -2;
export const SI_TKILL = -6;
export const SEGV_MAPERR = 1;
export const SEGV_ACCERR = 2;
export const BUS_ADRALN = 1;
export const BUS_ADRERR = 2;
export const ILL_ILLOPC = 1;
export const TRAP_BRKPT = 1;
export const CLD_EXITED = 1;
export const CLD_KILLED = 2;
export const CLD_DUMPED = 3;
export const CLD_STOPPED = 5;
export const CLD_CONTINUED = 6;
