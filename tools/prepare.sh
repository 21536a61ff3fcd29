#!/bin/sh
# Installs what a task needs on Debian, and only what is missing. Asks for nothing and starts no service.
#   tools/prepare.sh build          a C compiler, for the bundled libraries
#   tools/prepare.sh servers        PostgreSQL and MariaDB; tests start their own, in temporary folders
set -eu

missing=""
want() { # program, package
    PATH="$PATH:/usr/sbin:/sbin" command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}

for task in "$@"; do
    case "$task" in
    build)
        want cc build-essential
        ;;
    servers)
        want psql postgresql-client
        ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
        want mariadbd mariadb-server
        want mariadb mariadb-client
        want runuser util-linux
        ;;
    *)
        echo "tools/prepare.sh: unknown task $task" >&2
        exit 2
        ;;
    esac
done

[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != 0 ]; then
    echo "missing:$missing" >&2
    echo "hint: install these packages (on Debian, as root: apt-get install$missing)" >&2
    exit 1
fi

# The packages would start a server of their own, which nobody here needs. 101 means: do not start it.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT INT TERM
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing; } >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
rm -f "$log"
