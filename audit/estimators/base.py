"""The records every estimator returns, and the words for input that none can take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from audit.errors import EstimationError, UnknownName
from audit.estimators.scalars import is_number

Array = np.ndarray[Any, Any]
NAN = float("nan")
FLAGS = (bool, int, float, np.bool_, np.number)
EMPTY_CLASS = "a class has no cases: nothing is known"


@dataclass(frozen=True, slots=True)
class Estimate:
    """One number with its uncertainty.

    Attributes
    ----------
    estimate : float
    conf_low, conf_high : float
        Confidence limits; NaN where the method gives none.
    std_error : float
        On the scale of `estimate` (log scale for ratios, said in `method`); NaN where none.
    p_value : float
        Two-sided unless `method` says otherwise; NaN where none.
    df : float
        Degrees of freedom of the reference distribution; infinity for the normal.
    method : str
        The published method, in words.
    note : str
        What a reader must be told with the number; "" where nothing.
    """

    estimate: float
    conf_low: float = NAN
    conf_high: float = NAN
    std_error: float = NAN
    p_value: float = NAN
    df: float = float("inf")
    method: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Test:
    """The outcome of a test: `statistic`, its `df`, the `p_value` and the published `method`."""

    __test__ = False  # the name is the field's; pytest must not collect it

    statistic: float
    df: float
    p_value: float
    method: str


@dataclass(frozen=True, slots=True)
class ClusteredEstimate(Estimate):
    """The rate of one class, uncertain by account and not by post.

    Attributes
    ----------
    deff : float
        Design effect: variance over that of as many independent posts; at least 1.
    n_eff : float
        Independent posts worth the same: posts over `deff`.
    k_eff : float
        Equal accounts worth the same: one over the sum of squared account shares.
    icc : float
        Intraclass correlation used as a floor, own or borrowed.
    n_accounts : int
        Accounts with at least one post that carries weight.
    """

    deff: float = NAN
    n_eff: float = NAN
    k_eff: float = NAN
    icc: float = NAN
    n_accounts: int = 0


@dataclass(frozen=True, slots=True)
class Standardised:
    """Observed against expected rate at one mix of strata, without an interval.

    Attributes
    ----------
    observed, expected : float
        Rate of the focal and of the reference class at the target mix; times `n_supported`
        they are posts.
    difference, ratio : float
        `observed - expected` and `observed / expected` (infinite over 0, NaN for 0 / 0).
    n_supported, n_unsupported : float
        Target posts in strata where the other class is present, and those left without a
        comparison.
    """

    observed: float
    expected: float
    difference: float
    ratio: float
    n_supported: float
    n_unsupported: float


@dataclass(frozen=True, slots=True)
class StandardisedEstimate(Estimate):
    """The standardised risk difference with its interval by account.

    Attributes
    ----------
    observed, expected : float
        Rate of the focal and of the reference class at the target mix; times `n_supported`
        they are posts.
    ratio : Estimate
        `observed / expected` with MOVER-R limits; its standard error is on the log scale.
    deff, k_eff : float
        Of the focal arm.
    icc : float
        Intraclass correlation given stratum that both arms use as a floor.
    n_supported, n_unsupported : float
        Target posts with and without a comparison.
    focal, reference : ClusteredEstimate
        The two arms the interval is made of.
    """

    observed: float = NAN
    expected: float = NAN
    ratio: Estimate = Estimate(NAN)
    deff: float = NAN
    k_eff: float = NAN
    icc: float = NAN
    n_supported: float = 0.0
    n_unsupported: float = 0.0
    focal: ClusteredEstimate = ClusteredEstimate(NAN)
    reference: ClusteredEstimate = ClusteredEstimate(NAN)


@dataclass(frozen=True, slots=True)
class PermutationTest(Test):
    """A test by relabelling: `n_assignments` used, all there are where `enumerated`."""

    n_assignments: int = 0
    enumerated: bool = False


@dataclass(frozen=True, slots=True)
class PlaceboRank:
    """Where one focal account stands among reference accounts of like volume; not a p-value.

    Attributes
    ----------
    gap : float
        The account's rate less the reference rates of its strata.
    rank : int
        1 + the comparable accounts whose gap is as large in size; 0 where none is comparable.
    n_comparable : int
        Reference accounts within the volume factor; 0 says that no rank exists.
    share_as_extreme : float
        Share of the comparable accounts whose gap is as large in size; NaN where none.
    note : str
        What a reader must be told with the rank.
    """

    gap: float
    rank: int
    n_comparable: int
    share_as_extreme: float
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A fitted model, one entry per column of X.

    Where X is a DataFrame the vectors are Series indexed by its columns and `vcov` is a
    DataFrame; otherwise they are arrays.

    Attributes
    ----------
    params, std_error : array, shape (p,)
        Coefficients and their standard errors, on the scale that `method` names.
    df : array, shape (p,)
        Degrees of freedom of each reference t distribution; infinity for the normal.
    p_value, conf_low, conf_high : array, shape (p,)
        Two-sided p-value of no effect, and confidence limits.
    vcov : array, shape (p, p)
        Covariance of the coefficients; None where the method has none.
    loglik : float
        Maximised log-likelihood; NaN where the method has none.
    method : str
        The published method, in words.
    note : str
        What a reader must be told with the numbers; "" where nothing.
    n : float
        Rows, counted with their frequency weights.
    columns : tuple
        Names of the columns of X, 0 to p - 1 where it has none.
    origin : object
        What the fit was made from, for those who compute contrasts; None where none can be.
    """

    params: Any
    std_error: Any = None
    df: Any = None
    p_value: Any = None
    conf_low: Any = None
    conf_high: Any = None
    vcov: Any = None
    loglik: float = NAN
    method: str = ""
    note: str = ""
    n: float = NAN
    columns: tuple[Any, ...] = ()
    origin: Any = None


