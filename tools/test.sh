#!/bin/sh
# Everything that must hold before a change lands. Goes on after a failure, and says at the end what failed.
set -u
cd "$(dirname "$0")/.."
failed=""

part() { # name, command…
    name=$1
    shift
    started=$(date +%s)
    echo "== $name"
    "$@" || failed="$failed $name"
    echo "== $name: $(($(date +%s) - started)) s"
}

pipelines() {
    # The tests that stand in the shipped pipelines, by the program itself.
    found=$(find examples solutions -name '*.yaml' -exec grep -l '^tests:' {} + | sort)
    # shellcheck disable=SC2086 # one word per file
    target/debug/towpath test $found
}

calendars() {
    # Business days, day by day, with libraries that others keep up to date.
    "${TOWPATH_TEST_CALENDARS:-${XDG_CACHE_HOME:-$HOME/.cache}/towpath/calendars}/bin/python" tools/calendars.py
}

pages() {
    # The pages: types, lints, tests, that the client is that of the interface, and how much is loaded at first.
    (cd web && npm run --silent types && npm run --silent lint && npm run --silent client -- --check &&
        npm test --silent && npm run --silent build && npm run --silent size)
}

part pages pages
part format cargo fmt --all --check
part build cargo build --quiet --workspace --all-targets
# Without a build, the rest would test what was built before.
[ "${failed#*build}" = "$failed" ] || { echo "failed:$failed"; exit 1; }
part lint cargo clippy --quiet --workspace --all-targets -- -D warnings
part pipelines pipelines
part calendars calendars
# Doc examples; `cargo test` runs them anyway where nextest is missing.
if cargo nextest --version >/dev/null 2>&1; then
    part docs cargo test --quiet --workspace --doc
fi
part tests target/debug/xtask test "$@"

if [ -n "$failed" ]; then
    echo "failed:$failed"
    exit 1
fi
echo "all good"
