/*
 * Firmware that judges an answer. It runs in M mode and builds the page tables, calls the answer in
 * S mode, and then makes the accesses itself, with the privilege and the translations of S mode
 * (mstatus.MPRV). PMP keeps the firmware, the end of the run and the timer from S mode: whatever an
 * answer does, it reaches neither the token of the run nor what compares. The lines with the token
 * are the protocol of labs/lab.h.
 */
#include "harness.h"

#define UART ((volatile uint8_t *)0x10000000)
#define UART_LINE_STATUS 5
#define UART_HAS_BYTE 1
#define MTIMECMP ((volatile uint64_t *)0x2004000)
#define MTIME ((volatile uint64_t *)0x200bff8)
#define TOKEN_LENGTH 32
/* Ticks that one call of the answer may take: 10 ms, or a million steps. */
#define TICKS_PER_CALL 100000

#define MIE_TIMER (1UL << 7)
#define MSTATUS_MPP (3UL << 11)
#define MSTATUS_MPP_SUPERVISOR (1UL << 11)
#define MSTATUS_MPRV (1UL << 17)
#define MSTATUS_TW (1UL << 21)
#define CAUSE_FETCH_ACCESS 1
#define CAUSE_TIMER (1UL << 63 | 7)

#define PMP_NAPOT 0x18UL
#define PMP_ALL 0x1fUL
/* The address of a PMP entry for a power of two bytes. */
#define PMP_RANGE(start, bytes) ((start) >> 2 | ((bytes) / 8 - 1))
#define FIRMWARE 0x80000000UL
#define FIRMWARE_BYTES 0x200000UL
#define FINISHER 0x100000UL
#define CLINT 0x2000000UL
#define CLINT_BYTES 0x10000UL

extern char call_ended[];
void call_answer(const void *function, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3,
                 void *stack_top, void *back);

static char token[TOKEN_LENGTH + 1];
static int has_token;
static uint64_t seed, random_state;
/* Of the case that runs: whether it has failed, the answer's last call, the satp that it leaves. */
static int has_failed;
static const char *last_call;
static uint64_t expected_satp;
/* How the last trap from S mode came, and what an access of ours raised. */
static struct {
  uint64_t cause, pc, value;
} ended;
static volatile uint64_t probe_cause;
static volatile int is_probing;

static uint64_t mix(uint64_t state) {
  state = (state ^ state >> 30) * 0xbf58476d1ce4e5b9;
  state = (state ^ state >> 27) * 0x94d049bb133111eb;
  return state ^ state >> 31;
}

static uint64_t random_word(void) { return mix(random_state += 0x9e3779b97f4a7c15); }
unsigned seeded(unsigned bound) { return (unsigned)((random_word() >> 32) % bound); }

/* The runner's line: the token, a space, the seed. Without one the lab runs by itself. */
static void read_line(void) {
  char line[64];
  unsigned length = 0;
  while (length < sizeof line - 1 && UART[UART_LINE_STATUS] & UART_HAS_BYTE) {
    line[length] = (char)UART[0];
    if (line[length++] == '\n') break;
  }
  if (length <= TOKEN_LENGTH) return;
  for (unsigned i = 0; i < TOKEN_LENGTH; i++) token[i] = line[i];
  has_token = 1;
  for (unsigned i = TOKEN_LENGTH + 1; i < length && line[i] >= '0' && line[i] <= '9'; i++) {
    seed = seed * 10 + (uint64_t)(line[i] - '0');
  }
}

static void tell(const char *word, const char *name) {
  if (!has_token) return;
  put_text("@");
  put_text(token);
  put_text(" ");
  put_text(word);
  if (*name) put_text(" ");
  put_text(name);
  put_text("\n");
}

/* Begins the report of a failure; the case goes on without calls and without accesses. */
static void begin_report(const char *then, uint64_t at) {
  has_failed = 1;
  put_text("\n  call      ");
  put_text(last_call);
  put_text(then);
  put_hex(at);
  put_text("\n  expected  ");
}