def refuse(where: str, faults: Iterable[str]) -> None:
    """Raise one EstimationError that lists all `faults`, or do nothing where there are none."""
    found = list(faults)
    if found:
        raise EstimationError(f"{where}: " + "; ".join(found) + ".")


def choose(what: str, name: object, known: Iterable[str]) -> None:
    """Raise UnknownName unless `name` is one of the `known` values of the option `what`."""
    known = tuple(known)
    if not isinstance(name, str) or name not in known:  # an array or NA has no truth value
        raise UnknownName(what, name, known)


def confidence_faults(confidence: float) -> list[str]:
    """Return what is wrong with a confidence level, in words."""
    if is_number(confidence) and 0 < confidence < 1:
        return []
    return [f"confidence is {confidence!r}; allowed: between 0 and 1, such as 0.95"]


def number_faults(name: str, values: Array, *, length: int | None = None) -> list[str]:
    """Return what is wrong with a column of non-negative numbers, in words."""
    if values.ndim != 1:
        return [f"{name} has {values.ndim} dimensions; allowed: 1"]
    if length is not None and len(values) != length:
        return [f"{name} has {len(values)} entries; allowed: {length}, as many as events"]
    faults = []
    for bad, what in ((~np.isfinite(values), "missing or infinite"), (values < 0, "negative")):
        if bad.any():
            at = int(np.flatnonzero(bad)[0])
            faults.append(
                f"{name} is {what} in {int(bad.sum())} place(s), first at {at}: {values[at]}"
            )
    return faults


def count_faults(events: Array, n: Array) -> list[str]:
    """Return what is wrong with events out of n, in words."""
    faults = number_faults("events", events) + number_faults("n", n, length=len(events))
    if len(events) == len(n) and (over := events > n).any():
        at = int(np.flatnonzero(over)[0])
        faults.append(
            f"events exceed n in {int(over.sum())} place(s), first at {at}: "
            f"{events[at]:g} of {n[at]:g}"
        )
    return faults


def refuse_dates(values: Any, name: str) -> None:
    """Raise where a column holds dates or durations, whose numbers depend on how they are kept."""
    frame = hasattr(values, "columns")
    kinds = dict(values.dtypes) if frame else {name: getattr(values, "dtype", None)}
    if found := [str(c) for c, kind in kinds.items() if getattr(kind, "kind", "O") in "mM"]:
        raise EstimationError(
            f"{name} must be numbers: dates or durations in {', '.join(found)}. "
            "Try: days since a date."
        )


def as_numbers(values: object, name: str) -> Array:
    """Return `values` as a 1-d float array, or say what does not fit."""
    refuse_dates(values, name)
    try:
        return np.atleast_1d(np.asarray(values, dtype=float))
    except (TypeError, ValueError, OverflowError) as error:
        raise EstimationError(f"{name} must be numbers: {error}.") from error


def read_flags(focal: Any, length: int, *, of: str = "events") -> tuple[Array, list[str]]:
    """Return flags as booleans, and what is wrong with them; a missing one is never True."""
    flags = np.atleast_1d(np.asarray(focal))
    if len(flags) != length:
        return flags, [f"focal has {len(flags)} entries; allowed: {length}, as many as {of}"]
    if flags.dtype == bool:
        return flags, []
    # NA compares as neither, and must not reach a truth value
    strange = [v for v in flags.tolist() if not isinstance(v, FLAGS) or v not in (0, 1)]
    if strange:
        return flags, [f"focal holds {strange[0]!r}; allowed: True or False"]
    return flags.astype(bool), []


def check_pairs(
    where: str,
    pairs: tuple[Any, ...],
    confidence: float,
    *,
    whole: bool = False,
) -> tuple[float, ...]:
    """Return (events, n) pairs as one row of floats; raise with all that is wrong with them.

    Counts come in columns of small integers too, whose sums and products would run over.
    """
    strange = [v for pair in pairs for v in pair if not is_number(v, missing=True)]
    refuse(where, [f"counts must be numbers, one each: found {v!r:.60}" for v in strange])
    events = as_numbers([pair[0] for pair in pairs], "events")
    n = as_numbers([pair[1] for pair in pairs], "n")
    faults = count_faults(events, n) + confidence_faults(confidence)
    if whole and not faults and ((events % 1 != 0).any() or (n % 1 != 0).any()):
        faults.append("an exact test counts whole cases; found a fraction")
    refuse(where, faults)
    return tuple(float(v) for pair in pairs for v in pair)
