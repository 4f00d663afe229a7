"""Every specification of a multiverse estimated on the same coded rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from audit.cases import Cases
from audit.cells import FOCAL, REFERENCE, equal_accounts
from audit.checks.coded_rows import CodedCases, Context, coded
from audit.checks.shuffles import FOCAL as AS_FOCAL
from audit.checks.shuffles import NOBODY, Shuffles, p_values, shuffled
from audit.checks.shuffles import REFERENCE as AS_REFERENCE
from audit.checks.specifications import Specification, specifications
from audit.design import Design
from audit.errors import AuditError
from audit.estimators.accounts.account_strata import AccountStrata
from audit.estimators.accounts.contrasts import effect, no_inference, permutation_p
from audit.estimators.accounts.scores import account_scores
from audit.estimators.accounts.standardised import FEWEST_COMPARISON_ACCOUNTS, effect_of_cells
from audit.estimators.base import NAN, Array
from audit.estimators.tables.inversion import interval_p
from audit.gates import refused
from audit.progress import steps
from audit.study import enroll

NUMBERS = (
    "n_focal",
    "n_reference",
    "n_focal_accounts",
    "n_reference_accounts",
    "n_supported",
    "estimate",
    "conf_low",
    "conf_high",
    "p_value",
)
COUNTS = NUMBERS[:4]


@dataclass(frozen=True, slots=True, eq=False)
class Exploration:
    """What a multiverse gave.

    Attributes
    ----------
    curve : DataFrame
        One row per specification; see `specification_curve`.
    gaps : ndarray, shape (1 + draws, S)
        Gap of each specification that is tested: as found, then with shuffled labels.
    p : ndarray, shape (1 + draws, S)
        Its two-sided p among all arrangements.
    tested : ndarray of int, shape (S,)
        Their rows of the curve.
    read_again : int
        Specifications that were enrolled one by one.
    """

    curve: pd.DataFrame
    gaps: Array
    p: Array
    tested: Array
    read_again: int


@dataclass(frozen=True, slots=True, eq=False)
class _Counted:
    """The cells of one specification: all, those that it compares, and those that it scores."""

    design: Design
    context: str
    all: AccountStrata
    compared: AccountStrata
    scored: AccountStrata


def explore(cases: Cases, design: Design, draws: int, seed: int) -> Exploration:
    """Estimate every specification, and shuffle class labels among accounts for all of them."""
    listed = specifications(design)
    codes = coded(cases)
    fit = [s for s in listed if s.design is not None and _fits(codes, s.design)]
    codes = replace(codes, pool=_classes(fit))
    wanted = {s.number for s in fit if s.design is not None and _named(codes, s.design)}
    contexts: dict[str, tuple[Design, Context]] = {}
    for s in listed:
        if s.design is not None and s.number in wanted:
            found = codes.context(s.design)
            contexts.setdefault(found.key, (s.design, found))
    shuffles = _shuffled(codes, contexts, draws, seed)
    rows, gaps, tested, again = [], [], [], 0
    for place, s in enumerate(steps(listed, "specifications", unit="specification")):
        counted = _counted(codes, s.design) if s.design and s.number in wanted else None
        if counted is None:
            again += s.design is not None
            rows.append(_slowly(cases, s, draws, seed))
            continue
        row, few = _estimated(counted)
        rows.append(row)
        if not few and shuffles is not None:
            scores = account_scores(counted.scored, "joint_test")
            z, unit = shuffles.statistics(scores, counted.context)
            gaps.append((z, unit))
            tested.append(place)
    z = np.column_stack([g[0] for g in gaps]) if gaps else np.zeros((1 + draws, 0))
    p = p_values(z)
    for column, place in enumerate(tested):
        rows[place]["p_value"] = max(float(p[0, column]), rows[place]["p_value"])
    curve = _curve(listed, rows)
    drawn = z * np.array([g[1] for g in gaps])
    return Exploration(curve, drawn, p, np.array(tested, dtype=int), again)


def _fits(codes: CodedCases, design: Design) -> bool:
    """Return whether the design may have an answer; `enroll` says of the others why not."""
    barred = design.frame == "enforced_only" and not design.outcome.reversed
    return not barred and codes.usable and not codes.refuses(design)


def _classes(fit: Sequence[Specification]) -> tuple[str, ...]:
    """Return the classes that any of the specifications compares."""
    names = [n for s in fit if s.design for n in (s.design.focal, s.design.references[0])]
    return tuple(dict.fromkeys(names))


def _named(codes: CodedCases, design: Design) -> bool:
    """Return whether every row compared has an account."""
    if codes.nameless < 0:
        return True
    _, known = codes.outcome(design)
    rows = codes.inside(design) & known & (codes.account == codes.nameless)
    return not bool(rows[codes.compared(design)].any())


def _shuffled(
    codes: CodedCases, contexts: Mapping[str, tuple[Design, Context]], draws: int, seed: int
) -> Shuffles | None:
    """Shuffle among all accounts that are in any context."""
    roles: dict[str, Array] = {}
    for key, (_, found) in contexts.items():
        role = np.full(codes.n_accounts, NOBODY, dtype=np.int64)
        role[codes.account[found.reference]] = AS_REFERENCE
        role[codes.account[found.focal]] = AS_FOCAL
        roles[key] = role
    if not roles:
        return None
    ever_focal = np.any([role == AS_FOCAL for role in roles.values()], axis=0)
    present = np.any([role != NOBODY for role in roles.values()], axis=0)
    for key, (design, _) in contexts.items():
        # An account without posts in a population still has the label that it would carry there.
        absent = roles[key] == NOBODY
        roles[key][absent & codes.of_class(design.references[0])] = AS_REFERENCE
        roles[key][absent & ever_focal] = AS_FOCAL
    return shuffled(roles, np.flatnonzero(present), draws, seed)


def _counted(codes: CodedCases, design: Design) -> _Counted | None:
    """Return the cells of a design, None where a gate bars it: `enroll` then says which."""
    found = codes.context(design)
    _, known = codes.outcome(design)
    compared = (found.focal | found.reference) & known
    if codes.mixes_regimes(design, compared | (found.unknown & known)):
        return None
    focal = codes.has(found.focal)
    layers = codes.layers(design.strata)
    cells = codes.cells(design, layers, compared, focal)
    inside = _supported(cells)
    if not inside.any():
        return None
    if design.primary == "raw":
        layers = codes.layers(())
        cells = codes.cells(design, layers, compared, focal)
        inside = np.ones(layers.n_strata, dtype=bool)
    kept = cells.keep(inside[cells.stratum])
    scored = kept
    if found.other.any():
        wider = codes.cells(design, layers, (compared | (found.other & known)), focal)
        scored = wider.keep(inside[wider.stratum])
    return _Counted(design, found.key, cells, kept, scored)


def _supported(cells: AccountStrata) -> Array:
    """Return which strata hold focal posts and enough reference accounts."""
    is_focal = cells.is_focal
    focal, reference = (
        np.bincount(cells.stratum[rows], minlength=cells.n_strata) for rows in (is_focal, ~is_focal)
    )
    return (focal > 0) & (reference >= FEWEST_COMPARISON_ACCOUNTS)


def _estimated(counted: _Counted) -> tuple[dict[str, Any], bool]:
    """Return the numbers of a specification, and whether its focal accounts allow no more."""
    cells = counted.all
    out: dict[str, Any] = dict.fromkeys(NUMBERS, NAN) | {"barred": ""}
    for name, rows in (("focal", cells.is_focal), ("reference", ~cells.is_focal)):
        out[f"n_{name}"] = int(cells.n[rows].sum())
        out[f"n_{name}_accounts"] = _accounts(cells, rows)
    few = bool(_refused(counted.compared))
    try:
        found = effect_of_cells(cells, confidence=counted.design.confidence)
    except AuditError as error:
        return out | {"barred": str(error)}, True
    out |= {"estimate": found.estimate, "n_supported": found.n_supported}
    if not few:
        out |= {"conf_low": found.conf_low, "conf_high": found.conf_high}
        out["p_value"] = interval_p(found)
    return out, few


def _refused(cells: AccountStrata) -> str:
    """Return why no interval may stand, "" where it may; the rule is the one of the gates."""
    focal = cells.keep(cells.is_focal)
    posts = focal.by_account(focal.n)
    return refused(int((posts > 0).sum()), equal_accounts(posts))


def _accounts(cells: AccountStrata, rows: Array) -> int:
    return int((np.bincount(cells.account[rows], minlength=cells.n_accounts) > 0).sum())


def _slowly(cases: Cases, s: Specification, draws: int, seed: int) -> dict[str, Any]:
    """Return the numbers of a specification that the coded rows cannot give, or why it has none."""
    out: dict[str, Any] = dict.fromkeys(NUMBERS, NAN) | {"barred": s.refused}
    out |= dict.fromkeys(COUNTS, 0)
    if s.design is None:
        return out
    try:
        study = enroll(cases, s.design)
        for name, group in (("focal", FOCAL), ("reference", REFERENCE)):
            out[f"n_{name}"] = study.cells.total(group)
            out[f"n_{name}_accounts"] = study.cells.accounts(group) if study.has_accounts else 0
        if not study.admissible:
            hard = " ".join(g.says for g in study.gates if g.kind == "hard")
            return out | {"barred": hard}
        stratified = s.design.primary == "standardised"
        found = effect(study, by="post", stratified=stratified)
        out |= {n: getattr(found, n) for n in ("estimate", "conf_low", "conf_high", "n_supported")}
        if not no_inference(study):
            p, _ = permutation_p(study, by="post", stratified=stratified, draws=draws)
            out["p_value"] = max(p, interval_p(found))
    except AuditError as error:
        out["barred"] = str(error)
    return out


def _curve(listed: Sequence[Specification], rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    out = pd.DataFrame(
        [
            {"specification": s.number, **s.choices, **row, "primary": s.primary}
            for s, row in zip(listed, rows, strict=True)
        ]
    )
    columns = ["specification", *listed[0].choices, *NUMBERS, "barred", "primary"]
    return out[columns].astype(dict.fromkeys(COUNTS, "int64"))
