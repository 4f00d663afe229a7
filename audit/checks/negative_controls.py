"""Negative controls: whether nothing is found where no double standard can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from audit.asked import NO_COVARIATE
from audit.cells import FOCAL, REFERENCE
from audit.checks.accounts import AccountWeighting
from audit.checks.base import Finding, alpha, reads_alike
from audit.checks.leave_one_out import LeaveOneOut
from audit.design import words
from audit.errors import DesignError
from audit.further import alone
from audit.numerals import interval, many, points
from audit.schema import UNKNOWN
from audit.text import visible

if TYPE_CHECKING:
    from audit.comparison import Comparison
    from audit.design import Design
    from audit.study import Study

CONTROL_COLUMNS = (
    "control",
    "n_focal",
    "n_reference",
    "estimate",
    "conf_low",
    "conf_high",
    "p_value",
    "verdict",
    "why",
)
TURN_SIGNS = (AccountWeighting(), LeaveOneOut())
"""The checks that can turn a verdict to unclear (METHODS §4)."""
ALIKE, DIFFERENT = "treated alike", "different"
UNCLEAR, INADMISSIBLE = "unclear", "inadmissible"
SHOWN = 3  # controls said in the sentence; the table has all


@dataclass(frozen=True, slots=True)
class NegativeControls:
    """The main comparison again, with the terms that each declared control replaces.

    A control is null when its own verdict is "treated alike" by the design's margin. That nothing
    was found is not enough: an unclear control fails, as does one that the data cannot answer.
    """

    name: ClassVar[str] = "negative_controls"
    about: ClassVar[str] = "the comparison where no double standard can be, to come out as alike"
    step: ClassVar[int] = 5

    def __call__(self, comparison: Comparison) -> Finding:
        """Return how many controls did not come out as alike; guards step 5."""
        study = comparison.study
        threshold = "every control treated alike"
        controls = study.design.negative_controls
        if not controls:
            says = "No negative control was declared."
            return Finding(self.name, float("nan"), threshold, None, says, step=self.step)
        rows = [_row(study, number, control) for number, control in enumerate(controls, 1)]
        table = pd.DataFrame(rows, columns=list(CONTROL_COLUMNS))
        failed = int((table["verdict"] != ALIKE).sum())
        says = (
            f"{len(table) - failed} of {many(len(table), 'negative control')} came out as treated "
            "alike: " + "; ".join(_said(row, study.design.confidence) for row in rows[:SHOWN])
        )
        says += f"; and {len(rows) - SHOWN} more in the table." if len(rows) > SHOWN else "."
        if (table["verdict"] == UNCLEAR).any():
            says += " An unclear control does not show that nothing is there."
        found: dict[str, Any] = {"step": self.step, "table": table}
        return Finding(self.name, float(failed), threshold, failed == 0, says, **found)


def control_design(design: Design, control: Mapping[str, Any]) -> Design:
    """Return the design of a control: its terms in place of the main ones, nothing further asked.

    A population table replaces the columns that it names and keeps the others, so that a control
    of another rule stays among the posts that coders found violating. Of several reference
    classes the primary one stays, unless the control names its own.
    """
    terms: dict[str, Any] = dict(control)
    if "population" in control:
        terms["population"] = {**(design.population or {}), **control["population"]}
    return alone(design, **terms)


def _row(study: Study, number: int, control: Mapping[str, Any]) -> dict[str, Any]:
    from audit.comparison import compare

    design = control_design(study.design, control)
    try:
        held = study.again(design)
    except DesignError as error:
        raise DesignError(f"negative control {number}: {error}") from error
    found = compare(held, using=[design.primary])
    findings = [check(found) for check in TURN_SIGNS] if held.admissible else []
    verdict, why = judged(found, findings)
    if held.admissible and _same_posts(study, held):
        verdict, why = INADMISSIBLE, "it compares the posts of the main question"
    row: dict[str, Any] = {
        "control": control_words(control),
        "n_focal": held.cells.total(FOCAL),
        "n_reference": held.cells.total(REFERENCE),
        "verdict": verdict,
        "why": why,
    }
    if verdict == INADMISSIBLE:
        return row
    effect = found.primary()
    return row | {c: getattr(effect, c) for c in ("estimate", "conf_low", "conf_high", "p_value")}


def _same_posts(study: Study, held: Study) -> bool:
    """Return whether a control compares the main question's posts by the main question's outcome.

    Such a control is the question itself, or its mirror, and shows nothing.
    """
    if study.design.outcome != held.design.outcome:
        return False
    mine, theirs = (
        set(s.cases.frame.loc[s.cases.frame["account_class"] != UNKNOWN, "case_id"])
        for s in (study, held)
    )
    return mine == theirs


def judged(comparison: Comparison, findings: Sequence[Finding]) -> tuple[str, str]:
    """Return what a control came out as, and why where that must be said.

    By the rule of METHODS §4, and in fewer words than a verdict: whether a difference is lenience
    or strictness is not asked where none can be.
    """
    study = comparison.study
    if not study.admissible:
        return INADMISSIBLE, " ".join(g.says for g in study.gates if g.kind == "hard")
    if any(f.reverses for f in findings):
        return UNCLEAR, "the gap changes its sign once accounts are weighted alike or left out"
    effect, design = comparison.primary(), study.design
    if reads_alike(comparison):
        if design.margin < effect.expected:
            return ALIKE, ""
        return UNCLEAR, "with this margin even total immunity would count as alike"
    excludes = effect.conf_low > 0 or effect.conf_high < 0
    rejects = effect.p_value <= alpha(design.confidence)
    return (DIFFERENT, "") if excludes and rejects else (UNCLEAR, "")


def control_words(control: Mapping[str, Any]) -> str:
    """Return what a control replaces, in words: its title, or its terms one by one."""
    if control.get("title"):
        return visible(control["title"], 80)
    parts = []
    for term, value in control.items():
        if term == "population":
            parts += [f"{words(c)} {_allowed(c, allowed)}" for c, allowed in value.items()]
        elif term == "outcome":
            parts.append(
                "outcome " + ", ".join(f"{words(k)} {visible(v)}" for k, v in value.items())
            )
        else:
            listed = [value] if isinstance(value, str) else value
            parts.append(f"{words(term)} {' × '.join(words(str(v)) for v in listed) or 'none'}")
    return visible("; ".join(parts), 200)


def _allowed(column: str, allowed: Any) -> str:
    """Return allowed values in words; ids are counted, since an ordinary account has no name."""
    if NO_COVARIATE.get(column) == "an id":
        return f"among {many(len(allowed), 'listed value')}"
    if isinstance(allowed, Mapping):
        return ", ".join(f"{side} {visible(value, 40)}" for side, value in allowed.items())
    return " or ".join(f"‘{visible(value, 40)}’" for value in allowed)


def _said(row: Mapping[str, Any], confidence: float) -> str:
    """Return one control as a clause of the sentence."""
    if "estimate" not in row:
        return f"{row['control']}: {row['verdict']} ({row['why'].rstrip('.')})"
    ends = interval(row["conf_low"], row["conf_high"], confidence=confidence)
    gap = points(row["estimate"]) + (f", {ends}" if ends else "")
    return f"{row['control']}: {row['verdict']} ({gap})"
