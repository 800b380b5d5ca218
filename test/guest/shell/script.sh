echo hello   world "a  b" 'c $x' \* d\ e
X=1; echo $X "$X" '$X' ${X}y "${X}z" $UNSET "$UNSET" end
Y=$(echo sub; echo two); echo "[$Y]" $Y
false && echo no || echo yes
true; echo $?; false; echo $?
! true; echo not $?
echo one two three | wc -w | cat
(echo sub; exit 3); echo $?
echo to file > f1; cat < f1; echo more >> f1; wc -l f1
ls f* | cat; echo f[0-9] [x]* "f*" f\*
mkdir -p d/e; echo x > d/e/x.c; echo y > d/e/y.c; echo d/*/*.c d/e/[!y].c
echo no newline at all | cat; echo a | cat | cat | cat
cat nosuch 2>&1 | wc -l
cat nosuch 2> errors || echo failed; wc -l errors
cat nosuch > both 2>&1; wc -l both
sleep 0.02 & wait; echo waited
A=5 sh -c 'echo inner $A'; echo "outer:$A"
echo "multi
line" 'and
another'
echo a | \
cat
cd d; ls; cd ..; cd /; pwd; cd - > /dev/null; ls d; cd "$OLDPWD"; pwd; cd - > /dev/null
export Z=9; sh -c 'echo $Z'; unset Z; sh -c 'echo "[$Z]"'
sh -c 'echo $# $1 "$@"' name 'one arg' two
echo $(echo nested $(echo deeper)) # comment
echo 'it'"'"'s' "quoted \"inside\" \$X \\"
exec_missing_command 2> /dev/null; echo $?
./f1 2> /dev/null; echo $?
(cd d/e; ls; X=2); echo $X
sh -c 'kill -9 $$' 2> /dev/null; echo $?
sh -c 'kill -TERM $$' 2> /dev/null; echo $?
grep -n o f1 | head -n 1
rm -r d f1 errors both; echo *
echo last; exit 7
