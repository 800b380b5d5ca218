/*
 * Around a benchmark: it runs in S mode under Sv39, as a program under a kernel would, and prints
 * a checksum, so that two machines can be seen to have done the same work.
 */
#pragma once
#include "machine.h"

static uint64_t kernel(void);

static Pte root[512] __attribute__((aligned(4096)));

void machine_trap(Frame *frame) {
  if (READ_CSR(mcause) == 9) finish((long)frame->x[10]);
  put_text("unexpected trap\n");
  finish(1);
}
void supervisor_trap(Frame *frame) { machine_trap(frame); }

static void supervisor_main(void) {
  WRITE_CSR(satp, SATP_SV39 | (uint64_t)root >> 12);
  asm volatile("sfence.vma" ::: "memory");
  put_hex(kernel());
  put_text("\n");
  machine_call(0, 0);
}

long main(void) {
  const unsigned flags = PTE_R | PTE_W | PTE_A | PTE_D;
  root[0] = pte(0, flags);
  root[2] = pte((void *)0x80000000, flags | PTE_X);
  enter_supervisor(supervisor_main);
}
