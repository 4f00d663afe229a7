"""How hard enforcement hits: the ladder of sanctions, rung by rung and as a whole."""

from __future__ import annotations

from typing import Any

import numpy as np

from audit.errors import SupportError
from audit.estimators.accounts.relative_effect import softer_rung
from audit.estimators.base import Array, as_numbers, number_faults, refuse
from audit.estimators.models.ordinal import OrdinalFit, nominal_test, proportional_odds

__all__ = ["OrdinalFit", "nominal_test", "proportional_odds", "rungs", "softer_rung"]

MOST_RUNGS = 1000  # a taller ladder is not one of ranks


def rungs(levels_focal: Any, levels_reference: Any) -> Any:
    """Return the gap at every rung: the share of each class that was hit at least as hard.

    Parameters
    ----------
    levels_focal, levels_reference : array_like of int, shapes (n,) and (m,)
        Severity of what each case met, its rank on the ladder: whole numbers, 0 for nothing.

    Returns
    -------
    DataFrame
        One row per `rung` from 1 to the highest seen: `events_focal` and `events_reference`
        (cases at that rung or above), `n_focal`, `n_reference`, `rate_focal`, `rate_reference`
        and `difference` (focal less reference). A rung that nobody stopped at has its row.
        Nothing but 0: no rows. No intervals, for levels know no accounts; the events and n of a
        rung go into `clustered_difference` account by account.

    Raises
    ------
    SupportError
        A class has no cases.
    EstimationError
        A level is missing, negative or not whole, or above 1,000.

    Notes
    -----
    Rungs are nested, so their gaps are not separate findings: a gap at a high rung carries into
    all below it.
    """
    import pandas as pd

    focal = as_numbers(levels_focal, "levels_focal")
    reference = as_numbers(levels_reference, "levels_reference")
    refuse("rungs", _faults("levels_focal", focal) + _faults("levels_reference", reference))
    for name, levels in (("focal", focal), ("reference", reference)):
        if not len(levels):
            raise SupportError(f"rungs: the {name} class has no cases.")
    rung = np.arange(1, int(max(focal.max(), reference.max())) + 1)
    events_focal, events_reference = _at_least(focal, rung), _at_least(reference, rung)
    rate_focal, rate_reference = events_focal / len(focal), events_reference / len(reference)
    return pd.DataFrame(
        {
            "rung": rung,
            "events_focal": events_focal,
            "n_focal": len(focal),
            "events_reference": events_reference,
            "n_reference": len(reference),
            "rate_focal": rate_focal,
            "rate_reference": rate_reference,
            "difference": rate_focal - rate_reference,
        }
    )


def _at_least(levels: Array, rung: Array) -> Array:
    return len(levels) - np.searchsorted(np.sort(levels), rung, side="left")


def _faults(name: str, levels: Array) -> list[str]:
    faults = number_faults(name, levels)
    if faults or not len(levels):
        return faults
    if (part := levels[levels % 1 != 0]).size:
        faults.append(f"{name} holds {part[0]:g}; allowed: whole numbers, ranks on the ladder")
    if (top := levels.max()) > MOST_RUNGS:
        faults.append(f"{name} reaches {top:g}; allowed: ranks up to {MOST_RUNGS:,}")
    return faults
