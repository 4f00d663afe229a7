"""The effect of a study, and whether and how surely accounts speak for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from audit.cells import FOCAL
from audit.estimators.base import NAN, Estimate, StandardisedEstimate
from audit.gates import k_eff, refused
from audit.influence import IS_FOCAL, IS_REFERENCE
from audit.numerals import count
from audit.tallied import Tallied

if TYPE_CHECKING:
    from audit.cells import Cells
    from audit.influence import Tallies
    from audit.study import Study

DRAWS = 9999
NO_SAMPLING = "{why} no interval can claim a sampling of accounts"
NO_ACCOUNTS = "{n} posts carry no account"


def effect(study: Study, *, by: str, stratified: bool, confidence: float | None = None) -> Any:
    """Return the standardised effect of a study, or the raw one (all posts one stratum).

    Intervals are withheld (NaN, said in `method`) where the focal accounts are too few to claim
    a sampling of accounts, or the rows carry none.
    """
    level = confidence or study.design.confidence
    key = ("effect", by, stratified, level)
    return study.once(key, lambda: _effect(study, by=by, stratified=stratified, confidence=level))


def _effect(study: Study, *, by: str, stratified: bool, confidence: float) -> Any:
    from audit.estimators.accounts.standardised import effect_of_cells

    reason = no_inference(study)
    if not study.has_accounts:
        return _point(study, stratified=stratified, reason=reason)
    cells = tallies(study.cells, "standardised_effect", by=by, stratified=stratified)
    found = effect_of_cells(cells, confidence=confidence)
    if not reason:
        return found
    words = f"point only; {reason}"
    bare: dict[str, Any] = {
        "conf_low": NAN,
        "conf_high": NAN,
        "std_error": NAN,
        "p_value": NAN,
        "method": words,
    }
    return replace(found, **bare, ratio=replace(found.ratio, **bare))


def _point(study: Study, *, stratified: bool, reason: str) -> StandardisedEstimate:
    """Return the effect of rows without accounts: one reference post supports a stratum."""
    from audit.estimators.strata import standardise

    counts = weighted_counts(study, "post")
    found = standardise(counts if stratified else counts.sum(axis=0, keepdims=True))
    words = f"point only; {reason}"
    return StandardisedEstimate(
        found.difference,
        method=words,
        observed=found.observed,
        expected=found.expected,
        ratio=Estimate(found.ratio, method=words),
        n_supported=found.n_supported,
        n_unsupported=found.n_unsupported,
    )


def no_inference(study: Study) -> str:
    """Return why no interval or p may stand, or "" where they may."""
    if not study.has_accounts:
        return NO_ACCOUNTS.format(n=count(study.posts_without_account))
    why = refused(study.compared().accounts(FOCAL), k_eff(study))
    return NO_SAMPLING.format(why=why) if why else ""


def permutation_p(
    study: Study, *, by: str, stratified: bool = True, draws: int = DRAWS
) -> tuple[float, str]:
    """Return the permutation p-value by account, and the method; NaN where none may stand."""
    reason = no_inference(study)
    if reason:
        return NAN, reason
    key = ("permutation", by, stratified, draws)
    found: tuple[float, str] = study.once(
        key, lambda: _permutation_p(study, by=by, stratified=stratified, draws=draws)
    )
    return found


def _permutation_p(study: Study, *, by: str, stratified: bool, draws: int) -> tuple[float, str]:
    from audit.estimators.resampling import permutation_of_cells

    # On the posts that the effect compares, with the weights it gives them: posts without
    # support would only add noise to the test and not to the interval.
    strata = study.supported_strata() if stratified else None
    cells = tallies(study.cells, "permutation_test", by=by, stratified=stratified, strata=strata)
    test = permutation_of_cells(cells, draws=draws, seed=study.design.seed)
    return test.p_value, test.method


def tallies(
    cells: Cells | Tallied,
    where: str,
    *,
    by: str,
    stratified: bool,
    strata: tuple[str, ...] | None = None,
) -> Tallies:
    """Return counts by account × stratum: summed here, or by the engine that holds them.

    Parameters
    ----------
    cells : Cells or Tallied
    where : str
        The function on whose behalf faults are raised.
    by : {"post", "account"}
        "account" weighs every account alike, over all its posts of known class.
    stratified : bool
        Whether strata are kept apart.
    strata : tuple of str, optional
        Those to keep; all by default.
    """
    from audit.estimators.accounts.account_strata import tabulate

    if isinstance(cells, Tallied):
        return cells.tallies(by=by, stratified=stratified, strata=strata)
    a = cells.numbered(by=by)
    if strata is not None:
        kept = np.isin(a["stratum"], cells.numbers_of(strata))
        a = {name: values[kept] for name, values in a.items()}
    layer = a["stratum"] if stratified else None
    return tabulate(where, a["events"], a["n"], a["account"], layer, a["focal"], a["weights"])


def effect_p(study: Study, found: Any, *, by: str, stratified: bool) -> float:
    """Return the p-value that stands beside an interval; NaN where none may stand.

    The larger of the permutation's and that at which the interval touches zero, so that neither
    speaks where the other does not.
    """
    from audit.estimators.tables.inversion import interval_p

    p, _ = permutation_p(study, by=by, stratified=stratified)
    return p if p != p else max(p, interval_p(found))


def weighted_counts(study: Study, by: str) -> Any:
    """Return the (strata, 4) counts, sampling weights applied.

    Where asked, each account is weighted to its class's mean volume.
    """
    if by == "post":
        cells = study.cells
        return cells.weighted_counts() if study.weighted else cells.counts().to_numpy()
    sums, posts = (
        tallies(study.cells, "weighted_counts", by=voice, stratified=True).sums()
        for voice in ("account", "post")
    )
    size = posts.weighted_n.sum(1) / sums.weighted_n.sum(1)
    here = sums.n.sum(0) > 0
    columns = [
        getattr(sums, f"weighted_{name}")[side] * size[side]
        for side in (IS_FOCAL, IS_REFERENCE)
        for name in ("events", "n")
    ]
    return np.column_stack(columns)[here]
