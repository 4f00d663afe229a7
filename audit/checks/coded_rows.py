"""Cases as whole numbers, coded once, so that each of many designs is only counting."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from audit import population
from audit import study as studies
from audit.cases import Cases
from audit.checks.specifications import canonical
from audit.design import Design
from audit.errors import AuditError
from audit.estimators.accounts.account_strata import AccountStrata
from audit.estimators.base import Array
from audit.schema import NO_ACCOUNT, UNKNOWN
from audit.study import stratum_of


@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    """Which account × stratum each row is in, for one choice of strata."""

    cell: Array
    account: Array
    stratum: Array
    n_strata: int


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """Who is focal and who reference in one population, before outcomes are looked at.

    Flags by row: `focal`, `reference`, `other` (of a class that only other specifications compare)
    and `unknown`.
    """

    key: str
    focal: Array
    reference: Array
    other: Array
    unknown: Array


@dataclass(frozen=True, slots=True, eq=False)
class CodedCases:
    """Cases as arrays, rows in the order of their accounts' ids.

    `pool` names every class that any of the designs compares.
    What a term of a design means is worked out once for each of its values and kept in `held`.
    `enroll` stays the authority: whoever reads these must give what it gives.
    """

    cases: Cases
    order: Array
    account: Array
    n_accounts: int
    nameless: int
    kind: Array
    classes: tuple[str, ...]
    count: Array
    weight: Array
    pool: tuple[str, ...] = ()
    held: dict[Any, Any] = field(default_factory=dict)

    @property
    def usable(self) -> bool:
        """Return whether every row counts, as the estimators need it."""
        numbers = (self.count, self.weight)
        return all(bool(np.isfinite(v).all() and (v > 0).all()) for v in numbers)

    def refuses(self, design: Design) -> bool:
        """Return whether `enroll` would find that the design does not fit the cases."""
        frame = self.cases.frame
        needed = [*design.strata, *(design.population or {})]
        if design.outcome.acted_within_hours:
            needed += ["posted_at", "acted_at"]
        if design.outcome.reversed:
            needed.append("reversed")
        if design.outcome.reversed_within_hours:
            needed += ["acted_at", "reversed_at", "observed_until"]
        if any(c not in frame or c.startswith("raw_") for c in needed):
            return True
        if not {design.focal, *design.references} <= set(self.classes):
            return True
        return self._absent(design) or not self._rungs(design)

    def _absent(self, design: Design) -> bool:
        for column, allowed in (design.population or {}).items():
            key = ("absent", column, canonical(allowed))
            if key not in self.held:
                values = self.cases.frame[column]
                self.held[key] = bool(population.absent(values, column, allowed))
            if self.held[key]:
                return True
        return False

    def _rungs(self, design: Design) -> bool:
        try:
            return bool(design.outcome.rungs(self.cases.ladder))
        except AuditError:
            return False

    def inside(self, design: Design) -> Array:
        """Return which rows are in the population and could have had the outcome."""
        out = np.ones(len(self.account), dtype=bool)
        for column, allowed in (design.population or {}).items():
            key = ("inside", column, canonical(allowed))
            if key not in self.held:
                held = population.holds(self.cases.frame[column], allowed)
                self.held[key] = held.to_numpy(bool)[self.order]
            out &= self.held[key]
        if design.outcome.reversed:
            if "sanctioned" not in self.held:
                rank = self.cases.ladder.rank(self.cases.frame["action"])
                self.held["sanctioned"] = (rank > 0)[self.order]
            out &= self.held["sanctioned"]
        return out

    def outcome(self, design: Design) -> tuple[Array, Array]:
        """Return which rows were acted on, and of which the outcome is known."""
        key = ("outcome", canonical(design.outcome.to_dict()))
        if key not in self.held:
            acted = studies.acted_on(self.cases, design)
            known = acted.notna().to_numpy(bool)[self.order]
            flags = acted.fillna(False).to_numpy(bool)[self.order]
            self.held[key] = (flags, known)
        found: tuple[Array, Array] = self.held[key]
        return found

    def context(self, design: Design) -> Context:
        """Return who is compared: one class per account, as `enroll` has it."""
        reference = design.references[0]
        key = canonical((design.population or {}, design.outcome.reversed, reference))
        if ("context", key) not in self.held:
            self.held["context", key] = self._context(key, design, reference)
        found: Context = self.held["context", key]
        return found

    def _context(self, key: str, design: Design, reference: str) -> Context:
        inside = self.inside(design)
        focal = inside & self._is(design.focal)
        single = ~self.has(focal)[self.account]
        compared = inside & self._is(reference) & single
        other = np.zeros_like(inside)
        if set(self.pool) - {design.focal, reference}:
            spare = single & ~self.has(compared)[self.account]
            other = inside & spare & self.compared(design)
        return Context(key, focal, compared, other, inside & self._is(UNKNOWN))

    def compared(self, design: Design) -> Array:
        """Return which rows are of a class that this design or another compares."""
        names = {design.focal, design.references[0], *self.pool}
        return np.isin(self.kind, [self.classes.index(n) for n in names])

    def _is(self, name: str) -> Array:
        place = self.classes.index(name) if name in self.classes else -1
        return np.asarray(self.kind == place)

    def has(self, rows: Array) -> Array:
        """Return which accounts have any of the rows."""
        out = np.zeros(self.n_accounts, dtype=bool)
        out[self.account[rows]] = True
        return out

    def of_class(self, name: str) -> Array:
        """Return which accounts have rows of a class, anywhere in the cases."""
        return self.has(self._is(name))

    def layers(self, strata: tuple[str, ...]) -> Layers:
        """Return the account × stratum of every row."""
        if ("layers", strata) not in self.held:
            self.held["layers", strata] = self._layers(strata)
        found: Layers = self.held["layers", strata]
        return found

    def _layers(self, strata: tuple[str, ...]) -> Layers:
        if not strata:
            accounts = np.arange(self.n_accounts)
            return Layers(self.account, accounts, np.zeros_like(accounts), 1)
        stratum, n_strata = self._stratum(strata)
        place = self.account.astype(np.int64) * n_strata + stratum[self.order]
        cells, cell = np.unique(place, return_inverse=True)
        return Layers(cell.astype(np.int32), cells // n_strata, cells % n_strata, n_strata)

    def _stratum(self, strata: tuple[str, ...]) -> tuple[Array, int]:
        """Return each row's stratum as a number; those that read alike are one, as in `enroll`."""
        frame = self.cases.frame
        code = np.zeros(len(frame), dtype=np.int64)
        for column in strata:
            if ("levels", column) not in self.held:
                found, levels = pd.factorize(stratum_of(frame, (column,)))
                self.held["levels", column] = (found, len(levels))
            found, size = self.held["levels", column]
            code, _ = pd.factorize(code * max(size, 1) + found)
        _, first = np.unique(code, return_index=True)
        texts, names = pd.factorize(stratum_of(frame.iloc[first], strata))
        return texts[code], max(len(names), 1)

    def cells(self, design: Design, layers: Layers, rows: Array, focal: Array) -> AccountStrata:
        """Return the sums by account × stratum of some rows; `focal` flags accounts."""
        acted, _ = self.outcome(design)
        at, hit = layers.cell[rows], rows & acted
        size = len(layers.account)
        n, events = (np.bincount(layers.cell[r], self.count[r], size) for r in (rows, hit))
        weighted = {"weighted_events": events, "weighted_n": n, "squared": n}
        if (self.weight != 1).any():
            w = self.weight * self.count
            weighted = {
                "weighted_events": np.bincount(layers.cell[hit], w[hit], size),
                "weighted_n": np.bincount(at, w[rows], size),
                "squared": np.bincount(at, (self.weight * w)[rows], size),
            }
        here = n > 0
        account = layers.account[here]
        return AccountStrata(
            account=account,
            stratum=layers.stratum[here],
            events=events[here],
            n=n[here],
            **{name: values[here] for name, values in weighted.items()},
            is_focal=focal[account],
            n_accounts=self.n_accounts,
            n_strata=layers.n_strata,
            rows=np.empty(0, dtype=bool),
            row_account=np.empty(0, dtype=int),
        )

    def mixes_regimes(self, design: Design, rows: Array) -> bool:
        """Return whether an audited rule changed among the rows (the gate of rule regimes)."""
        frame = self.cases.frame
        if "regime" not in frame or "regime" in design.strata:
            return False
        if "regimes" not in self.held:
            texts = pd.Series("", index=frame.index)
            for column in [c for c in ("platform", "rule") if c in frame]:
                texts = texts + " " + stratum_of(frame, (column,))
            audited, _ = pd.factorize(texts)
            regime, versions = pd.factorize(frame["regime"])
            self.held["regimes"] = (audited[self.order], regime[self.order], len(versions))
        audited, regime, versions = self.held["regimes"]
        dated = rows & (regime >= 0)
        pairs = np.unique(audited[dated].astype(np.int64) * max(versions, 1) + regime[dated])
        return bool(len(np.unique(pairs // max(versions, 1))) < len(pairs))


def coded(cases: Cases) -> CodedCases:
    """Code a table of cases."""
    frame = cases.frame
    ids = frame["account_id"].astype("str").fillna(NO_ACCOUNT)
    account, names = pd.factorize(ids, sort=True)
    order = np.argsort(account, kind="stable")
    kind, classes = pd.factorize(frame["account_class"].astype("str"))
    nameless = np.flatnonzero(np.asarray(names) == NO_ACCOUNT)
    weight = frame["sampling_weight"].to_numpy(float) if "sampling_weight" in frame else None
    ones = np.ones(len(frame))
    return CodedCases(
        cases=cases,
        order=order,
        account=account[order].astype(np.int32),
        n_accounts=len(names),
        nameless=int(nameless[0]) if len(nameless) else -1,
        kind=kind[order].astype(np.int32),
        classes=tuple(map(str, classes)),
        count=cases.counts.to_numpy(float)[order],
        weight=(ones if weight is None else weight)[order],
    )
