#!/bin/sh
# Prints the Python to run on: the one that $1 names, else the first on PATH that is new enough.
# Where there is none, one sentence says what to install.
set -u

version_of() { "$1" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null; }

is_new_enough() { # whether 3.11.7 is 3.11 or newer
	minor=${1#*.}
	[ "${1%%.*}" -eq 3 ] && [ "${minor%%.*}" -ge 11 ]
}

what="no python3 runs here"
if [ -n "${1:-}" ]; then
	set -- "$1"
	what="$1 does not run"
else
	set -- python3.11 python3.12 python3.13 python3.14 python3
fi
for name in "$@"; do
	version=$(version_of "$name") || continue
	if is_new_enough "$version"; then
		echo "$name"
		exit 0
	fi
	what="$name is $version"
done
echo "Python 3.11 or newer is needed and $what: install one from https://www.python.org/downloads/" \
	"(Debian, Ubuntu: apt install python3.11 python3.11-venv), or name another: make up PYTHON=/path/to/python3.11" >&2
exit 1
