"""The same words posted by two accounts: what only one of the two copies met."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt

from audit.estimators.base import (
    NAN,
    Estimate,
    as_numbers,
    confidence_faults,
    number_faults,
    refuse,
)
from audit.estimators.tables.rates import proportion
from audit.estimators.tables.score import bisect, normal_quantile

METHOD = "paired difference, score limits (Tango 1998); exact McNemar p"
ODDS_METHOD = "odds ratio of the discordant pairs, mid-p limits (Fagerland, Lydersen & Laake 2014)"
NO_PAIRS = "no pairs: nothing is known"
INDEPENDENT = "every pair counts as independent of the others, also where they share an account"

UNKNOWN = Estimate(NAN)

Pairs = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class PairedEstimate(Estimate):
    """The gap between two copies of the same words.

    Attributes
    ----------
    odds_ratio : Estimate
        Pairs in which only the focal copy was acted on over those in which only the reference
        copy was; its standard error is on the log scale, its p-value is `p_mid`.
    p_mid : float
        Two-sided mid-p of McNemar's test; `p_value` is the exact one.
    n_pairs, n_discordant : float
        Pairs, and pairs in which exactly one copy was acted on.
    """

    odds_ratio: Estimate = UNKNOWN
    p_mid: float = NAN
    n_pairs: float = 0.0
    n_discordant: float = 0.0


def paired_difference(
    both: float,
    focal_only: float,
    reference_only: float,
    neither: float,
    *,
    confidence: float = 0.95,
) -> PairedEstimate:
    """Return the focal less the reference rate among pairs of copies of the same words.

    Parameters
    ----------
    both, focal_only, reference_only, neither : int
        Pairs in which both copies were acted on, only the focal one, only the reference one, and
        none. Whole numbers.
    confidence : float

    Returns
    -------
    PairedEstimate
        `(focal_only - reference_only) / pairs` with Tango's score limits, which exist at every
        table: without discordant pairs the estimate is 0 with limits -z²/(n + z²) and
        z²/(n + z²); where all pairs are discordant in one direction the estimate and its outer
        limit are 1 (or -1). `std_error` is Wald's and 0 in both cases. No pairs: NaN with limits
        -1 and 1. `p_value` is McNemar's exact one (1 without discordant pairs), which is the
        stricter: it can pass 0.05 where the limits leave out 0. `odds_ratio` is 0 or infinite
        where one kind of discordant pair is absent and NaN with limits 0 and infinity where both
        are.

    Raises
    ------
    EstimationError
        A count is missing, infinite, negative or not whole.

    Notes
    -----
    Tango 1998, Stat Med 17:891; McNemar 1947, Psychometrika 12:153; Fagerland, Lydersen & Laake
    2014, Stat Med 33:2850, https://doi.org/10.1002/sim.6148. Roots are bisected on a nuisance rate
    solved without cancellation, so no table fails.
    """
    table = _pairs((both, focal_only, reference_only, neither), confidence)
    _, b, c, _ = table
    n = sum(table)
    ratio = _odds_ratio(b, c, confidence)
    if n == 0:
        return PairedEstimate(
            NAN, -1.0, 1.0, method=METHOD, note=NO_PAIRS, odds_ratio=ratio, p_mid=1.0, p_value=1.0
        )
    difference = (b - c) / n
    low, high = _tango_limits(b, c, n, normal_quantile(confidence))
    return PairedEstimate(
        difference,
        low,
        high,
        std_error=sqrt(max(0.0, b + c - (b - c) * difference)) / n,
        p_value=mcnemar_p(b, c),
        method=METHOD,
        note=INDEPENDENT,
        odds_ratio=ratio,
        p_mid=ratio.p_value,
        n_pairs=n,
        n_discordant=b + c,
    )


def mcnemar_p(focal_only: float, reference_only: float, *, mid: bool = False) -> float:
    """Return McNemar's exact two-sided p-value, or the mid-p one, from the discordant pairs.

    Parameters
    ----------
    focal_only, reference_only : int
        Whole numbers, 0 or more; 1 is returned where both are 0.
    mid : bool
        Count half the probability of what was seen, in each tail.

    Returns
    -------
    float
        In (0, 1], or 0 where it is too small for a float.
    """
    from scipy.special import bdtr
    from scipy.stats import binom

    few, total = min(focal_only, reference_only), focal_only + reference_only
    twice = 2 * float(bdtr(few, int(total), 0.5)) if total else 2.0
    if not mid:
        return min(1.0, twice)
    return min(1.0, twice - float(binom.pmf(few, total, 0.5)))


def _pairs(cells: Pairs, confidence: float) -> Pairs:
    names = ("both", "focal_only", "reference_only", "neither")
    faults = []
    values = []
    for name, cell in zip(names, cells, strict=True):
        value = as_numbers(cell, name)
        found = number_faults(name, value)
        if len(value) != 1:
            found = [f"{name} has {len(value)} entries; allowed: one number"]
        elif not found and value[0] % 1 != 0:
            found = [f"{name} is {value[0]:g}; allowed: whole numbers, for pairs are counted"]
        faults += found
        values.append(float(value[0]) if value.shape == (1,) else NAN)
    refuse("paired_difference", faults + confidence_faults(confidence))
    return values[0], values[1], values[2], values[3]


def _odds_ratio(b: float, c: float, confidence: float) -> Estimate:
    """Return b/c with the mid-p limits of the share b/(b + c), turned into odds."""
    if b + c == 0:
        note = "no pair in which only one copy was acted on: the ratio is unknown"
        return Estimate(NAN, 0.0, inf, p_value=1.0, method=ODDS_METHOD, note=note)
    share = proportion(b, b + c, method="midp", confidence=confidence)
    return Estimate(
        _odds(b, c),
        _odds(share.conf_low, 1 - share.conf_low),
        _odds(share.conf_high, 1 - share.conf_high),
        std_error=sqrt(1 / b + 1 / c) if b and c else NAN,
        p_value=mcnemar_p(b, c, mid=True),
        method=ODDS_METHOD,
        note=INDEPENDENT,
    )


def _odds(yes: float, no: float) -> float:
    return yes / no if no > 0 else inf


def _tango_limits(b: float, c: float, n: float, z: float) -> tuple[float, float]:
    gap = (b - c) / n
    low = bisect(lambda d: tango_score(d, b, c, n) - z, -1.0, gap) if gap > -1 else -1.0
    high = bisect(lambda d: tango_score(d, b, c, n) + z, gap, 1.0) if gap < 1 else 1.0
    return low, high


def tango_score(delta: float, focal_only: float, reference_only: float, n: float) -> float:
    """Return the score z of "the paired difference is `delta`" (Tango 1998).

    The nuisance rate is that of `reference_only` pairs at its highest likelihood given `delta`.
    Classes are swapped where `delta` is negative: above 0 the quadratic's root does not cancel.
    """
    if delta < 0:
        return -tango_score(-delta, reference_only, focal_only, n)
    b, c = focal_only, reference_only
    room = delta * (1 - delta)
    linear = (2 * n - b + c) * delta - b - c
    root = sqrt(linear * linear + 8 * n * c * room)
    rate = (root - linear) / (4 * n) if linear <= 0 else 2 * c * room / (root + linear)
    variance = n * (2 * rate + room)
    excess = b - c - n * delta
    if variance > 0:
        return excess / sqrt(variance)
    return 0.0 if abs(excess) < 1e-9 else (inf if excess > 0 else -inf)
