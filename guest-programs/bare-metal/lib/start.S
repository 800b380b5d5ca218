# Entry in M mode, the two trap entries, and the way down to S mode.
  .file "start.S"

  .section .text.start, "ax", @progbits
  .globl _start
_start:
  .option push
  .option norelax
  la gp, __global_pointer$
  .option pop
  la sp, __stack_top
  la t0, __machine_stack_top
  csrw mscratch, t0
  la t0, __supervisor_stack_top
  csrw sscratch, t0
  la t0, machine_entry
  csrw mtvec, t0
  la t0, supervisor_entry
  csrw stvec, t0
  li t0, 1 << 13       # mstatus.FS = Initial: floating point on
  csrs mstatus, t0
  # PMP entry 0 opens all of memory to S and U mode: NAPOT over everything, R W X.
  li t0, -1
  csrw pmpaddr0, t0
  li t0, 0x1f
  csrw pmpcfg0, t0
  la t0, __bss_start
  la t1, __bss_end
1:
  bgeu t0, t1, 2f
  sd zero, 0(t0)
  addi t0, t0, 8
  j 1b
2:
  call main
  j finish

# Saves x1-x31 on a stack of the mode's own, calls a C handler with their address, restores them.
# The scratch CSR holds the top of that stack outside the handler and the old sp inside it; a trap
# does not nest.
  .macro trap_entry scratch, handler, return
  csrrw sp, \scratch, sp
  addi sp, sp, -256
  sd ra, 8(sp)
  .irp r, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
  sd x\r, 8 * \r(sp)
  .endr
  csrr t0, \scratch
  sd t0, 16(sp)
  # The trapped code may have set gp to anything.
  .option push
  .option norelax
  la gp, __global_pointer$
  .option pop
  mv a0, sp
  call \handler
  ld t0, 16(sp)
  addi t1, sp, 256
  csrw \scratch, t1
  ld ra, 8(sp)
  .irp r, 3, 4, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
  ld x\r, 8 * \r(sp)
  .endr
  ld t1, 48(sp)
  ld t0, 40(sp)
  ld sp, 16(sp)
  \return
  .endm

  .text
  .balign 4
machine_entry:
  trap_entry mscratch, machine_trap, mret
  .balign 4
supervisor_entry:
  trap_entry sscratch, supervisor_trap, sret

# void enter_supervisor(void (*function)(void)): goes on in S mode, on the same stack.
  .globl enter_supervisor
enter_supervisor:
  li t0, 3 << 11       # mstatus.MPP
  csrc mstatus, t0
  li t0, 1 << 11       # MPP = S
  csrs mstatus, t0
  csrw mepc, a0
  mret

# long machine_call(long function, long argument): an ecall that M mode answers.
  .globl machine_call
machine_call:
  mv a7, a0
  mv a0, a1
  ecall
  ret
  .section .note.GNU-stack, "", @progbits
