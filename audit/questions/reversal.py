"""How often an action was taken back, among the posts that met one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from audit.cells import FOCAL, REFERENCE
from audit.design import words
from audit.estimators.accounts.contrasts import no_inference
from audit.estimators.outcome import INFRA_MARGINALITY
from audit.further import alone
from audit.numerals import count, many, setting
from audit.outcome import Outcome
from audit.questions.base import Answer, barred, measures
from audit.questions.gap import UNCORRECTED, gap_row, gap_said, hard_gates, regrouped

if TYPE_CHECKING:
    from audit.design import Design
    from audit.study import Study

TITLE = "Taken back"
REVERSED = "taken back, of the posts acted on"
APPEALED = "appealed against, of the posts acted on"
REVERSED_ON_APPEAL = "taken back, of the posts appealed"


@dataclass(frozen=True, slots=True)
class Reversal:
    """The share of actions taken back, among posts that met the design's outcome.

    An outcome test: fewer actions taken back in a class can mean that only its clearer cases were
    acted on, and much else besides (infra-marginality), so the evidence is at most rung 2.
    """

    name: ClassVar[str] = "reversal"
    about: ClassVar[str] = "how often an action was taken back"

    def asked(self, design: Design) -> bool:
        """Return whether the design asks it."""
        return design.reversal

    def __call__(self, study: Study) -> Answer:
        """Return the gap in actions taken back, and in appeals where they are recorded."""
        if "reversed" not in study.cases.frame:
            why = "The cases have no column ‘reversed’, so what was taken back is not known."
            return barred(self.name, TITLE, why)
        if why := _nothing_sanctioned(study):
            return barred(self.name, TITLE, why)
        at = _sanctioned(study)
        if why := _untold(study, at):
            return barred(self.name, TITLE, why)
        rows = [gap_row(at, REVERSED)]
        appeals, notes = _appeals(at)
        frame = measures([*rows, *appeals])
        said = [gap_said(rows[0], study.design, "acted on had the action taken back")]
        said += [
            gap_said(r, study.design, "acted on were appealed")
            for r in appeals
            if r["measure"] == APPEALED
        ]
        return Answer(
            self.name,
            TITLE,
            " ".join(said),
            frame,
            notes=(*_notes(study, at), *notes, UNCORRECTED),
        )


def _nothing_sanctioned(study: Study) -> str:
    cells = study.cells
    if study.design.outcome.reversed:
        return ""
    for name, group in ((study.design.focal, FOCAL), (study.design.references[0], REFERENCE)):
        if not cells.of(group)["events"].sum():
            return f"No {words(name)} post was {study.design.outcome.verb}: none can be taken back."
    return ""


def _sanctioned(study: Study) -> Study:
    """Return the study of what was taken back, among the rows that met the design's outcome."""
    if study.design.outcome.reversed:
        return study
    met = study.rows()["acted"].astype(bool)
    cases = study.cases.keep(met, because="not acted on, so that nothing could be taken back")
    # The rows are filtered already, and a value allowed may be left in no row acted on.
    design = alone(study.design, outcome=Outcome(reversed=True), population=None)
    return study.again(design, cases=cases)


def _untold(study: Study, at: Study) -> str:
    """Return why the posts acted on give no contrast of reversals, "" where they do."""
    for name, group in ((study.design.focal, FOCAL), (study.design.references[0], REFERENCE)):
        if not at.cells.total(group):
            lost = at.unknown_outcomes.get(group, 0)
            return (
                f"Whether the action was taken back is recorded for none of the "
                f"{many(lost, f'{words(name)} post')} acted on."
            )
    return hard_gates(at)


def _appeals(at: Study) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the share appealed, and reversals among the appealed, as far as recorded."""
    if "appealed" not in at.cases.frame:
        return [], ["Whether actions were appealed against is not recorded."]
    rows = at.rows()
    known = rows["appealed"].notna()
    notes = []
    ours = rows["group"].isin((FOCAL, REFERENCE))
    if missing := int(rows.loc[ours & ~known, "n"].sum()):
        notes.append(f"Appeal not recorded: {many(missing, 'post')}, left out of those rows.")
    out = []
    flags = rows.loc[known, "appealed"].astype(bool)
    parts = (
        (APPEALED, rows[known], flags),
        (REVERSED_ON_APPEAL, rows[known][flags], rows.loc[known, "acted"][flags]),
    )
    for measure, kept, flag in parts:
        held = regrouped(at, kept, flag)
        if why := hard_gates(held):
            notes.append(f"No row ‘{measure}’: {why}")
        else:
            out.append(gap_row(held, measure))
    return out, notes


def _notes(study: Study, at: Study) -> list[str]:
    design = study.design
    out = [f"At most rung {setting(2)} of the ladder of evidence. {INFRA_MARGINALITY}"]
    if reason := no_inference(at):
        out.append(f"{reason[:1].upper()}{reason[1:]}.")
    lost = [
        f"{count(at.unknown_outcomes[group])} {words(name)}"
        for name, group in ((design.focal, FOCAL), (design.references[0], REFERENCE))
        if at.unknown_outcomes.get(group)
    ]
    if lost:
        out.append(
            f"Not known whether the action was taken back: {' and '.join(lost)} posts, left out."
        )
    inside = at.compared().total(FOCAL)
    outside = at.cells.total(FOCAL) - inside
    if outside:
        out.append(
            f"{many(outside, f'{words(design.focal)} post')} acted on have no like "
            f"{words(design.references[0])} post acted on to compare with."
        )
    return out
