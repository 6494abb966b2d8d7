# Debian packages that something uses: `need FILE-OR-COMMAND PACKAGE` for each, then `provide FOR`,
# which installs what is missing if this is root, else names it and is false. To be sourced.
missing=""
need() { [ -e "$1" ] || command -v "$1" >/dev/null || missing="$missing $2"; }
need_redis() { command -v valkey-server >/dev/null || need redis-server redis-server; }
need_postgresql() {
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || need initdb postgresql
}

provide() {
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing for $1:$missing"
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq </dev/null
        # RUNLEVEL=1: no service is started, $1 start their own
        # shellcheck disable=SC2086
        RUNLEVEL=1 apt-get install -y -qq --no-install-recommends $missing </dev/null >/dev/null
    else
        echo "Programs that $1 use are not here; what needs them will fail. As root:" >&2
        echo "    apt-get install$missing" >&2
        return 1
    fi
}
