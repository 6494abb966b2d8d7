#!/bin/sh
# The Debian packages that the tests use: installed if this is root and one is missing, else named.
set -eu
missing=""
need() { command -v "$1" >/dev/null || missing="$missing $2"; }
command -v valkey-server >/dev/null || need redis-server redis-server
need chromium chromium
need chromedriver chromium-driver
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing for the tests:$missing"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq </dev/null
    # shellcheck disable=SC2086
    apt-get install -y -qq --no-install-recommends $missing </dev/null >/dev/null
else
    echo "The tests use programs that are not here; what needs them will fail. As root:" >&2
    echo "    apt-get install$missing" >&2
fi
