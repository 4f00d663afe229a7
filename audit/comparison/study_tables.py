"""What a study shows beside its estimates: rates, rungs, further classes, and a warning."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from audit.cells import FOCAL, REFERENCE
from audit.estimators.accounts.contrasts import effect, effect_p, no_inference
from audit.study import Study

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


def rates(study: Study) -> pd.DataFrame:
    """Return what `Comparison.rates` does."""
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


def rungs(study: Study) -> pd.DataFrame:
    """Return what `Comparison.rungs` does."""
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


def family(study: Study) -> pd.DataFrame:
    """Return what `Comparison.family` does."""
    design = study.design
    stratified = design.primary == "standardised"
    rows = []
    for name in design.references:
        one = study if name == design.references[0] else against(study, name)
        row: dict[str, Any] = {"reference": name, "barred": ""}
        row |= {c: float("nan") for c in FAMILY_NUMBERS}
        if one.admissible:
            found = effect(one, by="post", stratified=stratified)
            row |= {c: getattr(found, c) for c in FAMILY_NUMBERS if c != "p_value"}
            row["p_value"] = effect_p(one, found, by="post", stratified=stratified)
        else:
            row["barred"] = " ".join(g.says for g in one.gates if g.kind == "hard")
        row["n_reference"] = one.cells.total(REFERENCE)
        row["n_reference_accounts"] = one.cells.accounts(REFERENCE)
        rows.append(row)
    return pd.DataFrame(rows)


def if_independent(study: Study) -> pd.DataFrame:
    """Return what `Comparison.if_independent` does; textbook formulas know no sampling weights."""
    from audit.estimators.proportions import risk_difference
    from audit.estimators.strata import mantel_haenszel

    counts = study.cells.counts()
    total = counts.sum()
    level = study.design.confidence
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
            "method": f"{e.method}; sampling weights left out" if study.weighted else e.method,
        }
        for n, e in (("raw", crude), ("mantel_haenszel", pooled))
    ]
    return pd.DataFrame(rows)


def against(study: Study, reference: str) -> Study:
    """Return the study of another reference class of the same design, from the cases as loaded."""
    return study.again(replace(study.design, reference=reference))
