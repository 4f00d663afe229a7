"""How long this package takes and how much it holds beside those who do the same on rows.

Every contestant runs in a process of its own, cold: its seconds, processor seconds and highest
memory hold the start of Python, the imports and the reading of the file (bytecode is there: each
has run once on 20,000 cases). One BLAS thread for all
(`OPENBLAS_NUM_THREADS=1`, at which the others are fastest). This package's engine and pyfixest use
both cores where they can, statsmodels, fairlearn and aequitas one; so the ratio of processor
seconds stands beside the ratio of seconds. The contestants of one contest run one after the other.

    nice python -m benchmarks.peers --peers PYTHON --aequitas PYTHON

`README.md` here says how to make the two other Pythons. A contest whose Python is not given, or for
which there is not enough memory, is skipped and says so. Other work on the machine lengthens
everything: above a load of 3 nothing is measured unless `--busy` is given; the load is recorded.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

OUT = Path(__file__).with_suffix(".csv")
RUNNER = Path(__file__).with_name("contestants.py")
MAKER = Path(__file__).with_name("peers_data.py")
WARM = 20_000  # cases on which each contestant runs once, so that its bytecode is there
MOST_LOAD = 3.0
LONGEST = 1800  # seconds
AGREED = 1e-9  # largest relative difference of the numbers of two exact methods
STARTS = {"import": ["-c", "import audit"], "help": ["-m", "audit", "--help"]}
START_GOAL = 0.3  # seconds


@dataclass(frozen=True, slots=True)
class Contest:
    """Two contestants on one table, and how many times quicker and smaller the first should be."""

    ours: str
    theirs: str
    cases: int
    times_faster: float
    times_smaller: float | None
    needs_gb: float  # memory of the larger contestant


CONTESTS = (
    Contest("audit_fit", "statsmodels_glm", 1_000_000, 50, 10, 11),
    Contest("audit_fit", "statsmodels_logit", 1_000_000, 20, 10, 4),
    Contest("audit_fit", "statsmodels_matrix", 1_000_000, 5, 10, 4),
    Contest("audit_fit", "pyfixest", 1_000_000, 4, 2.5, 2),
    Contest("audit_fit", "pyfixest", 10_000_000, 8, 10, 8),
    Contest("audit_rates", "fairlearn", 10_000_000, 10, None, 7),
    Contest("audit_rates", "aequitas", 10_000_000, 1, None, 4),
)


@dataclass(frozen=True, slots=True)
class Run:
    """What one contestant found and what it cost."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    answer: dict[str, Any]


def apart(command: list[str], bytecode: str = "") -> Run:
    """Run a process to its end and measure it whole; its bytecode is kept in a folder."""
    left = ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "PYTHONPATH")
    env = {k: v for k, v in os.environ.items() if k not in left}
    env |= {"OPENBLAS_NUM_THREADS": "1"}
    env |= {"PYTHONPYCACHEPREFIX": bytecode} if bytecode else {}
    root = Path(__file__).resolve().parents[1]
    with tempfile.TemporaryFile("w+") as out:
        start = time.perf_counter()
        child = subprocess.Popen(command, stdout=out, env=env, cwd=root)
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        lines = out.read().splitlines()
    if child.returncode:
        raise RuntimeError(f"{' '.join(command[1:3])} ended with {child.returncode}")
    answer = json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}
    return Run(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, answer)


def others() -> float:
    """Return how many processes want to run while nothing of ours does, over two seconds."""
    seen = []
    for _ in range(20):
        time.sleep(0.1)
        seen.append(int(Path("/proc/loadavg").read_text().split()[3].split("/")[0]) - 1)
    return statistics.fmean(seen)


def available_gb() -> float:
    """Return the memory that a new process could have."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable"))
    return kilobytes / 1e6


def machine() -> str:
    """Return what the figures were measured on."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":")[1].strip() for line in lines if "model name" in line), "")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{model or platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB, "
        f"{platform.system()}, Python {platform.python_version()}"
    )


def difference(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, float]:
    """Return the relative difference of every number that both found."""
    shared = [k for k in theirs if k in ours and k not in ("versions", "columns")]
    return {k: abs(ours[k] / theirs[k] - 1) for k in shared}


def made(folder: Path, cases: int) -> Path:
    """Return the folder of a platform, made where it is not there.

    In a process of its own: what this one held would count as the memory of those it starts.
    """
    place = folder / str(cases)
    if not place.exists():
        apart([sys.executable, str(MAKER), str(place), str(cases)])
    return place