static void report_numbers(const char *what, uint64_t expected, uint64_t observed) {
  put_text(what);
  put_hex(expected);
  put_text("\n  observed  ");
  put_text(what);
  put_hex(observed);
  put_text("\n");
}

void machine_trap(Frame *frame) {
  (void)frame;
  uint64_t cause = READ_CSR(mcause);
  if ((READ_CSR(mstatus) & MSTATUS_MPP) == MSTATUS_MPP) {
    if (!is_probing) finish(1);
    probe_cause = cause;
    WRITE_CSR(mepc, READ_CSR(mepc) + 4);
    return;
  }
  ended.cause = cause;
  ended.pc = READ_CSR(mepc);
  ended.value = READ_CSR(mtval);
  WRITE_CSR(mepc, call_ended);
  SET_CSR(mstatus, MSTATUS_MPP);
}

/* Nothing is delegated to S mode: its traps are M mode's. */
void supervisor_trap(Frame *frame) { machine_trap(frame); }

void fence_all(void) { asm volatile("sfence.vma" ::: "memory"); }

void expect_space(const Pte *root, unsigned asid) {
  expected_satp = SATP_SV39 | (uint64_t)asid << 44 | (uint64_t)root >> 12;
}

void use_space(const Pte *root, unsigned asid) {
  expect_space(root, asid);
  WRITE_CSR(satp, expected_satp);
}

void answer(const char *name, const void *function, uint64_t a0, uint64_t a1, uint64_t a2,
            uint64_t a3) {
  if (has_failed) return;
  last_call = name;
  /* S mode may execute nothing of the firmware: fetching from here is how the function returns. */
  void *back = (void *)FIRMWARE;
  *MTIMECMP = *MTIME + TICKS_PER_CALL;
  call_answer(function, a0, a1, a2, a3, (void *)ARENA_MEGAPAGE, back);
  *MTIMECMP = -1UL;
  CLEAR_CSR(mstatus, SSTATUS_SUM | SSTATUS_MXR);
  if (ended.cause == CAUSE_TIMER) {
    begin_report(", still running at ", ended.pc);
    put_text("the end of the function\n  observed  none after a million steps\n");
  } else if (ended.cause != CAUSE_FETCH_ACCESS || ended.pc != (uint64_t)back) {
    begin_report(", the instruction at ", ended.pc);
    put_text("no exception\n  observed  exception ");
    put_decimal(ended.cause);
    put_text(" for address ");
    put_hex(ended.value);
    put_text("\n");
  } else if (READ_CSR(satp) != expected_satp) {
    begin_report(", its address space at ", (uint64_t)function);
    report_numbers("satp ", expected_satp, READ_CSR(satp));
  }
}

/* One access as S mode makes it; the instruction has four bytes, which the handler steps over. */
static void probe(char access, uint64_t va, uint64_t *value) {
  uint64_t privilege = MSTATUS_MPRV | MSTATUS_MPP_SUPERVISOR;
  probe_cause = 0;
  CLEAR_CSR(mstatus, MSTATUS_MPP);
  is_probing = 1;
  if (access == 'r') {
    asm volatile(
        ".option push\n.option norvc\n csrs mstatus, %2\n ld %0, 0(%1)\n csrc mstatus, %2\n.option pop"
        : "+r"(*value) : "r"(va), "r"(privilege) : "memory");
  } else {
    asm volatile(
        ".option push\n.option norvc\n csrs mstatus, %2\n sd %0, 0(%1)\n csrc mstatus, %2\n.option pop"
        : : "r"(*value), "r"(va), "r"(privilege) : "memory");
  }
  is_probing = 0;
}

static void report_access(char access, uint64_t va) {
  begin_report(access == 'r' ? ", then a load at " : ", then a store at ", va);
}

