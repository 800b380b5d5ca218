/* help: what there is to run. */
#include <stdio.h>

int main(void) {
  puts("demonstrations\n"
       "  mmapdemo          the life of one mmap, step by step\n"
       "  vmmap [ADDRESS]   the regions of a process, and the walk to an address\n"
       "  forkdemo          what fork copies and what it shares\n"
       "  hello             the smallest program\n"
       "files\n"
       "  ls [-la]  cat  cp  mv  rm [-rf]  mkdir [-p]  head [-n N]  wc [-lwc]  grep [-inv]\n"
       "processes\n"
       "  ps  kill [-SIGNAL]  sleep\n"
       "in the shell\n"
       "  cd  pwd  exit  export  unset  jobs  fg  bg  wait  history  true  false\n"
       "  a | b   a > f   a >> f   a < f   a 2>&1   a && b   a || b   a ; b   a &   (a)   $(a)\n"
       "  'quoted'  \"$NAME\"  *.c  ?  [a-z]  NAME=value  $?  ~\n"
       "keys\n"
       "  arrows, Home, End, Tab   ^A ^E ^K ^U ^W ^L   ^C ends, ^Z stops, ^D at the end");
  return 0;
}
