#!/bin/sh
# Tries an autograder as Gradescope uses it, in a clean Debian: sudo sh try-gradescope.sh GRADE.zip TREE SUBMISSION…
# TREE is a folder, which debootstrap fills unless it has been; setup.sh runs in it with the network,
# and then run_autograder for each folder SUBMISSION without. Prints each results.json.
set -eu
fail() { echo "try-gradescope: $1" >&2; exit 2; }
[ $# -ge 3 ] || fail "usage: sh try-gradescope.sh GRADE.zip TREE SUBMISSION..."
[ "$(id -u)" = 0 ] || fail "needs to be root, for chroot and for a network namespace"
for tool in debootstrap unzip unshare; do
  command -v "$tool" >/dev/null || fail "needs $tool: apt-get install debootstrap unzip util-linux"
done
zip=$1 tree=$2
shift 2
[ -f "$zip" ] || fail "cannot read $zip: there is no such file"
[ -d "$tree/usr" ] || debootstrap --variant=minbase bookworm "$tree"
autograder=$tree/autograder
rm -rf "$autograder"
mkdir -p "$autograder/results"
unzip -q "$zip" -d "$autograder/source"
chmod +x "$autograder/source/setup.sh" "$autograder/source/run_autograder"
cp "$autograder/source/run_autograder" "$autograder"
# Names and certificates as this machine has them.
cp -L /etc/resolv.conf "$tree/etc/resolv.conf"
bundle=/etc/ssl/certs/ca-certificates.crt
trust=
if [ -f "$bundle" ]; then
  cp "$bundle" "$tree/root/certificates.crt"
  trust='NODE_EXTRA_CA_CERTS=/root/certificates.crt CURL_CA_BUNDLE=/root/certificates.crt'
fi
# The command in the tree, with a /proc and as many namespaces of its own as the options name.
inside() {
  unshare --mount --pid --fork "$@"
}
enter='mount -t proc proc "$0/proc" && exec chroot "$0" /usr/bin/env -i HOME=/root'
enter="$enter PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin $trust"
inside sh -c "$enter /autograder/source/setup.sh" "$tree" >&2
for submission; do
  rm -rf "$autograder/submission" "$autograder/results"
  mkdir "$autograder/results"
  cp -R "$submission" "$autograder/submission"
  echo '{ "users": [{ "id": 1 }] }' >"$autograder/submission_metadata.json"
  echo "== $submission"
  inside --net sh -c "$enter /autograder/run_autograder" "$tree" >&2
  cat "$autograder/results/results.json"
done
