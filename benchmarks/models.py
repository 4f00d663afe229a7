"""How long models of scanned cases take: as rows are, packed, and as a sparse matrix.

The made-up platforms of `engine.py` with a language and a week, in a process of its own: one model
of 85 columns and two estimands over the rows as they are; packing; then the same model, a smaller
one and one of 20 contrasts over what was packed, each way forced.

    nice -n 19 python benchmarks/models.py --cases 1000000 10000000
    nice -n 19 python benchmarks/models.py --cases 100000000 --memory 2GB
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import engine as platform
import pandas as pd

OUT = Path(__file__).with_suffix(".csv")
EXTRA = """
select *, 'l' || skewed(u(case_id, 11), 20, 2.2) as language,
       skewed(u(case_id, 5), 52, 1.0) as week
from ({platform})
"""
TERMS = ["account_class", "rule", "severity", "language", "week"]
LEADERS = ("account_class", "world_leader", "ordinary")
GOAL = 15  # seconds of a further model of 10⁸ cases, once they are packed


def one(folder: Path, memory: str) -> None:
    """Run every model here and print what each took."""
    import audit
    from audit.engine.duck import Duck

    kind = audit.Outcome(at_least="remove")
    duck = Duck(memory=memory)
    scan = audit.scan(str(folder / "*.parquet"), engine=duck, checked="made by this benchmark")
    many = [LEADERS, *(("week", str(week), "0") for week in range(1, 20))]

    def fitted(task: str, scan: Any, way: str, **changes: Any) -> None:
        start = time.perf_counter()
        given = {"model": "logit", "outcome": kind, "terms": TERMS, "contrasts": [LEADERS]}
        found = audit.fit(scan, way=way, **{**given, **changes})
        told(task, way, start, float(found.coefficients[0].std_error))

    def told(task: str, way: str, start: float, error: float = float("nan")) -> None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        row = {"task": task, "way": way, "seconds": time.perf_counter() - start}
        row |= {"cpu_seconds_so_far": used.ru_utime + used.ru_stime, "std_error": error}
        row["peak_mb_so_far"] = used.ru_maxrss / 1024
        print(json.dumps(row), flush=True)

    fitted("first model", scan, "push")
    start = time.perf_counter()
    store = audit.pack(scan, TERMS, outcomes=[kind])
    told("pack", "packed", start)
    for way in ("packed", "sparse"):
        fitted("the same model", store, way)
        fitted("a smaller model", store, way, terms=TERMS[:3])
        fitted("20 contrasts", store, way, contrasts=many)


def write(folder: Path, cases: int) -> None:
    """Write the platform of `engine.py` with two columns more."""
    plain = platform.PLATFORM
    try:
        platform.PLATFORM = EXTRA.format(platform=plain)
        platform.write(folder, cases)
    finally:
        platform.PLATFORM = plain


def run(sizes: list[int], memory: str, temporary: str | None) -> None:
    """Run at every size and write the table, sizes run before kept."""
    rows = []
    for cases in sizes:
        with tempfile.TemporaryDirectory(prefix="audit-benchmark-", dir=temporary) as name:
            write(Path(name), cases)
            command = [sys.executable, __file__, "--folder", name, "--memory", memory]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
        for line in done.stdout.splitlines():
            found = {"cases": cases, "memory": memory, **json.loads(line)}
            rows.append({**found, "machine": platform.machine()})
            print(found, flush=True)
    table = pd.DataFrame(rows).round({"seconds": 2, "cpu_seconds_so_far": 2, "peak_mb_so_far": 1})
    if OUT.exists():
        before = pd.read_csv(OUT)
        table = pd.concat([before[~before["cases"].isin(sizes)], table])
    table["goal_seconds_packed"] = GOAL
    table.sort_values("cases", kind="stable").to_csv(OUT, index=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", nargs="+", type=int, default=[1_000_000, 10_000_000])
    parser.add_argument("--memory", default="1GB", help="what the engine may hold")
    parser.add_argument("--temporary", help="folder for the made-up tables (10 bytes a case)")
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.folder:
        one(given.folder, given.memory)
    else:
        run(given.cases, given.memory, given.temporary)


if __name__ == "__main__":
    main()
