"""The contrasts of a study: each estimator as a small callable over its cells."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from audit.cells import FOCAL, REFERENCE
from audit.estimators.accounts.study_effect import (
    DRAWS,
    NO_SAMPLING,
    effect,
    effect_p,
    no_inference,
    permutation_p,
    tallies,
    weighted_counts,
)
from audit.estimators.base import Estimate

if TYPE_CHECKING:
    from audit.study import Study

__all__ = [
    "NO_SAMPLING",
    "MantelHaenszel",
    "Permutation",
    "Raw",
    "StandardisedGap",
    "effect",
    "effect_p",
    "no_inference",
    "permutation_p",
    "tallies",
]

WEIGHTINGS = ("post", "account")


@dataclass(frozen=True, slots=True)
class Raw:
    """The gap per post as found, inference by account.

    Wilson limits with a design effect that borrows the reference class's intraclass correlation,
    combined by MOVER (METHODS §1; Newcombe 1998; Donner & Zou 2012).
    """

    name: ClassVar[str] = "raw"
    about: ClassVar[str] = "the gap per post as found"

    def __call__(self, study: Study) -> list[dict[str, Any]]:
        """Return difference and ratio, post- and account-weighted."""
        return _effect_rows(study, self.name, stratified=False)


@dataclass(frozen=True, slots=True)
class StandardisedGap:
    """The gap among like cases, standardised to the focal posts (METHODS §1)."""

    name: ClassVar[str] = "standardised"
    about: ClassVar[str] = "the gap among like cases, at the focal class's own mix"

    def __call__(self, study: Study) -> list[dict[str, Any]]:
        """Return difference and ratio, post- and account-weighted."""
        return _effect_rows(study, self.name, stratified=True)


@dataclass(frozen=True, slots=True)
class MantelHaenszel:
    """The Mantel–Haenszel gap across strata, as a second opinion on the point estimate.

    Its published intervals treat every post as independent, so none stands here; see
    `Comparison.if_independent` (Sato 1989; Greenland & Robins 1985; Robins, Breslow & Greenland
    1986).
    """

    name: ClassVar[str] = "mantel_haenszel"
    about: ClassVar[str] = "the gap pooled over strata by Mantel–Haenszel weights; no interval"

    def __call__(self, study: Study) -> list[dict[str, Any]]:
        """Return difference, ratio and odds ratio, post- and account-weighted, as points."""
        from audit.estimators.strata import mantel_haenszel

        rows = []
        for by in WEIGHTINGS if study.has_accounts else ("post",):
            counts = weighted_counts(study, by)
            for scale in ("risk_difference", "risk_ratio", "odds_ratio"):
                found = mantel_haenszel(counts, measure=scale)  # type: ignore[arg-type]
                point = Estimate(
                    found.estimate, method=f"Mantel–Haenszel {scale.replace('_', ' ')}, point only"
                )
                rows.append(row(study, self.name, scale.removeprefix("risk_"), by, point))
        return rows


@dataclass(frozen=True, slots=True)
class Permutation:
    """The permutation test over accounts of "no class effect given stratum" (METHODS §1)."""

    name: ClassVar[str] = "permutation"
    about: ClassVar[str] = "permutation over accounts of the gap among like cases"
    draws: int = DRAWS

    def __call__(self, study: Study) -> list[dict[str, Any]]:
        """Return the tested gap and its p-value, post- and account-weighted."""
        rows = []
        for by in WEIGHTINGS if study.has_accounts else ():
            gap = effect(study, by=by, stratified=True).estimate
            p, method = permutation_p(study, by=by, draws=self.draws)
            rows.append(
                row(study, self.name, "difference", by, Estimate(gap, p_value=p, method=method))
            )
        return rows


def row(study: Study, name: str, scale: str, by: str, e: Estimate) -> dict[str, Any]:
    """Return one row of the comparison."""
    c = study.cells
    accounts = study.has_accounts
    return {
        "estimator": name,
        "scale": scale,
        "estimate": e.estimate,
        "std_error": e.std_error,
        "conf_low": e.conf_low,
        "conf_high": e.conf_high,
        "p_value": e.p_value,
        "n_focal": c.total(FOCAL),
        "n_reference": c.total(REFERENCE),
        "n_focal_accounts": c.accounts(FOCAL) if accounts else 0,
        "n_reference_accounts": c.accounts(REFERENCE) if accounts else 0,
        "method": e.method,
        "weighting": by,
    }


def _effect_rows(study: Study, name: str, *, stratified: bool) -> list[dict[str, Any]]:
    rows = []
    for by in WEIGHTINGS if study.has_accounts else ("post",):
        found = effect(study, by=by, stratified=stratified)
        p = effect_p(study, found, by=by, stratified=stratified)
        rows.append(row(study, name, "difference", by, replace(found, p_value=p)))
        rows.append(row(study, name, "ratio", by, replace(found.ratio, p_value=p)))
    return rows
