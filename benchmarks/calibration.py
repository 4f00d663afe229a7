"""How often each method raises a false alarm, and how often its interval holds the truth.

    nice -n 19 python -m benchmarks.calibration

runs every cell of METHODS 1 on two processes and keeps finished ones in calibration.csv, one row
per cell, scenario and method; a killed run goes on where it stopped. See README.md for the columns.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from dataclasses import asdict, fields
from multiprocessing import get_context
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from scipy.special import betaincinv

from audit.gates import refused
from benchmarks.comparisons import (
    Compared,
    Sums,
    chi_square,
    clustered_z,
    cr2_satterthwaite,
    wild_bootstrap,
)
from benchmarks.platforms import SCENARIOS, Cell, Source, grid, jobs
from benchmarks.primary import assignments, effect, permutation_p

LEVEL = 0.05
MONTE_CARLO_CONFIDENCE = 0.99
MOST_FALSE_ALARMS, LEAST_COVERAGE = 0.075, 0.92
REPETITIONS, DRAWS = 2500, 499
TOGETHER = 125  # platforms that share one set of assignments
SEED = 20261123
OUT = Path(__file__).with_suffix(".csv")
CELL = [f.name for f in fields(Cell)]
KEYS = [*CELL, "scenario"]
PRIMARY = ("verdict", "interval", "permutation")


def measured(
    cell: Cell, scenario: str, repetitions: int = REPETITIONS, draws: int = DRAWS
) -> pd.DataFrame:
    """Return what every method did on each platform of a cell; one row per platform and method.

    The seed depends on the cell and scenario alone.
    """
    source = Source.of(cell, scenario)
    place = [grid().index(cell), SCENARIOS.index(scenario)]
    rng = np.random.default_rng([SEED, *place])
    parts = []
    for start in range(0, repetitions, TOGETHER):
        found = _together(source, min(TOGETHER, repetitions - start), draws, rng)
        parts.append(pd.concat(found, names=["method"]).reset_index("method"))
    return pd.concat(parts, ignore_index=True)


def _together(
    source: Source, platforms: int, draws: int, rng: np.random.Generator
) -> dict[str, pd.DataFrame]:
    drawn = source.draw(platforms, rng)
    chosen = assignments(drawn.n.shape[1], drawn.leaders, draws, rng)
    gap = effect(drawn)
    p = permutation_p(drawn, chosen)
    truth = drawn.gap_at_focal_mix()
    silent = np.array([refused(drawn.leaders, float(k)) != "" for k in gap.k_eff])
    by_interval, by_p = gap.excludes_zero(), p["null_model"] <= LEVEL
    limits = {"low": gap.low, "high": gap.high, "truth": truth, "refused": silent}
    found = {
        "verdict": {"rejected": by_interval & by_p} | limits,
        "interval": {"rejected": by_interval} | limits,
        "permutation": {"rejected": by_p, "refused": silent},
    }
    for scale in ("studentised", "none"):
        if scale in p:
            found[f"permutation_{scale}"] = {"rejected": p[scale] <= LEVEL}
    for name, other in _others(Sums.of(drawn), draws, rng).items():
        found[name] = {"rejected": other.p_value <= LEVEL}
        if other.low is not None:
            found[name] |= {"low": other.low, "high": other.high, "truth": drawn.raw_gap()}
    return {name: pd.DataFrame(columns) for name, columns in found.items()}


def _others(sums: Sums, draws: int, rng: np.random.Generator) -> dict[str, Compared]:
    return {
        "chi_square": chi_square(sums),
        "clustered_z": clustered_z(sums),
        "cr2_satterthwaite": cr2_satterthwaite(sums),
        "wild_bootstrap": wild_bootstrap(sums, draws, rng),
    }


def tallied(platforms: pd.DataFrame) -> pd.DataFrame:
    """Return one row per method: shares with exact limits, among the platforms not refused."""
    rows = [
        {"method": name} | _tally(part) for name, part in platforms.groupby("method", sort=False)
    ]
    return pd.DataFrame(rows)


def _tally(part: pd.DataFrame) -> dict[str, Any]:
    silent = part["refused"].fillna(False).to_numpy(bool)
    holds = (part["low"] <= part["truth"]) & (part["truth"] <= part["high"])
    has_interval = part["low"].notna().any()
    spoken = part[~silent]
    width = (spoken["high"] - spoken["low"]).median() if has_interval else np.nan
    row = {"refusal_rate": silent.mean(), "shown": bool(silent.mean() <= 0.5)}
    row |= _share("rejection", spoken["rejected"]) | {"rejection_ungated": part["rejected"].mean()}
    row |= _share("coverage", holds[~silent] if has_interval else holds[:0])
    return row | {
        "coverage_ungated": holds.mean() if has_interval else np.nan,
        "median_width": width,
    }


def _share(name: str, hits: pd.Series) -> dict[str, float]:
    """Return a share with its Clopper-Pearson limits; nothing is known of no platforms."""
    x, n = float(hits.sum()), len(hits)
    alpha = 1 - MONTE_CARLO_CONFIDENCE
    low = float(betaincinv(x, n - x + 1, alpha / 2)) if x > 0 else 0.0
    high = float(betaincinv(x + 1, n - x, 1 - alpha / 2)) if x < n else 1.0
    return {name: x / n if n else np.nan, f"{name}_low": low, f"{name}_high": high}


def run(job: tuple[Cell, str, int, int]) -> pd.DataFrame:
    """Return the rows of one cell and scenario."""
    cell, scenario, repetitions, draws = job
    table = tallied(measured(cell, scenario, repetitions, draws))
    said = asdict(cell) | {"scenario": scenario, "repetitions": repetitions, "draws": draws}
    for place, (name, value) in enumerate(said.items(), start=1):
        table.insert(place, name, value)
    return table


def finished(out: Path, repetitions: int, draws: int) -> pd.DataFrame:
    """Return the rows already in the table; refuse one that was run with other settings."""
    if not out.exists():
        return pd.DataFrame(columns=KEYS)
    frame = pd.read_csv(out)
    if not ((frame["repetitions"] == repetitions) & (frame["draws"] == draws)).all():
        raise SystemExit(f"{out} was run with other settings; try: --out with another file")
    return frame


def write(frame: pd.DataFrame, out: Path) -> None:
    """Replace the table in one step, so that a killed run leaves the last whole one."""
    part = out.with_suffix(".part")
    frame.to_csv(part, index=False, float_format="%.6g")
    part.replace(out)


def missed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the cells not refused whose 99 % Monte Carlo limit misses the goal."""
    verdict = frame[(frame["method"] == "verdict") & frame["shown"]]
    alarms = (verdict["scenario"] == "alike") & (verdict["rejection_high"] > MOST_FALSE_ALARMS)
    return verdict[alarms | (verdict["coverage_low"] < LEAST_COVERAGE)]


def tables(todo: list[tuple[Cell, str, int, int]], processes: int) -> Iterator[pd.DataFrame]:
    with get_context("fork").Pool(processes) as pool:
        yield from pool.imap_unordered(run, todo)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=REPETITIONS)
    parser.add_argument("--draws", type=int, default=DRAWS)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, default=OUT)
    given = parser.parse_args()
    frame = finished(given.out, given.repetitions, given.draws)
    done = {(Cell(*row[:-1]), row[-1]) for row in frame[KEYS].itertuples(index=False, name=None)}
    todo = [(*job, given.repetitions, given.draws) for job in jobs() if job not in done]
    for count, table in enumerate(tables(todo, given.processes), start=1):
        frame = pd.concat([frame, table]) if len(frame) else table
        write(frame, given.out)
        first = table.iloc[0]
        print(
            f"{count}/{len(todo)}",
            *first[KEYS],
            *(f"{first[k]:.3f}" for k in ("refusal_rate", "rejection_ungated", "coverage_ungated")),
            flush=True,
        )
    print(f"{len(done) + len(todo)} cells and scenarios; {len(missed(frame))} miss the goal")
    if len(missed(frame)):
        print(missed(frame).to_string(index=False))


if __name__ == "__main__":
    main()
