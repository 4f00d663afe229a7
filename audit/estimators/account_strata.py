"""Sums by account × stratum: the least that inference by account needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from audit.estimators.base import (
    Array,
    as_numbers,
    count_faults,
    number_faults,
    read_flags,
    refuse,
)
from audit.estimators.clustered import anova_icc


@dataclass(frozen=True, slots=True, eq=False)
class AccountStrata:
    """Sums by account × stratum: the least that inference by account needs.

    `account` and `stratum` number the accounts and strata from 0; `weighted_events`,
    `weighted_n` and `squared` are Σwy, Σwn and Σw²n; `is_focal` is by cell. Rows without posts or
    without weight are not here: `rows` says which rows are, `row_account` whose they are.
    """

    account: Array
    stratum: Array
    events: Array
    n: Array
    weighted_events: Array
    weighted_n: Array
    squared: Array
    is_focal: Array
    n_accounts: int
    n_strata: int
    rows: Array
    row_account: Array

    def by_account(self, values: Array) -> Array:
        """Sum over each account's cells."""
        return np.bincount(self.account, values, self.n_accounts)

    def by_stratum(self, values: Array) -> Array:
        """Sum over each stratum's cells."""
        return np.bincount(self.stratum, values, self.n_strata)

    def keep(self, cells: Array) -> AccountStrata:
        """Return some of the cells, numbering of accounts and strata unchanged."""
        columns = ("account", "stratum", "events", "n", "weighted_events", "weighted_n", "squared")
        part = {name: getattr(self, name)[cells] for name in columns}
        return replace(self, is_focal=self.is_focal[cells], **part)


def tabulate(
    where: str, events: Any, n: Any, account: Any, stratum: Any, focal: Any, weights: Any = None
) -> AccountStrata:
    """Return the cells of long arrays, or say all that is wrong with them."""
    y, m = as_numbers(events, "events"), as_numbers(n, "n")
    w = np.ones_like(m) if weights is None else as_numbers(weights, "weights")
    faults = count_faults(y, m) + number_faults("weights", w, length=len(y))
    who, who_faults = _codes("account", account, len(y))
    one = np.zeros(len(y), dtype=int)
    layer, layer_faults = _codes("stratum", one if stratum is None else stratum, len(y))
    is_focal, focal_faults = read_flags(focal, len(y))
    refuse(where, faults + who_faults + layer_faults + focal_faults)
    use = (m > 0) & (w > 0)
    y, m, w, is_focal = y[use], m[use], w[use], is_focal[use]
    _, who = np.unique(who[use], return_inverse=True)
    strata = int(layer.max()) + 1 if len(layer) else 0
    refuse(where, _class_faults(who, is_focal))
    cell, place = np.unique(who * strata + layer[use], return_inverse=True)

    def total(values: Array) -> Array:
        return np.bincount(place, values, len(cell))

    focal_by_cell = np.zeros(len(cell), dtype=bool)
    focal_by_cell[place] = is_focal
    return AccountStrata(
        account=cell // max(strata, 1),
        stratum=cell % max(strata, 1),
        events=total(y),
        n=total(m),
        weighted_events=total(w * y),
        weighted_n=total(w * m),
        squared=total(w * w * m),
        is_focal=focal_by_cell,
        n_accounts=int(who.max()) + 1 if len(who) else 0,
        n_strata=strata,
        rows=use,
        row_account=who,
    )


def _codes(name: str, labels: Any, length: int) -> tuple[Array, list[str]]:
    import pandas as pd

    numbered = isinstance(labels, np.ndarray) and labels.dtype.kind in "iu"
    column = labels if numbered else np.asarray(labels, dtype=object)
    if column.ndim != 1:
        return np.zeros(0, dtype=int), [f"{name} has {column.ndim} dimensions; allowed: 1"]
    codes, _ = pd.factorize(column)
    if len(codes) != length:
        return codes, [f"{name} has {len(codes)} entries; allowed: {length}, as many as events"]
    if missing := int((codes < 0).sum()):
        return codes, [f"{name} is missing in {missing} place(s)"]
    return codes, []


def _class_faults(account: Array, is_focal: Array) -> list[str]:
    size = int(account.max()) + 1 if len(account) else 0
    posts = np.bincount(account, minlength=size)
    focal = np.bincount(account, is_focal, size)
    if both := int(((focal > 0) & (focal < posts)).sum()):
        return [
            f"{both} account(s) are focal in some rows and reference in others; allowed: one class "
            "per account (leave their reference rows out, and compare them within the account)"
        ]
    return []


def icc_given_stratum(cells: AccountStrata) -> float:
    """Return the ANOVA intraclass correlation of the residuals from the cells' stratum rates."""
    rate = divide(cells.by_stratum(cells.events), cells.by_stratum(cells.n))[cells.stratum]
    residual = cells.events - cells.n * rate
    squares = cells.events * (1 - 2 * rate) + cells.n * rate * rate
    return anova_icc(
        cells.by_account(residual), cells.by_account(squares), cells.by_account(cells.n)
    )


def divide(top: Array, bottom: Array) -> Array:
    """Return top / bottom, 0 where the bottom is 0 (an empty stratum adds nothing)."""
    bottom = np.broadcast_to(bottom, np.shape(top))
    return np.divide(top, bottom, out=np.zeros_like(top, dtype=float), where=bottom > 0)
