"""The verdict: a function of the interval, the p-value and the margin, first match wins."""

from __future__ import annotations

import math
from dataclasses import dataclass

from audit.claims import Verdict
from audit.numerals import margin_points, p_value, percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the verdict is read from, all on the risk-difference scale focal − reference.

    Attributes
    ----------
    low, high : float
        The interval at the design's confidence; NaN where none may stand.
    p : float
        The permutation p-value; NaN where none may stand.
    tight_low, tight_high : float
        The interval at 1 − 2α, for equivalence.
    margin, alpha : float
    expected : float
        The rate expected under the reference class's treatment.
    more_is : str
        stricter, lenient or neither.
    barred : bool
        Whether a hard gate failed.
    reversed_sign : bool
        Whether account weighting or leave-one-out turned the sign.
    """

    low: float
    high: float
    p: float
    tight_low: float
    tight_high: float
    margin: float
    alpha: float
    expected: float
    more_is: str
    barred: bool = False
    reversed_sign: bool = False


@dataclass(frozen=True, slots=True)
class Conclusion:
    """A verdict, and what a reader must be told with it."""

    verdict: Verdict
    note: str = ""


def conclude(r: Reading) -> Conclusion:
    """Return the verdict of METHODS §4.

    ====  ==========================================================  ==========================
    step  when                                                        verdict
    ====  ==========================================================  ==========================
    1     a hard gate failed                                          inadmissible
    –     account weighting or leave-one-out turned the sign          unclear
    2     interval excludes 0, p ≤ α, 1−2α interval inside (−m, m)    different, but smaller …
    3     interval excludes 0, p ≤ α                                  more leniently / strictly,
                                                                      or more / less often
    4     1−2α interval inside (−m, m), and m < expected rate         alike
    5     anything else                                               unclear
    ====  ==========================================================  ==========================
    """
    if r.barred:
        return Conclusion(Verdict.INADMISSIBLE)
    if r.reversed_sign:
        note = "The gap changes its sign once accounts are weighted alike or one is left out."
        return Conclusion(Verdict.UNCLEAR, note)
    excludes = r.low > 0 or r.high < 0
    rejects = r.p <= r.alpha
    apart = _disagreement(r, excludes=excludes, rejects=rejects)
    inside = -r.margin < r.tight_low and r.tight_high < r.margin
    if excludes and rejects:
        way = _direction(r)
        return Conclusion(Verdict.SMALL, str(way)) if inside else Conclusion(way)
    if inside:
        if r.margin >= r.expected:
            note = (
                f"With a margin of {margin_points(r.margin)} and an expected rate of "
                f"{percent(r.expected)}, even total immunity would count as alike."
            )
            return Conclusion(Verdict.UNCLEAR, f"{note} {apart}".strip())
        return Conclusion(Verdict.ALIKE, apart)
    return Conclusion(Verdict.UNCLEAR, apart)


def _direction(r: Reading) -> Verdict:
    more = r.low > 0
    if r.more_is == "neither":
        return Verdict.MORE if more else Verdict.LESS
    lenient = more == (r.more_is == "lenient")
    return Verdict.LENIENT if lenient else Verdict.STRICT


def _disagreement(r: Reading, *, excludes: bool, rejects: bool) -> str:
    if excludes == rejects or math.isnan(r.p):
        return ""
    if excludes:
        return f"The interval excludes zero, but the permutation test does not ({p_value(r.p)})."
    return f"The permutation test rejects ({p_value(r.p)}), but the interval includes zero."
