"""Polars, whose reader of workbooks is calamine by way of fastexcel."""

from ..measure import Command
from .base import Job, PythonTool


class Polars(PythonTool):
    """A Python library over Rust; `read_excel` with its default engine."""

    name = "polars"
    label = "Polars (calamine)"
    packages = ("polars", "fastexcel")
    script = "polars_job.py"

    def xlsx_to_parquet(self, job: Job) -> Command:
        return self.run(str(job.file), str(job.out))
