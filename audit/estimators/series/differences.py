"""Whether treated units changed more than others at one known date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from audit.errors import SupportError
from audit.estimators.accounts.randomisation import draw_faults, share_as_extreme
from audit.estimators.base import NAN, Array, Estimate, confidence_faults, refuse
from audit.estimators.series.panel import Contrast, Panel, PanelFit, fit_panel
from audit.estimators.series.panel_table import UnitTimes, read_panel

FEWEST_UNITS = 2  # in each class, for an error that comes from differences between units
RANK = 1e-10  # singular values below this share of the largest are 0
ONE_UNIT = "with one {side} unit nothing says how units differ; no interval, only the placebo p"
NO_SPREAD = "no unit departs from the fitted means, so the spread is unknown; no interval"


@dataclass(frozen=True, slots=True, eq=False)
class DiffInDiff(Estimate):
    """A difference in differences, with what each period shows and a placebo test by unit.

    Attributes
    ----------
    event_study : DataFrame
        One row per period: period, phase ("before", "base", "after"), estimate (gap between the
        classes less the gap in the base period, the last before the start), std_error, conf_low,
        conf_high, n_treated, n_reference (units observed). The base period is 0 by definition,
        without limits. NaN where a class is not observed, or not linked to the base
        period; limits are NaN too where a class has fewer than two units in either period.
    placebo_p : float
        Share of all ways to name as many units treated whose estimate is as large in size, the
        actual one included.
    n_treated, n_reference : int
        Units observed on both sides of the start; others only inform the time effects.
    n_assignments : int
        Ways tried for `placebo_p`, all there are where `enumerated`.
    """

    event_study: Any = None
    placebo_p: float = NAN
    n_treated: int = 0
    n_reference: int = 0
    n_assignments: int = 0
    enumerated: bool = False


def difference_in_differences(
    frame: Any,
    *,
    outcome: str,
    unit: str,
    time: str,
    treated: str,
    start: Any,
    draws: int = 9999,
    seed: int = 0,
    confidence: float = 0.95,
) -> DiffInDiff:
    """Return how much more treated units changed at a common date than the others.

    Two-way fixed effects: a level for each unit, an effect for each time, and one step for the
    treated from `start` on. It is the effect on the treated if the classes would otherwise have
    moved in parallel, of which the periods before `start` are the only witness (`event_study`).

    Parameters
    ----------
    frame : DataFrame
        One row per unit and time, or several, each counting alike. Units may lack some times:
        the regression is the exact one on the rows there are.
    outcome : str
        Column of finite numbers; the estimate has its unit.
    unit, time : str
        Columns without missing values; times in an order (numbers, dates).
    treated : str
        Column of booleans: whether the unit is ever treated, the same in all its rows.
    start : like `time`
        First time under treatment, the same for all treated units.
    draws : int
        Random assignments for `placebo_p` where more than 20,000 are possible; below, all.
    seed : int
    confidence : float
        Between 0 and 1.

    Returns
    -------
    DiffInDiff
        `std_error` is CR2 by unit, `df` Satterthwaite's; limits and `p_value` by t. NaN with one
        treated or one other unit (only `placebo_p` stands, and only as a rank), and where no
        unit departs from the fitted means, such as where all outcomes are the same: then the
        estimate is exact and `placebo_p` tells what relabelling does.

    Raises
    ------
    EstimationError
        Where a column is absent, or holds what it must not (missing outcomes are named, not
        dropped); where `treated` changes within a unit (staggered starts are refused: already
        treated units would serve as the comparison, with weights that can be negative); all
        faults at once.
    SupportError
        Where no treated, or no other, unit is observed on both sides of `start`.

    Notes
    -----
    Bell & McCaffrey 2002, *Surv Methodol* 28:169, and Pustejovsky & Tipton 2018, *J Bus Econ
    Stat* 36:672, for the errors; Abadie, Diamond & Hainmueller 2010, *J Am Stat Assoc* 105:493,
    for placebos by unit, which hold where units are exchangeable. Staggered starts:
    Goodman-Bacon 2021, *J Econom* 225:254, https://doi.org/10.1016/j.jeconom.2021.03.014. On a
    balanced panel with as many rows everywhere the estimate, its error and its df are those of
    Welch's comparison of the units' changes in mean, with Bell and McCaffrey's df.
    """
    where = "difference_in_differences"
    refuse(where, confidence_faults(confidence) + draw_faults(draws))
    table = read_panel(
        where, frame, outcome=outcome, unit=unit, time=time, treated=treated, start=start
    )
    sizes = _sizes(where, table, start)
    after = table.after.astype(float)
    fit = fit_panel(table.panel, [(table.treated.astype(float), after)])
    step = fit.contrast(np.eye(len(fit.params))[-1])
    alone = [side for side, k in zip(("treated", "other"), sizes, strict=True) if k < FEWEST_UNITS]
    note = "; ".join(ONE_UNIT.format(side=side) for side in alone)
    if not note and step.std_error <= 1e-10 * table.spread:
        note = NO_SPREAD
    row = _limits(step, confidence, bare=bool(note))
    p, tried, enumerated = _placebo(table, draws, seed)
    return DiffInDiff(
        **row,
        df=NAN if note else step.df,
        p_value=NAN if note else _p_value(step),
        method="difference in differences, two-way fixed effects, CR2 by unit with t limits",
        note=note,
        event_study=event_study(table, confidence),
        placebo_p=p,
        n_treated=sizes[0],
        n_reference=sizes[1],
        n_assignments=tried,
        enumerated=enumerated,
    )


def _sizes(where: str, table: UnitTimes, start: Any) -> tuple[int, int]:
    """Return the treated and the other units observed on both sides of `start`, none missing."""
    treated, other = (
        int((table.both_sides & (table.treated == side)).sum()) for side in (True, False)
    )
    if not (treated and other):
        side = "other" if treated else "treated"
        raise SupportError(
            f"{where}: no {side} unit is observed both before {start!r} and from then on."
        )
    return treated, other


def event_study(table: UnitTimes, confidence: float) -> Any:
    """Return the gap between the classes at each time, less that of the last time before start.

    Each class has its own unit levels and times: the same as one regression with treated × time.
    """
    import pandas as pd

    base = int(np.flatnonzero(~table.after)[-1])
    sides = (table.treated, ~table.treated)
    groups = [Panel(table.panel.y[side], table.panel.rows[side]) for side in sides]
    weights = np.eye(len(table.times))
    weights[base] -= 1
    parts = [_linked(fit_panel(group), weights) for group in groups]
    seen = [(group.rows > 0).sum(axis=0) for group in groups]
    rows = []
    for at, period in enumerate(table.times):
        gap = {"estimate": 0.0, "std_error": NAN, "conf_low": NAN, "conf_high": NAN}
        if at != base:
            alone = min(min(here[at], here[base]) for here in seen) < FEWEST_UNITS
            both = [part[at] for part in parts]
            gap = _gap(both, confidence, table.spread, alone=bool(alone))
        phase = "base" if at == base else "after" if table.after[at] else "before"
        many = {"n_treated": int(seen[0][at]), "n_reference": int(seen[1][at])}
        rows.append({"period": period, "phase": phase, **gap, **many})
    return pd.DataFrame(rows)


def _linked(fit: PanelFit, weights: Array) -> list[Contrast | None]:
    """Return contrasts of time effects, None where the rows do not determine one."""
    moments = np.asarray(sum(len(p.units) * p.z.T @ p.z for p in fit.patterns))
    lost = np.abs(moments @ fit.inverse @ weights - weights).max(axis=0) > 1e-6
    found = fit.contrasts(weights)
    return [None if gone else c for c, gone in zip(found, lost.tolist(), strict=True)]


def _gap(
    parts: list[Contrast | None], confidence: float, spread: float, *, alone: bool
) -> dict[str, float]:
    treated, other = parts
    if treated is None or other is None:
        return _limits(Contrast(NAN, NAN, NAN), confidence, bare=True)
    estimate = treated.estimate - other.estimate
    variances = [treated.std_error**2, other.std_error**2]
    error = float(np.sqrt(sum(variances)))
    if alone or error <= 1e-10 * spread:
        return _limits(Contrast(estimate, NAN, NAN), confidence, bare=True)
    # Welch: the classes share no coefficient
    both = zip(variances, (treated, other), strict=True)
    df = error**4 / sum(v**2 / c.df for v, c in both if v)
    return _limits(Contrast(estimate, error, df), confidence, bare=False)


def _limits(found: Contrast, confidence: float, *, bare: bool) -> dict[str, float]:
    from scipy.stats import t

    if bare:
        low = high = error = NAN
    else:
        error = found.std_error
        arm = float(t.isf((1 - confidence) / 2, found.df)) * error
        low, high = found.estimate - arm, found.estimate + arm
    return {
        "estimate": found.estimate,
        "std_error": error,
        "conf_low": low,
        "conf_high": high,
    }


def _p_value(found: Contrast) -> float:
    from scipy.stats import t

    return float(2 * t.sf(abs(found.estimate) / found.std_error, found.df))


def _placebo(table: UnitTimes, draws: int, seed: int) -> tuple[float, int, bool]:
    """Return the placebo p-value by unit, the assignments tried, and whether they are all.

    The step of a set of units is z's / (z'Gz − |z'C|²): s and G are each unit's own, and C is
    what the time effects take.
    """
    from audit.estimators.accounts.assignments import assignment_sums

    panel = table.panel
    plain = fit_panel(panel)
    after = table.after.astype(float)
    own = np.zeros((len(panel.y), 2))
    pulled = np.zeros((len(panel.y), len(after)))
    for p in plain.patterns:
        d = p.root * after
        d = d - p.level * (p.level @ d)
        own[p.units, 0] = plain.residuals[p.units] @ d / table.spread
        own[p.units, 1] = d @ d
        pulled[p.units] = p.z.T @ d
    values, vectors = np.linalg.eigh(plain.inverse)
    taken = pulled @ (vectors * np.sqrt(np.maximum(values, 0.0)))
    _, size, turn = np.linalg.svd(taken, full_matrices=False)
    taken = taken @ turn[size > RANK * max(size.max(), 1e-300)].T
    use = table.both_sides
    columns = np.column_stack([own, taken])[use]
    few = table.treated[use]
    if few.sum() * 2 > len(few):
        few = ~few  # the other half gives the same step with the other sign

    def size_of(sums: Array) -> Array:
        left = sums[:, 1] - (sums[:, 2:] ** 2).sum(axis=1)
        possible = left > 1e-9 * sums[:, 1]
        return np.where(possible, sums[:, 0] / np.where(possible, left, 1.0), 0.0)

    found = assignment_sums(columns, few, np.zeros(len(few), dtype=int), draws, seed)
    observed = float(size_of(found.observed[None])[0])
    p_value = share_as_extreme(size_of(found.drawn), observed, found.enumerated, "two-sided")
    return p_value, len(found.drawn), found.enumerated