def held(contest: Contest, folder: Path, pythons: dict[str, str]) -> dict[str, Any]:
    """Run both contestants of a contest and return its line."""
    commands = [
        [python, str(RUNNER), name]
        for python, name in (
            (sys.executable, contest.ours),
            (pythons[contest.theirs], contest.theirs),
        )
    ]
    bytecode = str(folder / "bytecode")
    few, many = made(folder, WARM), made(folder, contest.cases)
    for command in commands:
        apart([*command, str(few)], bytecode)
    now, busy = os.getloadavg()[0], others()
    ours, theirs = (apart([*command, str(many)], bytecode) for command in commands)
    apart_by = difference(ours.answer, theirs.answer)
    ratio = theirs.seconds / ours.seconds
    cpu_ratio = theirs.cpu_seconds / ours.cpu_seconds
    memory_ratio = theirs.peak_mb / ours.peak_mb
    smaller = contest.times_smaller
    return {
        "contest": f"{contest.ours} against {contest.theirs}",
        "cases": contest.cases,
        "goal_ratio": contest.times_faster,
        "ratio": round(ratio, 2),
        "cpu_ratio": round(cpu_ratio, 2),
        "goal_memory_ratio": smaller or "",
        "memory_ratio": round(memory_ratio, 2),
        "met": _yes(ratio >= contest.times_faster),
        "met_by_cpu": _yes(cpu_ratio >= contest.times_faster),
        "met_memory": "" if smaller is None else _yes(memory_ratio >= smaller),
        "largest_difference": f"{max(apart_by.values()):.1e}",
        "same_numbers": _yes(max(apart_by.values()) <= AGREED),
        **_costs("our", ours),
        **_costs("their", theirs),
        "load": round(now, 1),
        "others_running": round(busy, 1),
        "our_versions": ours.answer["versions"],
        "their_versions": theirs.answer["versions"],
    }


def _costs(whose: str, run: Run) -> dict[str, float]:
    return {
        f"{whose}_seconds": round(run.seconds, 2),
        f"{whose}_cpu_seconds": round(run.cpu_seconds, 2),
        f"{whose}_peak_mb": round(run.peak_mb),
    }


def _yes(claim: bool) -> str:
    return "yes" if claim else "no"


def started(name: str, folder: Path) -> dict[str, Any]:
    """Return what a start of this package costs beyond that of Python, the best of five."""
    now, busy = os.getloadavg()[0], others()
    commands = [sys.executable, *STARTS[name]], [sys.executable, "-c", "pass"]
    bytecode = str(folder / "bytecode")
    pairs = [[apart(command, bytecode) for command in commands] for _ in range(5)]
    seconds = min(p[0].seconds for p in pairs) - min(p[1].seconds for p in pairs)
    cpu = min(p[0].cpu_seconds for p in pairs) - min(p[1].cpu_seconds for p in pairs)
    return {
        "contest": f"start: {name}",
        "goal_seconds": START_GOAL,
        "met": _yes(seconds <= START_GOAL),
        "met_by_cpu": _yes(cpu <= START_GOAL),
        "our_seconds": round(seconds, 3),
        "our_cpu_seconds": round(cpu, 3),
        "our_peak_mb": round(max(p[0].peak_mb for p in pairs)),
        "load": round(now, 1),
        "others_running": round(busy, 1),
    }


def skipped(contest: Contest, pythons: dict[str, str], busy: bool) -> str:
    """Return why a contest cannot be held now; "" where it can."""
    if contest.theirs not in pythons:
        return "no Python that has it was given"
    if (free := available_gb()) < contest.needs_gb:
        return f"it needs {contest.needs_gb} GB and {free:.1f} are available"
    return too_busy(busy)


def too_busy(allowed: bool) -> str:
    """Return that other work would spoil a measurement, where it would and nobody allowed it."""
    if not allowed and (load := others()) > MOST_LOAD:
        return f"{load:.1f} other processes want to run; allowed: {MOST_LOAD} (or --busy)"
    return ""


def kept(rows: list[dict[str, Any]]) -> None:
    """Write the table; lines of contests not held this time stay."""
    before = list(csv.DictReader(OUT.open(encoding="utf-8"))) if OUT.exists() else []
    table = {(r["contest"], str(r.get("cases", ""))): r for r in [*before, *rows]}
    order = [(f"{c.ours} against {c.theirs}", str(c.cases)) for c in CONTESTS]
    order += [(f"start: {name}", "") for name in STARTS]
    lines = [table[key] for key in order if key in table]
    names = list(dict.fromkeys(name for line in lines for name in line))
    with OUT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)


def run(given: argparse.Namespace) -> None:
    """Hold every contest asked for, and write the table after each."""
    peers = ("statsmodels_glm", "statsmodels_logit", "statsmodels_matrix", "pyfixest", "fairlearn")
    pythons = dict.fromkeys(peers, given.peers) if given.peers else {}
    pythons |= {"aequitas": given.aequitas} if given.aequitas else {}
    about = {"machine": machine(), "date": datetime.now(UTC).date().isoformat()}
    with tempfile.TemporaryDirectory(prefix="audit-peers-", dir=given.temporary) as name:
        for contest in CONTESTS:
            called = f"{contest.theirs} at {contest.cases:,}"
            if given.only and contest.theirs not in given.only:
                continue
            if why := skipped(contest, pythons, given.busy):
                print(f"skipped {called}: {why}", flush=True)
                continue
            line = held(contest, Path(name), pythons) | about
            kept([line])
            print({k: v for k, v in line.items() if k not in about}, flush=True)
        for start in STARTS if not given.only or "start" in given.only else ():
            if why := too_busy(given.busy):
                print(f"skipped start: {start}: {why}", flush=True)
                continue
            kept([line := started(start, Path(name)) | about])
            print(line, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", help="a Python with statsmodels, pyfixest and fairlearn")
    parser.add_argument("--aequitas", help="a Python with aequitas")
    parser.add_argument("--busy", action="store_true", help="measure in spite of other work")
    parser.add_argument("--only", nargs="+", help="their names, and start; all by default")
    parser.add_argument("--temporary", help="folder for the made-up tables (70 MB)")
    run(parser.parse_args())


if __name__ == "__main__":
    main()
