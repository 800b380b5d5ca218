/* help: what there is to run. */
#include <stdio.h>

int main(void) {
  puts("demonstrations\n"
       "  mmapdemo          the life of one mmap, step by step\n"
       "  vmmap [ADDRESS]   the regions of a process, and the walk to an address\n"
       "  forkdemo          what fork copies and what it shares\n"
       "  hello             the smallest program\n"
       "files and text\n"
       "  ls [-la]  cat  cp  mv  rm [-rf]  mkdir [-p]\n"
       "  head [-n N]  wc [-lwc]  grep [-inv]  seq [FIRST] LAST  yes  clear\n"
       "processes\n"
       "  ps  kill [-SIGNAL]  sleep\n"
       "in the shell\n"
       "  cd  pwd  exit  export  unset  set  shift  read  jobs  fg  bg  wait  history\n"
       "  a | b   a > f   a >> f   a < f   a 2>&1   a << END   a && b   a || b   a &\n"
       "  for i in 1 2; do …; done   while …; do …; done   if …; then …; else …; fi\n"
       "  case $x in a*) …;; esac   f() { …; }   [ -f FILE ]   $((1 + 2))   $(a)   (a)\n"
       "  'quoted'  \"$NAME\"  ${NAME:-other}  *.c  ?  [a-z]  NAME=value  $?  ~\n"
       "keys\n"
       "  arrows, Home, End, Tab   ^A ^E ^K ^U ^W ^L   ^C ends, ^Z stops, ^D at the end");
  return 0;
}
