/*
 * The machine around the cases. M mode holds the token of the run, which PMP keeps from S mode, and
 * writes the lines of the protocol of labs/lab.h; the cases and the answer run in S mode. A case
 * gets a key and gives it back when it has come to its end: nothing else passes it.
 */
#include "harness.h"

#define UART ((volatile uint8_t *)0x10000000)
#define UART_LINE_STATUS 5
#define UART_HAS_BYTE 1
#define TOKEN_LENGTH 32
#define PMP_NAPOT 0x18
#define PMP_ALL 0x1f
/* Exceptions that S mode takes itself: all but its own ecalls. */
#define DELEGATED 0xb1ffUL

extern char __stack_top[], __supervisor_stack_top[];
static void supervisor_main(void);

/* Only M mode reads this page. */
static struct {
  char token[TOKEN_LENGTH + 1];
  char has_token, is_told; /* the second: the case has its key */
  uint64_t seed, key;
  unsigned current, failed;
} secret __attribute__((aligned(4096)));
static char rest_of_page[PAGE - sizeof secret % PAGE] __attribute__((unused));

static uint64_t random_state;
static volatile uint64_t probe_cause;
static volatile int is_probing;

static uint64_t mix(uint64_t state) {
  state = (state ^ state >> 30) * 0xbf58476d1ce4e5b9;
  state = (state ^ state >> 27) * 0x94d049bb133111eb;
  return state ^ state >> 31;
}

/* The runner's line: the token, a space, the seed. Without one the lab runs by itself. */
static void read_line(void) {
  char line[64];
  unsigned length = 0;
  while (length < sizeof line - 1 && UART[UART_LINE_STATUS] & UART_HAS_BYTE) {
    line[length] = (char)UART[0];
    if (line[length++] == '\n') break;
  }
  if (length <= TOKEN_LENGTH) return;
  for (unsigned i = 0; i < TOKEN_LENGTH; i++) secret.token[i] = line[i];
  secret.has_token = 1;
  for (unsigned i = TOKEN_LENGTH + 1; i < length && line[i] >= '0' && line[i] <= '9'; i++) {
    secret.seed = secret.seed * 10 + (uint64_t)(line[i] - '0');
  }
  for (unsigned i = 0; i < sizeof line; i++) ((volatile char *)line)[i] = 0;
}

static void tell(const char *word, const char *name) {
  if (!secret.has_token) return;
  put_text("@");
  put_text(secret.token);
  put_text(" ");
  put_text(word);
  if (*name) put_text(" ");
  put_text(name);
  put_text("\n");
}

static void begin_case(void) {
  const char *name = cases[secret.current].name;
  secret.key = 0x9e3779b97f4a7c15 * (secret.current + 1);
  for (unsigned i = 0; i < TOKEN_LENGTH; i++) secret.key = mix(secret.key + (uint8_t)secret.token[i]);
  secret.is_told = 0;
  random_state = secret.seed + secret.current * 1000003;
  tell("begin", name);
  put_text(name);
  put_text(" ... ");
}

static void end_case(int has_passed) {
  if (has_passed) put_text("OK\n");
  else secret.failed++;
  tell(has_passed ? "ok" : "fail", cases[secret.current].name);
  secret.current++;
}

_Noreturn static void end_run(void) {
  tell("end", "");
  put_decimal(secret.failed);
  put_text(" of ");
  put_decimal(case_count);
  put_text(" failed\n");
  finish(secret.failed != 0);
}

void machine_trap(Frame *frame) {
  uint64_t cause = READ_CSR(mcause);
  uint64_t call = cause == 9 ? frame->x[17] : cause == 11 ? CALL_NEXT : CALL_FAIL;
  if (call == CALL_KEY && !secret.is_told) {
    frame->x[10] = secret.key;
    secret.is_told = 1;
    WRITE_CSR(mepc, READ_CSR(mepc) + 4);
    return;
  }
  if (call != CALL_NEXT) end_case(call == CALL_PASS && frame->x[10] == secret.key);
  if (secret.current == case_count) end_run();
  begin_case();
  /* On to the next case, whatever state the last one left S mode in. */
  frame->x[2] = (uint64_t)__stack_top - PAGE;
  WRITE_CSR(satp, 0);
  asm volatile("sfence.vma" ::: "memory");
  WRITE_CSR(sscratch, __supervisor_stack_top);
  WRITE_CSR(mepc, supervisor_main);
  SET_CSR(mstatus, 1UL << 11);
  CLEAR_CSR(mstatus, 1UL << 12);
}

