#!/bin/sh
# Makes the virtual environment $1 with the newest fitting Python on PATH, unless it is there.
# Needs no root. A Python without ensurepip (Debian keeps it in python3-venv) gets pip from the
# package index.
set -eu
venv=$1
here=$(dirname "$0")

fits() { "$1" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

if [ -x "$venv/bin/python" ] && fits "$venv/bin/python" && "$venv/bin/python" -m pip -V >/dev/null 2>&1
then exit 0; fi

if command -v redis-server >/dev/null || command -v valkey-server >/dev/null
then order="python3.13 python3.12 python3.11 python3"
else order="python3.12 python3.11 python3 python3.13" # a Redis comes as a wheel up to 3.12
fi

for python in $order; do
    if ! fits "$python"; then continue; fi # not there, too old, or a shim that leads nowhere
    echo "Making $venv with $("$python" -V)"
    if "$python" -c 'import ensurepip' 2>/dev/null; then
        exec "$python" -m venv --clear "$venv"
    fi
    "$python" -m venv --clear --without-pip "$venv"
    exec "$venv/bin/python" "$here/get_pip.py"
done

found=$(command -v python3 >/dev/null && python3 -V 2>&1 || true)
echo "mserve needs Python 3.11 or newer on PATH; found: ${found:-none}." >&2
echo "On Debian 12 or newer: apt install python3 python3-venv" >&2
exit 1
