# long __syscall(long number, ...): number in a7, up to six arguments in a0-a5, the kernel's raw
# result (a value, or a negative errno) in a0. Linux riscv64, syscall(2).
  .file "syscall.S"
  .text
  .globl __syscall
  .type __syscall, @function
__syscall:
  mv a7, a0
  mv a0, a1
  mv a1, a2
  mv a2, a3
  mv a3, a4
  mv a4, a5
  mv a5, a6
  ecall
  ret
  .size __syscall, . - __syscall
  .section .note.GNU-stack, "", @progbits
