"""Events: whether one viral event, or how alike its posts are across accounts, carries the gap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from audit.cells import FOCAL, REFERENCE
from audit.checks.base import Finding, reads_alike
from audit.checks.event_variance import OUTSIDE, influences, two_way
from audit.checks.leave_one_out import KEPT
from audit.estimators.accounts.contrasts import no_inference
from audit.gates import REFERENCE_ACCOUNTS_FOR_SUPPORT
from audit.numerals import count, interval, many, margin_points, percent, plain, points

if TYPE_CHECKING:
    from audit.comparison import Comparison
    from audit.study import Study

FEWEST_EVENTS = 2.0
"""Below so many equal events' worth of posts an interval by event has no degrees of freedom."""
LARGE = 0.10
"""Share of a class's sanctions from which on an event calls for a two-way variance (METHODS §5)."""


@dataclass(frozen=True, slots=True)
class Events:
    """The primary gap with each event left out in turn, and its interval by account and event.

    Passes when every reduced gap keeps its sign and at least half of the full one and, where an
    event holds more than a tenth of a class's sanctions, the interval by account and event still
    excludes 0 if the one by account does. A verdict of alike is judged on staying inside the
    margin. Without events on record there is nothing to look at, which does not fail the step.
    """

    name: ClassVar[str] = "events"
    about: ClassVar[str] = "the gap with each event left out, and by account and event"
    step: ClassVar[int] = 3

    def __call__(self, comparison: Comparison) -> Finding:
        """Return the reduced gap nearest to zero, and every event as a numbered row."""
        study = comparison.study
        threshold = "every reduced gap keeps its sign and half of the full one"
        rows = by_event(study)
        if rows.empty or (rows["event"] == OUTSIDE).all():
            says = (
                "No events are recorded among the posts compared, so it could not be looked at "
                "whether one event carries the gap."
            )
            return Finding(self.name, float("nan"), threshold, True, says, self.step, idle=True)
        table = reduced(rows, need=REFERENCE_ACCOUNTS_FOR_SUPPORT if study.has_accounts else 1)
        full, values, margin = comparison.primary().estimate, table["estimate"], study.design.margin
        lost = int(values.isna().sum())
        if reads_alike(comparison):
            threshold = f"every reduced gap inside ±{margin_points(margin)}"
            passed = bool((values.abs() < margin).all())
            weakest = values.loc[values.abs().idxmax()] if lost < len(values) else float("nan")
        else:
            kept = values / full if full else values * 0.0
            passed = bool((kept >= KEPT).all())
            weakest = values.loc[kept.idxmin()] if lost < len(values) else float("nan")
        if lost == len(values):
            says = "Whichever event is left out, nothing comparable is left."
            found: dict[str, Any] = {"step": self.step, "table": table}
            return Finding(self.name, float("nan"), threshold, False, says, **found)
        says = (
            f"Leaving out one of {many(len(table), 'event')} at a time, the gap stays between "
            f"{points(values.min())} and {points(values.max())} (all posts: {points(full)})."
        )
        if lost:
            says += f" Without {count(lost)} of them nothing comparable is left."
        holds, by = _large_events(comparison, rows, table)
        found = {"step": self.step, "table": table}
        return Finding(self.name, float(weakest), threshold, passed and holds, says + by, **found)


def by_event(study: Study) -> pd.DataFrame:
    """Return weighted sums of the posts compared, by class, account, event and stratum.

    Columns: group, account_id, event, stratum, n (posts), events (of them acted on), w_n and
    w_events (weighted). Posts of no event are one event, `OUTSIDE`. Strata are
    those that the primary compares, a single one where it is raw. Empty without an event column.
    """
    names = ["group", "account_id", "event", "stratum"]
    sums = ["n", "events", "w_n", "w_events"]
    if "event_id" not in study.cases.frame:
        return pd.DataFrame(columns=[*names, *sums])
    rows = study.rows()
    rows = rows[rows["group"].isin((FOCAL, REFERENCE))]
    if study.design.primary == "standardised":
        rows = rows[rows["stratum"].isin(study.supported_strata())]
    else:
        rows = rows.assign(stratum="all")
    events = rows["event_id"].astype("str")
    # an event that is called "(no event)" must not be taken for none
    rows = rows.assign(event=("e" + events).fillna(OUTSIDE), events=rows["n"] * rows["acted"])
    rows = rows.assign(w_n=rows["weight"] * rows["n"], w_events=rows["weight"] * rows["events"])
    return rows.groupby(names, as_index=False, sort=True)[sums].sum()


