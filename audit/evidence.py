"""A comparison, the checks it was held to, its rung on the ladder, and the verdict that follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from audit.checks import CHECKS
from audit.checks.base import Finding, alpha
from audit.claims import RUNGS, Claim, Verdict, said
from audit.comparison import Comparison
from audit.errors import RowsNeeded, UnknownName
from audit.page_claims import claims_of
from audit.printed import Face, Grid, Head, Shown
from audit.progress import steps as progress_of
from audit.sentences import sentence_of
from audit.text import visible
from audit.utterances import Moment, moment
from audit.verdict import Conclusion, Reading, conclude

if TYPE_CHECKING:
    from audit.docket import Docket

CHECK_COLUMNS = ("check", "step", "value", "threshold", "passed", "says")
ALWAYS_RUN = ("account_weighting", "leave_one_out")
"""A sign that turns under either makes the verdict unclear, so neither can be left out."""
NEEDS_ROWS = "needs rows"
"""What a check is held to that was not made, as it takes rows which stay in an engine."""
NAMES_FROM = 3
"""The rung from which officials may be singled out by an estimate (METHODS §4)."""
HIGHEST_UNCLEAR = 2
"""An unclear verdict stands on rung 2 at most (METHODS §4)."""


MARKS: Mapping[bool | None, str] = {True: "pass", False: "FAIL", None: "–"}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Evidence(Shown):
    """What the comparison is worth.

    Attributes
    ----------
    comparison : Comparison
    findings : tuple of Finding
        One per check, in the order of `CHECKS`.
    verdict : Verdict
        From the closed list.
    rung : int
        0 to 5; see `RUNGS`.
    sentence : str
        The verdict as a sentence that the rung licenses.
    note : str
        What a reader must be told with the verdict; "" where nothing.
    claims : tuple of Claim
        The numbers that page 1 prints.
    moment : Moment or None
        What had been said when it was made: its report traces numbers from there.
    """

    comparison: Comparison
    findings: tuple[Finding, ...]
    verdict: Verdict
    rung: int
    sentence: str
    note: str
    claims: tuple[Claim, ...]
    steps: Mapping[int, bool] = field(default_factory=dict)
    moment: Moment | None = None

    @property
    def said(self) -> str:
        """Return the verdict in words that the rung licenses; `verdict` is the one of the list."""
        if self.verdict is Verdict.INADMISSIBLE:
            return str(self.verdict)
        gap = self.comparison.primary().estimate
        reversal = self.comparison.study.design.outcome.reversed
        return said(self.verdict, rung=self.rung, difference=gap, reversal=reversal)

    @property
    def reading(self) -> Reading:
        """Return the numbers that the verdict was read from (METHODS §4)."""
        return _reading(self.comparison, self.findings)

    def docket(self, *, precedents: int = 3) -> Docket:
        """Return every focal case beside what ordinary treatment would have been.

        Accounts are named only where the rung licenses singling out officials by an estimate.

        Parameters
        ----------
        precedents : int
            Nearest ordinary cases, masked, that the docket gives for a case.
        """
        from audit.docket import open_docket

        return open_docket(self.comparison, precedents=precedents, named=self.rung >= NAMES_FROM)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per check: check, step, value, threshold, passed, says."""
        rows = [[getattr(f, c) for c in CHECK_COLUMNS] for f in self.findings]
        return pd.DataFrame(rows, columns=list(CHECK_COLUMNS))

    def table(self, check: str) -> pd.DataFrame:
        """Return the numbers behind a check, empty where it has none.

        Raises
        ------
        UnknownName
            No such check was run; names those that were.
        """
        found = self.finding(check).table
        return pd.DataFrame() if found is None else found.copy()

    def finding(self, check: str) -> Finding:
        """Return one check's finding.

        Raises
        ------
        UnknownName
            No such check was run; names those that were.
        """
        for f in self.findings:
            if f.check == check:
                return f
        raise UnknownName("check of this evidence", check, [f.check for f in self.findings])

    def face(self) -> Face:
        """Return the question, the verdict, the rung and the checks."""
        study = self.comparison.study
        lines = [
            f"verdict: {self.said}  (rung {self.rung} of 5: {RUNGS[self.rung]})",
            self.sentence,
        ]
        lines += [self.note] if self.note and self.verdict is not Verdict.SMALL else []
        lines += [f"gate, {g.kind}: {g.says}" for g in study.gates]
        rows = tuple(
            (
                f.result(MARKS) if f.step else "note",
                str(f.step or "–"),
                f.check,
                visible(f.says, 2000),
            )
            for f in self.findings
        )
        heads = (Head("Result"), Head("Step"), Head("Check"), Head("What it found"))
        checks = Grid("Checks", heads, rows, simulated=study.cases.simulated)
        return Face(study.design.question, tuple(lines), (checks,))


