"""The multiverse: what every other specification that a careful reader could write would say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from audit.cases import Cases
from audit.checks.base import NO_GAP, Finding, alpha, same_sign
from audit.checks.exploration import Exploration, explore
from audit.design import Design
from audit.errors import TooFewAccounts
from audit.estimators.accounts.randomisation import TIE, draw_faults
from audit.estimators.base import NAN, Array, refuse
from audit.numerals import count, many, p_value, percent, points, setting

if TYPE_CHECKING:
    from audit.comparison import Comparison

DRAWS = 499
BAND = (0.025, 0.975)
MEDIAN = "median of the gaps, two-sided"
SHARE = "share of specifications with p at most alpha and the sign that most of those have"
STOUFFER = "Stouffer's Z of the signed p-values, two-sided"


def specification_curve(cases: Cases, design: Design) -> pd.DataFrame:
    """Return the primary contrast under every specification of the design's multiverse.

    Parameters
    ----------
    cases : Cases
        As loaded, before any design has taken rows out.
    design : Design
        With a `multiverse`: terms and their choices. Every combination is one specification; the
        design itself is added, first, where it is not among them.

    Returns
    -------
    DataFrame
        One row per specification, in the order written: specification (from 1); one column per
        term that varies, in words (the term `primary` is the column estimator); n_focal,
        n_reference (posts), n_focal_accounts, n_reference_accounts; n_supported (focal posts
        compared); estimate, conf_low, conf_high (focal − reference, as a probability, the very
        numbers of `compare` for that design); p_value; barred (why it has no number, "" where it
        has); primary (flag).

        A specification with 1 to 4 focal accounts (or as good as one, see the gates), or with
        posts that carry no account, has an estimate and neither limits nor p. An inadmissible one,
        or one that does not fit the cases, stays in the table without a number.

    Raises
    ------
    DesignError
        The design declares no multiverse.

    Notes
    -----
    p_value is that of `permutation_test` from 499 shuffles of class labels that all specifications
    share, so it is never below 1/500; see `joint_test`. Simonsohn, Simmons & Nelson 2020,
    Nat Hum Behav 4:1208, https://doi.org/10.1038/s41562-020-0912-z.
    """
    return explore(cases, design, DRAWS, design.seed).curve


def joint_test(cases: Cases, design: Design, *, draws: int = DRAWS, seed: int = 0) -> pd.DataFrame:
    """Test all specifications of a multiverse together, by shuffling class labels among accounts.

    Parameters
    ----------
    cases, design : as for `specification_curve`.
    draws : int, at least 1
    seed : int

    Returns
    -------
    DataFrame
        Three rows, `statistic` median, share and stouffer. Columns: statistic, observed, null_low,
        null_high (the middle 95 % with shuffled labels), p_value = (1 + b)/(1 + draws),
        n_specifications (those tested: with limits in `specification_curve`), n_left_out,
        draws, method.

    Raises
    ------
    DesignError
        The design declares no multiverse.
    TooFewAccounts
        No specification allows an inference by account.
    EstimationError
        `draws` is not a whole number of at least 1.

    Notes
    -----
    One shuffle gives class labels to accounts for all specifications at once, which keeps how
    they depend on each other; labels move among all accounts that are in any of them. Each
    specification scores accounts by their residuals from its own pooled stratum rates, with the
    scale of the null model, as `permutation_test` does: z = D/s. Where references vary, rates are
    pooled over all classes compared anywhere, and the null says that none of them differs.

    median: of the gaps z·s/r, s as found and r the change of D if every focal rate were one
    higher; as found that is the Mantel–Haenszel difference (the raw gap for a raw specification).
    Two-sided.
    share: p ≤ 1 − confidence, p among the same draws, in the sign that more of those have.
    stouffer: |Σ sign(z) Φ⁻¹(1 − p/2)| / √S, as found and in every draw.

    A draw without focal or reference posts in a specification has gap 0 there. The p-values of the
    draws come from the same draws, so the test is exact where labels are exchangeable among
    accounts. It says that class and outcome go together in some specification, not in which one.
    Simonsohn, Simmons & Nelson 2020, Nat Hum Behav 4:1208.
    """
    refuse("joint_test", draw_faults(draws))
    return _joint(explore(cases, design, draws, seed), alpha(design.confidence))


def _joint(found: Exploration, level: float) -> pd.DataFrame:
    if not len(found.tested):
        raise TooFewAccounts(
            "joint_test: none of "
            f"{many(len(found.curve), 'specification')} allows an inference by account: each is "
            "barred, rests on too few focal accounts, or has posts without an account. "
            "Try: specification_curve, which gives the estimates."
        )
    rows = []
    for name, values, method in (
        ("median", np.median(found.gaps, axis=1), MEDIAN),
        ("share", _significant(found.gaps, found.p, level), SHARE),
        ("stouffer", _stouffer(found.gaps, found.p), STOUFFER),
    ):
        size = np.abs(values)
        low, high = np.quantile(values[1:], BAND)
        row = {
            "statistic": name,
            "observed": float(values[0]),
            "null_low": float(low),
            "null_high": float(high),
            "p_value": float((size >= size[0] - TIE * max(1e-3, size[0])).mean()),
        }
        rows.append(
            row
            | {
                "n_specifications": len(found.tested),
                "n_left_out": len(found.curve) - len(found.tested),
                "draws": len(values) - 1,
                "method": method,
            }
        )
    return pd.DataFrame(rows)


def _significant(gaps: Array, p: Array, level: float) -> Array:
    """Return the share with p at most the level, of the sign that more of those have."""
    clear = p <= level + NO_GAP
    both = np.array([(clear & (gaps > 0)).mean(axis=1), (clear & (gaps < 0)).mean(axis=1)])
    share: Array = both.max(axis=0)
    return share


def _stouffer(gaps: Array, p: Array) -> Array:
    from scipy.special import ndtri

    z = np.sign(gaps) * -ndtri(p / 2)
    total: Array = z.sum(axis=1) / np.sqrt(gaps.shape[1])
    return total


@dataclass(frozen=True, slots=True)
class Multiverse:
    """The primary contrast under every specification that the design declares, and all together.

    A note: the specifications are not independent studies, and those that a reader would not have
    written say nothing (Del Giudice & Gangestad 2021, https://doi.org/10.1177/2515245920954925).
    """

    name: ClassVar[str] = "multiverse"
    about: ClassVar[str] = "the gap under every specification that the design declares"
    step: ClassVar[int] = 0
    draws: int = DRAWS

    def __call__(self, comparison: Comparison) -> Finding:
        """Return the median estimate; passes when every one has the sign of the primary.

        Its table is the specification curve, lowest estimate first and barred ones last, with
        `null_low` and `null_high`: the middle 95 % of sorted curves with shuffled labels.
        """
        study = comparison.study
        design = study.design
        threshold = "every estimate has the sign of the primary one"
        if not design.multiverse:
            says = "No multiverse was declared."
            return Finding(self.name, NAN, threshold, None, says)
        found = explore(study.loaded, design, self.draws, design.seed)
        table = banded(found)
        known = found.curve.loc[found.curve["estimate"].notna()]
        if known.empty:
            says = f"None of {many(len(table), 'specification')} has an estimate."
            return Finding(self.name, NAN, threshold, None, says, table=table)
        primary = float(known.loc[known["primary"], "estimate"].sum())
        same = [same_sign(primary, e) for e in known["estimate"]]
        says = " ".join(_sentences(found, known, same, alpha(design.confidence)))
        median = float(known["estimate"].median())
        return Finding(self.name, median, threshold, all(same), says, table=table)


def banded(found: Exploration) -> pd.DataFrame:
    """Return the curve sorted by estimate, with the middle 95 % of sorted shuffled curves."""
    out = found.curve.copy()
    out["null_low"], out["null_high"] = NAN, NAN
    if len(found.tested):
        place = found.tested[np.argsort(out["estimate"].to_numpy()[found.tested], kind="stable")]
        low, high = np.quantile(np.sort(found.gaps[1:], axis=1), BAND, axis=0)
        out.loc[place, "null_low"], out.loc[place, "null_high"] = low, high
    return out.sort_values("estimate", kind="stable", na_position="last").reset_index(drop=True)


def _sentences(
    found: Exploration, known: pd.DataFrame, same: list[bool], level: float
) -> list[str]:
    low, high = known["estimate"].min(), known["estimate"].max()
    results = len(known.drop_duplicates(["estimate", "n_focal", "n_reference", "n_supported"]))
    differ = (
        "" if results == len(known) else f", {count(results)} of them with results of their own,"
    )
    out = [
        f"Over {many(len(known), 'specification')}{differ} the median gap is "
        f"{points(known['estimate'].median())}, the range {points(low)} to {points(high)}; "
        f"{count(sum(same))} of {count(len(known))} have the sign of the primary one."
    ]
    if len(found.tested):
        p = known["p_value"].dropna()
        joint = _joint(found, level).set_index("statistic")["p_value"]
        most = setting(level, sign="≤ ")
        clear = int((p <= level + NO_GAP).sum())
        out.append(
            f"{count(clear)} of {count(len(p))} ({percent(clear / len(p), decimals=0)}) have "
            f"p {most}. With class labels shuffled among accounts: "
            f"{p_value(joint['median'])} for the median gap, {p_value(joint['share'])} for the "
            f"share with p {most} and one sign, {p_value(joint['stouffer'])} for all "
            "p-values together. Shuffling takes leaders' posts to be no more alike than others'."
        )
    untested = int(known["p_value"].isna().sum())
    if untested:
        out.append(
            f"{many(untested, 'specification')} rested on too few focal accounts, or had posts "
            "without an account, and so had no p-value."
        )
    barred = len(found.curve) - len(known)
    if barred:
        out.append(f"{many(barred, 'specification')} could not be answered; the table says why.")
    return out
