"""How long a comparison of 10⁶ to 10⁸ cases takes where the rows stay, and how much memory.

Made-up platforms of 200,000 accounts, 300 of them leaders, written to Parquet in a temporary folder
by the embedded engine itself, a part at a time. For each size, in processes of their own: a bare
GROUP BY of account, class and strata (what any engine must do at least); the whole comparison
(cells, standardised, clustered and permutation p at 9,999 draws, post- and account-weighted); and
for the smaller sizes the check of every row.

    nice -n 19 python benchmarks/engine.py --cases 1000000 10000000
    nice -n 19 python benchmarks/engine.py --cases 100000000 --memory 500MB

`ratio` is the grouping over the bare GROUP BY of the same run: other work on the machine lengthens
both. The last line printed says whether cost grew faster than rows.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd

OUT = Path(__file__).with_suffix(".csv")
PART = 5_000_000  # cases written at once
CHECKED = 10_000_000  # up to so many cases, every row is checked too
STRATA = ["rule", "severity"]
FLOOR_MEMORY = "4GB"  # the bare GROUP BY never has to spill: at 10⁸ cases 500 MB are too few for it
SECONDS, MEGABYTES, RATIO = 45, 800, 2.5

MADE = """
create macro u(i, k) as ((hash(i * 64 + k) >> 12)::double / 4503599627370496.0);
create macro skewed(x, n, a) as floor(n * pow(x, a))::integer;
"""
PLATFORM = """
with r as (
  select i, case when u(i, 1) < 0.03 then skewed(u(i, 2), 300, 2.0)
                 else 300 + skewed(u(i, 2), 199700, 2.5) end as account
  from range({first}, {last}) as t(i)),
p as (
  select *, account < 300 as leader,
         skewed(u(i, 3), 8, 1.6) as rule, skewed(u(i, 4), 4, 1.5) as grave,
         0.6 * sqrt(-2 * ln(1 - u(account, 42))) * cos(6.283185307 * u(account, 43)) as luck
  from r)
select i as case_id, 10000000000 + account as account_id,
       case when leader then 'world_leader' else 'ordinary' end as account_class,
       case when u(i, 8) <
                 1 / (1 + exp(1.6 + 0.55 * leader::int - 0.12 * rule - 0.45 * grave - luck))
            then 'remove' else 'none' end as action,
       'rule ' || rule as rule, ['low', 'medium', 'high', 'critical'][grave + 1] as severity
