"""Polars, with its streaming engine."""

from ..measure import Command
from .base import Job, PythonTool, utf8_rows


class Polars(PythonTool):
    """A Python library; `scan_csv` and `sink_parquet`, types from the first 100 rows, its default."""

    name = "polars"
    label = "Polars"
    packages = ("polars", "fastexcel")
    script = "polars_job.py"
    # Rows that types are inferred from; 0 stands for all of them.
    sample = 100

    def csv_to_parquet(self, job: Job) -> Command:
        return self.run("plain", str(self.sample), str(job.file), str(job.out))

    def xlsx_to_parquet(self, job: Job) -> Command:
        return self.run("workbook", "0", str(job.file), str(job.out))

    def messy_to_parquet(self, job: Job) -> Command:
        rows = job.folder / "rows.csv"
        return utf8_rows(job, rows, self.run("messy", str(self.sample), str(rows), str(job.out)))


class PolarsWhole(Polars):
    """The same with types inferred over the whole file (`infer_schema_length=None`)."""

    name = "polars-whole"
    label = "Polars, whole file"
    variant = True
    sample = 0

    def command(self, job: Job) -> Command | None:
        return self.csv_to_parquet(job) if job.kind == "csv_to_parquet" else None
