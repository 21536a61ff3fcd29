#!/bin/sh
# Runs the first example on data made for it. Everything happens in tour/, which may be removed at any time.
set -eu
cd "$(dirname "$0")/.."
towpath=target/debug/towpath
rows=200000

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

rm -rf tour
cp -r examples tour
target/debug/xtask sample sales --rows "$rows" --out tour/data/sales.csv

say "tour/sales.yaml: $rows sales from CSV, types checked, last line of each sale → SQLite, and a report by month"
echo "\$ towpath run tour/sales.yaml"
code=0
$towpath run tour/sales.yaml || code=$?
# 3 means: done, and some rows are in quarantine. The data has mistakes, so that is right.
[ "$code" = 3 ] || { echo "expected exit code 3, got $code" >&2; exit 1; }

say "What is in the database now (towpath preview tour/look.yaml --set country=BE)"
$towpath preview tour/look.yaml --set country=BE --limit 5

say "What was wrong (towpath quarantine tour/sales.yaml)"
$towpath quarantine tour/sales.yaml --limit 5

say "Try next"
cat <<TEXT
  again, nothing doubles       $towpath run tour/sales.yaml
  look at any node             $towpath preview tour/sales.yaml --node paid
  the columns of every node    $towpath plan tour/sales.yaml
  join it with a CSV           $towpath run tour/margins.yaml
  look into any file           $towpath preview tour/results/margins.parquet
  a JSON dump, upserted        $towpath run tour/tickets.yaml
  a copy, no pipeline file     $towpath copy tour/data/sales.csv tour/sales.parquet
  the pipelines' own tests     $towpath test tour/sales.yaml tour/margins.yaml tour/tickets.yaml
  after editing                $towpath check tour/sales.yaml
  the manual                   $towpath transforms; $towpath connectors; docs/guides/first-pipeline.md
TEXT
