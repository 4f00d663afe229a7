"""How far up the ladder of actions each class was met."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from audit.cells import FOCAL, REFERENCE
from audit.design import words
from audit.errors import EstimationError
from audit.estimators.accounts.contrasts import no_inference
from audit.estimators.base import NAN
from audit.estimators.severity import proportional_odds, softer_rung
from audit.further import alone
from audit.numerals import count, level, many, points
from audit.numerals import ratio as plain_ratio
from audit.outcome import Outcome
from audit.questions.base import Answer, barred, measures
from audit.questions.gap import UNCORRECTED, gap_row, hard_gates, regrouped, sizes, sureness
from audit.text import visible

if TYPE_CHECKING:
    from audit.design import Design
    from audit.study import Study

TITLE = "How far up the ladder"
SOFTER = "probability that a focal post met the milder action"
PLACE = "mean place on the ladder, of the posts acted on"
AMONG_ENFORCED = (
    "Shares are of the posts acted on, and none is a rate of enforcement. A class of which only "
    "the clearer cases are acted on can be met more severely under one threshold "
    "(infra-marginality), so this is at most rung 2 of the ladder of evidence."
)
MOST_POSTS = 2_000_000
"""Posts (Σcount) up to which the order of single posts is compared."""


@dataclass(frozen=True, slots=True)
class Severity:
    """The gap at every rung of the ladder, and how the classes' actions are ordered as a whole.

    Each rung is the primary contrast with "this rung or above" as the outcome, on the cases as
    loaded, so that it has the strata, weights and account-level interval of the
    main comparison. Rungs are nested: their gaps are not separate findings. Of a table that holds
    only what was acted on, the shares are of that, and the lowest rung is met by all.
    """

    name: ClassVar[str] = "severity"
    about: ClassVar[str] = "how far up the ladder of actions each class was met"

    def asked(self, design: Design) -> bool:
        """Return whether the design asks it."""
        return design.severity

    def __call__(self, study: Study) -> Answer:
        """Return the gap at each rung that was reached, and the relative effect."""
        first = _at(study, study.cases.ladder.rungs[1])
        if why := hard_gates(first, among_enforced=_among_enforced(first)):
            return barred(self.name, TITLE, why)
        posts = _posts(first)
        rows, notes, lost = _rungs(study, first, posts)
        if not rows:
            why = "No post of either class was acted on at any rung, so there is none to compare."
            return barred(self.name, TITLE, why)
        softer, told = _softer(first, posts)
        frame = measures([*rows, softer, _place(first, posts)])
        return Answer(
            self.name,
            TITLE,
            _says(rows, softer, study.design),
            frame,
            notes=(
                "Rungs are nested: a gap at a high rung carries into all below it.",
                *notes,
                *_ladder_notes(study, lost),
                *told,
                _one_odds_ratio(first, posts, study.design),
                UNCORRECTED,
            ),
            figures={"rungs_met": _met(first, posts)},
            charts=() if study.design.outcome.reversed else ("rungs",),
        )


def _at(study: Study, rung: str) -> Study:
    """Return the study of "this rung or above", within the design's own hours where it has any."""
    outcome = Outcome(at_least=rung, acted_within_hours=study.design.outcome.acted_within_hours)
    cases = study.loaded
    if _among_enforced(study):
        acted = cases.ladder.rank(cases.frame["action"]) > 0
        cases = cases.keep(acted, because="acted on: the frame is of these alone")
    return study.again(alone(study.design, outcome=outcome), cases=cases)


def _among_enforced(study: Study) -> bool:
    return study.design.frame == "enforced_only"


def _rungs(
    study: Study, first: Study, posts: pd.DataFrame
) -> tuple[list[dict[str, Any]], list[str], int]:
    """Return a row per rung that a post reached, why others have none, and unknown outcomes."""
    rows, notes, unreached, lost = [], [], [], 0
    rungs, among = study.cases.ladder.rungs[1:], _among_enforced(first)
    for place, rung in enumerate(rungs):
        if among and not place:
            continue  # all that is in the frame
        # With a window, what is known of a post depends on the rung; without, nothing else does.
        window = first.design.outcome.acted_within_hours
        at = _at(study, rung) if window else regrouped(first, posts, posts["level"] > place)
        name = visible(rung, 60) + ("" if place == len(rungs) - 1 else " or stricter")
        if why := hard_gates(at, among_enforced=among):
            notes.append(f"No row ‘{name}’: {why}")
        elif not at.cells.of(FOCAL, REFERENCE)["events"].sum():
            unreached.append(f"‘{visible(rung, 60)}’")
        else:
            rows.append(gap_row(at, name, test=False))
            lost = max(lost, sum(at.unknown_outcomes.get(g, 0) for g in (FOCAL, REFERENCE)))
    if unreached:
        notes.append(f"Not listed, for no post reached it: {', '.join(unreached)}.")
    return rows, notes, lost


def _posts(first: Study) -> pd.DataFrame:
    """Return the rows of known class with `level`, the place on the ladder of what each met."""
    rows = first.rows()
    rows = rows[rows["group"].isin((FOCAL, REFERENCE))]
    level = first.cases.ladder.rank(rows["action"]) * rows["acted"].to_numpy(int)
    return rows.assign(level=level)


