"""How often the primary estimate raises a false alarm where no class is treated differently.

A null platform has 300 ordinary accounts and 5 or 10 leaders; every account has its own rate
(beta, with the stated intraclass correlation), drawn alike for both classes. With 3 strata the
rates are 1/2, 1 and 2 times the stated one, each account has a mix of its own (Dirichlet(1)) and
one luck for all strata. What is counted, per platform: the interval of `standardised_effect`
excludes 0; the permutation p is at most 0.05; both (the verdict's rule). The true effect is 0, so
coverage is the share of intervals that hold 0. Limits are exact binomial, 99 %.

    OPENBLAS_NUM_THREADS=1 python benchmarks/null_platforms.py --repetitions 500

Finished cells are kept in null_platforms.csv and not run again.
"""

from __future__ import annotations

import argparse
import os
from itertools import product
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from scipy.stats import beta

from audit.estimators.proportions import proportion
from audit.estimators.resampling import permutation_test
from audit.estimators.strata import standardised_effect

ORDINARY = 300
LEADER_POSTS = 60
LEVEL = 0.05
MOST_FALSE_ALARMS, LEAST_COVERAGE = 0.075, 0.92
OUT = Path(__file__).with_suffix(".csv")
KEYS = ["strata", "focal_accounts", "rate", "volume_ratio", "icc"]
CELLS = list(product((1, 3), (5, 10), (0.02, 0.2), (1, 10), (0.1, 0.3)))


def platform(rng: np.random.Generator, cell: tuple) -> dict[str, np.ndarray]:
    """Draw one null platform as long arrays."""
    strata, leaders, rate, ratio, icc = cell
    size = leaders + ORDINARY
    posts = np.r_[np.full(leaders, LEADER_POSTS), np.full(ORDINARY, LEADER_POSTS // ratio)]
    if strata == 1:
        n, rates = posts[:, None], np.array([rate])
    else:
        mixes = rng.dirichlet(np.ones(strata), size)
        n, rates = rng.multinomial(posts, mixes), rate * np.array([0.5, 1.0, 2.0])
    precision = 1 / icc - 1
    luck = rng.random(size)[:, None]
    chance = beta.ppf(luck, rates * precision, (1 - rates) * precision)
    return {
        "events": rng.binomial(n, chance).ravel(),
        "n": n.ravel(),
        "account": np.repeat(np.arange(size), strata),
        "stratum": np.tile(np.arange(strata), size),
        "focal": np.repeat(np.arange(size) < leaders, strata),
    }


def measure(cell: tuple, repetitions: int, draws: int) -> dict[str, float]:
    """Run one cell; the seed depends on the cell alone."""
    rng = np.random.default_rng([20180105, CELLS.index(cell)])
    by_interval, by_p, width = (np.zeros(repetitions) for _ in range(3))
    for i in range(repetitions):
        data = platform(rng, cell)
        found = standardised_effect(**data)
        test = permutation_test(**data, draws=draws, seed=i)
        by_interval[i] = not found.conf_low <= 0 <= found.conf_high
        by_p[i] = test.p_value <= LEVEL
        width[i] = found.conf_high - found.conf_low
    row = dict(zip(KEYS, cell, strict=True)) | {"repetitions": repetitions, "draws": draws}
    shares = {
        "false_alarm_verdict": by_interval * by_p,
        "false_alarm_interval": by_interval,
        "false_alarm_p": by_p,
        "coverage": 1 - by_interval,
    }
    for name, hits in shares.items():
        e = proportion(hits.sum(), repetitions, method="clopper_pearson", confidence=0.99)
        row |= {name: e.estimate, f"{name}_low": e.conf_low, f"{name}_high": e.conf_high}
    return row | {"median_width": float(np.median(width))}


def write(frame: pd.DataFrame) -> None:
    """Replace the table in one step, so that a killed run leaves the last whole one."""
    part = OUT.with_suffix(".part")
    frame.to_csv(part, index=False, float_format="%.12g")
    part.replace(OUT)


def finished(repetitions: int, draws: int) -> pd.DataFrame:
    """Return the cells already run with these settings."""
    if not OUT.exists():
        return pd.DataFrame(columns=KEYS)
    frame = pd.read_csv(OUT)
    return frame[(frame["repetitions"] == repetitions) & (frame["draws"] == draws)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=500)
    parser.add_argument("--draws", type=int, default=499)
    given = parser.parse_args()
    frame = finished(given.repetitions, given.draws)
    done = set(map(tuple, frame[KEYS].to_numpy().tolist()))
    for cell in CELLS:
        if tuple(map(float, cell)) in {tuple(map(float, d)) for d in done}:
            continue
        row = measure(cell, given.repetitions, given.draws)
        frame = pd.concat([frame, pd.DataFrame([row])]) if len(frame) else pd.DataFrame([row])
        write(frame)
        print(*cell, *(f"{row[k]:.3f}" for k in list(row) if k.startswith(("false", "cov"))))
    missed = frame[
        (frame["false_alarm_verdict_high"] > MOST_FALSE_ALARMS)
        | (frame["coverage_low"] < LEAST_COVERAGE)
    ]
    print(f"{len(frame)} cells; {len(missed)} whose 99 % limit misses the goal")
    if len(missed):
        print(missed.to_string(index=False))


if __name__ == "__main__":
    main()
