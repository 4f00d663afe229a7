"""What the estimators say of a study, one tidy row each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from audit.comparison import study_tables
from audit.comparison.printed_estimates import estimates_grid
from audit.errors import UnknownName
from audit.estimators import ESTIMATORS
from audit.estimators.accounts.contrasts import effect
from audit.printed import Face, Shown
from audit.progress import steps
from audit.questions import QUESTIONS, Answer
from audit.questions.few_accounts import shielded_answer
from audit.study import Study

ESTIMATE_COLUMNS = (
    "estimator",
    "scale",
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "p_value",
    "n_focal",
    "n_reference",
    "n_focal_accounts",
    "n_reference_accounts",
    "method",
    "weighting",
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Comparison(Shown):
    """Estimates of one study.

    Attributes
    ----------
    study : Study
    frame : DataFrame
        One row per estimator × scale × weighting, columns `ESTIMATE_COLUMNS`. Differences are
        focal − reference as probabilities, ratios focal / reference. Empty when a hard gate
        fails: an inadmissible audit prints no contrast.
    answers : tuple of Answer
        What was found of the further questions that the design asks.
    """

    study: Study
    frame: pd.DataFrame
    answers: tuple[Answer, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the estimates."""
        return self.frame.copy()

    def primary(self, *, by: str = "post", confidence: float | None = None) -> Any:
        """Return the primary effect with its p-value, at the design's confidence or another.

        Raises
        ------
        RegimeError, EstimationError
            The study is inadmissible, so it has no contrast; see `Study.require`.
        """
        self.study.require()
        stratified = self.study.design.primary == "standardised"
        found = effect(self.study, by=by, stratified=stratified, confidence=confidence)
        name = self.study.design.primary
        rows = self.frame[
            (self.frame["estimator"] == name)
            & (self.frame["scale"] == "difference")
            & (self.frame["weighting"] == by)
        ]
        return replace(found, p_value=float(rows["p_value"].iloc[0]))

    def answer(self, question: str) -> Answer:
        """Return the answer to one further question that the design asks.

        Raises
        ------
        UnknownName
            The design does not ask it; names those it asks.
        """
        for found in self.answers:
            if found.question == question:
                return found
        raise UnknownName(
            "question that this design asks", question, [a.question for a in self.answers]
        )

    def rates(self) -> pd.DataFrame:
        """Return each class's rate with its account-level interval.

        Columns: account_class, group, events, n, accounts, rate, conf_low, conf_high, deff,
        k_eff. Limits are missing where a class has too few accounts to claim a sampling of them.
        """
        return study_tables.rates(self.study)

    def rungs(self) -> pd.DataFrame:
        """Return the gap among like cases at every rung of the ladder, with its interval."""
        return study_tables.rungs(self.study)

    def family(self) -> pd.DataFrame:
        """Return the primary contrast against every reference class, the primary class first.

        p-values are not corrected here; the `family` check corrects them together. Each contrast
        rests on the focal posts that this reference supports (`n_supported`), so that the focal
        rate `observed` can differ between rows. `barred` says why a contrast has no numbers.
        """
        return study_tables.family(self.study)

    def if_independent(self) -> pd.DataFrame:
        """Return textbook intervals that treat every post as independent: no result, a warning.

        With few accounts they exclude zero in up to six of ten audits without any difference
        (METHODS §1).
        """
        return study_tables.if_independent(self.study)

    def face(self) -> Face:
        """Return the question, then the estimates: gaps in points first, odds ratios last."""
        says: tuple[str, ...] = ()
        if self.frame.empty:
            reasons = " ".join(g.says for g in self.study.gates if g.kind == "hard")
            says = (f"inadmissible: {reasons}",)
        return Face(self.study.design.question, says, (estimates_grid(self),))


def compare(study: Study, *, using: Sequence[str] = tuple(ESTIMATORS)) -> Comparison:
    """Run the named estimators on a study, and answer the further questions of its design.

    Parameters
    ----------
    study : Study
        An inadmissible one gives a comparison without estimates, and no error.
    using : sequence of str
        Names in `ESTIMATORS`, in the order wanted. The design's primary is always run, first
        where it is not named.

    Raises
    ------
    UnknownName
        For a name that is not in the table.
    """
    wanted = [*using] if study.design.primary in using else [study.design.primary, *using]
    rows: list[dict[str, Any]] = []
    for name in steps(wanted, "estimates", unit="estimator"):
        if name not in ESTIMATORS:
            raise UnknownName("estimator", name, ESTIMATORS)
        if study.admissible:
            rows += ESTIMATORS[name](study)
    hard = {g.name for g in study.gates if g.kind == "hard"}
    asked = [
        question
        for question in QUESTIONS.values()
        if question.asked(study.design) and hard <= set(getattr(question, "despite_gates", ()))
    ]
    told = (question(study) for question in steps(asked, "questions", unit="question"))
    answers = tuple(shielded_answer(answer, study) for answer in told)
    return Comparison(study, pd.DataFrame(rows, columns=list(ESTIMATE_COLUMNS)), answers)