def _softer(first: Study, posts: pd.DataFrame) -> tuple[dict[str, Any], list[str]]:
    """Return the relative effect as a row, by account, and what must be told with it."""
    row: dict[str, Any] = {"measure": SOFTER, "unit": "probability", **sizes(first)}
    n = int(posts["n"].sum())
    if first.weighted or n > MOST_POSTS:
        why = (
            "it compares single posts and knows no sampling weights"
            if first.weighted
            else f"it compares single posts, and {count(n)} are more than {count(MOST_POSTS)}"
        )
        return row | {"method": f"not computed: {why}"}, [f"The milder action: {why}; left out."]
    arms = [posts[posts["group"] == g] for g in (FOCAL, REFERENCE)]
    levels = [np.repeat(a["level"].to_numpy(float), a["n"]) for a in arms]
    names = [np.repeat(a["account_id"].astype("str").to_numpy(object), a["n"]) for a in arms]
    reason = no_inference(first)
    found = softer_rung(
        *levels,
        cluster=tuple(names) if first.has_accounts else None,
        confidence=first.design.confidence,
        seed=first.design.seed,
    )
    row |= {"estimate": found.estimate, "method": found.method}
    notes = [
        "The milder action is read over all posts as they came, not within the strata: "
        "be no order between the classes, more that focal posts met the milder action."
    ]
    if reason:
        return row | {"method": f"relative effect, point only; {reason}"}, notes
    limits = {"conf_low": found.conf_low, "conf_high": found.conf_high, "p_value": found.p_value}
    return row | limits, [*notes, *([f"The milder action: {found.note}."] if found.note else [])]


def _place(first: Study, posts: pd.DataFrame) -> dict[str, Any]:
    """Return the mean place on the ladder among the posts acted on, by class, without limits."""
    row: dict[str, Any] = {"measure": PLACE, "unit": "count", **sizes(first)}
    known = first.has_accounts
    means = []
    for side, group in (("focal", FOCAL), ("reference", REFERENCE)):
        hit = posts[(posts["group"] == group) & (posts["level"] > 0)]
        weight = hit["n"] * hit["weight"]
        means.append(float(np.average(hit["level"], weights=weight)) if len(hit) else NAN)
        row |= {side: means[-1], f"n_{side}": int(hit["n"].sum())}
        row[f"n_{side}_accounts"] = int(hit["account_id"].nunique()) if known else 0
    return row | {
        "estimate": means[0] - means[1],
        "method": "mean rank, rungs taken as equally far apart; all posts acted on, not within "
        "strata; no interval",
    }


def _met(first: Study, posts: pd.DataFrame) -> pd.DataFrame:
    """Return posts and share of each class at each rung, nothing done included."""
    weight = posts["n"] * posts["weight"]
    out = []
    for name, group in ((first.design.focal, FOCAL), (first.design.references[0], REFERENCE)):
        of = posts["group"] == group
        for place, rung in enumerate(first.cases.ladder.rungs):
            here = of & (posts["level"] == place)
            out.append(
                {
                    "account_class": name,
                    "rung": rung,
                    "posts": int(posts.loc[here, "n"].sum()),
                    "share": float(weight[here].sum() / weight[of].sum()),
                }
            )
    return pd.DataFrame(out)


def _one_odds_ratio(first: Study, posts: pd.DataFrame, design: Design) -> str:
    """Say the proportional odds ratio, or why there is none."""
    if first.weighted:
        return "No single odds ratio for the ladder: the fit knows no sampling weights."
    table = posts.groupby(["group", "level"], as_index=False)["n"].sum()
    x = pd.DataFrame({"focal": (table["group"] == FOCAL).astype(float)})
    try:
        fit = proportional_odds(x, table["level"].to_numpy(float), weights=table["n"].to_numpy())
        value = float(np.exp(fit.params["focal"]))
    except EstimationError as error:
        return f"No single odds ratio for the ladder: {visible(str(error), 300)}"
    return (
        f"Taken alike at every rung (proportional odds), the odds ratio of a stricter action is "
        f"{plain_ratio(value)} for {words(design.focal)} against {words(design.references[0])} "
        "posts, as they came; its published interval treats posts as independent, so none stands."
    )


def _ladder_notes(study: Study, lost: int) -> list[str]:
    out = []
    if lost:
        out.append(f"Up to {many(lost, 'post')} per rung left out: outcome unknown in the window.")
    if _among_enforced(study):
        out.append(AMONG_ENFORCED)
    elif study.design.outcome.reversed:
        out.append("All posts of the population are counted here, not the sanctioned alone.")
    return out


def _says(rows: list[dict[str, Any]], softer: dict[str, Any], design: Design) -> str:
    f, r = words(design.focal), words(design.references[0])
    gaps = "; ".join(
        f"‘{row['measure']}’ {points(row['estimate'])} ({sureness(row, design)})" for row in rows
    )
    of = "Of posts acted on, share" if design.frame == "enforced_only" else "Rate"
    out = f"{of} of {f} less that of {r} posts at each rung: {gaps}."
    value = softer.get("estimate", NAN)
    if np.isfinite(value):
        low, high = softer.get("conf_low", NAN), softer.get("conf_high", NAN)
        sure = ", no interval"
        if np.isfinite(low) and np.isfinite(high):
            ends = f"{plain_ratio(low)} to {plain_ratio(high)}"
            sure = f", {level(design.confidence)} interval {ends}"
        out += (
            f" Of two posts taken at random, one {f} and one {r}, the {f} one met the milder "
            f"action with probability {plain_ratio(value)} (ties count half{sure})."
        )
    return out
