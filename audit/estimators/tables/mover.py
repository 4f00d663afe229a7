"""Wilson limits, and limits of a difference or ratio recovered from those of its parts."""

from __future__ import annotations

from math import hypot, inf, isnan, sqrt

from audit.estimators.base import NAN, Estimate


def wilson_limits(rate: float, n: float, z: float) -> tuple[float, float]:
    """Return the Wilson score limits of `rate` seen on `n` (effective) cases at quantile `z`.

    Parameters
    ----------
    rate : float
        In [0, 1].
    n : float
        Positive; need not be whole.
    z : float
        Quantile of the reference distribution (normal, or t for clustered data).

    Notes
    -----
    At rate 0 the lower limit is exactly 0, at rate 1 the upper exactly 1.
    Wilson 1927, JASA 22:209, https://doi.org/10.1080/01621459.1927.10502953.
    """
    a = z * z / n
    centre = (rate + a / 2) / (1 + a)
    half = z / (1 + a) * sqrt(rate * (1 - rate) / n + a / (4 * n))
    low = 0.0 if rate == 0 else max(0.0, centre - half)
    high = 1.0 if rate == 1 else min(1.0, centre + half)
    return low, high


def mover_difference(focal: Estimate, reference: Estimate) -> Estimate:
    """Return focal minus reference with square-and-add limits from those of the two.

    Parameters
    ----------
    focal, reference : Estimate
        Independent estimates with limits at one confidence level.

    Returns
    -------
    Estimate
        `std_error` is the root of the summed squares of the two. Where a rate is unknown (0 of 0)
        the estimate is NaN and the limits are the extremes that the parts' own limits allow.

    Notes
    -----
    Newcombe 1998, Stat Med 17:873, method 10; Zou & Donner 2008, Stat Med 27:1693,
    https://doi.org/10.1002/sim.3095.
    """
    gap = focal.estimate - reference.estimate
    if isnan(gap):
        low, high = focal.conf_low - reference.conf_high, focal.conf_high - reference.conf_low
    else:
        down = hypot(focal.estimate - focal.conf_low, reference.conf_high - reference.estimate)
        up = hypot(focal.conf_high - focal.estimate, reference.estimate - reference.conf_low)
        low, high = gap - down, gap + up
    return Estimate(
        estimate=gap,
        conf_low=low,
        conf_high=high,
        std_error=hypot(focal.std_error, reference.std_error),
        df=min(focal.df, reference.df),
        method="difference, square-and-add limits (MOVER; Newcombe 1998; Zou & Donner 2008)",
        note=_notes(focal, reference),
    )


def mover_ratio(focal: Estimate, reference: Estimate) -> Estimate:
    """Return focal over reference with MOVER-R limits from those of the two.

    Parameters
    ----------
    focal, reference : Estimate
        Independent estimates of non-negative quantities with limits at one confidence level.

    Returns
    -------
    Estimate
        `std_error` is on the log scale (NaN where a part is 0). Over a reference of 0 the
        estimate is infinite, 0 / 0 is NaN with limits 0 and infinity; a reference whose lower
        limit is 0 leaves the ratio without an upper limit.

    Notes
    -----
    Donner & Zou 2012, Stat Methods Med Res 21:347, eq. 9, https://doi.org/10.1177/0962280210383082;
    written with the root in the denominator so that no case divides by 0.
    """
    a, b = focal.estimate, reference.estimate
    if isnan(a) or isnan(b) or a == b == 0:
        estimate, low, high = NAN, 0.0, inf
    else:
        estimate = a / b if b > 0 else inf
        low = _lower_ratio(focal, reference)
        high = _upper_ratio(focal, reference)
    known = a > 0 and b > 0
    return Estimate(
        estimate=estimate,
        conf_low=low,
        conf_high=high,
        std_error=hypot(focal.std_error / a, reference.std_error / b) if known else NAN,
        df=min(focal.df, reference.df),
        method="ratio, MOVER-R limits (Donner & Zou 2012); standard error of the log",
        note=_notes(focal, reference),
    )


# (ab)² − pq, with p = a² − w² and q = b² − v², is a sum of squares: nothing cancels where the arms
# w and v are far smaller than the rates, as with many millions of cases.


def _lower_ratio(focal: Estimate, reference: Estimate) -> float:
    a, b = focal.estimate, reference.estimate
    w, v = a - focal.conf_low, reference.conf_high - b
    p = focal.conf_low * (2 * a - focal.conf_low)
    if p <= 0:
        return 0.0
    return p / (a * b + hypot(w * b, v * sqrt(p)))


def _upper_ratio(focal: Estimate, reference: Estimate) -> float:
    a, b = focal.estimate, reference.estimate
    w, v = focal.conf_high - a, b - reference.conf_low
    q = reference.conf_low * (2 * b - reference.conf_low)
    if q <= 0:
        return inf
    return (a * b + hypot(v * a, w * sqrt(q))) / q


def _notes(focal: Estimate, reference: Estimate) -> str:
    parts = (("focal", focal.note), ("reference", reference.note))
    return "; ".join(f"{name}: {note}" for name, note in parts if note)
