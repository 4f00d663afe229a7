"""Models of scanned cases: fitted on counts, judged by account, rows left where they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from audit.errors import EstimationError, UnknownName
from audit.estimators.base import choose, confidence_faults, refuse
from audit.modelled.base import Base, scanned_base
from audit.modelled.chosen import chosen
from audit.modelled.curves import survival
from audit.modelled.fits import Contrast, Fitted, linear, logit, places
from audit.modelled.ladder import ordinal, rungs_of
from audit.modelled.lattice import Lattice
from audit.modelled.leverage import corrected, refuse_uncorrected
from audit.modelled.record import ScanFit, recorded
from audit.modelled.routes import MEMORY, NEEDED, Task, route_of
from audit.modelled.scores import Directions, multiplied, pushed
from audit.modelled.store import Store, pack

if TYPE_CHECKING:
    from audit.outcome import Outcome
    from audit.scanned.noun import Scan

__all__ = ["Contrast", "ScanFit", "fit", "pack", "survival"]

MODELS = ("logit", "linear", "ordinal")
Given = Contrast | tuple[str, str, str]


def fit(
    scan: Scan,
    *,
    model: Literal["logit", "linear", "ordinal"],
    outcome: Outcome | str,
    terms: Sequence[str],
    contrasts: Sequence[Given],
    cluster: str = "account_id",
    covariance: Literal["cr1", "cr2"] = "cr1",
    confidence: float = 0.95,
    way: str = "auto",
    models: int = 1,
    memory: float = MEMORY,
    population: Mapping[str, Any] | None = None,
    unknown: Literal["refuse", "leave"] = "refuse",
) -> ScanFit:
    """Return a model of scanned cases, its contrasts judged by account; no row comes to Python.

    Parameters
    ----------
    scan : Scan
        With a store (`audit.pack`) that holds the columns, or without.
    model : {"logit", "linear", "ordinal"}
        Of an outcome of 0 and 1; of a number; of rungs of the ladder, or whole numbers in order.
    outcome : Outcome or str
        What counts as acted on, or a column of numbers or flags; for "ordinal" the column of
        rungs ("action") or of numbers.
    terms : sequence of str
        Columns whose levels are the factors of the model; a missing value is a level of its own.
    contrasts : sequence of Contrast or of (term, level, against)
        What is reported with its uncertainty.
    cluster : str
        The column of accounts.
    covariance : {"cr1", "cr2"}
        "cr2" corrects every account for its leverage, as `ols` and `logit` do; for "linear" and
        "logit" without sampling weights. It fetches counts by account and cell.
    confidence : float, between 0 and 1
    way : {"auto", "push", "packed", "sparse"}
        How influences are summed by account; all give the same numbers. "packed" packs what is
        not packed yet.
    models : int
        How many models of these columns are to come, this one among them: what `auto` weighs.
    memory : float
        Bytes that `auto` may plan to take in Python.
    population : mapping, optional
        Which cases the model is of, as in a design: column = allowed values, or { min, max }. How
        many it leaves out is counted and said with the model (`left`). A store is not used then.
    unknown : {"refuse", "leave"}
        Whether cases whose outcome is not known stop the model, or are left out and counted. A
        study leaves them out too, in its ledger.

    Raises
    ------
    SchemaError
        The table has faults, and nobody says that it was checked.
    DesignError
        The population is none, or no case has what it allows.
    EstimationError
        An outcome, weight or account is missing, an outcome that is not 0 or 1 in a logit, terms
        that repeat one another or have one level.
    SeparationError
        Some levels predict the outcome perfectly.
    TooFewAccounts
        A level of a contrast has cases of fewer than two accounts.
    UnknownName
        No such model, way, column or level.

    Notes
    -----
    Sampling weights, where the table has them, weigh rows as in pseudo-likelihood and are scaled to
    add up to the cases: only their ratios count.

    The coefficients are those of the rows, as counts by cell are sufficient. With B the inverse
    information and g an estimand's gradient, account a adds ψ_a = Σ s'Bg over its cases, with s a
    case's score; the variance is Σψ² G/(G-1) (N-1)/(N-p), CR1 as in Liang & Zeger 1986,
    Biometrika 73:13. Limits by Student's t with the accounts of the smaller of the two levels less
    one as degrees of freedom. CR2 with Satterthwaite's degrees of freedom is that of `logit` and
    `ols` on read rows, made exactly from counts by account and cell (see `leverage`).
    """
    refuse("fit", confidence_faults(confidence))
    if model not in MODELS:
        raise UnknownName("model", model, list(MODELS))
    choose("covariance of fit", covariance, ("cr1", "cr2"))
    choose("unknown of fit", unknown, ("refuse", "leave"))
    asked = tuple(c if isinstance(c, Contrast) else Contrast(*c) for c in contrasts)
    refuse("fit", ["no terms are given"] * (not terms) + ["no contrasts are given"] * (not asked))
    refuse("fit", ["terms are given twice"] * (len(set(terms)) < len(terms)))
    refuse("fit", _unasked(asked, models))
    scan.require()
    columns = _columns(scan, model, outcome, tuple(terms))
    rows = chosen(scan, population, outcome, unknown=unknown, model=model)
    how = (way, models, memory, confidence)
    made = _fitted(rows.scan, (model, outcome, asked), columns, cluster, covariance, how)
    return replace(made, left=rows.left)


def _unasked(contrasts: tuple[Contrast, ...], models: int) -> list[str]:
    said = [
        f"the contrast of {c.term!r} sets the level {c.level!r} against itself; give two levels"
        for c in contrasts
        if c.level == c.against
    ]
    if models < 1:
        said.append(f"models is {models}; allowed: 1 and more, how many models are to come")
    return said


def _fitted(
    scan: Scan,
    given: tuple[str, Outcome | str, tuple[Contrast, ...]],
    columns: tuple[tuple[str, ...], tuple[Outcome | str, ...]],
    cluster: str,
    covariance: str,
    how: tuple[str, int, float, float],
) -> ScanFit:
    """Return the model of all rows of a scan."""
    (model, outcome, asked), (factors, numbers) = given, columns
    way, models, memory, confidence = how
    packed = scan.store is not None and scan.store.holds(factors, numbers, cluster)
    base = _base(scan, factors, numbers, cluster, way="packed" if packed else "push")
    _refuse_odd(base, model, outcome)
    lattice, cell = base.lattice.rolled_up(factors)
    found, inside = _model(scan, model, lattice, outcome, asked)
    task = Task(
        base.n_rows, len(lattice.n), base.accounts, models, len(found.values), memory, base.packed
    )
    if covariance == "cr2":
        return _corrected(
            base, cell, (model, outcome), (inside, found, asked), (way, memory, confidence)
        )
    route = route_of(task, way)
    if route.way == "packed" and not packed:
        base = _base(scan, factors, numbers, cluster, way="packed")
        lattice, cell = base.lattice.rolled_up(factors)
        found, inside = _model(scan, model, lattice, outcome, asked)
    flags = _flags(inside, asked)
    directions = Directions(found.slopes, found.levels, flags).spread(cell)
    sums = multiplied if route.way == "sparse" else pushed
    scores = sums(base, numbers[0] if numbers else None, directions)
    return recorded(model, inside, found, (asked, scores, route), confidence)


def _corrected(
    base: Base,
    cell: Any,
    given: tuple[str, Outcome | str],
    made: tuple[Lattice, Fitted, tuple[Contrast, ...]],
    how: tuple[str, float, float],
) -> ScanFit:
    """Return the record of a fit with CR2."""
    (model, outcome), (inside, found, asked), (way, memory, confidence) = given, made, how
    least = refuse_uncorrected(model, base, found.least)
    if way not in ("auto", "sparse"):
        raise EstimationError(
            f"fit: CR2 takes counts by account and cell, and way={way!r} brings none; allowed: "
            "'auto' and 'sparse'."
        )
    errors = corrected(base, outcome, least, cell, memory=memory)
    directions = Directions(found.slopes, found.levels, _flags(inside, asked)).spread(cell)
    scores = multiplied(base, outcome, directions)
    return recorded(model, inside, found, (asked, scores, NEEDED), confidence, errors)


def _columns(
    scan: Scan, model: str, outcome: Outcome | str, terms: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[Outcome | str, ...]]:
    """Return the columns of levels and those of numbers that a model needs."""
    if model != "ordinal":
        wanted = [outcome] if isinstance(outcome, str) else []
    elif not isinstance(outcome, str):
        raise EstimationError("fit: an ordinal model takes a column of rungs, such as 'action'.")
    else:
        wanted = [outcome]
    for column in (*terms, *wanted):
        if column not in scan.names and not (column == "account_class" and scan.roster):
            raise UnknownName("column", column, list(scan.names))
    if model == "ordinal":
        return (*terms, str(outcome)), ()
    return terms, (outcome,)


def _base(
    scan: Scan,
    factors: tuple[str, ...],
    numbers: tuple[Outcome | str, ...],
    cluster: str,
    *,
    way: str,
) -> Base:
    """Return the rows that a model is summed over: those of the store, or of the scan."""
    if scan.store is not None and scan.store.holds(factors, numbers, cluster):
        return scan.store.base
    key = (way, factors, numbers, cluster)
    if way == "push":
        return scan.once(key, lambda: scanned_base(scan, factors, numbers, cluster))

    def packed() -> Store:
        store = pack(scan, factors, outcomes=numbers, cluster=cluster).store
        assert store is not None
        return store

    store: Store = scan.once(key, packed)
    return store.base


def _refuse_odd(base: Base, model: str, outcome: Outcome | str) -> None:
    if model == "logit" and (odd := base.odd[base.place(outcome)]):
        raise EstimationError(
            f"fit: {outcome} is neither 0 nor 1 in {odd:,} row(s); allowed: 0 and 1, or flags. "
            'Try: model="linear".'
        )


def _model(
    scan: Scan,
    model: str,
    lattice: Lattice,
    outcome: Outcome | str,
    contrasts: tuple[Contrast, ...],
) -> tuple[Fitted, Lattice]:
    """Return the model, and its terms in the cells it was fitted on."""
    if model == "ordinal":
        rung = rungs_of(lattice.levels[-1], scan.ladder.rungs)[lattice.codes[:, -1]]
        inside = Lattice(lattice.terms[:-1], lattice.levels[:-1], lattice.codes[:, :-1], lattice.n)
        return ordinal(lattice, rung, inside, contrasts), inside
    y = lattice.sums[outcome]
    if model == "linear":
        return linear(lattice, y, contrasts), lattice
    return logit(lattice, y, contrasts), lattice


def _flags(lattice: Lattice, contrasts: tuple[Contrast, ...]) -> Any:
    columns = []
    for contrast in contrasts:
        term, level, against = places(lattice, contrast)
        columns += [lattice.codes[:, term] == level, lattice.codes[:, term] == against]
    return np.column_stack(columns)
