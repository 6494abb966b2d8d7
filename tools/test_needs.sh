#!/bin/sh
# The Debian packages that the tests use: installed if this is root and one is missing, else named.
set -eu
missing=""
need() { [ -e "$1" ] || command -v "$1" >/dev/null || missing="$missing $2"; }
command -v valkey-server >/dev/null || need redis-server redis-server
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || need initdb postgresql
need /usr/sbin/nginx nginx
need /usr/sbin/apache2 apache2
need /usr/lib/apache2/modules/mod_xsendfile.so libapache2-mod-xsendfile
need /usr/sbin/lighttpd lighttpd
need /usr/lib/lighttpd/mod_openssl.so lighttpd-mod-openssl
need openssl openssl
need curl curl
need chromium chromium
need chromedriver chromium-driver
need node nodejs
need npm npm
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing for the tests:$missing"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq </dev/null
    # RUNLEVEL=1: no service is started, the tests start their own
    # shellcheck disable=SC2086
    RUNLEVEL=1 apt-get install -y -qq --no-install-recommends $missing </dev/null >/dev/null
else
    echo "The tests use programs that are not here; what needs them will fail. As root:" >&2
    echo "    apt-get install$missing" >&2
fi
