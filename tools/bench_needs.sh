#!/bin/sh
# The Debian packages that the comparison with the peers uses: installed if this is root and one is
# missing, else named. A compiler is among them, as Guillotina is published as source alone; $1 is
# the Python that it is to be built for.
set -eu
. "$(dirname "$0")/needs.sh"
need_redis
need_postgresql
need /usr/sbin/nginx nginx
need /usr/lib/nginx/modules/ngx_http_dav_ext_module.so libnginx-mod-http-dav-ext
need /usr/sbin/apache2 apache2
need curl curl
need /usr/sbin/mount.davfs davfs2
need wrk wrk
need gcc gcc
need /usr/include/stdio.h libc6-dev
need "$("$1" -c 'import sysconfig; print(sysconfig.get_path("include"))')/Python.h" python3-dev
provide "the comparison"
