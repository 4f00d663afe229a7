"""How strong an unmeasured cause, or reporting that favours one class, must be to matter."""

from __future__ import annotations

import math
from itertools import chain, product

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from audit.estimators.base import as_numbers, refuse
from audit.estimators.scalars import is_number

ZERO = 1e-12
"""A bound nearer than this to 0 may be on either side of it by rounding: it holds no sign."""


def e_value(ratio: float, conf_limit: float | None = None) -> tuple[float, float]:
    """Return how strongly an unmeasured cause must act to explain a risk ratio away.

    The E-value is the smallest risk ratio that such a cause must have both with the account class
    and with the outcome, beyond everything compared within strata, for the true ratio to be 1.

    Parameters
    ----------
    ratio : float
        Risk ratio, focal to reference, 0 or more. Not an odds ratio, unless the outcome is rare.
    conf_limit : float, optional
        The confidence limit of `ratio` on the side of 1: the lower one for a ratio above 1, the
        upper one below 1.

    Returns
    -------
    (point, limit) : tuple of float
        Both 1 or more. A ratio of exactly 1 has E-value 1; of 0 or infinity, infinity. `limit` is
        1 where the interval reaches 1, and NaN where no limit was given.

    Raises
    ------
    EstimationError
        Where a value is negative or missing, or the limit lies on the far side of the ratio.

    References
    ----------
    VanderWeele & Ding 2017, *Ann Intern Med* 167:268, https://doi.org/10.7326/M16-2607.
    """
    given = {"ratio": ratio} | ({} if conf_limit is None else {"conf_limit": conf_limit})
    faults = [
        f"{k} is {v!r}; allowed: 0 or more"
        for k, v in given.items()
        if not (is_number(v) and v >= 0)
    ]
    if not faults and conf_limit is not None:
        above = ratio > 1 and conf_limit > ratio
        below = ratio < 1 and conf_limit < ratio
        if above or below:
            faults.append(
                f"conf_limit is {conf_limit:g}, further from 1 than the ratio {ratio:g}; give the "
                f"{'lower' if above else 'upper'} limit, the one on the side of 1"
            )
    refuse("e_value", faults)
    if conf_limit is None:
        return _e_value(ratio), math.nan
    reached = (ratio - 1) * (conf_limit - 1) <= 0
    return _e_value(ratio), 1.0 if reached else _e_value(conf_limit)


def _e_value(ratio: float) -> float:
    if ratio in (0, math.inf):
        return math.inf
    above = max(ratio, 1 / ratio)
    return above + math.sqrt(above * (above - 1))


