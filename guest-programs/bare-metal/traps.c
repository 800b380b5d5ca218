/*
 * The privileged architecture in one run: M, S and U mode, Sv39, page faults, ecalls, the timer.
 * Each line of its output is one event; QEMU's virt machine prints the same.
 */
#include "lib/machine.h"

#define MTIME ((volatile uint64_t *)0x200bff8)
#define MTIMECMP ((volatile uint64_t *)0x2004000)
#define INTERRUPT (1UL << 63)
#define SUPERVISOR_TIMER 5
#define MACHINE_TIMER 7

/* Functions of M mode, for machine_call. */
enum { CALL_FINISH, CALL_SET_TIMER };
/* Calls of U mode: the number in a7. */
enum { USER_EXIT, USER_PRINT };

#define USER_CODE 0x40000000UL
#define USER_DATA 0x40001000UL
#define READ_ONLY 0x40003000UL
#define EXECUTE_ONLY 0x40004000UL
#define NOT_MAPPED 0x40005000UL
#define NOT_EXECUTABLE 0x40006000UL
#define RESERVED 0x40007000UL
#define MISALIGNED_MEGAPAGE 0x40200000UL
#define MEGAPAGE 0x40400000UL

static Pte root[512] __attribute__((aligned(4096)));
static Pte middle[512] __attribute__((aligned(4096)));
static Pte low[512] __attribute__((aligned(4096)));
static uint64_t frames[4][512] __attribute__((aligned(4096)));
extern char user_page[];
static volatile int ticks;

static void event(const char *what, uint64_t value) {
  put_text(what);
  put_text(" ");
  put_hex(value);
  put_text("\n");
}

/* The length of the instruction at an address that this mode may read. */
static uint64_t length_at(uint64_t pc) { return (*(uint16_t *)pc & 3) == 3 ? 4 : 2; }

void machine_trap(Frame *frame) {
  uint64_t cause = READ_CSR(mcause), pc = READ_CSR(mepc);
  if (cause == (INTERRUPT | MACHINE_TIMER)) {
    *MTIMECMP = UINT64_MAX;
    SET_CSR(mip, 1 << SUPERVISOR_TIMER);
    return;
  }
  if (cause == 9) { /* ecall from S mode */
    if (frame->x[17] == CALL_FINISH) finish((long)frame->x[10]);
    CLEAR_CSR(mip, 1 << SUPERVISOR_TIMER);
    *MTIMECMP = *MTIME + frame->x[10];
    WRITE_CSR(mepc, pc + 4);
    return;
  }
  event("M: cause", cause);
  if (cause == 4 || cause == 5 || cause == 6 || cause == 7) event("M: mtval", READ_CSR(mtval));
  WRITE_CSR(mepc, pc + length_at(pc));
}

/* Leaves U mode for good: sret goes to `user_done` in S mode, on the stack of before. */
static void user_done(void);
static void leave_user(Frame *frame) {
  extern char __stack_top[];
  frame->x[2] = (uint64_t)__stack_top;
  SET_CSR(sstatus, SSTATUS_SPP);
  WRITE_CSR(sepc, user_done);
}

void supervisor_trap(Frame *frame) {
  uint64_t cause = READ_CSR(scause), pc = READ_CSR(sepc);
  if (cause == (INTERRUPT | SUPERVISOR_TIMER)) {
    ticks++;
    put_text("S: timer\n");
    if (ticks < 3) machine_call(CALL_SET_TIMER, 1000);
    else CLEAR_CSR(sie, 1 << SUPERVISOR_TIMER);
    return;
  }
  if (cause == 8) {
    if (frame->x[17] == USER_EXIT) {
      leave_user(frame);
      return;
    }
    event("U: prints", frame->x[10]);
    WRITE_CSR(sepc, pc + 4);
    return;
  }
  put_text(READ_CSR(sstatus) & SSTATUS_SPP ? "S: cause " : "U: cause ");
  put_decimal(cause);
  if (cause >= 12) event(" at", READ_CSR(stval));
  else put_text("\n");
  if (cause == 12) {
    WRITE_CSR(sepc, frame->x[1]); /* back to the caller of what cannot be fetched */
    return;
  }
  SET_CSR(sstatus, SSTATUS_SUM | SSTATUS_MXR); /* to read the instruction itself */
  uint64_t length = length_at(pc);
  CLEAR_CSR(sstatus, SSTATUS_SUM | SSTATUS_MXR);
  WRITE_CSR(sepc, pc + length);
}

static uint64_t load(uint64_t address) {
  uint64_t value = 0;
  asm volatile("ld %0, (%1)" : "+r"(value) : "r"(address) : "memory");
  return value;
}
static void store(uint64_t address, uint64_t value) {
  asm volatile("sd %0, (%1)" ::"r"(value), "r"(address) : "memory");
}
static void fence(uint64_t address) { asm volatile("sfence.vma %0, zero" ::"r"(address) : "memory"); }