def reduced(rows: pd.DataFrame, *, need: int = REFERENCE_ACCOUNTS_FOR_SUPPORT) -> pd.DataFrame:
    """Return the primary gap with each event left out, in one pass; smallest gap first.

    Columns: event (a number, since ids may name what must not be named), n (its posts compared),
    share_focal and share_reference (of each class's weighted sanctions), estimate (NaN where
    nothing comparable is left). A stratum that is left with fewer than `need` reference accounts
    is left out with its focal posts.
    """
    sums = rows.pivot_table(
        index=["event", "stratum"],
        columns="group",
        values=["w_n", "w_events"],
        aggfunc="sum",
        fill_value=0.0,
    )
    columns = [(v, g) for g in (FOCAL, REFERENCE) for v in ("w_events", "w_n")]
    by = pd.DataFrame({c: sums.get(c, pd.Series(0.0, index=sums.index)) for c in columns})
    by.columns = ["fy", "fn", "ry", "rn"]
    stratum = by.index.get_level_values("stratum")
    whole = by.groupby(level="stratum").sum()
    left = whole.loc[stratum].set_axis(by.index) - by
    own = _accounts_only_there(rows).reindex(by.index, fill_value=0)
    reference = rows[rows["group"] == REFERENCE]
    accounts = reference.groupby("stratum")["account_id"].nunique()
    stays = stratum.map(accounts).to_numpy() - own.to_numpy() >= need
    before, after = _gap_parts(whole, np.ones(len(whole), bool)), _gap_parts(left, stays)
    change = (after - before.loc[stratum].set_axis(by.index)).groupby(level="event").sum()
    total = before.sum() + change
    # sums of differences leave rounding where nothing is left
    known = total["posts"] > 1e-9 * before["posts"].sum()
    gap = (total["gap"] / total["posts"].where(known)).where(known)
    out = pd.DataFrame({"estimate": gap, **_shares(rows)})[lambda d: d.index != OUTSIDE]
    out = out.sort_values(["estimate", "n"], kind="stable").reset_index(drop=True)
    out.insert(0, "event", np.arange(1, len(out) + 1))
    return out[["event", "n", "share_focal", "share_reference", "estimate"]]


def _gap_parts(sums: pd.DataFrame, stays: np.ndarray[Any, Any]) -> pd.DataFrame:
    """Return each stratum's part of the gap's numerator, and its focal posts; 0 if it leaves."""
    rate = sums["ry"] / sums["rn"].where(stays & (sums["rn"] > 0))
    gap = (sums["fy"] - sums["fn"] * rate).where(rate.notna(), 0.0)
    return pd.DataFrame({"gap": gap, "posts": sums["fn"].where(rate.notna(), 0.0)})


def _accounts_only_there(rows: pd.DataFrame) -> pd.Series:
    """Return how many reference accounts have no post of a stratum outside the event."""
    reference = rows[rows["group"] == REFERENCE]
    events = reference.groupby(["account_id", "stratum"])["event"].transform("nunique")
    return reference[events == 1].groupby(["event", "stratum"]).size()


def _shares(rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Return each event's posts, and its share of each class's weighted sanctions."""
    by = rows.groupby("event")
    out = {"n": by["n"].sum().astype("int64")}
    for group in (FOCAL, REFERENCE):
        mine = rows["w_events"].where(rows["group"] == group, 0.0)
        total = mine.sum()
        share = mine.groupby(rows["event"]).sum() / total if total else 0.0 * by["n"].sum()
        out[f"share_{group}"] = share
    return out


def _large_events(
    comparison: Comparison, rows: pd.DataFrame, table: pd.DataFrame
) -> tuple[bool, str]:
    """Return whether the interval by account and event holds, and what is to be said of it."""
    study = comparison.study
    design = study.design
    shares = table[["share_focal", "share_reference"]].max(axis=1)
    large = int((shares > LARGE).sum())
    if not large:
        return True, f" None holds more than {percent(LARGE, decimals=0)} of a class's sanctions."
    one = f" The largest holds {percent(shares.max())} of the sanctions of one class"
    if no_inference(study):
        return True, f"{one}; no interval is given: {no_inference(study)}."
    _, worth = influences(comparison.primary(), rows)
    fewest = min(1 / share if share > 0 else float("inf") for share in worth.values())
    if fewest < FEWEST_EVENTS:
        return False, (
            f"{one}; by event, the posts of one class are worth only {plain(fewest)} equal events, "
            "so no interval can claim that they stand for others."
        )
    alike = reads_alike(comparison)
    level = design.equivalence_confidence if alike else design.confidence
    alone = comparison.primary(confidence=level)
    both = two_way(alone, rows, confidence=level)
    if alike:
        holds = -design.margin < both.conf_low and both.conf_high < design.margin
    else:
        excluded = alone.conf_low > 0 or alone.conf_high < 0
        holds = not excluded or both.conf_low > 0 or both.conf_high < 0
    by, was = (interval(e.conf_low, e.conf_high, confidence=level) for e in (both, alone))
    return bool(holds), f"{one}; by account and event, {by} (by account alone, {was})."
