"""How long posts stood before an action, and how the classes differ in that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite
from typing import TYPE_CHECKING, Any, ClassVar

from audit.cells import FOCAL, REFERENCE
from audit.design import words
from audit.errors import EstimationError
from audit.estimators.accounts.contrasts import no_inference
from audit.estimators.base import NAN
from audit.estimators.duration import median_time
from audit.further import alone
from audit.numerals import level, many, p_value, setting
from audit.questions.base import Answer, barred, measures
from audit.questions.clock_words import ACTION
from audit.questions.followed import (
    DELETED,
    Posts,
    clock_words,
    curve,
    on_the_clock,
    unclocked,
)
from audit.questions.gap import UNCORRECTED, gap_row, gap_said, hard_gates, sizes
from audit.questions.hours import HoursGap, hours, mean_hours_gap, to_focal_mix
from audit.questions.shown_curve import shown_curve

if TYPE_CHECKING:
    from audit.design import Design
    from audit.outcome import Outcome
    from audit.study import Study

TITLE, MEDIAN_ACTED, MEDIAN_ALL = ACTION.title, ACTION.median_of_met, ACTION.median_of_all
NO_LIMITS = "; no interval by account"


@dataclass(frozen=True, slots=True)
class Timing:
    """Time from report (or post) to action, the author's own deletion a competing end.

    Where the outcome is a reversal, time from the action to its being taken back, an action that
    runs out a competing end.

    Each window is the primary contrast with the outcome "acted on within so many hours", enrolled
    anew. Curves, medians and the mean hours without action weight the reference to the focal mix
    of strata where the primary is standardised; the mean has limits by account.
    """

    name: ClassVar[str] = "timing"
    about: ClassVar[str] = "how long posts stood before an action"

    def asked(self, design: Design) -> bool:
        """Return whether the design asks it."""
        return design.timing is not None

    def __call__(self, study: Study) -> Answer:
        """Return rates by window, median and mean hours, and the curve of both classes."""
        title = clock_words(study).title
        if why := unclocked(study):
            return barred(self.name, title, why)
        design = alone(study.design, outcome=_within(study.design.outcome, None))
        posts = on_the_clock(study.again(design))
        if why := hard_gates(posts.study):
            return barred(self.name, title, f"Of the posts with a known time: {why}")
        asked = study.design.timing or {}
        windows, notes = _windows(study, asked.get("within_hours", ()))
        tau = asked.get("restricted_mean_hours")
        means, told = _mean(posts, tau) if tau else ([], [])
        names = {FOCAL: design.focal, REFERENCE: design.references[0]}
        at = [float(h) for h in (*asked.get("within_hours", ()), *([tau] if tau else []))]
        medians = _medians(posts)
        return Answer(
            self.name,
            title,
            _says(windows, means, medians, study, tau),
            measures([*windows, *medians, *means]),
            notes=(_clock(posts, design), *posts.notes, *notes, *told, *_plain(posts, medians)),
            figures={
                "curve": curve(posts, names, at),
                "shown": shown_curve(posts, names, at, study),
            },
            charts=("still_visible",),
        )


def _within(outcome: Outcome, hours: float | None) -> Outcome:
    """Return an outcome with another window: of the action, or of its reversal."""
    if outcome.reversed:
        return replace(outcome, reversed_within_hours=hours)
    return replace(outcome, acted_within_hours=hours)


def _windows(study: Study, within: Any) -> tuple[list[dict[str, Any]], list[str]]:
    """Return a row per window of hours, and what must be told with them."""
    rows, notes, said = [], [], clock_words(study)
    for h in within:
        name = said.within.format(hours=hours(h))
        at = study.again(alone(study.design, outcome=_within(study.design.outcome, h)))
        if why := hard_gates(at):
            notes.append(f"No row ‘{name}’: {why}")
            continue
        rows.append(gap_row(at, name))
        lost = sum(at.unknown_outcomes.get(g, 0) for g in (FOCAL, REFERENCE))
        if lost:
            notes.append(f"Within {hours(h)}: {many(lost, 'post')} left out, {said.left_out}.")
    return rows, notes


def _mean(posts: Posts, tau: float) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the row of the mean hours without action, and its bounds and faults."""
    name = clock_words(posts.study).mean.format(hours=hours(tau))
    confidence = posts.study.design.confidence
    try:
        found = mean_hours_gap(posts.compared()[1], tau=tau, confidence=confidence)
    except EstimationError as error:
        return [], [f"No row ‘{name}’: {error}."]
    reason = no_inference(posts.study)
    row = {
        "measure": name,
        "unit": "hours",
        "focal": found.focal,
        "reference": found.reference,
        "estimate": found.estimate,
        **sizes(posts.study),
        "method": f"restricted mean to {setting(tau)} hours, point only; {reason}",
    }
    notes = _bounds(posts, tau, found)
    if reason:
        return [row], notes
    row |= {"conf_low": found.conf_low, "conf_high": found.conf_high, "p_value": found.p_value}
    return [row | {"method": found.method}], [
        *notes,
        *([f"Mean hours: {found.note}."] if found.note else []),
    ]