static void put_outcome(uint64_t cause, uint64_t value) {
  if (cause == LOAD_FAULT) put_text("a load page fault");
  else if (cause == STORE_FAULT) put_text("a store page fault");
  else if (cause != 0) {
    put_text("exception ");
    put_decimal(cause);
  } else {
    put_text("no fault, value ");
    put_hex(value);
  }
}

static void end_report(void) {
  put_text("\n  look at   the fence after the entry is written: its address, its ASID\n");
}

void expect_load(uint64_t va, volatile uint64_t *word) {
  if (has_failed) return;
  uint64_t stamp = random_word(), value = 0;
  *word = stamp;
  probe('r', va, &value);
  if (probe_cause == 0 && value == stamp) return;
  report_access('r', va);
  put_text("value ");
  put_hex(stamp);
  put_text(", which stands at ");
  put_hex((uint64_t)word);
  put_text("\n  observed  ");
  put_outcome(probe_cause, value);
  end_report();
}

void expect_store(uint64_t va, volatile uint64_t *word) {
  if (has_failed) return;
  uint64_t stamp = random_word();
  *word = ~stamp;
  probe('w', va, &stamp);
  if (probe_cause == 0 && *word == stamp) return;
  report_access('w', va);
  put_text("a store to ");
  put_hex((uint64_t)word);
  put_text("\n  observed  ");
  if (probe_cause == 0) put_text("a store elsewhere");
  else put_outcome(probe_cause, 0);
  end_report();
}

void expect_fault(uint64_t va, uint64_t cause) {
  if (has_failed) return;
  char access = cause == STORE_FAULT ? 'w' : 'r';
  uint64_t value = 0;
  probe(access, va, &value);
  if (probe_cause == cause) return;
  report_access(access, va);
  put_outcome(cause, 0);
  put_text("\n  observed  ");
  put_outcome(probe_cause, value);
  end_report();
}

/* Runs one case. @returns whether it has failed */
static int run_case(unsigned number) {
  const Case *test = &cases[number];
  random_state = seed + number * 1000003;
  has_failed = 0;
  last_call = "satp and a fence";
  tell("begin", test->name);
  put_text(test->name);
  put_text(" ... ");
  test->run();
  if (!has_failed) put_text("OK\n");
  tell(has_failed ? "fail" : "ok", test->name);
  return has_failed;
}

static void protect_firmware(void) {
  WRITE_CSR(pmpaddr0, PMP_RANGE(FIRMWARE, FIRMWARE_BYTES));
  WRITE_CSR(pmpaddr1, PMP_RANGE(FINISHER, PAGE));
  WRITE_CSR(pmpaddr2, PMP_RANGE(CLINT, CLINT_BYTES));
  WRITE_CSR(pmpaddr3, -1);
  WRITE_CSR(pmpcfg0, PMP_ALL << 24 | PMP_NAPOT << 16 | PMP_NAPOT << 8 | PMP_NAPOT);
  WRITE_CSR(medeleg, 0);
  WRITE_CSR(mideleg, 0);
  *MTIMECMP = -1UL;
  SET_CSR(mie, MIE_TIMER);
  SET_CSR(mstatus, MSTATUS_TW);
}

long main(void) {
  char number[4] = {(char)('0' + case_count / 10), (char)('0' + case_count % 10), 0};
  unsigned failed = 0;
  read_line();
  protect_firmware();
  tell("plan", number);
  if (ANSWER_TABLE->magic != ANSWER_MAGIC) {
    put_text("no answer at ");
    put_hex((uint64_t)ANSWER_TABLE);
    put_text(": boot it with --firmware lab-tlb\n");
    return 1;
  }
  for (unsigned i = 0; i < case_count; i++) failed += (unsigned)run_case(i);
  tell("end", "");
  put_decimal(failed);
  put_text(" of ");
  put_decimal(case_count);
  put_text(" failed\n");
  return failed != 0;
}
