# The way into an answer's function in S mode, and the way back.
  .file "call.S"
  .text

# void call_answer(void *function, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3,
#                  void *stack_top, void *back)
# `back` is where the function returns to: no address of S mode, so that returning traps.
  .globl call_answer
call_answer:
  addi sp, sp, -112
  sd ra, 0(sp)
  .irp r, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
  sd s\r, 8 + 8 * \r(sp)
  .endr
  la t0, stack_of_the_call
  sd sp, 0(t0)
  csrw mepc, a0
  li t0, 3 << 11       # mstatus.MPP
  csrc mstatus, t0
  li t0, 1 << 11       # MPP = S
  csrs mstatus, t0
  mv a0, a1
  mv a1, a2
  mv a2, a3
  mv a3, a4
  mv sp, a5
  mv ra, a6
  mret

# Where machine_trap goes on when a trap has ended the call.
  .globl call_ended
call_ended:
  .option push
  .option norelax
  la gp, __global_pointer$
  .option pop
  la t0, stack_of_the_call
  ld sp, 0(t0)
  ld ra, 0(sp)
  .irp r, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
  ld s\r, 8 + 8 * \r(sp)
  .endr
  addi sp, sp, 112
  ret

  .bss
  .balign 8
stack_of_the_call:
  .zero 8
  .section .note.GNU-stack, "", @progbits
