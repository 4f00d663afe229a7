"""What a set of focal posts adds to the gap: its part of the primary estimate, with limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from audit.cells import equal_accounts
from audit.estimators.accounts.contrasts import NO_SAMPLING, no_inference
from audit.estimators.base import Estimate
from audit.exempted.ordinary import comparable, reference_cells
from audit.gates import refused

if TYPE_CHECKING:
    from audit.study import Study

METHOD = "the part's own standardised gap times its share of the compared posts, the share as given"


def part(study: Study, posts: pd.DataFrame, whole: float) -> Estimate:
    """Return what some of the compared focal posts add to the gap.

    Parameters
    ----------
    posts : DataFrame
        Rows of `focal_posts` that are compared; any number of them, none too.
    whole : float
        Σ weight × n over all compared focal posts.

    Returns
    -------
    Estimate
        Σ w n (acted − expected) / whole, so that the parts of a partition add up to the primary
        estimate. Limits are those of `standardised_effect` of these posts against all reference
        posts, times the share of these posts; missing, with the reason in `note`, where the
        study or the part has too few focal accounts, or rows carry none. No posts: 0, no limits.

    Notes
    -----
    The limits take which posts are in the part as given (METHODS §1, §2.3).
    """
    size = posts["n"] * posts["weight"]
    total = float((size * (posts["acted"] - posts["expected"])).sum() / whole)
    if posts.empty:
        return Estimate(0.0, method=METHOD, note="no posts")
    reason = no_inference(study) or _refused(posts)
    if reason:
        return Estimate(total, method=f"point only; {reason}", note=reason)
    return _bounded(study, posts, total, float(size.sum()) / whole)


def _refused(posts: pd.DataFrame) -> str:
    volumes = posts.groupby("account_id")["n"].sum().to_numpy(float)
    why = refused(len(volumes), equal_accounts(volumes))
    return NO_SAMPLING.format(why=why) if why else ""


def _bounded(study: Study, posts: pd.DataFrame, total: float, share: float) -> Estimate:
    from audit.estimators.accounts.standardised import standardised_effect

    names = ["account_id", "stratum", "weight"]
    events = posts["n"].where(posts["acted"], 0)
    focal = posts.assign(events=events).groupby(names, as_index=False)[["events", "n"]].sum()
    other = reference_cells(study)
    other = other[other["stratum"].isin(comparable(study))]
    rows = pd.concat([focal, other[[*names, "events", "n"]]], ignore_index=True)
    found = standardised_effect(
        rows["events"].to_numpy(),
        rows["n"].to_numpy(),
        rows["account_id"].to_numpy(object),
        rows["stratum"].to_numpy(object),
        np.arange(len(rows)) < len(focal),
        weights=rows["weight"].to_numpy(float),
        confidence=study.design.confidence,
    )
    return Estimate(
        total,
        conf_low=share * found.conf_low,
        conf_high=share * found.conf_high,
        std_error=share * found.std_error,
        df=found.df,
        method=METHOD,
        note=found.note,
    )