static void supervisor_main(void) {
  static unsigned current;
  is_probing = 0;
  uint64_t key = (uint64_t)machine_call(CALL_KEY, 0);
  cases[current++].run();
  machine_call(CALL_PASS, (long)key);
}

static void explain(const char *after, const char *access, uint64_t va) {
  put_text("\n  call      ");
  put_text(after);
  put_text(", then ");
  put_text(access);
  put_text(" at ");
  put_hex(va);
}

_Noreturn static void fail(void) {
  put_text("\n");
  machine_call(CALL_FAIL, 0);
  for (;;) continue;
}

void supervisor_trap(Frame *frame) {
  (void)frame;
  uint64_t cause = READ_CSR(scause);
  if (is_probing && (cause == LOAD_FAULT || cause == STORE_FAULT)) {
    probe_cause = cause;
    WRITE_CSR(sepc, READ_CSR(sepc) + 4);
    return;
  }
  put_text("\n  call      the answer, at ");
  put_hex(READ_CSR(sepc));
  put_text("\n  expected  no exception\n  observed  exception ");
  put_decimal(cause);
  put_text(" for address ");
  put_hex(READ_CSR(stval));
  fail();
}

Outcome probe_load(uint64_t va) {
  uint64_t value = 0;
  probe_cause = 0;
  is_probing = 1;
  asm volatile(".option push\n.option norvc\n  ld %0, 0(%1)\n.option pop" : "+r"(value) : "r"(va) : "memory");
  is_probing = 0;
  return (Outcome){probe_cause, value};
}

Outcome probe_store(uint64_t va, uint64_t value) {
  probe_cause = 0;
  is_probing = 1;
  asm volatile(".option push\n.option norvc\n  sd %0, 0(%1)\n.option pop" ::"r"(value), "r"(va) : "memory");
  is_probing = 0;
  return (Outcome){probe_cause, value};
}

unsigned seeded(unsigned bound) {
  random_state += 0x9e3779b97f4a7c15;
  return (unsigned)((mix(random_state) >> 32) % bound);
}

static void tell_outcome(Outcome outcome) {
  if (outcome.cause == LOAD_FAULT) put_text("a load page fault");
  else if (outcome.cause == STORE_FAULT) put_text("a store page fault");
  else {
    put_text("no fault, value ");
    put_hex(outcome.value);
  }
}

void expect_value(uint64_t va, uint64_t expected, const char *after) {
  Outcome outcome = probe_load(va);
  if (outcome.cause == 0 && outcome.value == expected) return;
  explain(after, "a load", va);
  put_text("\n  expected  value ");
  put_hex(expected);
  put_text("\n  observed  ");
  tell_outcome(outcome);
  put_text("\n  look at   the fence after the entry is written: its address, its ASID");
  fail();
}

void expect_fault(uint64_t va, uint64_t cause, const char *after) {
  Outcome outcome = cause == STORE_FAULT ? probe_store(va, 0xbad) : probe_load(va);
  if (outcome.cause == cause) return;
  explain(after, cause == STORE_FAULT ? "a store" : "a load", va);
  put_text("\n  expected  ");
  tell_outcome((Outcome){cause, 0});
  put_text("\n  observed  ");
  tell_outcome(outcome);
  put_text("\n  look at   the fence after the entry is written: its address, its ASID");
  fail();
}

long main(void) {
  char number[4] = {(char)('0' + case_count / 10), (char)('0' + case_count % 10), 0};
  read_line();
  WRITE_CSR(medeleg, DELEGATED);
  WRITE_CSR(pmpaddr0, (uint64_t)&secret >> 2 | 0x1ff);
  WRITE_CSR(pmpaddr1, -1);
  WRITE_CSR(pmpcfg0, PMP_ALL << 8 | PMP_NAPOT);
  tell("plan", number);
  machine_call(CALL_NEXT, 0);
  return 1;
}
