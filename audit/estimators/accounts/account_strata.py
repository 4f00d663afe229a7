"""Sums by account × stratum: the least that inference by account needs."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from audit.estimators.accounts.clustered import anova_icc
from audit.estimators.base import (
    Array,
    as_numbers,
    count_faults,
    number_faults,
    read_flags,
    refuse,
)
from audit.influence import IS_FOCAL, IS_REFERENCE, Influence, StratumSums, of_both


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

    def sums(self) -> StratumSums:
        """Return the sums by class and stratum; see `audit.influence`."""
        place = self.is_focal * self.n_strata + self.stratum

        def total(values: Array | None) -> Array:
            counted = np.bincount(place, values, 2 * self.n_strata).astype(float)
            return counted.reshape(2, self.n_strata)

        names = ("events", "n", "weighted_events", "weighted_n")
        return StratumSums(**{c: total(getattr(self, c)) for c in names}, accounts=total(None))

    def push(self, influences: Mapping[str, Influence]) -> dict[str, Array]:
        """Return each influence by account; see `audit.influence`."""
        side = self.is_focal.astype(int)
        return {name: self.by_account(self._term(i, side)) for name, i in influences.items()}

    def _term(self, influence: Influence, side: Array) -> Array:
        term = np.zeros(len(self.stratum))
        for name, coefficients in influence.of.items():
            term += coefficients[side, self.stratum] * getattr(self, name)
        if influence.whole is None:
            return term
        share = divide(self.weighted_n, influence.whole[side, self.stratum])
        return divide(term, 1 - share)

    def focal_accounts(self) -> Array:
        """Return the focal flag by account."""
        return self.by_account(self.is_focal) > 0


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
    _, who = np.unique(who[use], return_inverse=True)
    refuse(where, _class_faults(who, is_focal[use]))
    strata = int(layer.max()) + 1 if len(layer) else 0
    return _summed((y[use], m[use], w[use]), (who, layer[use], is_focal[use]), strata, use)


def _summed(
    counts: tuple[Array, Array, Array], labels: tuple[Array, Array, Array], strata: int, use: Array
) -> AccountStrata:
    """Return the sums of events, n and weights by account and stratum."""
    (y, m, w), (who, layer, is_focal) = counts, labels
    cell, place = np.unique(who * strata + layer, return_inverse=True)

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
    codes, _, faults = label_codes(name, labels, length)
    return codes, faults


def label_codes(name: str, labels: Any, length: int) -> tuple[Array, list[Hashable], list[str]]:
    """Return labels as numbers from 0 by first appearance, what they stand for, and faults."""
    import pandas as pd

    numbered = isinstance(labels, np.ndarray) and labels.dtype.kind in "iu"
    column = labels if numbered else np.asarray(labels, dtype=object)
    if column.ndim != 1:
        return np.zeros(0, dtype=int), [], [f"{name} has {column.ndim} dimensions; allowed: 1"]
    codes, names = pd.factorize(column)
    faults = []
    if len(codes) != length:
        faults = [f"{name} has {len(codes)} entries; allowed: {length}, as many as events"]
    elif missing := int((codes < 0).sum()):
        faults = [f"{name} is missing in {missing} place(s)"]
    return codes, list(names), faults


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


def icc_influences(sums: StratumSums, *, reference: bool = False) -> dict[str, Influence]:
    """Return what the intraclass correlation given stratum needs of every account.

    Parameters
    ----------
    sums : StratumSums
        Strata that are zero here are left out.
    reference : bool
        Whether to use the reference accounts only.

    Returns
    -------
    dict
        Sums and squares of the residuals from the pooled stratum rates, and posts; what
        `icc_given_stratum` reads from a push.
    """
    sides = [IS_REFERENCE] if reference else [IS_REFERENCE, IS_FOCAL]
    posts = sums.n[sides].sum(0)
    rate = divide(sums.events[sides].sum(0), posts)
    counted = np.zeros((2, len(rate)))
    counted[sides] = posts > 0
    one, all_of = counted, of_both(rate) * counted
    return {
        f"{name} {reference}": Influence(of)
        for name, of in (
            ("residual", {"events": one, "n": -all_of}),
            ("squares", {"events": one - 2 * all_of, "n": all_of * all_of}),
            ("posts", {"n": one}),
        )
    }


def icc_given_stratum(pushed: Mapping[str, Array], *, reference: bool = False) -> float:
    """Return the ANOVA intraclass correlation of the residuals from the pooled stratum rates."""
    names = (f"{name} {reference}" for name in ("residual", "squares", "posts"))
    return anova_icc(*(pushed[name] for name in names))


def divide(top: Array, bottom: Array) -> Array:
    """Return top / bottom, 0 where the bottom is 0 (an empty stratum adds nothing)."""
    bottom = np.broadcast_to(bottom, np.shape(top))
    return np.divide(top, bottom, out=np.zeros_like(top, dtype=float), where=bottom > 0)
