#!/bin/sh
# Makes the virtual environment $1 unless it is there, with the Python that $2 names or one that is
# found. Where that cannot work, one sentence says what to install or to remove.
set -u

stop() {
	echo "$*" >&2
	exit 1
}

folder=$1
if [ ! -e "$folder" ]; then
	python=$(sh "$(dirname "$0")/find_python.sh" "${2:-}") || exit 1
	for module in venv ensurepip; do
		"$python" -c "import $module" 2>/dev/null || stop "$python has no module $module, which makes" \
			"virtual environments: install it (Debian, Ubuntu: apt install python3-venv, or python3.11-venv)," \
			"or name another Python: make up PYTHON=/path/to/python3.11"
	done
	log=$("$python" -m venv "$folder" 2>&1) || {
		rm -rf "$folder"
		stop "$python cannot make a virtual environment in $folder: $(printf '%s' "$log" | tail -n 1)"
	}
fi

again="remove it with rm -rf $folder, and the next make makes it anew"
sh "$(dirname "$0")/find_python.sh" "$folder/bin/python" >/dev/null 2>&1 ||
	stop "$folder has no Python 3.11 or newer, or it is not there any more: $again"
pip=$("$folder/bin/python" -c 'import pip; print(pip.__version__)' 2>/dev/null) ||
	stop "$folder has no pip: $again"
# What Python 3.11 itself brings.
"$folder/bin/python" - "$pip" <<'PYTHON' || stop "pip $pip in $folder is too old, 22.3 or newer is needed: $folder/bin/python -m pip install --upgrade pip"
import re, sys
sys.exit([int(part) for part in re.findall(r"\d+", sys.argv[1])[:2]] < [22, 3])
PYTHON
