/* What the bare-metal programs share: CSRs, the console, the end of the run, Sv39. */
#pragma once
#include <stdint.h>

#define READ_CSR(name)                              \
  ({                                                \
    uint64_t value_;                                \
    asm volatile("csrr %0, " #name : "=r"(value_)); \
    value_;                                         \
  })
#define WRITE_CSR(name, value) asm volatile("csrw " #name ", %0" ::"r"((uint64_t)(value)) : "memory")
#define SET_CSR(name, bits) asm volatile("csrs " #name ", %0" ::"r"((uint64_t)(bits)) : "memory")
#define CLEAR_CSR(name, bits) asm volatile("csrc " #name ", %0" ::"r"((uint64_t)(bits)) : "memory")

#define SSTATUS_SUM (1UL << 18)
#define SSTATUS_MXR (1UL << 19)
#define SSTATUS_SPP (1UL << 8)
#define SATP_SV39 (8UL << 60)

enum { PTE_V = 1, PTE_R = 2, PTE_W = 4, PTE_X = 8, PTE_U = 16, PTE_G = 32, PTE_A = 64, PTE_D = 128 };
#define PAGE 4096UL

typedef uint64_t Pte;
static inline Pte pte(const void *frame, unsigned flags) {
  return (uint64_t)frame >> 12 << 10 | flags | PTE_V;
}

/* The registers of the trapped code; index 0 is unused. */
typedef struct {
  uint64_t x[32];
} Frame;
void machine_trap(Frame *frame);
void supervisor_trap(Frame *frame);

/* Goes on in S mode at `function`, which does not return. */
_Noreturn void enter_supervisor(void (*function)(void));
long machine_call(long function, long argument);

void put_text(const char *text);
void put_hex(uint64_t value);
void put_decimal(uint64_t value);
/* Ends the run through the test finisher: 0 passes, any other status is the exit status. */
_Noreturn void finish(long status);
