"""Runs SQL statements in DuckDB: `duck.py JOB`, a JSON object with `extensions`, `statements` and `print`."""

import json
import sys

import duckdb

job = json.loads(sys.argv[1])
connection = duckdb.connect()
connection.execute("set timezone = 'UTC'")
for name in job.get("extensions", []):
    import duckdb_extensions

    duckdb_extensions.import_extension(name)
    connection.execute(f"load {name}")
for statement in job["statements"]:
    result = connection.execute(statement)
if job.get("print"):
    print(json.dumps(result.fetchall(), default=str))
