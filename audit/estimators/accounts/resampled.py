"""Class rates whose intervals come from drawing accounts anew."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np

from audit.errors import EstimationError, TooFewAccounts
from audit.estimators.accounts.account_strata import label_codes
from audit.estimators.accounts.randomisation import draw_faults
from audit.estimators.base import (
    NAN,
    Array,
    Estimate,
    as_numbers,
    confidence_faults,
    count_faults,
    refuse,
)
from audit.progress import steps

METHOD = "rate, percentile interval of {draws} draws of whole accounts with replacement"
HELD = 4_000_000  # weights held at once


def resampled_rates(
    events: Any,
    n: Any,
    account: Any,
    group: Any,
    *,
    draws: int = 200,
    seed: int = 0,
    confidence: float = 0.95,
) -> dict[Hashable, Estimate]:
    """Return the rate of each group with an interval from resamples of its accounts.

    Parameters
    ----------
    events, n : array_like, shape (R,)
        Posts acted on, and posts; 0 <= events <= n.
    account : array_like, shape (R,)
        Whose posts they are. An account may have several rows; they are drawn together.
    group : array_like, shape (R,)
        Class or other group. An account in two groups counts in each, and groups are drawn
        apart: the limits are those of each rate alone and not of a gap.
    draws : int
    seed : int
    confidence : float

    Returns
    -------
    dict
        Group to its `Estimate`, in the order of first appearance. `std_error` is the standard
        deviation of the draws.

    Raises
    ------
    TooFewAccounts
        A group has posts of one account only, which has no spread.
    EstimationError
        Counts that are none, or arrays of different lengths.

    Notes
    -----
    A group's K accounts with posts are weighted by a draw of K from K equal cells (multinomial),
    so that its number of accounts stays; rows without posts weigh nothing. With few accounts the
    percentile interval is too narrow: `clustered_proportion` corrects for it and this does not.
    Davison & Hinkley 1997, Bootstrap Methods and their Application, sections 2.4 and 5.3; Field &
    Welsh 2007, J R Stat Soc B 69:369 (clusters).
    """
    y, m = as_numbers(events, "events"), as_numbers(n, "n")
    faults = count_faults(y, m) + draw_faults(draws) + confidence_faults(confidence)
    who, _, who_faults = label_codes("account", account, len(y))
    which, names, group_faults = label_codes("group", group, len(y))
    refuse("resampled_rates", faults + who_faults + group_faults)
    by_group = [_by_account(y, m, who, which == place) for place in range(len(names))]
    _require_accounts(names, by_group)
    streams = np.random.SeedSequence(seed).spawn(len(names))
    method = METHOD.format(draws=draws)
    out: dict[Hashable, Estimate] = {}
    for name, (acted, posts), stream in zip(names, by_group, streams, strict=True):
        drawn = _drawn(acted, posts, draws, np.random.default_rng(stream))
        low, high = np.quantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2])
        error = float(drawn.std(ddof=1)) if draws > 1 else NAN
        rate = float(acted.sum() / posts.sum())
        out[name] = Estimate(rate, float(low), float(high), error, method=method)
    return out


def _by_account(y: Array, m: Array, who: Array, rows: Array) -> tuple[Array, Array]:
    """Return events and posts of every account that has posts in the group."""
    size = int(who.max(initial=-1)) + 1
    acted, posts = (np.bincount(who[rows], values[rows], size) for values in (y, m))
    return acted[posts > 0], posts[posts > 0]


def _require_accounts(names: list[Hashable], by_group: list[tuple[Array, Array]]) -> None:
    few = [
        f"group {name!r} has posts of {len(posts)} account(s)"
        for name, (_, posts) in zip(names, by_group, strict=True)
        if len(posts) < 2
    ]
    if few:
        raise TooFewAccounts(
            f"resampled_rates: {'; '.join(few)}; allowed: 2 or more, since one account drawn again "
            "is itself. Try: the rate without an interval."
        )
    if not names:
        raise EstimationError("resampled_rates: there are no rows.")


def _drawn(acted: Array, posts: Array, draws: int, rng: np.random.Generator) -> Array:
    """Return the rate in every draw, a block of draws at a time."""
    accounts = len(posts)
    sums = np.column_stack([acted, posts])
    block = max(1, HELD // accounts)
    out = []
    for first in steps(range(0, draws, block), "resamples", unit="block"):
        many = min(block, draws - first)
        places = rng.integers(0, accounts, (many, accounts))
        places += accounts * np.arange(many)[:, None]
        weights = np.bincount(places.ravel(), minlength=many * accounts).reshape(many, accounts)
        total = weights @ sums
        out.append(total[:, 0] / total[:, 1])
    return np.concatenate(out)
