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

say "demo/sales.yaml: $rows sales from CSV, types checked, last line of each sale → SQLite, and a report by month"
echo "\$ towpath run demo/sales.yaml"
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
  again, nothing doubles       $towpath run demo/sales.yaml
  look at any node             $towpath preview demo/sales.yaml --node paid
  the columns of every node    $towpath plan demo/sales.yaml
  join it with a CSV           $towpath run demo/margins.yaml
  look into any file           $towpath preview demo/results/margins.parquet
  a JSON dump, upserted        $towpath run demo/tickets.yaml
  a copy, no pipeline file     $towpath copy demo/data/sales.csv demo/sales.parquet
  the pipelines' own tests     $towpath test demo/sales.yaml demo/margins.yaml demo/tickets.yaml
  after editing                $towpath check demo/sales.yaml
  the manual                   $towpath transforms; $towpath connectors; docs/guides/first-pipeline.md
TEXT
