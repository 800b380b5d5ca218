for i in 1 2 3; do echo $i; done
for word in a "b c" $(echo d e) f*; do echo "[$word]"; done
for i in; do echo never; done; echo $?
for i
do echo "argument $i"
done
set -- one 'two three' four; for x; do echo "<$x>"; done; for x in "$@"; do echo "($x)"; done; echo "$*" $#
shift; echo $1 $#; shift 2; echo $#; for x in "$@"; do echo never; done
if true; then echo yes; fi
if false; then echo no; else echo otherwise; fi
if false; then echo no; elif true; then echo second; else echo no; fi
if false
then
  echo no
elif false
then echo no
fi; echo $?
if ! false && test 1 -lt 2
then echo both; fi
i=0; while [ $i -lt 3 ]; do i=$((i + 1)); echo "round $i"; done
until [ $i -eq 0 ]; do i=$((i - 1)); if [ $i = 1 ]; then continue; fi; echo down $i; done
while true; do echo once; break; done
for i in 1 2; do for j in a b c; do
  if [ $j = b ]; then continue 2; fi
  echo $i$j
done; done
for i in 1 2; do while :; do break 2; done; echo never; done; echo out $i
for i in 1 2 3; do echo $i; done | while read -r n; do echo "read $n"; done
for i in 3 1 2; do echo $i; done > unsorted; wc -l < unsorted; rm unsorted
while read a b; do echo "$b,$a"; done <<END
1 2
3 4 5
 lone
END
case hello in h*) echo star;; *) echo other;; esac
case "a b" in 'a b' | c) echo quoted ;; esac
case x in a) echo a ;; b) echo b ;; esac; echo $?
case '*' in \*) echo literal ;; esac
case 7 in [0-6]) echo low ;; ([7-9]) echo high
esac
p='a?'; case ab in $p) echo by pattern ;; esac; case ab in "$p") echo no ;; *) echo quoted pattern ;; esac
case empty in empty) ;; *) echo no ;; esac
{ echo grouped; echo again; } | wc -l
{ X=set; }; echo $X
f() { echo "f $# $1"; return 3; echo never; }; f 'a b' c; echo $?
f() { echo new; }; f
g() (echo in a subshell; X=lost); g; echo $X
h() { if [ $1 -gt 0 ]; then echo $1; h $(($1 - 1)); fi; }; h 3
f | cat; X=$(f); echo "[$X]"
outer() { inner "$@"; echo "still $1"; }; inner() { shift; echo "inner $1"; }; outer 1 2
loop() { for i in 1 2; do return 5; done; }; loop; echo $?
echo $((1 + 2 * 3)) $(((1 + 2) * 3)) $((7 / 2)) $((-7 / 2)) $((7 % 3)) $((1 << 4 | 1)) $((5 > 3 && 2 >= 2))
echo $((10 == 10)) $((!5)) $((~0)) $((1 ? 2 : 3)) $((0 ? 2 : 0 ? 4 : 5)) $((0x1f)) $((010)) $((6 & 3 ^ 1)) $((2 - 3 - 4))
n=5; echo $((n * n)) $(($n + 1)) $((n += 2)) $n $((m = n = 3)) $m $((undefined + 1)) $((0 && (n = 9))) $n $((n <<= 2)) $((n &= 4))
echo $((9223372036854775807 + 1)) "$((2 +
3))"
echo ${x:-default} ${n:-no} ${empty-unset} "${x:-two  words}" ${x:-two  words} ${x:-"two  words"}
empty=; echo "[${empty-x}]" "[${empty:-x}]" "[${empty:+x}]" "[${n:+x}]" "[${x+x}]"
echo ${y:=assigned} $y ${#y} ${#}
path=/usr/lib/file.tar.gz; echo ${path##*/} ${path#*/} ${path%.*} ${path%%.*} ${path%nothing} "${path%/*}"
echo `echo old style` "`echo \`echo nested\``" $(echo ')' "(" \)) "$(echo "a  b")"
IFS=:; list=a:b::c; for part in $list; do echo "[$part]"; done; unset IFS
IFS=, read -r one two <<END
1,2,3
END
echo "$one|$two" "[$IFS]"
read x y <<'END'
 a\tb  c\ \
  d
END
echo "[$x][$y]"
{ IFS= read -r x; echo "[$x]"; read x y; echo "[$x][$y]"; read x; echo $?; } <<'END'
 a	b  \d 
a\ b c
END
cat <<END
n is $n, $(echo command), \$n, "quoted" 'single' $((1 + 1))
END
cat <<'END'
n is $n \n
END
cat <<-END | wc -l
	one
	END
cat <<A; cat <<B
a
A
b
B
test -n "" || echo empty; test abc = abc && echo same; [ abc != abd ] && echo differ; [ "" ] || echo nothing
[ ! -e nosuch ] && echo missing; echo > now; [ -f now ] && [ ! -d now ] && [ -s now ] && [ -r now ] && echo file; rm now
[ -d . -a -e . ] && echo and; [ -f . -o -d . ] && echo or; [ ! 1 -eq 2 ] && echo not; [ \( 1 -eq 1 \) ] && echo parentheses
[ 1 -eq x ] 2> /dev/null; echo $?; [ '(' = '(' ]; echo $?; [ ! = ! ]; echo $?; [ -n = -n ]; echo $?; [ 5 -ge 5 ]; echo $?
[ 1 -eq 1 2> /dev/null; echo $?
eval 'echo evaluated; z=1'; echo $z
echo 'sourced=yes; echo in $sourced' > lib; . ./lib; echo $sourced; rm lib
true && if true; then false; fi || echo chained
! if true; then true; fi; echo $?
if echo a | grep b; then echo no; else echo no match; fi
(for i in 1 2 3; do if [ $i = 2 ]; then exit 4; fi; echo $i; done); echo $?
for i in 1 2; do echo $i & wait; done
echo if then else fi for do done while case esac in { }
X=1 Y=2 f; A='a b'; B=$A; echo "$B"
while false; do :; done; echo $?
for i in a; do :; done; false; for i in; do :; done; echo $?
