#!/bin/sh
# The Debian packages that the tests use: installed if this is root and one is missing, else named.
set -eu
. "$(dirname "$0")/needs.sh"
need_redis
need_postgresql
need /usr/sbin/nginx nginx
need /usr/sbin/apache2 apache2
need /usr/lib/apache2/modules/mod_xsendfile.so libapache2-mod-xsendfile
need /usr/sbin/lighttpd lighttpd
need /usr/lib/lighttpd/mod_openssl.so lighttpd-mod-openssl
need openssl openssl
need curl curl
need litmus litmus
need rclone rclone
need cadaver cadaver
need /usr/sbin/mount.davfs davfs2
need rsync rsync
need chromium chromium
need node nodejs
need npm npm
need systemd-analyze systemd
provide "the tests" || true # what can run without them does