def appraise(comparison: Comparison, *, checks: Sequence[str] = tuple(CHECKS)) -> Evidence:
    """Hold a comparison to its checks and conclude.

    Parameters
    ----------
    comparison : Comparison
        Of an inadmissible study no check is run, and the rung is 0.
    checks : sequence of str
        Names in `CHECKS`. A step of the ladder is passed only by all of its checks, so leaving
        one out can lower the rung and never raise it; those that can turn the verdict to unclear
        are always run.

    Raises
    ------
    UnknownName
        For a name that is not in the table.
    """
    for name in checks:
        if name not in CHECKS:
            raise UnknownName("check", name, CHECKS)
    study = comparison.study
    names = [c for c in CHECKS if c in checks or c in ALWAYS_RUN]
    held = names if study.admissible else []
    findings = tuple(_found(c, comparison) for c in progress_of(held, "checks", unit="check"))
    conclusion = conclude(_reading(comparison, findings))
    steps = _steps(comparison, findings, conclusion.verdict)
    rung = _rung(comparison, steps, conclusion)
    sentence = sentence_of(comparison, conclusion, rung, findings)
    claims = claims_of(comparison, findings, rung)
    return Evidence(
        comparison,
        findings,
        conclusion.verdict,
        rung,
        sentence,
        conclusion.note,
        claims,
        steps,
        moment(),
    )


def _found(name: str, comparison: Comparison) -> Finding:
    """Return what a check finds; one that needs rows which stay in an engine passes nothing."""
    check = CHECKS[name]
    try:
        return check(comparison)
    except RowsNeeded as error:
        says = f"Not checked: {error}"
        return Finding(name, float("nan"), NEEDS_ROWS, None, says, step=check.step)


def _reading(comparison: Comparison, findings: Sequence[Finding]) -> Reading:
    design = comparison.study.design
    level = alpha(design.confidence)
    nan = float("nan")
    common: dict[str, Any] = {
        "margin": design.margin,
        "alpha": level,
        "more_is": str(design.outcome.more_is),
    }
    if not comparison.study.admissible:
        return Reading(
            low=nan,
            high=nan,
            p=nan,
            tight_low=nan,
            tight_high=nan,
            expected=nan,
            barred=True,
            **common,
        )
    wide, tight = comparison.primary(), comparison.primary(confidence=design.equivalence_confidence)
    return Reading(
        low=wide.conf_low,
        high=wide.conf_high,
        p=_permutation_p(comparison, wide.p_value),
        tight_low=tight.conf_low,
        tight_high=tight.conf_high,
        expected=wide.expected,
        reversed_sign=any(f.reverses for f in findings),
        **common,
    )


def _permutation_p(comparison: Comparison, beside: float) -> float:
    """Return the permutation's own p, so that a verdict can say which of the two rejects.

    Where it was not run on the primary contrast, the p beside the interval says as much: both
    must reject (METHODS §4).
    """
    rows = comparison.frame
    own = rows[(rows["estimator"] == "permutation") & (rows["weighting"] == "post")]
    if comparison.study.design.primary != "standardised" or own.empty:
        return beside
    return float(own["p_value"].iloc[0])


def _steps(
    comparison: Comparison, findings: Sequence[Finding], verdict: Verdict
) -> dict[int, bool]:
    """Return which steps of the ladder are passed, each by all of its checks."""
    if not comparison.study.admissible:
        return dict.fromkeys(range(1, 6), False)
    wanted: dict[int, list[str]] = {}
    for name, check in CHECKS.items():
        if check.step:
            wanted.setdefault(check.step, []).append(name)
    passed = {f.check: f.passed is True for f in findings}
    out = {1: True}
    for step in range(2, 6):
        names = wanted.get(step, [])
        out[step] = bool(names) and all(passed.get(n, False) for n in names)
    decided = verdict not in (Verdict.UNCLEAR, Verdict.INADMISSIBLE)
    out[3] = out[3] and decided
    return out


def _rung(comparison: Comparison, steps: Mapping[int, bool], conclusion: Conclusion) -> int:
    """Return the number of consecutive steps passed, under the caps of the gates and of unclear."""
    if not comparison.study.admissible:
        return 0
    rung = 0
    while rung < 5 and steps[rung + 1]:
        rung += 1
    caps = [g.rung for g in comparison.study.gates if g.kind == "cap"]
    if conclusion.verdict is Verdict.UNCLEAR:
        caps.append(HIGHEST_UNCLEAR)
    return min([rung, *caps])
