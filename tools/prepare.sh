#!/bin/sh
# Installs what a task needs on Debian, and only what is missing. Asks for nothing and starts no service.
#   tools/prepare.sh build          a C compiler, for the bundled libraries
#   tools/prepare.sh servers        PostgreSQL, MariaDB, OpenSSH and nginx; tests start their own, in temporary folders
#   tools/prepare.sh files          Python packages with servers for files (tools/files.txt), in a virtual environment in
#                                   the cache folder of the user; TOWPATH_TEST_FILES names another folder
#   tools/prepare.sh oidc           an OpenID provider (tools/oidc), for Node 20 or later, in the cache folder of the user;
#                                   TOWPATH_TEST_OIDC names another folder
#   tools/prepare.sh web            what the pages are built with (web/package-lock.json), for Node 20.19 or later
#   tools/prepare.sh browser        Chromium, in which the pages are tried
#   tools/prepare.sh lighthouse     what measures the pages (tools/lighthouse), in the cache folder of the user
#   tools/prepare.sh interface      Python packages and one of npm that try the interface of a server (tools/interface.txt,
#                                   tools/interface), in a virtual environment in the cache folder of the user;
#                                   TOWPATH_TEST_INTERFACE names another folder
#   tools/prepare.sh load           wrk, which asks a server as often as it can
#   tools/prepare.sh singer         Python packages with Singer streams (tools/singer.txt), in a virtual environment in
#                                   the cache folder of the user; TOWPATH_TEST_SINGER names another folder
#   tools/prepare.sh calendars      Python packages with holidays and sessions of exchanges (tools/calendars.txt), in a virtual
#                                   environment in the cache folder of the user; TOWPATH_TEST_CALENDARS names another folder
#   tools/prepare.sh deploy         what checks files for operators: Prometheus, systemd, and Python packages
#                                   (tools/deploy.txt) in a virtual environment; TOWPATH_TEST_DEPLOY names another folder
set -eu

missing=""
deploy=""
calendars=""
singer=""
files=""
oidc=""
web=""
lighthouse=""
interface=""
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
        want sshd openssh-server
        want ssh-keygen openssh-client
        want nginx nginx-light
        ;;
    files)
        want python3 python3
        python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || missing="$missing python3-venv"
        files=${TOWPATH_TEST_FILES:-${XDG_CACHE_HOME:-$HOME/.cache}/towpath/files}
        ;;
    calendars)
        want python3 python3
        python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || missing="$missing python3-venv"
        calendars=${TOWPATH_TEST_CALENDARS:-${XDG_CACHE_HOME:-$HOME/.cache}/towpath/calendars}
        ;;
    deploy)
        want promtool prometheus
        want systemd-analyze systemd
        want openssl openssl
        want python3 python3
        python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || missing="$missing python3-venv"
        deploy=${TOWPATH_TEST_DEPLOY:-${XDG_CACHE_HOME:-$HOME/.cache}/towpath/deploy}
        ;;
    oidc)
        want node nodejs
        want npm npm
        oidc=${TOWPATH_TEST_OIDC:-${XDG_CACHE_HOME:-$HOME/.cache}/towpath/oidc}
        ;;
    web)
        want node nodejs
        want npm npm
        web=web
        ;;
    browser)
        command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || want chromium chromium
        ;;
    lighthouse)
        want node nodejs
        want npm npm
        lighthouse=${XDG_CACHE_HOME:-$HOME/.cache}/towpath/lighthouse
        ;;
    interface)
        want python3 python3
        python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || missing="$missing python3-venv"
        want node nodejs
        want npm npm
        interface=${TOWPATH_TEST_INTERFACE:-${XDG_CACHE_HOME:-$HOME/.cache}/towpath/interface}
        ;;
    load)
        want wrk wrk
        want taskset util-linux
        ;;
    singer)
        want python3 python3
        python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || missing="$missing python3-venv"
        singer=${TOWPATH_TEST_SINGER:-${XDG_CACHE_HOME:-$HOME/.cache}/towpath/singer}
        ;;
    *)
        echo "tools/prepare.sh: unknown task $task" >&2
        exit 2
        ;;
    esac
done

install() {
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
}
[ -z "$missing" ] || install

# The list of packages stands in the folder once all of them are there.
python_packages() { # list, folder
    list=$(dirname "$0")/$1
    if [ -n "$2" ] && ! cmp -s "$list" "$2/installed.txt"; then
        echo "installing: $(grep -v '^#' "$list" | tr '\n' ' ')"
        mkdir -p "$(dirname "$2")"
        python3 -m venv "$2"
        "$2/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$list"
        cp "$list" "$2/installed.txt"
    fi
}
python_packages singer.txt "$singer"
python_packages files.txt "$files"
python_packages deploy.txt "$deploy"
python_packages calendars.txt "$calendars"
python_packages interface.txt "$interface"

# The same for packages of npm: exactly those of the lock file, without their scripts.
npm_packages() { # folder of the lock file, folder to install in, what for
    if [ -z "$2" ] || cmp -s "$1/package-lock.json" "$2/node_modules/installed.json"; then return; fi
    if ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'; then
        echo "tools/prepare.sh: $3 needs Node 20.19 or later, and this is $(node --version)" >&2
        echo "hint: install a newer one from nodejs.org, and put it first on the path" >&2
        exit 1
    fi
    echo "installing: $3"
    mkdir -p "$2"
    [ "$1" = "$2" ] || cp "$1/package.json" "$1/package-lock.json" "$2/"
    (cd "$2" && npm ci --loglevel=error --ignore-scripts --no-audit --no-fund)
    cp "$1/package-lock.json" "$2/node_modules/installed.json"
}
here=$(cd "$(dirname "$0")" && pwd)
npm_packages "$here/oidc" "$oidc" "the OpenID provider"
npm_packages "$here/interface" "$interface" "a client of WebSockets"
npm_packages "$here/../web" "${web:+$here/../web}" "the web pages"
npm_packages "$here/lighthouse" "$lighthouse" "Lighthouse"
