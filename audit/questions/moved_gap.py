"""How far the gap between the classes moved, account by account, around a dated change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from audit.cells import FOCAL, REFERENCE, equal_accounts
from audit.errors import EstimationError
from audit.estimators.base import NAN
from audit.gates import refused
from audit.numerals import count, many, percent, points
from audit.questions.calendar import begins, period_name
from audit.questions.change_series import AFTER, BEFORE

if TYPE_CHECKING:
    from audit.estimators.series.differences import DiffInDiff
    from audit.questions.change_series import Around
    from audit.study import Study

MOST_ACCOUNTS = 400
"""Reference accounts followed; where there are more, those with the most posts."""
DRAWS = 9999
LIKE_VOLUME = 2.0
"""Placebo accounts have between 1/2 of the fewest and 2 times the most posts of a focal account."""
METHOD = "difference in differences of account × {per} rates, CR2 by account, t limits and p"


@dataclass(frozen=True, slots=True, eq=False)
class MovedGap:
    """The change of the gap with its inference by account.

    Attributes
    ----------
    estimate, conf_low, conf_high, p_value : float
        In shares; NaN where none may stand. Limits and p-value are CR2 by account, with
        Satterthwaite's degrees of freedom. Shuffling who is focal is no p-value here: rates of
        accounts with few posts move further by chance, so that with focal accounts of 8 posts
        against reference accounts of 60 it raised 40 % false alarms (nominal 5 %; CR2: 2 to 3 %).
    n_focal, n_reference, n_focal_accounts, n_reference_accounts : int
        Posts and accounts followed over the change.
    alike : bool
        Whether each post is taken less the reference rate of its stratum.
    why : str
        Why no number, or no interval, stands; "" where both do.
    notes : tuple of str
    event_study : DataFrame
        The gap in each period less that in the last one before the change.
    """

    estimate: float = NAN
    conf_low: float = NAN
    conf_high: float = NAN
    p_value: float = NAN
    n_focal: int = 0
    n_reference: int = 0
    n_focal_accounts: int = 0
    n_reference_accounts: int = 0
    alike: bool = False
    why: str = ""
    method: str = ""
    notes: tuple[str, ...] = ()
    event_study: pd.DataFrame = field(default_factory=pd.DataFrame)


def moved_gap(study: Study, found: Around) -> MovedGap:
    """Return how much more the focal accounts' rates moved than the reference accounts'.

    Accounts that posted on both sides of the change are followed. Where strata are asked, each
    post counts as acted on (1 or 0) less the reference class's rate in its stratum, so that a
    changing mix of posts is no change of treatment.
    """
    if not study.has_accounts:
        return MovedGap(why=f"{count(study.posts_without_account)} posts carry no account")
    alike = study.design.primary == "standardised" and bool(study.design.strata)
    panel, notes = _followed(study, found, alike=alike)
    sides = panel.groupby("group")["account_id"].nunique()
    if len(sides) < 2:
        return MovedGap(why="no account of one class posted both before and after the change")
    try:
        fit = _fit(study, panel, found.start, draws=1)  # the placebo has its own
    except EstimationError as error:
        return MovedGap(why=str(error).split(": ", 1)[-1].rstrip("."), notes=tuple(notes))
    barred = _barred(panel, int(sides[FOCAL]))
    few = bool(barred)
    why = barred or fit.note
    posts = panel.groupby("group")["n"].sum()
    event = _event_study(fit, found, few)
    return MovedGap(
        estimate=fit.estimate,
        conf_low=NAN if few else fit.conf_low,
        conf_high=NAN if few else fit.conf_high,
        p_value=NAN if few else fit.p_value,
        n_focal=int(posts[FOCAL]),
        n_reference=int(posts[REFERENCE]),
        n_focal_accounts=int(sides[FOCAL]),
        n_reference_accounts=int(sides[REFERENCE]),
        alike=alike,
        why=why,
        method="point only; " + why if few else METHOD.format(per=found.per),
        notes=(*notes, _placebo(study, panel, found.start), *_earlier(event, found, few)),
        event_study=event,
    )


def _followed(study: Study, found: Around, *, alike: bool) -> tuple[pd.DataFrame, list[str]]:
    """Return the accounts followed over the change, by period, and what was said of the others."""
    rows = found.rows[found.rows["phase"].isin((BEFORE, AFTER))]
    rows, notes = _like(study, rows) if alike else (rows.assign(expected=0.0), [])
    panel, more = _most_active(_panel(rows))
    return panel, notes + more


def _barred(panel: pd.DataFrame, accounts: int) -> str:
    """Return why no interval may stand, "" where it may."""
    volumes = panel[panel["group"] == FOCAL].groupby("account_id")["n"].sum().to_numpy(float)
    why = refused(accounts, equal_accounts(volumes))
    return f"{why} no interval can claim a sampling of accounts" if why else ""


def _like(study: Study, rows: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows of supported strata, each with the reference rate of its stratum."""
    kept = rows["stratum"].isin(study.supported_strata())
    weight = rows["n"] * rows["weight"]
    reference = kept & (rows["group"] == REFERENCE)
    sums = pd.DataFrame({"all": weight, "acted": weight.where(rows["acted"], 0.0)})[reference]
    by = sums.groupby(rows.loc[reference, "stratum"])[["all", "acted"]].sum()
    expected = rows["stratum"].map(by["acted"] / by["all"])
    kept &= expected.notna()
    lost = int(rows.loc[~kept, "n"].sum())
    notes = []
    if lost:
        notes.append(
            f"{many(lost, 'post')} in strata without enough reference accounts are not in the "
            "change of the gap account by account."
        )
    return rows.assign(expected=expected)[kept], notes