def selective_reporting(
    rate_focal: float,
    rate_reference: float,
    *,
    share_reported_focal: ArrayLike,
    share_reported_reference: ArrayLike,
    share_focal: float | None = None,
) -> pd.DataFrame:
    """Bound the gap when posts of one class are reported, and so can be acted on, more readily.

    A post nobody reports is not acted on, and the posts reported only because of who wrote them
    may be the milder ones. Of the reported posts of the class reported more, the share ρ = 1 −
    (smaller share reported)/(larger) would not have been reported from the other class.

    Parameters
    ----------
    rate_focal, rate_reference : float
        Share of *reported* posts that were acted on, in [0, 1], taken as known without error.
    share_reported_focal, share_reported_reference : float or array-like of float
        Share of all violating posts that were reported, in (0, 1]; arrays give every pair. The
        bounds widen with ρ, so a range is bounded by its two ends.
    share_focal : float, optional
        Share of all reported posts that are focal, in [0, 1], which the total effect needs; None:
        the widest bounds over all values.

    Returns
    -------
    DataFrame
        One row per pair of shares × `among` × `milder`: share_reported_focal,
        share_reported_reference, extra_share (ρ), extra_class (whose posts are reported more, "" if
        neither), among, milder, low, high, sign_holds (whether low and high both lie strictly on
        the side of zero of the gap as found).
        `among` = "reported from either class": the gap among posts reported whoever wrote them;
        "reported": the total effect of class, reporting included, over all reported posts
        (Proposition 1 of the source). `milder` True assumes that posts reported only because of
        their author's class are acted on no more readily than the others ("relative
        non-severity"); False does not.

    Raises
    ------
    EstimationError
        Where a rate or share is outside its range; all faults at once.

    Notes
    -----
    Also assumed, as in the source: unreported posts are never acted on; no post reported from the
    class reported less would go unreported from the other; comparable posts. Where the reference
    class is reported more, the classes exchange roles. ρ must be below 1, hence shares above 0.

    References
    ----------
    Knox, Lowe & Mummolo 2020, *Am Polit Sci Rev* 114:619, Proposition 1,
    https://doi.org/10.1017/S0003055420000039; without non-severity, the trimming bounds of
    Zhang & Rubin 2003, *J Educ Behav Stat* 28:353, https://doi.org/10.3102/10769986028004353.
    """
    by_focal = as_numbers(share_reported_focal, "share_reported_focal").ravel()
    by_reference = as_numbers(share_reported_reference, "share_reported_reference").ravel()
    faults = [
        f"{name} is {value!r}; allowed: 0 to 1"
        for name, value in (
            ("rate_focal", rate_focal),
            ("rate_reference", rate_reference),
            ("share_focal", 0.0 if share_focal is None else share_focal),
        )
        if not (is_number(value) and 0 <= value <= 1)
    ]
    for name, shares in (
        ("share_reported_focal", by_focal),
        ("share_reported_reference", by_reference),
    ):
        if not len(shares):
            faults.append(f"{name} is empty; give one share or more")
        faults += [f"{name} holds {s}; allowed: above 0, up to 1" for s in shares if not 0 < s <= 1]
    refuse("selective_reporting", faults)
    pairs = product(by_focal.tolist(), by_reference.tolist())
    rows = (_pair(rate_focal, rate_reference, *pair, share_focal) for pair in pairs)
    return pd.DataFrame(list(chain.from_iterable(rows)))


def _pair(
    rate_focal: float,
    rate_reference: float,
    by_focal: float,
    by_reference: float,
    share_focal: float | None,
) -> list[dict[str, object]]:
    swap = by_reference > by_focal
    more, less = (rate_reference, rate_focal) if swap else (rate_focal, rate_reference)
    shares = (0.0, 1.0) if share_focal is None else (1 - share_focal if swap else share_focal,)
    rho = 1 - min(by_focal, by_reference) / max(by_focal, by_reference)
    gap = rate_focal - rate_reference
    rows: list[dict[str, object]] = []
    for milder in (True, False):
        found = [_ends(more, less, rho, share, milder) for share in shares]
        for among, part in (("reported from either class", 0), ("reported", 1)):
            ends = [float(end) for one in found for end in one[part]]
            low, high = (-max(ends), -min(ends)) if swap else (min(ends), max(ends))
            rows.append(
                {
                    "share_reported_focal": by_focal,
                    "share_reported_reference": by_reference,
                    "extra_share": rho,
                    "extra_class": "" if not rho else "reference" if swap else "focal",
                    "among": among,
                    "milder": milder,
                    "low": low,
                    "high": high,
                    "sign_holds": low > ZERO if gap > 0 else high < -ZERO if gap < 0 else False,
                }
            )
    return rows


def _ends(
    more: ArrayLike, less: ArrayLike, rho: ArrayLike, share: ArrayLike, milder: bool
) -> tuple[tuple[NDArray, NDArray], tuple[NDArray, NDArray]]:
    """Return (low, high) of the gap among posts reported anyway, and of the total effect.

    `more` and `less` are the rates of the class reported more and of the other, `share` is the
    former's share of the reported posts; arrays of one shape.
    """
    more, less, rho, share = (np.asarray(x, dtype=float) for x in (more, less, rho, share))
    anyway = more if milder else np.maximum(0, (more - rho) / (1 - rho))
    direct = anyway - less, np.minimum(1, more / (1 - rho)) - less
    own = more - (1 - rho) * less
    total = share * own + (1 - share) * direct[0], share * own + (1 - share) * direct[1]
    return direct, total
