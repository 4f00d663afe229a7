"""Balance: whether the two classes' posts are alike in what makes cases comparable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from audit.checks.base import Finding
from audit.design import words
from audit.study import NOT_RECORDED, stratum_of

if TYPE_CHECKING:
    from audit.comparison import Comparison

COVARIATES = ("rule", "severity", "language", "country", "platform")
"""What makes cases comparable. Reach and reports are left out: both can follow an action."""
MANY_LEVELS = 40


@dataclass(frozen=True, slots=True)
class Balance:
    """Standardised mean differences before and after weighting the reference to the focal mix.

    Threshold 0.25 as in Stuart (2010), *Statistical Science* 25:1–21, §4.1; 0.1 is drawn too.
    """

    name: ClassVar[str] = "balance"
    about: ClassVar[str] = "standardised differences in what makes cases comparable"
    step: ClassVar[int] = 2
    most: float = 0.25

    def __call__(self, comparison: Comparison) -> Finding:
        """Return the largest difference left after standardisation; guards step 2."""
        threshold = f"at most {self.most:g} after weighting"
        table = balance_table(comparison)
        if table.empty:
            says = "The cases carry none of the columns by which balance is judged."
            return Finding(
                self.name, float("nan"), threshold, None, says, step=self.step, table=table
            )
        after, before = table["smd_weighted"].abs(), table["smd"].abs()
        worst = table.loc[after.idxmax()]
        says = (
            f"The largest standardised difference falls from {before.max():.2f} to "
            f"{after.max():.2f} (in ‘{words(worst['column'])}’) once like is compared with like."
        )
        passed = bool(after.max() <= self.most)
        return Finding(
            self.name, float(after.max()), threshold, passed, says, step=self.step, table=table
        )


def balance_table(comparison: Comparison) -> pd.DataFrame:
    """Return smd by level of each covariate, raw and with the reference weighted to the focal mix.

    Levels rarer than the `MANY_LEVELS` most common of a column are taken together, and named so.
    """
    study = comparison.study
    frame, design = study.cases.frame, study.design
    wanted = dict.fromkeys([*design.strata, *COVARIATES])
    columns = [c for c in wanted if c in frame and frame[c].notna().any()]
    rows = frame[frame["account_class"].isin([design.focal, design.references[0]])]
    n = rows["count"].to_numpy(float) if "count" in rows else np.ones(len(rows))
    focal = (rows["account_class"] == design.focal).to_numpy()
    stratum = stratum_of(rows, design.strata)
    supported = stratum.isin(study.supported_strata()).to_numpy()
    weight = _weights(stratum, n, focal, supported)
    out = []
    for column in columns:
        values = rows[column].astype("str").fillna(NOT_RECORDED)
        common = values.value_counts().index[:MANY_LEVELS]
        values = values.where(values.isin(common), "(rarer levels together)")
        for level in sorted(values.unique()):
            x = (values == level).to_numpy(float)
            out.append({"column": column, "level": level, **_smd(x, n, weight, focal, supported)})
    names = ["column", "level", "share_focal", "share_reference", "smd", "smd_weighted"]
    return pd.DataFrame(out, columns=names)


def _weights(
    stratum: pd.Series, n: np.ndarray, focal: np.ndarray, supported: np.ndarray
) -> np.ndarray:
    """Weight reference posts to the focal mix over supported strata; focal posts keep weight 1."""
    f = pd.Series(np.where(focal & supported, n, 0)).groupby(stratum.to_numpy()).transform("sum")
    r = pd.Series(np.where(~focal & supported, n, 0)).groupby(stratum.to_numpy()).transform("sum")
    ratio = np.divide(f, r, out=np.zeros(len(n)), where=r.to_numpy() > 0)
    return np.where(focal, 1.0, ratio) * supported


def _smd(
    x: np.ndarray, n: np.ndarray, weight: np.ndarray, focal: np.ndarray, supported: np.ndarray
) -> dict[str, float]:
    """Standardise by the focal class's standard deviation √(p(1−p)), as MatchIt does for binaries."""
    p_f, p_r = np.average(x[focal], weights=n[focal]), np.average(x[~focal], weights=n[~focal])
    sd = float(np.sqrt(p_f * (1 - p_f)))
    if sd == 0:  # a level that the focal class never or always has: use the reference's spread
        sd = float(np.sqrt(p_r * (1 - p_r))) or 1.0
    w = n * weight
    q_f, q_r = (np.average(x[g], weights=w[g]) if w[g].sum() else np.nan for g in (focal, ~focal))
    return {
        "share_focal": float(p_f),
        "share_reference": float(p_r),
        "smd": float((p_f - p_r) / sd),
        "smd_weighted": float((q_f - q_r) / sd),
    }
