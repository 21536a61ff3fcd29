"""Starts a run, kills it when so many rows are on their way, and resumes it.

usage: killed.py ROWS towpath run FILE
"""

import json
import subprocess
import sys


def main() -> int:
    """Runs twice; the exit code is that of the second run."""
    rows, command = int(sys.argv[1]), sys.argv[2:]
    first = subprocess.Popen([*command, "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    for line in first.stdout:
        event = json.loads(line)
        if event["event"] == "progress" and sum(load["rows"] for load in event["loads"]) >= rows:
            break
    first.kill()
    first.wait()
    return subprocess.run([*command, "--resume", "--quiet"]).returncode


if __name__ == "__main__":
    sys.exit(main())
