"""What the estimators say of a study, one tidy row each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from audit.cells import FOCAL, REFERENCE
from audit.design import words
from audit.errors import UnknownName
from audit.estimators import ESTIMATORS
from audit.estimators.accounts.contrasts import effect, effect_p, no_inference
from audit.origin import cited
from audit.printed import Face, Grid, Shown, grid
from audit.printed.forms import form_of
from audit.printed.grid import Form
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

FAMILY_NUMBERS = (
    "observed",
    "expected",
    "estimate",
    "conf_low",
    "conf_high",
    "p_value",
    "n_supported",
    "n_unsupported",
)


SCALES: Mapping[str, tuple[str, Form]] = {
    "difference": ("Gap, percentage points (focal − reference)", "points"),
    "ratio": ("Ratio of rates (focal / reference)", "ratio"),
    "odds_ratio": ("Odds ratio (not a ratio of rates)", "ratio"),
}
ESTIMATES: Mapping[str, tuple[str, Form]] = {
    "estimator": ("Estimator", "text"),
    "weighting": ("Weight per", "text"),
    "estimate": ("Estimate", "said"),
    "conf_low": ("Low", "said"),
    "conf_high": ("High", "said"),
    "p_value": ("p", "p"),
    "n_focal_accounts": ("Focal accounts", "whole"),
}


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
        raise UnknownName("question that this design asks", question, _names(self.answers))

    def rates(self) -> pd.DataFrame:
        """Return each class's rate with its account-level interval.

        Columns: account_class, group, events, n, accounts, rate, conf_low, conf_high, deff,
        k_eff. Limits are missing where a class has too few accounts to claim a sampling of them.
        """
        study = self.study
        raw = effect(study, by="post", stratified=False)
        silent = no_inference(study)
        rows = []
        for name, group, arm, rate in (
            (study.design.focal, FOCAL, raw.focal, raw.observed),
            (study.design.references[0], REFERENCE, raw.reference, raw.expected),
        ):
            few = not study.has_accounts or (group == FOCAL and bool(silent))
            cells = study.cells.by_account(group)
            rows.append(
                {
                    "account_class": name,
                    "group": group,
                    "accounts": study.cells.accounts(group),
                    "events": int(cells["events"].sum()),
                    "n": int(cells["n"].sum()),
                    "rate": rate,
                    "conf_low": float("nan") if few else arm.conf_low,
                    "conf_high": float("nan") if few else arm.conf_high,
                    "deff": float("nan") if few else arm.deff,
                    "k_eff": arm.k_eff,
                }
            )
        return pd.DataFrame(rows)

    def rungs(self) -> pd.DataFrame:
        """Return the gap among like cases at every rung of the ladder, with its interval."""
        study = self.study
        # The rows are filtered already, and a value allowed may be left in no class compared.
        one = replace(study.design, reference=study.design.references[0], population=None)
        rows = []
        for rung in study.cases.ladder.rungs[1:]:
            outcome = replace(study.design.outcome, at_least=rung, any_of=())
            at = study.again(replace(one, outcome=outcome), cases=study.cases)
            found = effect(at, by="post", stratified=study.design.primary == "standardised")
            focal = at.cells.of(FOCAL)
            rows.append(
                {
                    "rung": rung,
                    "events_focal": int(focal["events"].sum()),
                    "events_reference": int(at.cells.of(REFERENCE)["events"].sum()),
                    "observed": found.observed,
                    "expected": found.expected,
                    "estimate": found.estimate,
                    "conf_low": found.conf_low,
                    "conf_high": found.conf_high,
                }
            )
        return pd.DataFrame(rows)

    def family(self) -> pd.DataFrame:
        """Return the primary contrast against every reference class, the primary class first.

        p-values are not corrected here; the `family` check corrects them together. Each contrast
        rests on the focal posts that this reference supports (`n_supported`), so that the focal
        rate `observed` can differ between rows. `barred` says why a contrast has no numbers.
        """
        design = self.study.design
        stratified = design.primary == "standardised"
        rows = []
        for name in design.references:
            study = self.study if name == design.references[0] else against(self.study, name)
            row: dict[str, Any] = {"reference": name, "barred": ""}
            row |= {c: float("nan") for c in FAMILY_NUMBERS}
            if study.admissible:
                found = effect(study, by="post", stratified=stratified)
                row |= {c: getattr(found, c) for c in FAMILY_NUMBERS if c != "p_value"}
                row["p_value"] = effect_p(study, found, by="post", stratified=stratified)
            else:
                row["barred"] = " ".join(g.says for g in study.gates if g.kind == "hard")
            row["n_reference"] = study.cells.total(REFERENCE)
            row["n_reference_accounts"] = study.cells.accounts(REFERENCE)
            rows.append(row)
        return pd.DataFrame(rows)

    def if_independent(self) -> pd.DataFrame:
        """Return textbook intervals that treat every post as independent: no result, a warning.

        With few accounts they exclude zero in up to six of ten audits without any difference
        (METHODS §1).
        """
        from audit.estimators.proportions import risk_difference
        from audit.estimators.strata import mantel_haenszel

        counts = self.study.cells.counts()
        total = counts.sum()
        level = self.study.design.confidence
        crude = risk_difference(
            int(total["events_focal"]),
            int(total["n_focal"]),
            int(total["events_reference"]),
            int(total["n_reference"]),
            confidence=level,
        )
        pooled = mantel_haenszel(counts.to_numpy(), measure="risk_difference", confidence=level)
        rows = [
            {
                "estimator": n,
                "estimate": e.estimate,
                "conf_low": e.conf_low,
                "conf_high": e.conf_high,
                "method": e.method,
            }
            for n, e in (("raw", crude), ("mantel_haenszel", pooled))
        ]
        return pd.DataFrame(rows)

    def face(self) -> Face:
        """Return the question, then the estimates: gaps in points first, odds ratios last."""
        study = self.study
        if self.frame.empty:
            reasons = " ".join(g.says for g in study.gates if g.kind == "hard")
            return Face(study.design.question, (f"inadmissible: {reasons}",), (_estimates(self),))
        return Face(study.design.question, (), (_estimates(self),))


def _estimates(comparison: Comparison) -> Grid:
    """Return the estimates as printed, under the scale that each group of them is on."""
    study, frame = comparison.study, comparison.to_frame()
    for column in ("estimate", "conf_low", "conf_high"):
        pairs = zip(frame[column], frame["scale"], strict=True)
        frame[column] = [form_of(SCALES[scale][1])(value) for value, scale in pairs]
    frame = frame.sort_values("scale", key=lambda s: s.map([*SCALES].index), kind="stable")
    frame["scale"] = [SCALES[scale][0] for scale in frame["scale"]]
    focal, reference = words(study.design.focal), words(study.design.references[0])
    level = f"{100 * study.design.confidence:g} % intervals by account"
    silent = no_inference(study)
    return grid(
        frame,
        ESTIMATES,
        title=f"{focal} against {reference}: every estimate",
        group="scale",
        notes=[f"No interval or p: {silent}." if silent else f"{level}; – where none may stand."],
        source=cited(study.loaded.origins),
        simulated=study.cases.simulated,
        limit=len(frame) + 1,
    )


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


def against(study: Study, reference: str) -> Study:
    """Return the study of another reference class of the same design, from the cases as loaded."""
    return study.again(replace(study.design, reference=reference))


def _names(answers: tuple[Answer, ...]) -> list[str]:
    return [a.question for a in answers]
