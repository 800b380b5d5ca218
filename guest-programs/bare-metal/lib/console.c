/* Output through the 16550 UART, and the end through the SiFive test finisher. */
#include "machine.h"

#define UART ((volatile uint8_t *)0x10000000)
#define UART_LINE_STATUS 5
#define UART_CAN_TRANSMIT 0x20
#define FINISHER ((volatile uint32_t *)0x100000)
#define FINISHER_PASS 0x5555
#define FINISHER_FAIL 0x3333

static void put_byte(char c) {
  while (!(UART[UART_LINE_STATUS] & UART_CAN_TRANSMIT)) continue;
  UART[0] = (uint8_t)c;
}

void put_text(const char *text) {
  for (; *text; text++) put_byte(*text);
}

static void put_number(uint64_t value, unsigned base) {
  char digits[24], *at = digits + sizeof digits - 1;
  *at = 0;
  do {
    *--at = "0123456789abcdef"[value % base];
    value /= base;
  } while (value > 0);
  put_text(at);
}

void put_hex(uint64_t value) {
  put_text("0x");
  put_number(value, 16);
}
void put_decimal(uint64_t value) { put_number(value, 10); }

_Noreturn void finish(long status) {
  *FINISHER = status == 0 ? FINISHER_PASS : (uint32_t)status << 16 | FINISHER_FAIL;
  for (;;) asm volatile("wfi");
}
