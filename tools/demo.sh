#!/bin/sh
# Runs the first example on data made for it. Everything happens in demo/, which may be removed at any time.
set -eu
cd "$(dirname "$0")/.."
towpath=target/debug/towpath
rows=200000

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

rm -rf demo
cp -r examples demo
target/debug/xtask sample sales --rows "$rows" --out demo/data/sales.csv

say "The pipeline: CSV → types checked → last line of each sale → SQLite, and a report by month"
$towpath plan demo/sales.yaml

say "towpath run demo/sales.yaml"
code=0
$towpath run demo/sales.yaml || code=$?
# 3 means: done, and some rows are in quarantine. The data has mistakes, so that is right.
[ "$code" = 3 ] || { echo "expected exit code 3, got $code" >&2; exit 1; }

say "What is in the database now (towpath preview demo/look.yaml --set country=BE)"
$towpath preview demo/look.yaml --set country=BE --limit 5

say "What was wrong (towpath quarantine demo/sales.yaml)"
$towpath quarantine demo/sales.yaml --limit 5

say "Try next"
cat <<TEXT
  $towpath run demo/sales.yaml                 again: nothing doubles
  $towpath preview demo/sales.yaml --node paid      look at any node
  $towpath run demo/margins.yaml               join the database with a CSV, into Parquet
  $towpath preview demo/results/margins.parquet     look into any file
  $towpath run demo/tickets.yaml               a JSON dump, upserted
  $towpath copy demo/data/sales.csv demo/sales.parquet    a copy without any pipeline file
  $towpath test demo/sales.yaml demo/margins.yaml demo/tickets.yaml   the tests inside the pipelines
  edit demo/sales.yaml, then: $towpath check demo/sales.yaml
The manual: $towpath transforms, $towpath connectors, docs/guides/first-pipeline.md
TEXT
