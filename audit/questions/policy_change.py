"""A policy change: how both classes' rates moved around a known date."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from audit.cells import FOCAL, REFERENCE, equal_accounts
from audit.design import words
from audit.estimators.base import NAN
from audit.gates import FEW_FOCAL_ACCOUNTS, MIXED_REGIMES, refused
from audit.numerals import count, interval, many, p_value, percent, points, ratio
from audit.questions.base import Answer, barred, measures
from audit.questions.change_series import (
    AFTER,
    BEFORE,
    Around,
    around,
    counted,
    drawn_series,
    fit_of,
    own_terms,
)
from audit.questions.moved_gap import MovedGap, moved_gap
from audit.text import visible

if TYPE_CHECKING:
    from audit.design import Design
    from audit.estimators.series.rate_model import RateFit
    from audit.study import Study

FEWEST_PERIODS = 4
"""Periods with posts of both classes needed on either side of the change."""


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """How the gap moved around a dated change of policy.

    Three readings: the rates before and after as found; the change of the gap account by account
    (difference in differences of account × period rates, inference by account); and the step in
    the ratio of the classes' rates over their own trends (a controlled segmented series, whose
    limits are about periods). Another thing that happened on the same date to one class only
    would look the same.
    """

    name: ClassVar[str] = "policy_change"
    about: ClassVar[str] = "how both classes' rates moved around a dated change of policy"
    despite_gates: ClassVar[tuple[str, ...]] = (MIXED_REGIMES,)
    """Hard gates under which it may still be asked: a change of the rule is what it is about."""

    def asked(self, design: Design) -> bool:
        """Return whether the design names a change."""
        return design.policy_change is not None

    def __call__(self, study: Study) -> Answer:
        """Return rates before and after, the moved gap, and the ratio of rate ratios."""
        title = _title(study.design)
        if "posted_at" not in study.cases.frame:
            return barred(self.name, title, "The cases do not record when posts were made.")
        found = around(study)
        series = counted(found)
        why = _too_few(found, series)
        if why:
            return barred(self.name, title, why)
        fit = fit_of(found, series, study.design.confidence)
        moved = moved_gap(study, found)
        drawn = drawn_series(study, found, series, None if isinstance(fit, str) else fit)
        figures = {"series": drawn}
        if not moved.event_study.empty:
            figures["event_study"] = moved.event_study
        sides = _sides(study, found)
        rows = [*sides, *_moved_row(moved), *_ratio_row(study, found, fit)]
        return Answer(
            self.name,
            title,
            _says(study, sides, moved),
            measures(rows),
            notes=tuple(_notes(study, found, series, moved, fit)),
            figures=figures,
            charts=(self.name,),
        )


def _title(design: Design) -> str:
    from audit.further import moment

    terms = design.policy_change or {}
    day = f"{moment(terms['at']):%Y-%m-%d}"
    given = visible(terms.get("title", ""), 80)
    return f"Before and after ‘{given}’ ({day})" if given else f"Before and after {day}"


def _too_few(found: Around, series: pd.DataFrame) -> str:
    """Return why the change cannot be looked at, "" where it can."""
    both = series[series["compared"]].groupby("phase")["period"].nunique()
    before, after = int(both.get(BEFORE, 0)), int(both.get(AFTER, 0))
    if min(before, after) >= FEWEST_PERIODS:
        return ""
    return (
        f"Posts of both classes fall into {many(before, found.per)} before {found.at:%Y-%m-%d} "
        f"and {many(after, found.per)} after it; {FEWEST_PERIODS} on either side are needed to "
        "tell a change from what rates do anyway."
    )


def _sides(study: Study, found: Around) -> list[dict[str, Any]]:
    """Return the rates of both classes before and after, per post as found."""
    rows = []
    for phase in (BEFORE, AFTER):
        mine = found.rows[found.rows["phase"] == phase]
        row: dict[str, Any] = {"measure": f"Rate {phase} the change, as found", "unit": "points"}
        for group in (FOCAL, REFERENCE):
            part = mine[mine["group"] == group]
            weight = part["n"] * part["weight"]
            row[group] = float(weight[part["acted"]].sum() / weight.sum())
            row[f"n_{group}"] = int(part["n"].sum())
            accounts = part["account_id"].nunique() if study.has_accounts else 0
            row[f"n_{group}_accounts"] = accounts
        row["estimate"] = row[FOCAL] - row[REFERENCE]
        rows.append(row | {"method": "per post as found, point only"})
    return rows


def _moved_row(moved: MovedGap) -> list[dict[str, Any]]:
    if not np.isfinite(moved.estimate):
        return []
    row = {"measure": "Change of the gap, account by account", "unit": "points"}
    shared = {k: getattr(moved, k) for k in ("estimate", "conf_low", "conf_high", "p_value")}
    sizes = {k: getattr(moved, k) for k in ("n_focal", "n_reference")}
    sizes |= {f"{k}_accounts": getattr(moved, f"{k}_accounts") for k in ("n_focal", "n_reference")}
    return [row | shared | sizes | {"method": moved.method}]


def _ratio_row(study: Study, found: Around, fit: RateFit | str) -> list[dict[str, Any]]:
    if isinstance(fit, str):
        return []
    few = _few(study)
    step = f"{FOCAL}_level"
    rows = found.rows[found.rows["phase"].isin((BEFORE, AFTER))]
    row: dict[str, Any] = {
        "measure": "Step at the change: ratio of rate ratios, over periods",
        "unit": "ratio",
        "estimate": exp(fit.params[step]),
        "conf_low": NAN if few else exp(fit.conf_low[step]),
        "conf_high": NAN if few else exp(fit.conf_high[step]),
        "method": f"{fit.method}; the limits are about periods and not about accounts"
        if not few
        else "segmented log-linear model of rates, point only",
    }
    for group in (FOCAL, REFERENCE):
        part = rows[rows["group"] == group]
        row[f"n_{group}"] = int(part["n"].sum())
        row[f"n_{group}_accounts"] = part["account_id"].nunique() if study.has_accounts else 0
    return [row]


def _few(study: Study) -> str:
    """Return why nothing may be claimed beyond these accounts, "" where it may."""
    if not study.has_accounts:
        return f"{count(study.posts_without_account)} posts carry no account"
    k = study.cells.accounts(FOCAL)
    if k <= FEW_FOCAL_ACCOUNTS:
        return f"there are only {many(k, 'focal account')}"
    return refused(k, equal_accounts(study.cells.by_account(FOCAL)["n"]))


def _says(study: Study, sides: list[dict[str, Any]], moved: MovedGap) -> str:
    design = study.design
    before, after = sides
    parts = [
        f"Of {words(name)} posts, {percent(before[group])} were {design.outcome.verb} before the "
        f"change and {percent(after[group])} after it"
        for name, group in ((design.focal, FOCAL), (design.references[0], REFERENCE))
    ]
    says = (
        f"{'; of '.join([parts[0], parts[1].removeprefix('Of ')])}. As found, the gap went from "
        f"{points(before['estimate'])} to {points(after['estimate'])}."
    )
    if not np.isfinite(moved.estimate):
        return f"{says} It cannot be followed account by account: {moved.why}."
    limits = interval(moved.conf_low, moved.conf_high, confidence=design.confidence)
    sure = "; ".join(filter(None, (limits, p_value(moved.p_value))))
    like = ", among like cases," if moved.alike else ""
    says += (
        f" Account by account{like} it moved by {points(moved.estimate)}"
        f"{f' ({sure})' if sure else ''}."
    )
    if moved.why:
        says += f" No interval stands: {moved.why}."
    return says


def _notes(
    study: Study, found: Around, series: pd.DataFrame, moved: MovedGap, fit: RateFit | str
) -> list[str]:
    out = [
        "What else happened at that date, to one class only, would look the same: the change is a "
        "date here, and nothing more."
    ]
    out += _ratio_notes(study, fit)
    out += moved.notes
    if found.straddling:
        out.append(
            f"The change falls inside a {found.per}: its {many(found.straddling, 'post')} are left "
            "out of every number, and drawn hollow."
        )
    if found.undated:
        out.append(f"{many(found.undated, 'post')} without a date of posting are left out.")
    lone = series[~series["compared"] & series["phase"].isin((BEFORE, AFTER))]
    if len(lone):
        out.append(
            f"{many(lone['period'].nunique(), found.per)} with posts of one class only "
            f"({many(lone['n'].sum(), 'post')}) are in the rates as found and not in the fitted "
            "series."
        )
    return out


def _ratio_notes(study: Study, fit: RateFit | str) -> list[str]:
    if isinstance(fit, str):
        return [f"No ratio of rates could be fitted to the series: {fit.rstrip('.')}."]
    few = _few(study)
    own = []
    for name, group in ((study.design.focal, FOCAL), (study.design.references[0], REFERENCE)):
        params, covariance = own_terms(fit, group)
        level, error = float(params["level"]), float(np.sqrt(covariance.loc["level", "level"]))
        text = f"{words(name)} posts {ratio(exp(level))}"
        if not few:
            from scipy.stats import t

            arm = error * float(t.isf((1 - study.design.confidence) / 2, fit.df["level"]))
            text += f" ({ratio(exp(level - arm))} to {ratio(exp(level + arm))})"
        own.append(text)
    out = [
        "Step in each class's own rate at the change, as a ratio over its own trend: "
        f"{'; '.join(own)}."
    ]
    if few:
        out.append(f"The ratios are points without limits: {few}.")
    else:
        out.append(
            "Limits of ratios are over periods: they say how far periods stray from their trend, "
            "and claim no sampling of accounts. The account-level result is the change of the gap."
        )
    return [*out, fit.note] if fit.note else out
