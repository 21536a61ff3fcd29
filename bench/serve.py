#!/usr/bin/env python3
"""Measures a Towpath server: start, memory, live clients, schedules that are due together, and reading. See README.md."""

import argparse
import asyncio
import datetime
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from harness.serving import Server, add_account  # noqa: E402
from harness.watchers import watch  # noqa: E402

ROWS = "id,name,amount\n" + "".join(f"{row},name {row},{row}.50\n" for row in range(10))
PIPELINE = """towpath: 1
name: load-{n}
nodes:
  rows:
    source: file
    path: rows.csv
  out:
    destination: file
    from: rows
    path: out/{n}.csv
"""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--towpath", type=Path, default=HERE.parent / "target/release/towpath", metavar="PATH")
    parser.add_argument("--pipelines", type=int, default=1000, help="pipelines, each with a schedule [1000]")
    parser.add_argument("--clients", type=int, default=200, help="clients of live events [200]")
    parser.add_argument("--idle", type=float, default=60, metavar="SECONDS", help="rest before memory is read [60]")
    parser.add_argument("--seconds", type=int, default=15, help="length of the measure with wrk [15]")
    parser.add_argument("--only", action="append", choices=["start", "spread", "burst", "reads"], help="only these parts")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write all figures as JSON")
    return parser.parse_args()


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def share(values: list[float], part: float) -> float:
    """The value that this part of the values does not exceed."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * part))]


def furnish(server: Server, count: int) -> None:
    """Gives the workspace its file and pipelines."""
    workspace = json.loads(server.ask("GET", "/api/v1/workspaces/bench"))["id"]
    folder = server.folder / "data/files" / workspace
    (folder / "out").mkdir(parents=True, exist_ok=True)
    (folder / "rows.csv").write_text(ROWS)
    for n in range(count):
        server.ask("POST", "pipelines", {"document": PIPELINE.format(n=n)})


def schedule(server: Server, count: int, one_second: bool) -> datetime.datetime:
    """Gives every pipeline a schedule in one minute, which begins when all are there; returns the minute."""
    server.sign_in()
    for known in server.every("schedules"):
        server.ask("DELETE", f"schedules/{known['id']}")
    now = datetime.datetime.now(datetime.UTC)
    minute = (now + datetime.timedelta(seconds=count / 20 + 90)).replace(second=0, microsecond=0)
    for n in range(count):
        second = 0 if one_second else n * 60 // count
        spec = {"at": (minute + datetime.timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S")}
        server.ask("POST", f"pipelines/load-{n}/schedules", {"name": f"load-{n}", "spec": spec})
    if datetime.datetime.now(datetime.UTC) >= minute:
        raise RuntimeError("making the schedules took longer than expected; the minute is over")
    server.sign_in()
    return minute


def load(server: Server, count: int, clients: int, one_second: bool) -> dict:
    """Lets the schedules of one minute run while clients listen and somebody reads."""
    minute = schedule(server, count, one_second)
    since = minute.strftime("%Y-%m-%dT%H:%M:%SZ")
    say(f"  {count} schedules are due in the minute from {since}")

    deadline = minute.timestamp() + 60 + count

    def mine() -> list[dict]:
        return [run for run in server.every("runs") if run["fire_at"] and run["fire_at"] >= since]

    def ended() -> bool:
        if time.time() > deadline:
            raise RuntimeError(f"only {len(mine())} of {count} runs are there, or not all ended in time")
        # Asking must not be what keeps the server busy.
        if time.time() < minute.timestamp() + (5 if one_second else 60):
            return False
        waiting = server.ask("GET", f"runs?limit=1&from={since}&state=queued,running,failing")
        return not json.loads(waiting)["items"] and len(mine()) >= count

    before = server.cpu_seconds()
    watchers, reads = asyncio.run(watch(server.port, server.token, clients, ended))
    spent = server.cpu_seconds() - before
    server.sign_in()
    runs = mine()
    at = datetime.datetime.fromisoformat
    started = [run for run in runs if run["attempt_started_at"]]
    delays = [(at(run["attempt_started_at"]) - at(run["fire_at"])).total_seconds() for run in started]
    last = max(at(run["ended_at"]) for run in runs)
    return {
        "runs": len(runs),
        "failed": sum(run["state"] != "done" for run in runs),
        "start p50 ms": share(delays, 0.5) * 1000,
        "start p99 ms": share(delays, 0.99) * 1000,
        "start max ms": max(delays) * 1000,
        "all ended after s": (last - minute).total_seconds(),
        "reads": len(reads),
        "read p50 ms": share(reads, 0.5) * 1000,
        "read p99 ms": share(reads, 0.99) * 1000,
        "events heard": sum(watcher.events for watcher in watchers),
        "snapshots": sum(watcher.snapshots for watcher in watchers),
        "cpu s": spent,
        "peak MB": server.memory("VmHWM"),
    }


def wrk(server: Server, credentials: str, seconds: int) -> dict:
    """Reads a page of pipelines as often as one core of the server allows."""
    url = f"{server.address}/api/v1/workspaces/bench/pipelines?limit=20"
    command = ["taskset", "-c", "1", "wrk", "-t1", "-c16", f"-d{seconds}s", "--latency", "-H", credentials, url]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in out:
        raise RuntimeError(out)
    milliseconds = {"us": 0.001, "ms": 1, "s": 1000}
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", out).groups()
    return {"GET/s": float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]), "p99 ms": float(number) * milliseconds[unit]}


def main() -> int:
    chosen = arguments()
    parts = chosen.only or ["start", "spread", "burst", "reads"]
    program = chosen.towpath.resolve()
    found: dict = {"load average": os.getloadavg()[0], "cores": os.cpu_count()}
    say(f"load average {found['load average']:.1f} on {found['cores']} cores")
    with tempfile.TemporaryDirectory(prefix="towpath-serve-") as name:
        folder = Path(name)
        if "start" in parts:
            found["first start ms"] = starts(program, [folder / f"first-{n}" for n in range(5)])
            add_account(program, prepared(folder / "idle"))
            with Server(program, folder / "idle") as server:
                say(f"  the server rests for {chosen.idle:.0f} s")
                time.sleep(chosen.idle)
                found["idle MB"] = server.memory()
        add_account(program, prepared(folder / "full"))
        with Server(program, folder / "full") as server:
            server.sign_in()
            say(f"  {chosen.pipelines} pipelines are made")
            furnish(server, chosen.pipelines)
        found["start ms"] = starts(program, [folder / "full"] * 5)
        with Server(program, folder / "full") as server:
            for part in [part for part in ("spread", "burst") if part in parts]:
                found[part] = load(server, chosen.pipelines, chosen.clients, part == "burst")
        if "reads" in parts:
            with Server(program, folder / "full", core=0) as server:
                server.sign_in()
                scopes = {"name": "bench", "scopes": ["pipelines:read"]}
                key = json.loads(server.ask("POST", "keys", scopes))["key"]
                found["by token"] = wrk(server, f"Authorization: Bearer {server.token}", chosen.seconds)
                found["by key"] = wrk(server, f"Authorization: Bearer {key}", chosen.seconds)
    print(table(found))
    if chosen.out:
        chosen.out.write_text(json.dumps(found, indent=2))
    return 0


def prepared(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def starts(program: Path, folders: list[Path]) -> float:
    """Median of the time from the start of the process to its first answer, in milliseconds."""
    took = []
    for folder in folders:
        with Server(program, folder) as server:
            took.append(server.cold_start * 1000)
    return statistics.median(took)


GOALS = [
    ("first start, which makes the database", ("first start ms",), "ms", 300),
    ("start with all pipelines", ("start ms",), "ms", 300),
    ("idle memory", ("idle MB",), "MB", 80),
    ("start of runs, all seconds of a minute, p50", ("spread", "start p50 ms"), "ms", None),
    ("start of runs, all seconds of a minute, p99", ("spread", "start p99 ms"), "ms", 250),
    ("reads meanwhile, p50", ("spread", "read p50 ms"), "ms", None),
    ("reads meanwhile, p99", ("spread", "read p99 ms"), "ms", None),
    ("peak memory", ("spread", "peak MB"), "MB", None),
    ("start of runs, all in one second, p50", ("burst", "start p50 ms"), "ms", None),
    ("start of runs, all in one second, p99", ("burst", "start p99 ms"), "ms", None),
    ("all of them ended after", ("burst", "all ended after s"), "s", None),
    ("reads meanwhile, p50", ("burst", "read p50 ms"), "ms", None),
    ("reads meanwhile, p99", ("burst", "read p99 ms"), "ms", None),
    ("peak memory", ("burst", "peak MB"), "MB", None),
    ("GET/s of a page of pipelines on one core, token", ("by token", "GET/s"), "/s", 3000),
    ("GET/s of a page of pipelines on one core, key", ("by key", "GET/s"), "/s", 3000),
]


def table(found: dict) -> str:
    """What was to be reached, and what was."""
    lines = ["| what | reached | goal | |", "|---|---:|---:|---|"]
    for what, place, unit, goal in GOALS:
        value = found
        for name in place:
            value = value.get(name) if isinstance(value, dict) else None
        if value is None:
            continue
        is_met = goal is None or (value >= goal if unit == "/s" else value <= goal)
        reached = "" if goal is None else "yes" if is_met else "**no**"
        lines.append(f"| {what} | {value:,.0f} {unit} | {f'{goal:,} {unit}' if goal else ''} | {reached} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