def _panel(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per account × period, of accounts seen before and after."""
    weight = rows["n"] * rows["weight"]
    by = rows.assign(weighted=weight, net=weight * (rows["acted"].astype(float) - rows["expected"]))
    keys = ["account_id", "group", "period", "phase"]
    out = by.groupby(keys, sort=True)[["n", "weighted", "net"]].sum().reset_index()
    both = out.groupby("account_id")["phase"].transform("nunique") == 2
    out = out[both].reset_index(drop=True)
    return out.assign(rate=out["net"] / out["weighted"], focal=out["group"] == FOCAL)


def _most_active(panel: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return the panel with at most `MOST_ACCOUNTS` reference accounts, and what was said of it."""
    posts = panel[panel["group"] == REFERENCE].groupby("account_id")["n"].sum()
    if len(posts) <= MOST_ACCOUNTS:
        return panel, []
    kept = posts.sort_values(ascending=False, kind="stable").index[:MOST_ACCOUNTS]
    mine = (panel["group"] == FOCAL) | panel["account_id"].isin(kept)
    note = (
        f"Of {many(len(posts), 'reference account')} seen before and after, the "
        f"{count(MOST_ACCOUNTS)} with the most posts are followed account by account."
    )
    return panel[mine].reset_index(drop=True), [note]


def _fit(study: Study, panel: pd.DataFrame, start: int, *, draws: int) -> DiffInDiff:
    from audit.estimators.change import difference_in_differences

    return difference_in_differences(
        panel,
        outcome="rate",
        unit="account_id",
        time="period",
        treated="focal",
        start=start,
        draws=draws,
        seed=study.design.seed,
        confidence=study.design.confidence,
    )


def _placebo(study: Study, panel: pd.DataFrame, start: int) -> str:
    """Say how far naming accounts of like volume focal moves the gap: a rank, no p-value."""
    posts = panel.groupby("account_id")["n"].sum()
    focal = posts[panel.loc[panel["focal"], "account_id"].unique()]
    like = posts.between(focal.min() / LIKE_VOLUME, focal.max() * LIKE_VOLUME)
    kept = panel[panel["account_id"].map(like)]
    others = kept.loc[~kept["focal"], "account_id"].nunique()
    if not others:
        return "No reference account has about as many posts, so there is no placebo to rank among."
    try:
        fit = _fit(study, kept, start, draws=DRAWS)
    except EstimationError as error:
        reason = str(error).split(": ", 1)[-1].rstrip(".")
        return f"No placebo among accounts with about as many posts: {reason}."
    ways = "all" if fit.enumerated else "random"
    return (
        f"Placebo: among the {many(len(focal), 'focal account')} and the "
        f"{many(others, 'reference account')} with about as many posts, the gap moves by "
        f"{points(fit.estimate)}; in {percent(fit.placebo_p)} of {count(fit.n_assignments)} {ways} "
        "ways to name as many of them focal it moves at least as far. This is a rank, no p-value."
    )


def _event_study(fit: DiffInDiff, found: Around, few: bool) -> pd.DataFrame:
    out = fit.event_study.copy()
    numbers = out["period"].tolist()
    out.insert(1, "begins", [begins(number, found.per) for number in numbers])
    out["period"] = [period_name(number, found.per) for number in numbers]
    if few:
        out[["std_error", "conf_low", "conf_high"]] = np.nan
    renamed: dict[str, Any] = {
        "n_treated": "n_focal_accounts",
        "n_reference": "n_reference_accounts",
    }
    return out.rename(columns=renamed)


def _earlier(event: pd.DataFrame, found: Around, few: bool) -> list[str]:
    """Say whether the gap already moved before the change."""
    before = event[(event["phase"] == BEFORE) & event["conf_low"].notna()]
    if few or before.empty:
        return []
    out = int(((before["conf_low"] > 0) | (before["conf_high"] < 0)).sum())
    return [
        f"Before the change, the gap already differed from that of the last {found.per} before it, "
        f"by its own limits, in {count(out)} of {many(len(before), f'{found.per}')}; limits of "
        "single periods are not corrected for their number."
    ]
