#!/bin/sh
# Makes the virtual environment; on a fresh Debian or Ubuntu the module behind `python3 -m venv` is a package of its own.
set -eu
python="$1"; venv="$2"
[ -x "$venv/bin/python" ] && "$venv/bin/python" -m pip --version >/dev/null 2>&1 && exit 0
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "nianbao needs Python 3.11 or newer; found: $("$python" --version 2>&1)" >&2; exit 1; }
"$python" -m venv "$venv" 2>/dev/null && exit 0
as_root=""; [ "$(id -u)" = 0 ] || as_root="sudo"
echo "installing python3-venv" >&2
$as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends python3-venv
rm -rf "$venv"
"$python" -m venv "$venv"