def _bounds(posts: Posts, tau: float, found: HoursGap) -> list[str]:
    """Say how far the times of deletion, which nobody recorded, could move the difference."""
    if not (posts.frame["cause"] == DELETED).any():
        return []
    ends = []
    for group in (FOCAL, REFERENCE):
        try:
            moved = mean_hours_gap(posts.compared(gone_at_once=(group,))[1], tau=tau)
        except EstimationError:  # nothing but deletions was watched so long
            return []
        ends.append(moved.estimate)
    return [
        "Where posts that their authors deleted count as gone at once, in one class or the other, "
        "the difference in mean hours lies between "
        f"{hours(min(*ends, found.estimate), signed=True)} and "
        f"{hours(max(*ends, found.estimate), signed=True)}."
    ]


def _medians(posts: Posts) -> list[dict[str, Any]]:
    """Return median hours to action among the acted on, and the time by which half of all were."""
    rows, followed = posts.compared()
    weight, every = to_focal_mix(followed), followed.event
    of_acted, of_all = {}, {}
    n: dict[str, int] = {}
    known, said = posts.study.has_accounts, clock_words(posts.study)
    for side, ours in (("focal", followed.focal), ("reference", ~followed.focal)):
        here = every & ours
        n[f"n_{side}"] = int(rows["n"][here].sum())
        n[f"n_{side}_accounts"] = int(rows["account_id"][here].nunique()) if known else 0
        of_acted[side] = _median(followed.hours[here], every[here], weight[here])
        of_all[side] = _median(followed.hours[ours], every[ours], weight[ours])
    out = []
    for name, found, more, method in (
        (said.median_of_met, of_acted, n, "weighted median, point only"),
        (
            said.median_of_all,
            of_all,
            {},
            "from the share acted on (Kaplan & Meier 1958), point only",
        ),
    ):
        base = {"measure": name, "unit": "hours", **sizes(posts.study), **more, **found}
        gap = found["focal"] - found["reference"]
        out.append({**base, "estimate": gap, "method": method + NO_LIMITS})
    return out


def _median(time: Any, event: Any, weight: Any) -> float:
    """Return the time by which half had the event, NaN where it is not reached."""
    if not len(time):
        return NAN
    found = median_time(time, event.astype(float), weights=weight).estimate
    return found if isfinite(found) else NAN


def _clock(posts: Posts, design: Design) -> str:
    mix = ""
    if design.primary == "standardised" and design.strata:
        outside = int(posts.frame.loc[posts.frame["group"] == FOCAL, "n"].sum())
        outside -= posts.study.compared().total(FOCAL)
        mix = (
            f" In medians, means and curve {words(design.references[0])} posts are weighted to the "
            f"{words(design.focal)} mix of strata"
        )
        mix += f"; {many(outside, 'focal post')} without a like are left out." if outside else "."
    return f"Hours are counted from {posts.clock}.{mix}"


def _plain(posts: Posts, medians: list[dict[str, Any]]) -> list[str]:
    design = posts.study.design
    out = []
    for side, name in (("focal", design.focal), ("reference", design.references[0])):
        if not isfinite(medians[1][side]):
            out.append(clock_words(posts.study).half_not_met.format(name=words(name)))
    if reason := no_inference(posts.study):
        out.append(f"{reason[:1].upper()}{reason[1:]}.")
    return [*out, UNCORRECTED]


def _says(
    windows: list[dict[str, Any]],
    means: list[dict[str, Any]],
    medians: list[dict[str, Any]],
    study: Study,
    tau: float | None,
) -> str:
    design, said = study.design, clock_words(study)
    f, r = words(design.focal), words(design.references[0])
    were = said.were_within.removesuffix(said.within)
    out = [gap_said(row, design, f"{were}{row['measure']}") for row in windows]
    for row in means:
        sure = ", ".join(
            s for s in (_limits(row, design.confidence), p_value(row.get("p_value", NAN))) if s
        )
        out.append(
            f"In the first {hours(tau or NAN)} {f} posts stood {hours(row['focal'])} "
            f"{said.stood} on average, and like {r} posts {hours(row['reference'])}: a "
            f"difference of {hours(row['estimate'], signed=True)} ({sure})."
        )
    acted = medians[0]
    if isfinite(acted["focal"]) and isfinite(acted["reference"]):
        out.append(
            f"{said.half} {hours(acted['focal'])} for {f} posts "
            f"and {hours(acted['reference'])} for {r} posts."
        )
    else:
        none = " and no ".join(
            words(n)
            for n, side in ((design.focal, "focal"), (design.references[0], "reference"))
            if not isfinite(acted[side])
        )
        out.append(said.none_met.format(name=none))
    return " ".join(out)


def _limits(row: dict[str, Any], confidence: float) -> str:
    low, high = row.get("conf_low", NAN), row.get("conf_high", NAN)
    if not (isfinite(low) and isfinite(high)):
        return "no interval"
    ends = f"{hours(low, signed=True).rsplit(' ', 1)[0]} to {hours(high, signed=True)}"
    return f"{level(confidence)} interval {ends}"
