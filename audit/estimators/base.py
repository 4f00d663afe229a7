"""The records every estimator returns; what it says of input it cannot take is in `refusals`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from audit.estimators.refusals import Array as Array
from audit.estimators.refusals import as_numbers as as_numbers
from audit.estimators.refusals import check_pairs as check_pairs
from audit.estimators.refusals import choose as choose
from audit.estimators.refusals import confidence_faults as confidence_faults
from audit.estimators.refusals import count_faults as count_faults
from audit.estimators.refusals import number_faults as number_faults
from audit.estimators.refusals import read_flags as read_flags
from audit.estimators.refusals import refuse as refuse
from audit.estimators.refusals import refuse_dates as refuse_dates

NAN = float("nan")
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
