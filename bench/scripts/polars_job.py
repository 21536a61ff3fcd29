"""Turns a workbook into a Parquet file with Polars: `polars_job.py SOURCE TARGET`."""

import sys

import polars

source, target = sys.argv[1:]
polars.read_excel(source).write_parquet(target)
