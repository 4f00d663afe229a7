"""How long it takes to find 1,000 planted faults of 12 kinds in a CSV file of 10⁷ rows.

A made-up file is written to a temporary folder, faults are planted in it (among them records with
line breaks inside quotes, which shift every line after them; 1,000 more such records are sound),
and the whole file is checked in a process of its own. Every fault must be found in its row, nothing
else may be found, and the line said of each kind's first must be its line in the file.

    nice -n 19 python benchmarks/validation.py --rows 1000000 10000000
"""

from __future__ import annotations

import argparse
import json
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from engine import MADE, machine

OUT = Path(__file__).with_suffix(".csv")
PLANTED, SHIFTS = 1000, 1000
SECONDS, MEGABYTES = 30, 1000
ROWS = """
with r as (select i, skewed(u(i, 2), 200000, 2.5) as account,
                  timestamp '2018-01-01' + to_seconds(skewed(u(i, 3), 31000000, 1.0)) as posted,
                  u(i, 4) < 0.2 as acted from range({rows}) as t(i))
select 100000000 + i as case_id, 'a' || account as account_id,
       case when account < 300 then 'world_leader' else 'ordinary' end as account_class,
       strftime(posted, '%Y-%m-%dT%H:%M:%SZ') as posted_at,
       case when acted then 'remove' else 'none' end as action,
       case when acted
            then strftime(posted + to_hours(skewed(u(i, 5), 99, 2.0) + 1), '%Y-%m-%dT%H:%M:%SZ')
            end as acted_at,
       'rule ' || skewed(u(i, 6), 8, 1.6) as rule
from r
"""
CASE, ACCOUNT, CLASS, POSTED, ACTION, ACTED_AT, RULE = range(7)


def set_to(place: int, value: str) -> Callable[[list[str]], str]:
    """Return what writes a record with one cell changed."""

    def change(cells: list[str]) -> str:
        return ",".join([*cells[:place], value, *cells[place + 1 :]])

    return change


def _early(cells: list[str]) -> str:
    return ",".join([*cells[:ACTION], "remove", "2001-01-01T00:00:00Z", cells[RULE]])


def _idle(cells: list[str]) -> str:
    return ",".join([*cells[:ACTION], "none", "2030-01-01T00:00:00Z", cells[RULE]])


KINDS: dict[str, Callable[[list[str]], str]] = {
    "a field too few": lambda cells: ",".join(cells[:-1]),
    "a field too many": lambda cells: ",".join([*cells, "more"]),
    "a blank line": lambda _: "",
    "text after a quote": set_to(RULE, '"rule" 1'),
    "no case_id": set_to(CASE, ""),
    "a case_id given twice": set_to(CASE, "100000000"),
    "no rung of the ladder": set_to(ACTION, "vaporise"),
    "no time": set_to(POSTED, "the day before"),
    "acted on before it was posted": _early,
    "acted on and nothing done": _idle,
    "blanks around the class": set_to(CLASS, " ordinary"),
    "line breaks in quotes, and no time": lambda cells: ",".join(
        [*cells[:POSTED], "yesterday", *cells[ACTION:RULE], '"rule\n\n1"']
    ),
}


