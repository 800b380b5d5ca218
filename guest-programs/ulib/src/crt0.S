# The first instructions of a program. The kernel enters with the initial stack of the riscv64
# psABI at sp: argc, argv[], NULL, envp[], NULL, auxv[]. No return address, no gp.
  .file "crt0.S"
  .globl _start
  .type _start, @function
_start:
  .option push
  .option norelax
  la gp, __global_pointer$
  .option pop
  li s0, 0             # the outermost frame
  li ra, 0
  mv a0, sp
  andi sp, sp, -16
  call __start_main
  unimp                # __start_main does not return
  .size _start, . - _start
  .section .note.GNU-stack, "", @progbits
