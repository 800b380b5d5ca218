/* Calls an address where nothing is. */
int main(void) {
  void (*volatile nowhere)(void) = (void (*)(void))0x123456788;
  nowhere();
  return 0;
}
