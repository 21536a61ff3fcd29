#!/usr/bin/env python3
"""Measures Towpath side by side with its peers on the same tables. See README.md; `--help` lists the options."""

import argparse
import fnmatch
import json
import shutil
import signal
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from harness import checks, measure, report  # noqa: E402
from harness.cases import CASES, Case, prepare  # noqa: E402
from harness.data import Data, say  # noqa: E402
from harness.servers import Unavailable  # noqa: E402
from harness.tools import Tool, all_tools  # noqa: E402
from harness.tools.duckdb import DuckDb  # noqa: E402


def arguments() -> argparse.Namespace:
    """Reads the command line."""
    names = [case.name for case in CASES]
    cases = ", ".join(names)
    tools = ", ".join(tool.name for tool in all_tools(None))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--case",
        action="append",
        metavar="NAME",
        help=f"only cases of this name, or like `flat-*`; may be repeated: {cases}",
    )
    parser.add_argument("--scale", type=float, default=1.0, help="share of the rows, for example 0.01 for a quick try")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each tool in each case [3]")
    parser.add_argument("--peers", metavar="NAMES", help=f"only these tools beside Towpath, with commas: {tools}")
    parser.add_argument("--towpath", metavar="PATH", help="the binary [target/release/towpath]")
    parser.add_argument("--tools", type=Path, default=HERE.parent / ".tools", help="where peers.sh installed [.tools]")
    parser.add_argument("--limit", type=float, default=300, metavar="SECONDS", help="longest run of a tool [300]")
    parser.add_argument(
        "--patience",
        type=float,
        default=60,
        metavar="SECONDS",
        help="a tool that took longer in the first round runs once in that case [60]",
    )
    parser.add_argument("--folder", type=Path, help="where data and servers live for the time of the run")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write all figures as JSON")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the summary to a file as well")
    chosen = parser.parse_args()
    unknown = {pattern for pattern in chosen.case or [] if not fnmatch.filter(names, pattern)}
    chosen.case = [name for name in names if any(fnmatch.fnmatch(name, pattern) for pattern in chosen.case or ["*"])]
    unknown |= set((chosen.peers or "").split(",")) - {tool.name for tool in all_tools(None)} - {""}
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; cases are {cases}; tools are {tools}")
    return chosen


def find_tools(chosen: argparse.Namespace) -> tuple[list[Tool], dict[str, str], dict[str, str]]:
    """The tools to compare, the versions of those found, and why others are missing."""
    tools, versions, missing = [], {}, {}
    for tool in all_tools(chosen.towpath):
        if chosen.peers is not None and not tool.name.startswith("towpath") and tool.name not in chosen.peers.split(","):
            continue
        try:
            versions[tool.label] = tool.find(chosen.tools.resolve())
            tools.append(tool)
        except Unavailable as why:
            missing[tool.label] = str(why)
    return tools, versions, missing


def has_duckdb(chosen: argparse.Namespace) -> bool:
    """Whether DuckDB is there to make and check Parquet files, compared or not."""
    try:
        return bool(DuckDb().find(chosen.tools.resolve()))
    except Unavailable:
        return False


def run_once(tool: Tool, ready, folder: Path, limit: float) -> dict | str | None:
    """One run: figures, or why there are none, or `None` when the tool cannot do the case."""
    scratch = Path(tempfile.mkdtemp(dir=folder))
    try:
        job = ready.job(scratch)
        command = tool.command(job)
        if command is None:
            return None
        ready.before()
        sample = measure.run(command, scratch, limit)
        if sample.error:
            return f"failed: {sample.error}"
        try:
            changed = ready.verify(job)
        except checks.Wrong as wrong:
            return f"WRONG result: {wrong}"
        except RuntimeError as error:
            return f"WRONG result: the target cannot be compared: {str(error).splitlines()[0]}"
        return {
            "seconds": sample.seconds,
            "cpu_seconds": sample.cpu_seconds,
            "peak_mb": sample.peak_mb,
            "changed_types": changed,
        }
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def run_case(case: Case, tools: list[Tool], data: Data, chosen: argparse.Namespace) -> dict:
    """Runs a case in rounds, the tools one after the other in each, and sums up."""
    say(f"{case.name}: {case.title}")
    ready = prepare(case, data, chosen.scale)
    runs: dict[str, list[dict]] = {}
    notes: dict[str, str] = {}
    for number in range(1, min(chosen.rounds, case.rounds or chosen.rounds) + 1):
        for tool in tools:
            if tool.name in notes or (case.only and tool.name not in case.only):
                continue
            if number > 1 and (tool.name not in runs or runs[tool.name][0]["seconds"] > chosen.patience):
                continue
            outcome = run_once(tool, ready, data.folder, chosen.limit)
            if isinstance(outcome, dict):
                runs.setdefault(tool.name, []).append(outcome)
                say(f"  round {number}  {tool.label}: {outcome['seconds']:.2f} s, {outcome['peak_mb']:.0f} MB")
            elif outcome is not None or not tool.variant:
                # What failed once is not tried again, and a tool that was wrong once has no figures at all.
                notes[tool.name] = outcome or tool.cannot.get(case.kind, "does not do this")
                runs.pop(tool.name, None)
                if outcome:
                    say(f"  round {number}  {tool.label}: {outcome}")
    return report.summarise(case, ready.rows, ready.bytes, runs, notes)


def main() -> int:
    """Runs the benchmark. Returns 1 when Towpath failed or was wrong in a case."""
    chosen = arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    facts = report.machine()
    tools, versions, missing = find_tools(chosen)
    labels = {tool.name: tool.label for tool in tools}
    if chosen.folder:
        Path(chosen.folder).mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="towpath-bench-", dir=chosen.folder)).resolve()
    folder.chmod(0o755)
    python = chosen.tools.resolve() / "venv/bin/python" if has_duckdb(chosen) else None
    data = Data(folder, python, HERE / "scripts/duck.py")
    results, skipped = [], {}
    try:
        for case in CASES:
            if case.name not in chosen.case:
                continue
            try:
                results.append(run_case(case, tools, data, chosen))
            except Unavailable as why:
                skipped[case.name] = str(why)
                say(f"  skipped: {why}")
        for name in ("postgres", "mariadb"):
            if name in data.__dict__:
                versions[name] = data.__dict__[name].version
    except KeyboardInterrupt:
        say("cancelled; here is what was measured")
    finally:
        data.stop()
        shutil.rmtree(folder, ignore_errors=True)
    options = f"Scale {chosen.scale}, medians of {chosen.rounds} rounds, tools interleaved."
    parts = [report.header(facts, versions, missing, options)]
    parts += [report.markdown(result, labels) for result in results]
    parts.append(report.flatness(results, labels))
    parts += [f"### {name}\n\nSkipped: {why}\n" for name, why in skipped.items()]
    summary = "\n".join(part for part in parts if part)
    print(summary)
    if chosen.markdown:
        chosen.markdown.write_text(summary)
    if chosen.out:
        everything = {
            "machine": facts, "scale": chosen.scale, "versions": versions, "missing": missing, "skipped": skipped,
            "cases": results,
        }  # fmt: skip
        chosen.out.write_text(json.dumps(everything, indent=1, ensure_ascii=False) + "\n")
    return int(any("towpath" in result["without_figures"] for result in results))


if __name__ == "__main__":
    sys.exit(main())
