"""Reads a machine's log in plain Python, line by line, as a careful person would write it: `machine_logs.py FILE OUT`.

The same grammar and the same checks as the bench's pipeline: a time that exists, the details of waits and jobs taken
apart. Lines that cannot be read are counted.
"""

import re
import sys
from datetime import datetime

WAIT = re.compile(r"(\d+(?:\.\d+)?)\s*(?:sec)?$")
JOB = re.compile(r"R:(\S+)\s*L:(\d+(?:\.\d+)?)\s*(?:C:(\S+).*)?$")


def main(source: str, target: str) -> None:
    """Counts the events of a log, and the seconds of its waits."""
    counts: dict[str, int] = {}
    lines = bad = 0
    waited = length = 0.0
    last = None
    with open(source, encoding="latin-1", newline="\n") as log:
        for line in log:
            line = line.replace("\0", "").strip()
            if not line:
                continue
            lines += 1
            stamp, found, event = line.partition("|@")
            if not found:
                bad += 1
                continue
            try:
                at = datetime.strptime(stamp, "%Y%m%d %H:%M:%S")
            except ValueError:
                bad += 1
                continue
            name, _, details = event.partition(":")
            details = details.strip()
            if name == "MachineWait":
                wait = WAIT.match(details)
                if not wait:
                    bad += 1
                    continue
                waited += float(wait[1])
            elif name == "JobProfiel":
                job = JOB.match(details)
                if not job:
                    bad += 1
                    continue
                length += float(job[2])
            last = at if last is None or at > last else last
            counts[name] = counts.get(name, 0) + 1
    with open(target, "w") as out:
        out.write("event,events,seconds,length,last_at\n")
        for name in sorted(counts):
            seconds = f"{waited:.1f}" if name == "MachineWait" else ""
            total = f"{length:.1f}" if name == "JobProfiel" else ""
            out.write(f"{name},{counts[name]},{seconds},{total},{last}\n")
    print(f"{lines} lines, {bad} of them cannot be read", file=sys.stderr)


main(*sys.argv[1:])
