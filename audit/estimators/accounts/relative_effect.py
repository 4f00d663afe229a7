"""How often the focal class met the softer rung: an effect on order, uncertain by account."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt
from typing import Any

import numpy as np

from audit.errors import EstimationError, SupportError
from audit.estimators.accounts.assignments import assignment_sums
from audit.estimators.accounts.clustered import anova_icc
from audit.estimators.accounts.randomisation import draw_faults, share_as_extreme
from audit.estimators.base import (
    NAN,
    Array,
    Estimate,
    as_numbers,
    confidence_faults,
    refuse,
)
from audit.estimators.tables.wald import satterthwaite, t_quantile

BY_ROW = "relative effect (Brunner & Munzel 2000)"
BY_ACCOUNT = (
    "relative effect, placements by account (Obuchowski 1997), logit limits; "
    "p the larger of the permutation's over accounts and the limits'"
)
INDEPENDENT = "every row counts as independent of the others; pass cluster= for accounts"
ONE_ACCOUNT = "one account in a class: a description, which no sampling of accounts stands behind"
FLAT = "all cases are at one rung: the data set no limits"
APART = "the classes' rungs do not overlap: the data set no limits"


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """One class: where each row stands in the other class, and in all rows; its accounts."""

    placement: Array
    ridit: Array
    account: Array

    def volume(self) -> Array:
        """Return the rows of each account."""
        return np.bincount(self.account).astype(float)

    def sums(self, values: Array) -> Array:
        """Return the sum of values of each account."""
        return np.bincount(self.account, values)


def softer_rung(
    levels_focal: Any,
    levels_reference: Any,
    *,
    cluster: Any = None,
    draws: int = 9999,
    seed: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """Return the probability that a focal case met a softer rung than a reference case.

    Parameters
    ----------
    levels_focal, levels_reference : array_like, shapes (n,) and (m,)
        Severity of what each case met; only the order counts, higher is harder.
    cluster : pair of array_like, shapes (n,) and (m,), optional
        The accounts of the focal and of the reference cases; or one column of n + m labels,
        focal ones first. An account belongs to one class. Without it rows count as independent.
    draws : int
        Random relabellings of accounts where more than 20,000 are possible; below, all are
        listed.
    seed : int
    confidence : float

    Returns
    -------
    Estimate
        P(F < R) + P(F = R)/2: above 0.5 the focal class meets the softer rung. At 0 and 1, and at
        0.5 with p = 1 where all levels are equal, the limits are NaN, for nothing shows how far
        they could be. Without clusters Brunner & Munzel's t, whose p is NaN where the classes do
        not overlap (standard error 0). With clusters p is by permutation over accounts, and may
        disagree with the limits. One account (or row) in a class: limits and p NaN, said in `note`.

    Raises
    ------
    SupportError
        A class has no cases.
    EstimationError
        A level that is missing or infinite; labels that do not fit; an account in both classes.

    Notes
    -----
    Brunner & Munzel 2000, Biom J 42:17; Obuchowski 1997, Biometrics 53:567; Neubert & Brunner
    2007, CSDA 51:5192. The variance of an arm is at least that of independent rows times
    1 + icc(Σn²/N - 1), the intraclass correlation of ridits borrowed from the reference class or
    all accounts, whichever is larger; a class all at one rung takes the spread of all rows'
    ridits; its df are max(1, K_eff - 1). The permutation divides by a
    scale from the null model with pooled icc, for a class that was never sanctioned has no spread
    of its own (METHODS 1).
    """
    focal = as_numbers(levels_focal, "levels_focal")
    reference = as_numbers(levels_reference, "levels_reference")
    faults = _level_faults("levels_focal", focal) + _level_faults("levels_reference", reference)
    refuse("softer_rung", faults + confidence_faults(confidence) + draw_faults(draws))
    for name, levels in (("focal", focal), ("reference", reference)):
        if not len(levels):
            raise SupportError(f"softer_rung: the {name} class has no cases.")
    labels = _accounts(cluster, len(focal), len(reference))
    f, r = _place(focal, reference, *labels)
    if min(len(f.volume()), len(r.volume())) < 2:
        method = BY_ROW if cluster is None else BY_ACCOUNT
        return Estimate(float(f.placement.mean()), method=method, note=ONE_ACCOUNT)
    if cluster is None:
        return _by_row(f, r, confidence)
    return _by_account(f, r, _permuted(f, r, draws, seed), confidence)


def _by_row(f: Placed, r: Placed, confidence: float) -> Estimate:
    effect = float(f.placement.mean())
    parts = [_variance(arm, effect, 0.0) for arm in (f, r)]
    df, error = satterthwaite(*parts), sqrt(sum(v for v, _ in parts))
    if error > 0:
        reach = error * t_quantile(df, confidence)
        limits = max(0.0, effect - reach), min(1.0, effect + reach)
        return Estimate(effect, *limits, error, _t_p(effect, error, df), df, BY_ROW, INDEPENDENT)
    flat = effect == 0.5
    note = f"{FLAT if flat else APART}; {INDEPENDENT}"
    p_value = 1.0 if flat else NAN
    return Estimate(effect, std_error=0.0, p_value=p_value, df=df, method=BY_ROW, note=note)


def _by_account(f: Placed, r: Placed, p_value: float, confidence: float) -> Estimate:
    effect = float(f.placement.mean())
    icc = max(_icc(r), _icc(f, r))
    ridits = np.concatenate([f.ridit, r.ridit])
    parts = [_variance(arm, effect, icc, float(ridits.var())) for arm in (f, r)]
    df, error = satterthwaite(*parts), sqrt(sum(v for v, _ in parts))
    if error > 0 and 0 < effect < 1:
        middle = log(effect / (1 - effect))
        reach = t_quantile(df, confidence) * error / (effect * (1 - effect))
        limits = _share(middle - reach), _share(middle + reach)
        # The permutation alone takes both classes' accounts to be equally alike; the larger stands.
        p_value = max(p_value, _t_p(0.5 + middle, error / (effect * (1 - effect)), df))
        return Estimate(effect, *limits, error, p_value, df, BY_ACCOUNT)
    note = FLAT if effect == 0.5 else APART
    return Estimate(effect, std_error=error, p_value=p_value, df=df, method=BY_ACCOUNT, note=note)


def _level_faults(name: str, levels: Array) -> list[str]:
    if levels.ndim != 1:
        return [f"{name} has {levels.ndim} dimensions; allowed: 1"]
    bad = ~np.isfinite(levels)
    if not bad.any():
        return []
    at = int(np.flatnonzero(bad)[0])
    return [f"{name} is missing or infinite in {int(bad.sum())} place(s), first at {at}"]


def _accounts(cluster: Any, n: int, m: int) -> tuple[Array, Array]:
    """Return account numbers of both classes, each from 0; every row its own where none given."""
    import pandas as pd

    if cluster is None:
        return np.arange(n), np.arange(m)
    single = not hasattr(cluster, "__len__") or (
        isinstance(cluster, np.ndarray) and not cluster.ndim
    )
    pair = not single and len(cluster) == 2
    parts = [np.asarray(c, dtype=object) for c in cluster] if pair else []
    if [p.shape for p in parts] != [(n,), (m,)]:
        whole = np.asarray(cluster, dtype=object) if not parts else np.array([], dtype=object)
        if whole.shape != (n + m,):
            raise EstimationError(
                f"softer_rung: cluster does not fit {n} focal and {m} reference rows; allowed: a "
                "pair of label columns of those lengths, or one column, focal rows first."
            )
        parts = [whole[:n], whole[n:]]
    codes, names = pd.factorize(np.concatenate(parts), use_na_sentinel=True)
    faults = []
    if (codes < 0).any():
        faults.append(f"cluster is missing in {int((codes < 0).sum())} place(s)")
    elif (shared := np.intersect1d(codes[:n], codes[n:])).size:
        faults.append(
            f"{len(shared)} account(s) have rows in both classes, first {names[shared[0]]!r}; "
            "allowed: one class per account"
        )
    refuse("softer_rung", faults)
    first, second = (np.unique(c, return_inverse=True)[1] for c in (codes[:n], codes[n:]))
    return first, second


def _place(focal: Array, reference: Array, *accounts: Array) -> tuple[Placed, Placed]:
    f, r = np.sort(focal), np.sort(reference)
    everyone = np.sort(np.concatenate([f, r]))
    return (
        Placed(1 - _below(r, focal), _below(everyone, focal), accounts[0]),
        Placed(_below(f, reference), _below(everyone, reference), accounts[1]),
    )


def _below(ordered: Array, at: Array) -> Array:
    """Return the share of `ordered` below each value, ties half."""
    left, right = (np.searchsorted(ordered, at, side=s) for s in ("left", "right"))
    return (left + right) / (2 * len(ordered))


def _icc(*arms: Placed) -> float:
    """Return the intraclass correlation of the ridits of all accounts given."""
    total = np.concatenate([a.sums(a.ridit) for a in arms])
    squares = np.concatenate([a.sums(a.ridit**2) for a in arms])
    return anova_icc(total, squares, np.concatenate([a.volume() for a in arms]))


def _variance(arm: Placed, effect: float, icc: float, flat: float = 0.0) -> tuple[float, float]:
    """Return the variance of one class's mean placement, and its degrees of freedom.

    `flat` is the variance that a row has where all of the class are at one rung.
    """
    volume = arm.volume()
    n, k = volume.sum(), len(volume)
    apart = arm.sums(arm.placement - effect)
    jackknife = k / (k - 1) * float((apart**2).sum()) / n**2
    square = float((volume**2).sum())
    df = max(1.0, float(n * n / square) - 1)
    spread = float(((arm.placement - effect) ** 2).mean())
    spread = spread if np.ptp(arm.placement) > 0 else flat
    if k == n and np.ptp(arm.placement) > 0:
        return jackknife, df
    return max(jackknife, spread / n * (1 + icc * (square / n - 1))), df


def _permuted(focal: Placed, reference: Placed, draws: int, seed: int) -> float:
    """Return the share of relabellings of accounts whose gap in mean ridits is as large.

    The effect is 0.5 plus that gap, exactly.
    """
    volume = np.concatenate([focal.volume(), reference.volume()])
    score = np.concatenate([a.sums(a.ridit - 0.5) for a in (focal, reference)])
    is_focal = np.arange(len(volume)) < len(focal.volume())
    columns = np.column_stack([score, volume, volume**2])
    sums = assignment_sums(columns, is_focal, np.zeros(len(volume), dtype=int), draws, seed)
    whole, icc = columns.sum(axis=0), _icc(focal, reference)

    def gap(held: Array) -> Array:
        n, m = held[:, 1], whole[1] - held[:, 1]
        variance = 1 / n + icc * (held[:, 2] - n) / n**2
        variance += 1 / m + icc * (whole[2] - held[:, 2] - m) / m**2
        return (whole[0] - held[:, 0]) / m / np.sqrt(variance) - held[:, 0] / n / np.sqrt(variance)

    observed = float(gap(sums.observed[None])[0])
    return share_as_extreme(gap(sums.drawn), observed, sums.enumerated, "two-sided")


def _t_p(effect: float, error: float, df: float) -> float:
    from scipy.special import stdtr

    return 2 * float(stdtr(df, -abs(effect - 0.5) / error)) if error > 0 else NAN


def _share(log_odds: float) -> float:
    from scipy.special import expit

    return float(expit(log_odds))
