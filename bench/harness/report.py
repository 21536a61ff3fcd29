"""Medians, ratios, and the summary in Markdown."""

import os
import platform
from statistics import median

from .cases import Case

Results = dict[str, list[dict]]


def summarise(case: Case, rows: int, size: int, runs: Results, notes: dict[str, str]) -> dict:
    """Medians and ratios of a case. `notes` says why a tool has no figures."""
    tools = {}
    for name, samples in runs.items():
        seconds = median(sample["seconds"] for sample in samples)
        tools[name] = {
            "seconds": seconds,
            "fastest": min(sample["seconds"] for sample in samples),
            "slowest": max(sample["seconds"] for sample in samples),
            "rows_per_second": rows / seconds,
            "mb_per_second": size / 1e6 / seconds,
            "cpu_seconds": median(sample["cpu_seconds"] for sample in samples),
            "peak_mb": max(sample["peak_mb"] for sample in samples),
            "changed_types": samples[-1]["changed_types"],
            "runs": samples,
        }
    base, floor = tools.get("towpath"), tools.get(case.floor or "")
    for figures in tools.values():
        figures["times_towpath"] = figures["seconds"] / base["seconds"] if base else None
        figures["times_floor"] = figures["seconds"] / floor["seconds"] if floor else None
    return {
        "case": case.name,
        "title": case.title,
        "rows": rows,
        "bytes": size,
        "floor": case.floor,
        "rounds": max((len(samples) for samples in runs.values()), default=0),
        "tools": tools,
        "without_figures": notes,
        "goals": goals(case, tools, size, rows),
    }


def goals(case: Case, tools: dict, size: int, rows: int) -> list[dict]:
    """Each goal of a case with what was reached; `reached` is `None` when it cannot be known."""
    found = []
    for goal in case.goals:
        own, other = tools.get(goal.tool), tools.get(goal.against)
        value = own["seconds"] / other["seconds"] if own and other else None
        text = f"{goal.tool}: time at most {goal.at_most:.3g} × {goal.against}"
        found.append({"goal": text, "value": value, "reached": None if value is None else value <= goal.at_most})
    if case.memory_mb is not None:
        own = [tools[name]["peak_mb"] for name in ("towpath", "towpath-resumable") if name in tools]
        value = max(own) if own else None
        text = f"peak memory at most {case.memory_mb} MB"
        found.append({"goal": text, "value": value, "reached": None if value is None else value <= case.memory_mb})
    if case.mb_per_core is not None:
        own = tools.get("towpath")
        value = size / 1e6 / own["cpu_seconds"] if own else None
        text = f"at least {case.mb_per_core} MB per second of one core"
        found.append({"goal": text, "value": value, "reached": None if value is None else value >= case.mb_per_core})
    return found


def markdown(result: dict, labels: dict[str, str]) -> str:
    """The table of one case."""
    lines = [
        f"### {result['title']}",
        "",
        f"{result['rows']:,} rows, {result['bytes'] / 1e6:,.1f} MB as text or file.",
        "",
        "| tool | seconds (fastest–slowest) | rows/s | MB/s | cpu s | peak MB | × Towpath | × floor |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name, figures in sorted(result["tools"].items(), key=lambda item: item[1]["seconds"]):
        label = labels[name] + (" (floor)" if name == result["floor"] else "")
        spread = f"{figures['seconds']:.2f} ({figures['fastest']:.2f}–{figures['slowest']:.2f})"
        lines.append(
            f"| {'**' + label + '**' if name == 'towpath' else label} | {spread} "
            f"| {figures['rows_per_second']:,.0f} | {figures['mb_per_second']:,.1f} | {figures['cpu_seconds']:.2f} "
            f"| {figures['peak_mb']:,.0f} | {_times(figures['times_towpath'])} | {_times(figures['times_floor'])} |"
        )
    lines.append("")
    for name, why in result["without_figures"].items():
        lines.append(f"- {labels[name]}: {why}")
    for name, figures in result["tools"].items():
        if len(figures["runs"]) < result["rounds"]:
            lines.append(f"- {labels[name]} ran {len(figures['runs'])} time(s), because it is slow")
        if figures["changed_types"]:
            lines.append(f"- {labels[name]} changed types: {'; '.join(figures['changed_types'])}")
    for goal in result["goals"]:
        word = {True: "reached", False: "**missed**", None: "not known"}[goal["reached"]]
        value = "" if goal["value"] is None else f" ({goal['value']:.2f})"
        lines.append(f"- Goal, {goal['goal']}: {word}{value}")
    return "\n".join(lines) + "\n"


def flatness(results: list[dict], labels: dict[str, str]) -> str:
    """Peak memory of the `flat-` cases side by side: whether it grows with the rows."""
    found = {result["case"]: result for result in results if result["case"].startswith("flat-")}
    lines = []
    for name, small in found.items():
        large = found.get(name.replace("-1m", "-10m"))
        if large is None or large is small:
            continue
        for tool, figures in small["tools"].items():
            if tool in large["tools"]:
                before, after = figures["peak_mb"], large["tools"][tool]["peak_mb"]
                kind = "CSV" if "csv" in name else "PostgreSQL"
                lines.append(
                    f"| {kind} → PostgreSQL | {labels[tool]} | {small['rows']:,}: {before:,.0f} "
                    f"| {large['rows']:,}: {after:,.0f} | {after / before:.2f} |"
                )
    if not lines:
        return ""
    head = ["### Memory from few rows to ten times as many", "", "| case | tool | MB | MB | growth |"]
    return "\n".join([*head, "|---|---|---:|---:|---:|", *lines]) + "\n"


def _times(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def machine() -> dict:
    """What the figures depend on."""
    model = platform.processor() or platform.machine()
    memory = 0
    try:
        with open("/proc/cpuinfo") as info:
            model = next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), model)
        with open("/proc/meminfo") as info:
            memory = int(info.readline().split()[1]) // 1024
    except OSError:
        pass
    return {
        "processor": model,
        "cores": len(os.sched_getaffinity(0)),
        "memory_mb": memory,
        "kernel": platform.release(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def header(facts: dict, versions: dict[str, str], missing: dict[str, str], options: str) -> str:
    """The head of the summary: machine, versions, what is missing."""
    lines = [
        "# Towpath side by side with its peers",
        "",
        f"{facts['processor']}, {facts['cores']} cores, {facts['memory_mb'] / 1024:.0f} GB, "
        f"Linux {facts['kernel']}, load before the start {facts['load_before']}. {options}",
        "",
        "Versions: " + ", ".join(f"{name} {version}" for name, version in versions.items()) + ".",
        "",
    ]
    lines += [f"- Missing: {name}: {why}" for name, why in missing.items()]
    if facts["load_before"] > 0.5:
        lines.append("- **The machine was busy at the start: do not trust these figures.**")
    return "\n".join(lines).rstrip() + "\n"