from p
"""


def write(folder: Path, cases: int) -> None:
    """Write a platform in parts, so that no part has to fit in memory."""
    import duckdb

    with duckdb.connect(config={"memory_limit": "1GB", "temp_directory": str(folder)}) as engine:
        engine.execute(MADE)
        for part, first in enumerate(range(0, cases, PART)):
            rows = PLATFORM.format(first=first, last=min(cases, first + PART))
            name = folder / f"part-{part:04d}.parquet"
            engine.execute(f"copy ({rows}) to '{name}' (format parquet, compression zstd)")


def bare(folder: Path, memory: str) -> dict[str, Any]:
    """Group as the comparison must, and do nothing else."""
    from audit.engine import sql
    from audit.engine.duck import Duck

    engine = Duck(memory=memory)
    source = engine.scan(str(folder / "*.parquet"))
    start = time.perf_counter()
    engine.keep(
        sql(
            "select account_id, account_class, rule, severity, count(*) as n, "
            "count(*) filter (where action = 'remove') as y from {s} group by all",
            s=_name(source.name),
        )
    )
    return {"seconds": time.perf_counter() - start}


def comparison(folder: Path, memory: str) -> dict[str, Any]:
    """Run the whole comparison; `grouping_seconds` is the pass over the rows."""
    import audit
    from audit.engine.duck import Duck

    grouped: list[float] = []

    class Timed(Duck):
        def keep(self, what: Any) -> Any:
            start = time.perf_counter()
            found = super().keep(what)
            grouped.append(time.perf_counter() - start)
            return found

    start = time.perf_counter()
    why = "made by this benchmark; its check is timed apart"
    scan = audit.scan(str(folder / "*.parquet"), engine=Timed(memory=memory), checked=why)
    study = audit.enroll(scan, question())
    found = audit.compare(study)
    seconds = time.perf_counter() - start
    row = found.frame.set_index(["estimator", "scale", "weighting"]).loc["standardised"]
    at = row.loc[("difference", "post")]
    return {
        "seconds": seconds,
        "grouping_seconds": grouped[0],
        "cells": study.cells.rows() if hasattr(study.cells, "rows") else len(study.cells.frame),
        "estimate": at["estimate"],
        "conf_low": at["conf_low"],
        "conf_high": at["conf_high"],
        "p_value": at["p_value"],
    }


def check(folder: Path, memory: str) -> dict[str, Any]:
    """Check every row; there is no fault in any."""
    import audit
    from audit.engine.duck import Duck

    start = time.perf_counter()
    faults = audit.scan(str(folder / "*.parquet"), engine=Duck(memory=memory)).faults()
    if faults:
        raise AssertionError(faults)
    return {"seconds": time.perf_counter() - start}


def question() -> Any:
    """Return the design of every run."""
    import audit

    return audit.Design(
        focal="world_leader",
        reference="ordinary",
        frame="reported",
        outcome=audit.Outcome(at_least="remove"),
        margin=0.05,
        strata=tuple(STRATA),
    )


def _name(text: str) -> Any:
    from audit.engine import Name

    return Name(text)


TASKS = {"bare": bare, "comparison": comparison, "check": check}


def apart(task: str, folder: Path, memory: str) -> dict[str, Any]:
    """Run a task in a process of its own; returns what it found, its seconds and memory."""
    command = [sys.executable, __file__, "--task", task, "--folder", str(folder)]
    done = subprocess.run(
        [*command, "--memory", memory], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def one(task: str, folder: Path, memory: str) -> None:
    """Run one task here and print what it found."""
    found = TASKS[task](folder, memory)
    used = resource.getrusage(resource.RUSAGE_SELF)
    found["cpu_seconds"] = used.ru_utime + used.ru_stime
    found["peak_mb"] = used.ru_maxrss / 1024
    print(json.dumps({k: round(float(v), 4) for k, v in found.items()}))


def machine() -> str:
    """Return what the figures were measured on."""
    import os

    import duckdb
    import numpy

    model = platform.processor() or platform.machine()
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next((line.split(":")[1].strip() for line in lines if "model name" in line), model)
    load = os.getloadavg()[0]
    return (
        f"{model}, {os.cpu_count()} cores, load {load:.1f}, Python {platform.python_version()}, "
        f"DuckDB {duckdb.__version__}, NumPy {numpy.__version__}"
    )


def run(sizes: list[int], memory: str, temporary: str | None) -> None:
    """Run every task at every size and write the table, sizes run before kept."""
    rows = []
    for cases in sizes:
        with tempfile.TemporaryDirectory(prefix="audit-benchmark-", dir=temporary) as name:
            folder = Path(name)
            start = time.perf_counter()
            write(folder, cases)
            size = sum(p.stat().st_size for p in folder.glob("*.parquet")) / 1e6
            print(f"{cases:,} cases, {size:,.0f} MB, in {time.perf_counter() - start:.0f} s")
            for task in TASKS:
                if task == "check" and cases > CHECKED:
                    continue
                given = FLOOR_MEMORY if task == "bare" else memory
                found = {"task": task, "cases": cases, "memory": given}
                found |= apart(task, folder, given) | {"machine": machine()}
                rows.append(found)
                print({k: v for k, v in found.items() if k != "machine"}, flush=True)
    table = pd.DataFrame(rows)
    if OUT.exists():
        before = pd.read_csv(OUT)
        table = pd.concat([before[~before["cases"].isin(sizes)], table])
    table = table.sort_values(["cases", "task"], ignore_index=True)
    bare_seconds = table[table["task"] == "bare"].set_index("cases")["seconds"]
    table["ratio"] = (table["grouping_seconds"] / table["cases"].map(bare_seconds)).round(2)
    table["goal_seconds"] = SECONDS
    table["goal_mb"] = MEGABYTES
    table["goal_ratio"] = RATIO
    table.to_csv(OUT, index=False)
    whole = table[table["task"] == "comparison"]
    per_case = 1e6 * whole["seconds"] / whole["cases"]
    pairs = zip(whole["cases"], per_case, strict=True)
    print("seconds per million cases:", {f"{n:,}": round(s, 2) for n, s in pairs})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", nargs="+", type=int, default=[1_000_000, 10_000_000])
    parser.add_argument("--memory", default="500MB", help="what the engine may hold")
    parser.add_argument("--temporary", help="folder for the made-up tables (10 bytes a case)")
    parser.add_argument("--task", choices=TASKS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.task:
        one(given.task, given.folder, given.memory)
    else:
        run(given.cases, given.memory, given.temporary)


if __name__ == "__main__":
    main()
