"""Unmeasured causes: how strong one would have to be to explain the gap away."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite, sqrt
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from audit.cells import FOCAL, REFERENCE
from audit.checks.base import Finding, alpha
from audit.checks.sensitivity import e_value
from audit.errors import EstimationError
from audit.estimators.accounts.contrasts import no_inference
from audit.numerals import count, many, percent, ratio, setting

if TYPE_CHECKING:
    from audit.comparison import Comparison
    from audit.estimators.base import StandardisedEstimate
    from audit.study import Study

NAN = float("nan")
UNMEASURED_COLUMNS = ("measure", "estimate", "limit", "why")


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """E-value, robustness value and, where pairs exist, Rosenbaum's gamma of the primary gap.

    Each says how strong a cause that was not measured must be; none says whether there is one.
    """

    name: ClassVar[str] = "unmeasured"
    about: ClassVar[str] = "how strong an unmeasured cause must be to explain the gap away"
    step: ClassVar[int] = 0

    def __call__(self, comparison: Comparison) -> Finding:
        """Return the E-value of the ratio; a note, guards no step."""
        threshold = "larger is harder to explain away"
        study, found = comparison.study, comparison.primary()
        e = _e_values(found)
        r, why_r = _robustness(study)
        gamma, why_gamma, pairs = _gamma(study, found.estimate)
        rows = [
            ("e_value", *e, "" if isfinite(e[0]) or e[0] == inf else "the ratio is not defined"),
            ("robustness_value", *r, why_r),
            ("gamma", gamma, NAN, why_gamma),
        ]
        table = pd.DataFrame(rows, columns=list(UNMEASURED_COLUMNS))
        says = [_e_words(found, e)]
        if not why_r:
            says.append(
                f"It would have to account for {percent(r[0])} of what is left unexplained of "
                f"class and of outcome to bring the linear gap to 0, {percent(r[1])} to bring its "
                "interval there."
            )
        if not why_gamma:
            says.append(_gamma_words(gamma, pairs))
        return Finding(self.name, float(e[0]), threshold, None, " ".join(says), table=table)


def _e_values(found: StandardisedEstimate) -> tuple[float, float]:
    """Return the E-value of the primary ratio and of its limit nearest 1, NaN where none stands."""
    at = found.ratio.estimate
    if at != at:
        return NAN, NAN
    if at == 1:
        return e_value(1.0)[0], NAN if found.ratio.conf_low != found.ratio.conf_low else 1.0
    limit = found.ratio.conf_low if at > 1 else found.ratio.conf_high
    return e_value(at, None if limit != limit else float(limit))


def _e_words(found: StandardisedEstimate, e: tuple[float, float]) -> str:
    if e[0] != e[0]:
        return "No post of either class was acted on, so the ratio of rates has no E-value."
    reach = "without limit" if e[0] == inf else f"of {ratio(e[0])}"
    at = found.ratio.estimate
    of = f"a ratio of {ratio(at)}" if isfinite(at) else "an infinite ratio"
    text = (
        f"An unmeasured cause would need a risk ratio {reach} with class and with outcome, beyond "
        f"what is compared alike, to explain {of} away"
    )
    if e[1] != e[1]:
        return f"{text}."
    limit = "without limit" if e[1] == inf else ratio(e[1])
    return f"{text}, and one of {limit} to bring its interval to {setting(1)}."


def _robustness(study: Study) -> tuple[tuple[float, float], str]:
    """Return the robustness value of the linear gap and of its interval, or why there is none.

    The share of variance is that of least squares of acted on class and stratum dummies, which a
    clustered error does not change; the interval's is what is left of it once t times the CR2
    standard error by account is taken off, t with Satterthwaite's degrees of freedom.
    """
    from audit.checks.robustness import robustness_value

    nothing = (NAN, NAN)
    if study.weighted:
        return nothing, "not asked of weighted posts"
    if reason := no_inference(study):
        return nothing, reason
    frame = study.compared().of(FOCAL, REFERENCE)
    try:
        fit = _linear(frame, stratified=study.design.primary == "standardised", study=study)
    except EstimationError as fault:
        return nothing, str(fault)
    gap, error, half = fit["gap"], fit["classical"], fit["half"]
    if not error > 0:
        return nothing, "class and stratum leave nothing of the outcome unexplained"
    df = fit["df"]
    point = robustness_value(gap / error, df)
    if half != half:
        return (point, NAN), "one account determines the class's coefficient"
    rest = max(0.0, abs(gap) - half)
    return (point, robustness_value(rest / error, df)), ""


def _linear(frame: pd.DataFrame, *, stratified: bool, study: Study) -> dict[str, float]:
    """Fit acted on class and stratum dummies from cells: gap, CR2 half-width, classical error."""
    from audit.estimators.regression import ols

    cells = pd.concat([frame.assign(y=1.0, m=frame["events"]), frame.assign(y=0.0)])
    cells["m"] = cells["m"].fillna(cells["n"] - cells["events"])
    cells = cells[cells["m"] > 0].reset_index(drop=True)
    focal = (cells["group"] == FOCAL).to_numpy(float)
    level = cells["stratum"] if stratified else pd.Series("all", index=cells.index)
    codes, names = pd.factorize(level, sort=True)
    X = np.column_stack([focal, np.equal.outer(codes, np.arange(len(names)))])
    y, m = cells["y"].to_numpy(), cells["m"].to_numpy(float)
    fit = ols(
        X,
        y,
        weights=m,
        cluster=cells["account_id"].to_numpy(object),
        confidence=study.design.confidence,
    )
    df = m.sum() - X.shape[1]
    rest = (m * (y - X @ fit.params) ** 2).sum() / df
    own = np.bincount(codes, m * focal) / np.bincount(codes, m)
    spread = (m * (focal - own[codes]) ** 2).sum()
    return {
        "gap": float(fit.params[0]),
        "half": float(fit.conf_high[0] - fit.params[0]),
        "classical": sqrt(rest / spread),
        "df": float(df),
    }


def _gamma(study: Study, gap: float) -> tuple[float, str, int]:
    """Return Rosenbaum's gamma of the pairs, or why there is none, and how many are discordant."""
    from audit.checks.hidden_bias import rosenbaum_gamma

    if "pair_id" not in study.cases.frame or study.cases.frame["pair_id"].isna().all():
        return NAN, "no pairs are recorded", 0
    if study.weighted:
        return NAN, "not asked of weighted posts", 0
    if reason := no_inference(study):
        return NAN, reason, 0
    rows = study.rows()
    rows = rows[rows["group"].isin((FOCAL, REFERENCE)) & rows["pair_id"].notna()]
    sides = rows.assign(focal=rows["group"] == FOCAL).groupby("pair_id")
    held = sides.agg(n=("n", "sum"), rows=("n", "size"), focal=("focal", "sum"))
    pairs = held.index[(held["n"] == 2) & (held["rows"] == 2) & (held["focal"] == 1)]
    if pairs.empty:
        return NAN, "no pair holds one post of each class", 0
    kept = rows[rows["pair_id"].isin(pairs)].set_index("pair_id")
    focal = kept.loc[kept["group"] == FOCAL, "acted"].astype(bool)
    reference = kept.loc[kept["group"] == REFERENCE, "acted"].astype(bool).loc[focal.index]
    only_focal, only_reference = int((focal & ~reference).sum()), int((reference & ~focal).sum())
    discordant = only_focal + only_reference
    if not discordant:
        return NAN, f"both posts were treated the same in all {count(len(pairs))} pairs", 0
    successes = only_focal if gap > 0 else only_reference
    level = alpha(study.design.confidence) / 2
    return rosenbaum_gamma(successes, discordant, alpha=level), "", discordant


def _gamma_words(gamma: float, pairs: int) -> str:
    of = f"Among {many(pairs, 'pair')} whose two posts fared differently, taken as independent"
    if gamma != gamma:
        return f"{of}, the sign test finds no difference even without hidden bias."
    return f"{of}, the finding holds up to a hidden bias of odds {ratio(gamma)}."
