"""pgloader: from MySQL and MariaDB to PostgreSQL."""

from pathlib import Path

from ..measure import Command
from .base import Job, Tool, first_line, program

LOAD = """\
load database
     from {source}
     into {target}
 with include drop, create tables, create no indexes, reset no sequences, no foreign keys
  including only table names matching '{table}'
 alter schema 'source' rename to 'public';
"""


class PgLoader(Tool):
    """Run with a load file, without the indexes that the others do not make either."""

    name = "pgloader"
    label = "pgloader"

    def find(self, tools: Path) -> str:
        self.binary = program("pgloader", "pgloader")
        return first_line(self.binary, "--version").removeprefix("pgloader version ").strip('"')

    def mariadb_to_pg(self, job: Job) -> Command:
        path = job.folder / "orders.load"
        text = LOAD.format(source=job.data.mariadb.url(), target=job.target, table=job.table.name)
        path.write_text(text)
        return Command([self.binary, "--root-dir", str(job.folder / "state"), str(path)])
