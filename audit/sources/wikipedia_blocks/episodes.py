"""Each block with what came of it: changed, lifted early, run out, or still there at the end."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.sources.wikipedia_blocks.expiry import UTC_TIME, ends

HOUR = pd.Timedelta(hours=1)


def stretches(at: pd.Series, longest_gap_hours: float) -> pd.DataFrame:
    """Return the time that the log covers: it is taken as torn where nothing is in it for long.

    Parameters
    ----------
    at : Series of datetime64, UTC
        When each entry was made; at least one.
    longest_gap_hours : float
        A longer time without any entry is not covered.

    Returns
    -------
    DataFrame
        start, end (first and last entry), entries; in order.
    """
    times = at.sort_values(ignore_index=True)
    number = (times.diff() > longest_gap_hours * HOUR).cumsum()
    return times.groupby(number).agg(start="min", end="max", entries="size").reset_index(drop=True)


def with_outcomes(log: pd.DataFrame, covered: pd.DataFrame) -> pd.DataFrame:
    """Return the entries with what came of each block, on the index of `log`.

    Parameters
    ----------
    log : DataFrame
        logid, target (missing where hidden), action, at, duration, expiry; test and own (flags).
    covered : DataFrame
        As `stretches`.

    Returns
    -------
    DataFrame
        The log with `stretch` and `observed_until`; `indefinite`, `expires_at` and `length_hours`
        as the entry sets them; and, for a block, `changes` (reblocks that changed it), `shortened`
        (its last end is before its first), `unblocked_at` (the first unblock before it ran out),
        `self_lifted` (by the target itself) and `test_lifted` (it says that it ends a test). `tied`
        says of a reblock or unblock that the block that it is about is in the log.

    Notes
    -----
    Entries of one target in one stretch are taken in the order of time, then of id. A block
    belongs with all that follows up to the next block of the target: a second block can only be
    set once the first has run out or was lifted. The first unblock ends it, unless it comes after
    the end that the block, or the last reblock before it, had set.
    """
    set_ = ends(log)
    out = log.assign(
        **set_[["indefinite", "expires_at"]],
        length_hours=(set_["expires_at"] - log["at"]) / HOUR,
        stretch=np.searchsorted(covered["start"], log["at"], side="right") - 1,
    )
    out["observed_until"] = covered["end"].astype(UTC_TIME).take(out["stretch"]).to_numpy()
    out["observed_until"] = pd.to_datetime(out["observed_until"], utc=True).astype(UTC_TIME)
    known = out[out["target"].notna() & ~out["logid"].duplicated()]
    order = known.assign(number=pd.to_numeric(known["logid"]))
    order = order.sort_values(["target", "stretch", "at", "number"], kind="stable")
    return out.join(_told(order))


def _told(order: pd.DataFrame) -> pd.DataFrame:
    """Return changes, shortened, unblocked_at, test_lifted and tied of entries in order."""
    first = order[["target", "stretch"]].ne(order[["target", "stretch"]].shift()).any(axis=1)
    is_block = order["action"].eq("block")
    episode = (first | is_block).cumsum()
    headed = is_block.groupby(episode).transform("first")
    unblock = order["action"].eq("unblock")
    lifted_before = unblock.groupby(episode).cumsum() - unblock > 0
    reblock = order["action"].eq("reblock") & ~lifted_before

    ahead = order["expires_at"].mask(order["indefinite"], FOREVER)
    in_force = ahead.where(is_block | reblock).groupby(episode).ffill()
    lifts = unblock & ~lifted_before & ~(in_force <= order["at"]).fillna(False)
    per = pd.DataFrame(
        {
            "changes": reblock.groupby(episode).sum(),
            "last_end": in_force.where(~lifted_before).groupby(episode).last(),
            "unblocked_at": order["at"].where(lifts).groupby(episode).first(),
            "test_lifted": (order["test"] & lifts).groupby(episode).any(),
            "self_lifted": (order["own"] & lifts).groupby(episode).any(),
        }
    )
    told = per.reindex(episode).set_axis(order.index)
    told["shortened"] = (told.pop("last_end") < ahead).fillna(False)
    told["tied"] = headed & ~is_block
    for name in ("shortened", "test_lifted", "self_lifted"):
        told[name] &= is_block
    told["changes"] = told["changes"].where(is_block, 0)
    told["unblocked_at"] = told["unblocked_at"].where(is_block)
    return told


FOREVER = pd.Timestamp("9999-12-31", tz="UTC").as_unit("us")
