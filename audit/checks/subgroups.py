"""Subgroups: the primary gap level by level, corrected together within each declared family."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from audit import cells as engine
from audit.cells import FOCAL, REFERENCE, Cells
from audit.checks.base import Finding, alpha, same_sign
from audit.checks.multiplicity import adjust
from audit.design import words
from audit.disclosure.earlier import subgroup_name
from audit.estimators.accounts.contrasts import effect, effect_p, no_inference
from audit.gates import REFERENCE_ACCOUNTS_FOR_SUPPORT
from audit.numerals import count, many, setting

if TYPE_CHECKING:
    from audit.comparison import Comparison
    from audit.study import Study

SUBGROUP_COLUMNS = (
    "family",
    "subgroup",
    "n_focal",
    "n_reference",
    "n_focal_accounts",
    "estimate",
    "conf_low",
    "conf_high",
    "p_value",
    "p_holm",
    "barred",
)


@dataclass(frozen=True, slots=True)
class Subgroups:
    """The primary effect in every level of the declared families, Holm-corrected within each.

    A family of several columns is taken by the cross of their levels. A subgroup without a
    comparison is listed with the reason, and one with too few focal accounts for a test has its
    point estimate only; neither counts towards the size of the family that Holm corrects for.
    """

    name: ClassVar[str] = "subgroups"
    about: ClassVar[str] = "the gap level by level, corrected together within each family"
    step: ClassVar[int] = 0

    def __call__(self, comparison: Comparison) -> Finding:
        """Return how many subgroups differ after correction; a note, guards no step."""
        design = comparison.study.design
        level = alpha(design.confidence)
        threshold = f"p {setting(level, sign='≤ ')} after correction within the family"
        if not design.families:
            says = "No family of subgroups was declared."
            return Finding(self.name, float("nan"), threshold, None, says)
        table = subgroups(comparison.study)
        tested, shown = table["p_holm"].notna(), table["estimate"].notna()
        differ = int((table["p_holm"] <= level).sum())
        gap = comparison.primary().estimate
        along = sum(same_sign(value, gap) for value in table.loc[shown, "estimate"])
        families = f"{'family' if len(design.families) == 1 else 'families'}"
        says = (
            f"{many(len(table), 'subgroup')} in {count(len(design.families))} {families}: "
            f"{count(differ)} of the {count(tested.sum())} tested differ after correction, and "
            f"{count(along)} of the {count(shown.sum())} with an estimate point the same way as "
            "the whole."
        )
        if (~shown).any():
            says += f" {count((~shown).sum())} cannot be compared; the table says why."
        return Finding(self.name, float(differ), threshold, None, says, table=table)


def subgroups(study: Study) -> pd.DataFrame:
    """Return one row per level of each declared family, columns `SUBGROUP_COLUMNS`.

    The rows are read once and grouped once per family. `barred` says why the numbers, or the
    interval and p-value, are missing.
    """
    rows = study.rows()
    found = []
    for family in study.design.families:
        table = pd.DataFrame(_family(study, rows, family), columns=list(SUBGROUP_COLUMNS))
        table["p_holm"] = adjust(table["p_value"].to_numpy(float))
        found.append(table)
    return pd.concat(found, ignore_index=True)


def _family(study: Study, rows: pd.DataFrame, family: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Yield the rows of one family, in the order of its levels."""
    levels = pd.DataFrame({c: study.cases.frame[c].astype("str") for c in family})
    by = levels.groupby(list(family), dropna=False, sort=True)
    label = words(" × ".join(family))
    names = by.size().index.to_frame(index=False)
    counted = rows[["account_id", "group", "acted", "weight"]].assign(
        count=rows["n"], stratum=by.ngroup().astype("str").str.cat(rows["stratum"], sep="\n")
    )
    frame = engine.group(counted.reset_index(drop=True)).frame
    parts = frame["stratum"].str.split("\n", n=1, expand=True)
    numbers = parts[0].astype(int) if len(parts) else pd.Series(dtype=int)
    frame = frame.assign(stratum=parts[1]) if len(parts) else frame
    within = dict(iter(frame.groupby(numbers)))
    for number, values in enumerate(names.itertuples(index=False, name=None)):
        said = subgroup_name(family, values)
        held = replace(study, cells=Cells(within[number].reset_index(drop=True)))
        yield {"family": label, "subgroup": said, **_subgroup(held)}


def _subgroup(study: Study) -> dict[str, Any]:
    """Return the numbers of one subgroup, or why it has none."""
    cells, stratified = study.cells, study.design.primary == "standardised"
    row: dict[str, Any] = {
        "n_focal": cells.total(FOCAL),
        "n_reference": cells.total(REFERENCE),
        "n_focal_accounts": cells.accounts(FOCAL) if study.has_accounts else 0,
        "barred": no_support(study),
    }
    if row["barred"]:
        return row
    found = effect(study, by="post", stratified=stratified)
    row |= {c: getattr(found, c) for c in ("estimate", "conf_low", "conf_high")}
    if reason := no_inference(study):
        return row | {"barred": f"no test: {reason}"}
    p = effect_p(study, found, by="post", stratified=stratified)
    return row | {"p_value": p}


def no_support(study: Study) -> str:
    """Return why the cells of a part of a study give no contrast, or "" where they do."""
    design, cells = study.design, study.cells
    for name, group in ((design.focal, FOCAL), (design.references[0], REFERENCE)):
        if not cells.total(group):
            return f"no {words(name)} posts"
    need = REFERENCE_ACCOUNTS_FOR_SUPPORT if study.has_accounts else 1
    if design.primary == "raw":
        enough = cells.accounts(REFERENCE) >= need
    else:
        enough = bool(study.supported_strata())
    return (
        "" if enough else f"no stratum with posts of {need} {words(design.references[0])} accounts"
    )
