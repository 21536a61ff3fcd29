"""Loads a table or file into PostgreSQL with dlt: `dlt_job.py KIND SOURCE NAME TARGET FOLDER`."""

import os
import sys

import dlt
from dlt.sources.filesystem import filesystem, read_csv_duckdb, read_parquet
from dlt.sources.sql_database import sql_table

kind, source, name, target, folder = sys.argv[1:]
if kind == "table":
    rows = sql_table(source, table=name, backend="connectorx", reflection_level="full_with_precision")
else:
    files = filesystem(os.path.dirname(source), file_glob=os.path.basename(source))
    reader = read_csv_duckdb(use_pyarrow=True, header=True) if kind == "csv" else read_parquet()
    rows = (files | reader).with_name(name)
pipeline = dlt.pipeline(
    "bench", destination=dlt.destinations.postgres(target), dataset_name="public", pipelines_dir=f"{folder}/pipelines"
)
info = pipeline.run(rows, table_name=name, write_disposition="replace")
info.raise_on_failed_jobs()
