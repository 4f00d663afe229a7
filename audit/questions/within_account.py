"""Within accounts: how the same accounts fared inside and outside the focal class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from audit.design import words
from audit.estimators.series.within import FEWEST, Within, WithinEstimate, within_difference
from audit.numerals import count, interval, many, p_value, percent, points
from audit.questions.base import Answer, barred, measures
from audit.questions.in_and_out import InAndOut, in_and_out, placebo_ranks
from audit.text import visible

if TYPE_CHECKING:
    from audit.design import Design
    from audit.study import Study

WEIGHTINGS = {"post": "each post alike", "account": "each account alike"}
NONE_BOTH = "No account in the cases has posts both as {focal} and as something else."


@dataclass(frozen=True, slots=True)
class WithinAccount:
    """How accounts that were in and out of the focal class fared, against the calendar.

    Each account is its own comparison: its rate inside the class less its rate outside, each less
    the reference class's rate in the same calendar block (and stratum). Inference is by account;
    with fewer than five it is a description.
    """

    name: ClassVar[str] = "within_account"
    about: ClassVar[str] = "how the same accounts fared inside and outside the focal class"

    def asked(self, design: Design) -> bool:
        """Return whether the design asks for it."""
        return design.within_account is not None

    def __call__(self, study: Study) -> Answer:
        """Return the difference as found, and net of the calendar by post and by account."""
        design = study.design
        title = f"The same accounts as {words(design.focal)} and otherwise"
        if not study.has_accounts:
            n = many(study.posts_without_account, "post")
            return barred(self.name, title, f"{n} carry no account.")
        per = (design.within_account or {}).get("per", "month")
        found = in_and_out(study, per=per)
        if not found.accounts:
            return barred(self.name, title, NONE_BOTH.format(focal=words(design.focal)))
        within = None if found.why else found.within()
        if within is None or within.accounts.empty:
            return barred(self.name, title, not_comparable(found, per))
        estimates = {by: estimated(study, within, by=by) for by in WEIGHTINGS}
        figures = {"accounts": by_number(within)}
        notes = _notes(study, found, within, estimates["post"], per)
        if 1 < len(within.accounts) < FEWEST:
            ranks = placebo_ranks(found, within)
            figures["placebo"] = _numbered(ranks)
            notes += _placebo(ranks)
        rows = [_row_as_found(within), *(_row(within, by, e) for by, e in estimates.items())]
        return Answer(
            self.name,
            title,
            _says(study, found, within, estimates["post"], per),
            measures(rows),
            notes=tuple(notes),
            figures=figures,
            charts=(self.name,),
        )


def estimated(
    study: Study, within: Within, *, by: str = "post", confidence: float | None = None
) -> WithinEstimate:
    """Return the mean within-account difference at the design's confidence or another."""
    level = confidence or study.design.confidence
    return within_difference(within, by=by, confidence=level, seed=study.design.seed)


def not_comparable(found: InAndOut, per: str) -> str:
    """Return why accounts seen on both sides cannot be compared."""
    why = found.why or (
        f"none has dated posts on both sides in a {per} in which at least two reference accounts "
        "posted the like"
    )
    return f"{many(found.accounts, 'account')} posted on both sides, but {why}."


def by_number(within: Within) -> pd.DataFrame:
    """Return the accounts by number, smallest difference first: nobody is named."""
    columns = [
        "n_inside",
        "n_outside",
        "rate_inside",
        "rate_outside",
        "expected_inside",
        "expected_outside",
        "difference",
    ]
    return _numbered(within.accounts)[["account", *columns]]


def _numbered(table: pd.DataFrame) -> pd.DataFrame:
    out = table.sort_values("difference", kind="stable").reset_index(drop=True)
    return out.assign(account=np.arange(1, len(out) + 1))


def _sizes(within: Within) -> dict[str, int]:
    k = len(within.accounts)
    return {
        "n_focal": int(within.accounts["n_inside"].sum()),
        "n_reference": int(within.accounts["n_outside"].sum()),
        "n_focal_accounts": k,
        "n_reference_accounts": k,
    }


