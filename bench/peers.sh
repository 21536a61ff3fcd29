#!/bin/sh
# Installs the tools that the benchmark compares Towpath with, in the versions its README names: Python packages
# into .tools/venv, pgloader and the servers by apt-get when we are root. What cannot be installed is left out;
# the benchmark then says that it is missing. Everything comes from PyPI and Debian.
#
# usage: bench/peers.sh [FOLDER]        (default: .tools beside bench)
set -eu

tools=${1:-$(dirname "$0")/../.tools}
mkdir -p "$tools"
[ -x "$tools/venv/bin/python" ] || python3 -m venv "$tools/venv"
python=$tools/venv/bin/python

"$python" -m pip install --quiet --disable-pip-version-check uv

# One after the other, so that one that is not to be had does not take the others with it.
install() {
    name=$1
    shift
    if "$python" -m uv pip install --quiet --python "$python" "$@"; then
        echo "$name: installed"
    else
        echo "$name: could not be installed" >&2
    fi
}

install DuckDB duckdb==1.5.5 duckdb-extensions duckdb-extension-postgres-scanner==1.5.5 \
    duckdb-extension-mysql-scanner==1.5.5 duckdb-extension-sqlite-scanner==1.5.5 duckdb-extension-excel==1.5.5
install ingestr ingestr==0.15.9
install Sling sling-linux-amd64==1.4.11
install dlt "dlt==1.31.0" connectorx==0.4.6 psycopg2-binary sqlalchemy pymysql pyarrow pandas
install Polars polars==2.1.0 fastexcel==0.21.0
install pandas pandas==3.1.1 sqlalchemy psycopg2-binary pymysql pyarrow openpyxl==3.1.5 XlsxWriter==3.3.1

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    missing=
    for package in postgresql mariadb-server mariadb-client pgloader; do
        dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"
    done
    if [ -n "$missing" ]; then
        # shellcheck disable=SC2086
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing \
            || echo "could not be installed:$missing" >&2
    fi
else
    echo "not root: install postgresql, mariadb-server and pgloader yourself"
fi
