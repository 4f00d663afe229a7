"""How long a large study takes, and how much memory.

A made-up platform of 10⁶ reported posts by 2·10⁵ accounts, 300 of them leaders: once the primary
estimate with its permutation p at 9,999 draws, once a multiverse of 200 specifications with the
joint test at 499 draws. Each runs in a process of its own; the highest memory is the whole
process's, cases and their making included, and `with_cases_mb` is what the cases alone reached.

    python benchmarks/scale.py --repetitions 3

The shortest time of several is kept: other work on the machine can only lengthen one. What the
processor spent on the task is `cpu_seconds`.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

POSTS, ACCOUNTS, LEADERS = 1_000_000, 200_000, 300
OUT = Path(__file__).with_suffix(".csv")
MULTIVERSE = {
    "strata": [
        [],
        ["rule"],
        ["rule", "severity"],
        ["rule", "severity", "language"],
        ["rule", "severity", "language", "country"],
    ],
    "outcome": [
        {"at_least": "label"},
        {"at_least": "restrict"},
        {"at_least": "remove"},
        {"at_least": "lock"},
        {"at_least": "remove", "acted_within_hours": 48},
    ],
    "population": [
        {},
        {"violating": ["yes"]},
        {"posted_at": {"max": "2021-06-30"}},
        {"violating": ["yes"], "posted_at": {"max": "2021-06-30"}},
    ],
    "primary": ["standardised", "raw"],
}
SECONDS = {"primary": 10, "multiverse": 60}
MOST_MB = 1536


def cases():
    """Return the made-up platform as cases."""
    from audit.cases import Cases
    from audit.origin import Origin

    rng = np.random.default_rng(20180105)
    volume = rng.lognormal(0, 1.1, ACCOUNTS)
    volume[:LEADERS] *= 7
    who = np.sort(rng.choice(ACCOUNTS, POSTS, p=volume / volume.sum()))
    leader = who < LEADERS
    rate = rng.beta(2, 6, ACCOUNTS)[who] - 0.05 * leader * (rng.random(POSTS) < 0.5)
    acted = rng.random(POSTS) < rate

    def drawn(names, shares):
        places = rng.choice(len(names), POSTS, p=np.array(shares) / sum(shares))
        return pd.Series(np.array(names, dtype=object)[places], dtype="str")

    start = pd.Timestamp("2021-01-01", tz="UTC")
    posted = (start + pd.to_timedelta(rng.integers(0, 365 * 86_400, POSTS), unit="s")).as_unit("us")
    delay = pd.to_timedelta(rng.integers(0, 96 * 3600, POSTS), unit="s")
    steps = drawn(["label", "restrict", "remove", "lock"], [2, 2, 5, 1])
    names = np.array([f"account-{i:06d}" for i in rng.permutation(ACCOUNTS)], dtype=object)
    frame = pd.DataFrame(
        {
            "case_id": pd.Series([f"c{i}" for i in range(POSTS)], dtype="str"),
            "account_id": pd.Series(names[who], dtype="str"),
            "account_class": pd.Series(
                np.array(["ordinary", "leader"], dtype=object)[leader.astype(int)], dtype="str"
            ),
            "action": steps.where(acted, "none"),
            "posted_at": posted,
            "acted_at": pd.Series((posted + delay).as_unit("us")).where(acted),
            "observed_until": pd.Timestamp("2022-03-01", tz="UTC").as_unit("us"),
            "rule": drawn(["abuse", "threats", "elections", "spam"], [35, 10, 17, 38]),
            "severity": drawn(["low", "medium", "high"], [55, 30, 15]),
            "language": drawn(["qaa", "qab", "qac"], [70, 20, 10]),
            "country": drawn(["XA", "XB", "XC", "XD"], [4, 3, 2, 1]),
            "violating": drawn(["yes", "no", "unknown"], [50, 47, 3]),
        }
    )
    origin = Origin("scale", "A large made-up platform", "tests", "", "2026-01-01", "CC0", True)
    return Cases(frame, (origin,))


def question(**more):
    """Return the design of both tasks."""
    from audit.design import Design

    return Design.of(
        {
            "focal": "leader",
            "reference": "ordinary",
            "frame": "reported",
            "outcome": {"at_least": "remove"},
            "margin": 0.05,
            "strata": ["rule", "severity", "language"],
            "population": {"violating": ["yes", "no"]},
            **more,
        }
    )


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def primary(loaded) -> dict[str, float]:
    """Enroll, estimate and test, as `compare` does for its primary row."""
    from audit.estimators.accounts.contrasts import effect, permutation_p
    from audit.study import enroll

    study = enroll(loaded, question(population={}))
    found = effect(study, by="post", stratified=True)
    p, _ = permutation_p(study, by="post", draws=9_999)
    return {"estimate": found.estimate, "p_value": p, "specifications": 1, "draws": 9_999}


def multiverse(loaded) -> dict[str, float]:
    """Run what the check of the multiverse runs: the curve and the joint test, in one pass."""
    from audit.checks.exploration import explore
    from audit.checks.multiverse import DRAWS, _joint

    design = question(population={}, multiverse=MULTIVERSE)
    found = explore(loaded, design, DRAWS, design.seed)
    joint = _joint(found, 0.05)
    assert found.read_again == 0
    return {
        "estimate": float(found.curve["estimate"].median()),
        "p_value": float(joint["p_value"].iloc[0]),
        "specifications": len(found.curve),
        "draws": DRAWS,
    }


def run(task: str) -> None:
    """Run one task in this process and print what it took."""
    loaded = cases()
    with_cases = peak_mb()
    start, busy = time.perf_counter(), time.process_time()
    found = {"primary": primary, "multiverse": multiverse}[task](loaded)
    took = time.perf_counter() - start
    busy = time.process_time() - busy
    row = {
        "seconds": took,
        "cpu_seconds": busy,
        "peak_mb": peak_mb(),
        "with_cases_mb": with_cases,
        **found,
    }
    print(json.dumps(row))


def machine() -> str:
    """Return processor, cores, Python and NumPy in words."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [r for r in info.read_text().splitlines() if r.startswith("model name")]
        cpu = f"{names[0].split(':')[1].strip()}, {len(names)} cores" if names else cpu
    versions = f"Python {platform.python_version()}, NumPy {np.__version__}"
    return f"{cpu}, {versions}, pandas {pd.__version__}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--task", choices=sorted(SECONDS))
    given = parser.parse_args()
    if given.task:
        run(given.task)
        return
    rows = []
    for task, seconds in SECONDS.items():
        command = [sys.executable, __file__, "--task", task]
        found = [
            json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            for _ in range(given.repetitions)
        ]
        best = min(found, key=lambda f: f["seconds"])
        rows.append(
            {
                "task": task,
                "posts": POSTS,
                "accounts": ACCOUNTS,
                "leaders": LEADERS,
                **{k: round(v, 4) for k, v in best.items()},
                "longest_seconds": round(max(f["seconds"] for f in found), 4),
                "repetitions": given.repetitions,
                "goal_seconds": seconds,
                "goal_mb": MOST_MB,
                "machine": machine(),
            }
        )
    table = pd.DataFrame(rows)
    table.to_csv(OUT, index=False)
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
