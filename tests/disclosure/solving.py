"""What somebody who solves for hidden cells has: the published tables, and officials' posts."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from planted import evidence

from audit.cells import FOCAL

SHOWN = ("abuse · low", "abuse · high")
NUMBER = re.compile(r"(?<![\w.])\d+\.\d{4,}")
HIDDEN = ("threats · low", "spam · low", "threats · high", "spam · high")


def csv(folder: Path, name: str) -> pd.DataFrame:
    """Return a published CSV, its hidden numbers missing."""
    frame = pd.read_csv(folder / f"{name}.csv", na_values=["hidden"])
    for column in frame.select_dtypes("object"):
        said = frame[column].astype("str").str.removeprefix("'")
        number = pd.to_numeric(said, errors="coerce")
        if number.notna().any():
            frame[column] = number
    return frame


def claims(folder: Path) -> dict[str, float]:
    """Return the values of claims.json."""
    found = json.loads((folder / "claims.json").read_text(encoding="utf-8"))
    return {c["id"]: c["value"] for c in found}


def officials_posts() -> pd.DataFrame:
    """Return how many posts each official has in each stratum: a matter of public record."""
    rows = evidence().comparison.study.rows()
    mine = rows[rows["group"] == FOCAL]
    return pd.crosstab(mine["account_id"], mine["stratum"], mine["n"], aggfunc="sum").fillna(0)


@dataclass(frozen=True, slots=True, eq=False)
class Fillings:
    """Every way to fill the hidden cells that the printed counts leave, of shape (ways, 4)."""

    n: np.ndarray
    e: np.ndarray

    def estimates(self) -> dict[str, np.ndarray]:
        """Return what each way gives for the estimates of the class: points, then ratios."""
        counts = evidence().comparison.study.cells.counts()
        n1, e1 = counts.loc[[*HIDDEN], "n_focal"], counts.loc[[*HIDDEN], "events_focal"]
        a, b = n1.to_numpy(float), e1.to_numpy(float)
        known = counts.loc[[*SHOWN]].astype(float)
        A, B = known["n_focal"].to_numpy(), known["events_focal"].to_numpy()
        C, D = known["n_reference"].to_numpy(), known["events_reference"].to_numpy()
        total = a.sum() + A.sum()
        rate = (A * D / C).sum() + (a * self.e / self.n).sum(axis=1)
        both, weight = a + self.n, a * self.n / (a + self.n)
        W = (A * C / (A + C)).sum() + weight.sum(axis=1)
        gap = (A * C / (A + C) * (B / A - D / C)).sum()
        gap = gap + (weight * (b / a - self.e / self.n)).sum(axis=1)
        over = (B * C / (A + C)).sum() + (b * self.n / both).sum(axis=1)
        under = (D * A / (A + C)).sum() + (self.e * a / both).sum(axis=1)
        odds = (B * (C - D) / (A + C)).sum() + (b * (self.n - self.e) / both).sum(axis=1)
        even = (D * (A - B) / (A + C)).sum() + (self.e * (a - b) / both).sum(axis=1)
        seen = (b.sum() + B.sum()) / total
        return {
            "standardised": 100 * (seen - rate / total),
            "mantel haenszel": 100 * gap / W,
            "ratio": over / under,
            "odds": odds / even,
        }

    def fit(self, values: dict[str, float], digits: dict[str, int]) -> np.ndarray:
        """Return which ways give estimates that print as those published."""
        made = self.estimates()
        same = [np.round(made[k], digits[k]) == np.round(v, digits[k]) for k, v in values.items()]
        return np.logical_and.reduce(same)


@cache
def fillings() -> Fillings:
    """Return all ways to fill the hidden cells that the totals and the subgroups' posts leave."""
    counts = evidence().comparison.study.cells.counts()
    low_t, low_s, high_t, high_s = (int(v) for v in counts.loc[[*HIDDEN], "n_reference"])
    threats, spam, high = low_t + high_t, low_s + high_s, high_t + high_s
    events = int(counts.loc[[*HIDDEN], "events_reference"].sum())
    n, e = [], []
    for s in range(1, min(spam, high)):
        cells = np.array([threats - high + s, spam - s, high - s, s])
        if cells.min() < 1:
            continue
        grid = np.indices(cells[1:] + 1).reshape(3, -1).T
        first = events - grid.sum(axis=1)
        fits = (first >= 0) & (first <= cells[0])
        e.append(np.column_stack([first[fits], grid[fits]]))
        n.append(np.broadcast_to(cells, e[-1].shape))
    return Fillings(np.concatenate(n), np.concatenate(e))


@cache
def finest() -> tuple[str, ...]:
    """Return the estimates that rest on hidden cells, at six digits: what no file may hold."""
    comparison = evidence().comparison
    frame, found = comparison.to_frame(), comparison.primary()
    rests = frame[frame["estimator"].isin(["standardised", "mantel_haenszel"])]
    values = [*rests["estimate"], *rests["conf_low"], *rests["conf_high"]]
    values += [found.expected, found.expected * found.n_supported, found.conf_low]
    values += [*evidence().table("leave_one_out")["estimate"]]
    sizes = {abs(v) * k for v in values if np.isfinite(v) for k in (1, 100)}
    return tuple(f"{v:.12g}".replace(".", "").strip("0")[:6] for v in sorted(sizes))


def too_fine(files: list[Path]) -> list[str]:
    """Return where an estimate that rests on hidden cells stands at six digits, drawings aside."""
    kinds = (".csv", ".json", ".tex", ".txt", ".html", ".ipynb")
    out = []
    for path in files:
        if path.suffix in kinds:
            text = path.read_text(encoding="utf-8")
            for number in set(NUMBER.findall(text)):
                if number.replace(".", "").strip("0")[:6] in finest() and len(number) > 7:
                    out.append(f"{path.name}: {number}")
    return sorted(out)
