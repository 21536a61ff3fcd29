"""Runs SQL statements in DuckDB: `duck.py JOB`, a JSON object with `extensions`, `statements` and `print`."""

import json
import sys

import duckdb

job = json.loads(sys.argv[1])
connection = duckdb.connect()
connection.execute("set timezone = 'UTC'")
for name in job.get("extensions", []):
    try:
        connection.execute(f"load {name}")
    except duckdb.IOException:
        # The first time: the extension is in a package and has to be put where DuckDB looks for it.
        import duckdb_extensions

        duckdb_extensions.import_extension(name)
        connection.execute(f"load {name}")
for statement in job["statements"]:
    result = connection.execute(statement)
if job.get("print"):
    print(json.dumps(result.fetchall(), default=str))