def plant(folder: Path, rows: int) -> dict[str, list[tuple[int, int]]]:
    """Write the file; returns row and line of every fault, by kind."""
    import duckdb

    clean = folder / "clean.csv"
    with duckdb.connect(config={"memory_limit": "1GB", "temp_directory": str(folder)}) as engine:
        engine.execute(MADE)
        engine.execute(f"copy ({ROWS.format(rows=rows)}) to '{clean}' (header)")
    draw = random.Random(20260105)
    chosen = draw.sample(range(2, rows), PLANTED + SHIFTS)
    kinds = [*KINDS]
    at = {row: kinds[i % len(kinds)] for i, row in enumerate(chosen[:PLANTED])}
    shifts = set(chosen[PLANTED:])
    truth: dict[str, list[tuple[int, int]]] = {kind: [] for kind in kinds}
    line = 1
    with clean.open(encoding="utf-8") as source, (folder / "cases.csv").open("w") as target:
        target.write(next(source))
        for row, text in enumerate(source, 1):
            line += 1
            if row in at or row in shifts:
                cells = text.rstrip("\n").split(",")
                if row in at:
                    truth[at[row]].append((row, line))
                    text = KINDS[at[row]](cells) + "\n"
                else:
                    text = ",".join([*cells[:RULE], f'"{cells[RULE]}\nof the house"']) + "\n"
                line += text.count("\n") - 1
            target.write(text)
    clean.unlink()
    truth["a case_id given twice"].append((1, 2))  # the row that had it first
    return truth


def check(folder: Path, memory: str) -> None:
    """Check the file here and print what was found."""
    import audit
    from audit.engine.duck import Duck

    start = time.perf_counter()
    faults = audit.scan(str(folder / "cases.csv"), engine=Duck(memory=memory)).faults()
    used = resource.getrusage(resource.RUSAGE_SELF)
    found = {
        "seconds": round(time.perf_counter() - start, 2),
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 2),
        "peak_mb": round(used.ru_maxrss / 1024, 1),
        "faults": [[str(fault), list(fault.rows), fault.value] for fault in faults],
    }
    print(json.dumps(found))


def compared(
    faults: list[tuple[str, list[int], str]], truth: dict[str, list[tuple[int, int]]]
) -> tuple[int, int, int]:
    """Return the faults found in their row, rows found without a fault, and lines said wrongly."""
    lines = {row: line for places in truth.values() for row, line in places}
    rows = {row for _, found, _ in faults for row in found}
    wrong = 0
    for _, found, value in faults:
        said = re.search(r"file line ([\d,]+)", value)
        if found and (not said or int(said[1].replace(",", "")) != lines.get(found[0])):
            wrong += 1
    planted = set(lines) - {1}
    return len(planted & rows), len(rows - set(lines)), wrong


def run(sizes: list[int], memory: str, temporary: str | None) -> None:
    """Plant, check and compare at every size; write the table, sizes run before kept."""
    out = []
    for rows in sizes:
        with tempfile.TemporaryDirectory(prefix="audit-benchmark-", dir=temporary) as name:
            truth = plant(Path(name), rows)
            size = (Path(name) / "cases.csv").stat().st_size / 1e6
            command = [sys.executable, __file__, "--folder", name, "--memory", memory]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
        found = json.loads(done.stdout.splitlines()[-1])
        faults = found.pop("faults")
        hit, false, wrong = compared(faults, truth)
        for said, which, _ in faults:
            print(f"{len(which):>5} row(s): {said[:150]}")
        out.append(
            {
                "rows": rows,
                "file_mb": round(size, 1),
                "memory": memory,
                "kinds": len(KINDS),
                "planted": PLANTED,
                "found_in_their_row": hit,
                "found_without_a_fault": false,
                "lines_said_wrongly": wrong,
                **found,
                "goal_seconds": SECONDS,
                "goal_mb": MEGABYTES,
                "machine": machine(),
            }
        )
        print({k: v for k, v in out[-1].items() if k != "machine"}, flush=True)
    table = pd.DataFrame(out)
    if OUT.exists():
        before = pd.read_csv(OUT)
        table = pd.concat([before[~before["rows"].isin(sizes)], table])
    table.sort_values("rows").to_csv(OUT, index=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", nargs="+", type=int, default=[1_000_000, 10_000_000])
    parser.add_argument("--memory", default="500MB", help="what the engine may hold")
    parser.add_argument("--temporary", help="folder for the made-up files (70 bytes a row)")
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.folder:
        check(given.folder, given.memory)
    else:
        run(given.rows, given.memory, given.temporary)


if __name__ == "__main__":
    main()
