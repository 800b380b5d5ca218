#!/bin/sh
# Makes a Gradescope autograder of an assignment: sh gradescope-zip.sh ASSIGNMENT OUT.zip
# ASSIGNMENT is a folder with a tests.json. The package goes into the zip as a tarball, so that setup.sh
# fetches Node and a compiler and nothing else, and grading needs no network.
set -eu
[ $# = 2 ] || { echo "usage: sh gradescope-zip.sh ASSIGNMENT OUT.zip" >&2; exit 2; }
[ -f "$1/tests.json" ] || { echo "gradescope-zip: $1 has no tests.json" >&2; exit 2; }
command -v zip >/dev/null || { echo "gradescope-zip: needs zip: apt-get install zip" >&2; exit 2; }
package=$(cd "$(dirname "$0")/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp -R "$1" "$folder/tests"
cp "$package/guest-programs/staff/setup.sh" "$package/guest-programs/staff/run_autograder" "$folder"
# What runs needs dist/ and guest-programs/ alone; declarations and sources of the page stay behind.
mkdir "$folder/pagewalk"
cp "$package/package.json" "$folder/pagewalk"
cp -R "$package/guest-programs" "$folder/pagewalk"
mkdir "$folder/pagewalk/dist"
cp "$package"/dist/*.js "$folder/pagewalk/dist"
case $2 in /*) out=$2 ;; *) out=$PWD/$2 ;; esac
rm -f "$out"
(cd "$folder" && zip -qr -X "$out" .)