static void build_tables(void) {
  const unsigned used = PTE_A | PTE_D;
  root[0] = pte(0, PTE_R | PTE_W | used); /* devices: a gigapage */
  root[1] = pte(middle, 0);
  root[2] = pte((void *)0x80000000, PTE_R | PTE_W | PTE_X | PTE_G | used);
  middle[0] = pte(low, 0);
  middle[1] = pte((void *)0x80001000, PTE_R | used);
  middle[2] = pte((void *)0x80000000, PTE_R | used);
  low[0] = pte(user_page, PTE_R | PTE_X | PTE_U | used);
  low[1] = pte(frames[0], PTE_R | PTE_W | PTE_U | used);
  low[3] = pte(frames[1], PTE_R | used);
  low[4] = pte(frames[2], PTE_X | used);
  low[6] = pte(frames[3], PTE_R | PTE_W | used);
  low[7] = pte(frames[3], PTE_W | used); /* W without R is reserved */
}

static void faults(void) {
  event("S: satp mode", READ_CSR(satp) >> 60);
  store(NOT_EXECUTABLE + 8, 0x1234);
  event("S: stored", frames[3][1]);
  event("S: through a megapage", load(MEGAPAGE) == *(uint64_t *)0x80000000);
  load(NOT_MAPPED);
  store(NOT_MAPPED + 16, 1);
  store(READ_ONLY, 1);
  load(READ_ONLY);
  load(RESERVED);
  load(MISALIGNED_MEGAPAGE);
  load(1UL << 40); /* not canonical */
  ((void (*)(void))NOT_EXECUTABLE)();
  ((void (*)(void))USER_CODE)(); /* S mode never runs a user page */
  load(USER_DATA);
  SET_CSR(sstatus, SSTATUS_SUM);
  event("S: with SUM", load(USER_DATA));
  CLEAR_CSR(sstatus, SSTATUS_SUM);
  load(EXECUTE_ONLY);
  SET_CSR(sstatus, SSTATUS_MXR);
  event("S: with MXR", load(EXECUTE_ONLY));
  CLEAR_CSR(sstatus, SSTATUS_MXR);
  asm volatile("ebreak");
  low[3] = pte(frames[2], PTE_R | PTE_A);
  fence(READ_ONLY);
  event("S: mapped elsewhere", load(READ_ONLY));
  low[3] = 0;
  fence(READ_ONLY);
  load(READ_ONLY);
}

static void floating_point(void) {
  volatile double third = 1.0 / 3, big = 1e300;
  volatile float single = 16777216.0f;
  union {
    double value;
    uint64_t bits;
  } result = {third * 3 - 1e-16};
  event("S: double", result.bits);
  result.value = big * big;
  event("S: overflow", result.bits);
  event("S: to integer", (uint64_t)(int64_t)(single + 2.0f));
  event("S: fflags", READ_CSR(fflags));
}

static void supervisor_main(void) {
  WRITE_CSR(satp, SATP_SV39 | (uint64_t)root >> 12);
  asm volatile("sfence.vma" ::: "memory");
  faults();
  floating_point();
  SET_CSR(sie, 1 << SUPERVISOR_TIMER);
  SET_CSR(sstatus, 2); /* SIE */
  machine_call(CALL_SET_TIMER, 1000);
  while (ticks < 3) asm volatile("wfi");
  CLEAR_CSR(sstatus, 2);
  CLEAR_CSR(sstatus, SSTATUS_SPP);
  WRITE_CSR(sepc, USER_CODE);
  asm volatile("sret");
}

static void user_done(void) {
  put_text("S: user is done\n");
  event("S: its data", frames[0][0]);
  machine_call(CALL_FINISH, 0);
}

long main(void) {
  put_text("M: start\n");
  asm volatile(".2byte 0"); /* an illegal instruction */
  asm volatile("ebreak");
  frames[0][0] = 0x11;
  frames[1][0] = 0x22;
  frames[2][0] = 0x33;
  build_tables();
  WRITE_CSR(medeleg, 1 << 2 | 1 << 3 | 1 << 8 | 1 << 12 | 1 << 13 | 1 << 15);
  WRITE_CSR(mideleg, 1 << SUPERVISOR_TIMER);
  *MTIMECMP = UINT64_MAX;
  SET_CSR(mie, 1 << MACHINE_TIMER);
  enter_supervisor(supervisor_main);
}

/* The page that runs in U mode, at USER_CODE: it calls nothing outside of itself. */
asm(".pushsection .user, \"ax\"\n"
    ".globl user_page\n"
    "user_page:\n"
    "  li a7, 1\n"
    "  li a0, 42\n"
    "  ecall\n"
    "  li s0, 0x40001000\n"
    "  ld a0, 0(s0)\n"
    "  ecall\n"
    "  li t0, 5\n"
    "  amoadd.d a0, t0, (s0)\n"
    "  ecall\n"
    "1: lr.d t1, (s0)\n"
    "  slli t1, t1, 4\n"
    "  sc.d t2, t1, (s0)\n"
    "  bnez t2, 1b\n"
    "  li t0, 0x40003000\n"
    "  ld a0, 0(t0)\n"          /* not mapped any more */
    "  li t0, 0x80000000\n"
    "  ld a0, 0(t0)\n"          /* not a user page */
    "  csrr a0, sstatus\n"      /* not for U mode */
    "  sd zero, 0(zero)\n"
    "  li a7, 0\n"
    "  ecall\n"
    ".popsection\n");
