"""Balance: whether the two classes' posts are alike in what makes cases comparable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from audit.checks.base import Finding
from audit.design import words
from audit.disclosure import HIDDEN, protect_traits
from audit.disclosure.margins import traits
from audit.estimators.weighting import balance
from audit.numerals import plain, setting
from audit.study import stratum_of

if TYPE_CHECKING:
    from audit.comparison import Comparison
    from audit.study import Study

COVARIATES = ("rule", "severity", "language", "country", "platform")
"""What makes cases comparable. Reach and reports are left out: both can follow an action."""


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
        threshold = f"at most {setting(self.most)} after weighting"
        table = balance_table(comparison)
        if table.empty:
            says = "The cases carry none of the columns by which balance is judged."
            return Finding(
                self.name, float("nan"), threshold, None, says, step=self.step, table=table
            )
        after = table["smd_weighted"].abs()
        says = _largest(comparison.study, table)
        passed = bool(after.max() <= self.most)
        return Finding(
            self.name, float(after.max()), threshold, passed, says, step=self.step, table=table
        )


def _largest(study: Study, table: pd.DataFrame) -> str:
    """Say the largest differences of the traits that are shown, and on which side a hidden one is.

    A difference of a hidden trait is the share of its few people (`audit.disclosure.margins`).
    """
    shown = protect_traits(table, study, columns=("smd", "smd_weighted"))
    after, before = (shown[c].astype(float).abs() for c in ("smd_weighted", "smd"))
    hidden = " of those shown" if HIDDEN in shown else ""
    if after.isna().all() or before.isna().all():
        return "Every trait is one of few accounts of people who hold no office, and hidden."
    worst, was = shown.loc[after.idxmax()], shown.loc[before.idxmax()]
    return (
        f"Once like is compared with like, the largest standardised difference{hidden} is "
        f"{plain(after.max(), decimals=2)} (in ‘{words(worst['column'])}’); as found it is "
        f"{plain(before.max(), decimals=2)} (in ‘{words(was['column'])}’)."
    )


BALANCE_COLUMNS = ("column", "level", "share_focal", "share_reference", "smd", "smd_weighted")


def balance_table(comparison: Comparison) -> pd.DataFrame:
    """Return smd by level of each covariate, raw and with the reference weighted to the focal mix.

    Columns: column, level, share_focal, share_reference, smd, smd_weighted.
    Levels rarer than the 40 most common of a column are taken together, and named so.
    No row where the cases carry none of the covariates.
    """
    study = comparison.study
    frame, design = study.cases.frame, study.design
    wanted = dict.fromkeys([*design.strata, *COVARIATES])
    columns = [c for c in wanted if c in frame and frame[c].notna().any()]
    if not columns:
        return pd.DataFrame(columns=list(BALANCE_COLUMNS), dtype=object)
    rows = frame[frame["account_class"].isin([design.focal, design.references[0]])]
    n = rows["count"].to_numpy(float) if "count" in rows else np.ones(len(rows))
    focal = (rows["account_class"] == design.focal).to_numpy()
    stratum = stratum_of(rows, design.strata)
    supported = stratum.isin(study.supported_strata()).to_numpy()
    weight = _weights(stratum, n, focal, supported)
    dummies = _dummies(rows, columns)
    before, after = _smd(dummies, focal, n), _smd(dummies, focal, n * weight)
    names = [name.split("\0", 1) for name in dummies.columns]
    return pd.DataFrame(
        {
            "column": [c for c, _ in names],
            "level": [v for _, v in names],
            "share_focal": before["mean_focal"].to_numpy(),
            "share_reference": before["mean_reference"].to_numpy(),
            "smd": before["smd"].to_numpy(),
            "smd_weighted": after["smd"].to_numpy(),
        }
    )


def _dummies(rows: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    out = {}
    for column in columns:
        values = traits(rows[column])
        for level in sorted(values.unique()):
            out[f"{column}\0{level}"] = (values == level).to_numpy(float)
    return pd.DataFrame(out)


def _smd(dummies: pd.DataFrame, focal: np.ndarray, weight: np.ndarray) -> pd.DataFrame:
    """Return the balance in units of the focal class's spread, of the pooled one where that is 0.

    A level that the focal class never has would otherwise differ by infinity.
    """
    if not (weight[focal].sum() and weight[~focal].sum()):
        nothing = pd.DataFrame(np.nan, index=dummies.columns, columns=["smd"])
        return nothing.assign(mean_focal=np.nan, mean_reference=np.nan)
    out = balance(dummies, focal, weight)
    pooled = balance(dummies, focal, weight, sd="pooled")
    out["smd"] = out["smd"].where(np.isfinite(out["smd"]), pooled["smd"])
    return out


def _weights(
    stratum: pd.Series, n: np.ndarray, focal: np.ndarray, supported: np.ndarray
) -> np.ndarray:
    """Weight reference posts to the focal mix over supported strata; focal posts keep weight 1."""
    f = pd.Series(np.where(focal & supported, n, 0)).groupby(stratum.to_numpy()).transform("sum")
    r = pd.Series(np.where(~focal & supported, n, 0)).groupby(stratum.to_numpy()).transform("sum")
    ratio = np.divide(f, r, out=np.zeros(len(n)), where=r.to_numpy() > 0)
    return np.where(focal, 1.0, ratio) * supported
