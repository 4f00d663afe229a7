"""The records every estimator returns."""

from __future__ import annotations

from dataclasses import dataclass

NAN = float("nan")


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