def _rates(within: Within) -> tuple[float, float]:
    """Return the rates inside and outside, each account weighted by its posts inside."""
    weight = within.accounts["posts"].to_numpy(float)
    inside, outside = (
        float(np.average(within.accounts[f"rate_{side}"], weights=weight))
        for side in ("inside", "outside")
    )
    return inside, outside


def _row_as_found(within: Within) -> dict[str, Any]:
    inside, outside = _rates(within)
    return {
        "measure": "Inside less outside, as found",
        "unit": "points",
        "estimate": inside - outside,
        "method": "accounts weighted by their posts inside, point only; focal n are posts inside "
        "the class, reference n posts of the same accounts outside it",
        **_sizes(within),
    }


def _row(within: Within, by: str, found: WithinEstimate) -> dict[str, Any]:
    numbers = {k: getattr(found, k) for k in ("estimate", "conf_low", "conf_high", "p_value")}
    measure = f"Inside less outside, net of the calendar, {WEIGHTINGS[by]}"
    about = {"measure": measure, "unit": "points", "method": found.method}
    return about | numbers | _sizes(within)


def _says(study: Study, found: InAndOut, within: Within, net: WithinEstimate, per: str) -> str:
    design, sizes = study.design, _sizes(within)
    focal, outside = words(design.focal), otherwise(found)
    first, second = _rates(within)
    like = " and stratum" if design.strata and design.primary == "standardised" else ""
    limits = interval(net.conf_low, net.conf_high, confidence=design.confidence)
    sure = "; ".join(filter(None, (limits, p_value(net.p_value))))
    return (
        f"{many(net.n_accounts, 'account')} posted both as {focal} "
        f"({many(sizes['n_focal'], 'post')}) and as {outside} "
        f"({many(sizes['n_reference'], 'post')}). Of their posts as {focal}, {percent(first)} were "
        f"{design.outcome.verb}; of their other posts, {percent(second)}. Net of "
        f"{words(design.references[0])} posts of the same {per}{like}, the difference is "
        f"{points(net.estimate)}{f' ({sure})' if sure else ''}."
    )


def otherwise(found: InAndOut) -> str:
    """Return what the accounts were outside the focal class, in words."""
    names = [visible(words(name), 40) for name in found.classes]
    if len(names) > 3:
        return f"one of {count(len(names))} other classes"
    return " or ".join(names)


def _notes(
    study: Study, found: InAndOut, within: Within, net: WithinEstimate, per: str
) -> list[str]:
    k, design = net.n_accounts, study.design
    out = [
        "An account is seldom inside and outside the class in the same "
        f"{per}: what the calendar does is taken from {words(design.references[0])} posts, and "
        "what else an account changed when its class did is part of the difference."
    ]
    if k == 1:
        out.append("One account is a description of that account, without interval or p-value.")
    elif k < FEWEST:
        out.append(
            f"With {many(k, 'account')} no interval or p-value stands: flipping their signs can "
            f"give no p-value below {net.smallest_p:.3g}."
        )
    elif net.smallest_p > 1 - design.confidence:
        out.append(
            f"With {many(k, 'account')}, flipping their signs can give no p-value below "
            f"{net.smallest_p:.3g}."
        )
    if net.note:
        out.append(f"No interval stands: {net.note}.")
    told = (
        (within.n_alone, f"in a {per} and stratum with fewer than two reference accounts"),
        (found.undated, "without a date of posting"),
        (found.unknown, "of unknown class"),
    )
    out += [f"{many(n, 'post')} of these accounts {what} are left out." for n, what in told if n]
    lost = found.accounts - k
    if lost:
        out.append(f"{many(lost, 'account')} then lack posts on one side, and are not compared.")
    return out


def _placebo(ranks: pd.DataFrame) -> list[str]:
    """Say how each account's change stands among reference accounts given its dates."""
    able = ranks[ranks["n_comparable"] > 0]
    if able.empty:
        return ["No reference account has about as many posts on the same dates to rank among."]
    said = "; ".join(
        f"account {row.account} is number {count(row.rank)} of {count(row.n_comparable + 1)}"
        for row in _numbered(ranks).itertuples()
        if row.n_comparable
    )
    return [
        "Placebo: given an account’s own dates, reference accounts with about as many posts are "
        f"ranked with it by the size of their difference: {said}. A rank is no p-value."
    ]
