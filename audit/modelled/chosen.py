"""Which rows of a scan a model is of: those of a population, whose outcome is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from audit import population as populations
from audit.engine import Sql, joined, sql
from audit.errors import DesignError, EstimationError, UnknownName
from audit.modelled.base import outcome_of
from audit.scanned.enrolment import absent_values
from audit.scanned.noun import SCANNED
from audit.scanned.populations import holds

if TYPE_CHECKING:
    from audit.outcome import Outcome
    from audit.scanned.noun import Scan

UNKNOWN_OUTCOME = "the outcome is not known"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rows that a model is of, and in a sentence each how many cases were left out, and why."""

    scan: Scan
    left: tuple[str, ...]


def chosen(
    scan: Scan,
    population: Mapping[str, Any] | None,
    outcome: Outcome | str,
    *,
    unknown: str,
    model: str,
) -> Chosen:
    """Return the rows of a population, without those of unknown outcome where these may leave.

    Raises
    ------
    DesignError
        The population is none, or no case has what it allows.
    UnknownName
        The table has no such column.
    EstimationError
        No case is left.
    """
    steps = _steps(scan, population or {})
    if unknown == "leave":
        known = scan.value(str(outcome))[0] if model == "ordinal" else outcome_of(scan, outcome)
        steps.append((sql("({y}) is not null", y=known), UNKNOWN_OUTCOME))
    if not steps:
        return Chosen(scan, ())
    tests = [test for test, _ in steps]
    left = _left(scan, tests)
    total = len(scan)
    if sum(left) == total:
        raise EstimationError("fit: no case is left. Try: a wider population.")
    said = tuple(
        f"{many:,} of {total:,} cases were left out: {because}"
        for many, (_, because) in zip(left, steps, strict=True)
    )
    checked = scan.checked or "its rows were checked with those of the whole table"
    only = joined(tests, " and ")
    kept = replace(scan, only=only, store=None, checked=checked, _known={})
    SCANNED.discard(kept)  # its ids are among those of the whole table
    return Chosen(kept, said)


def _steps(scan: Scan, population: Mapping[str, Any]) -> list[tuple[Sql, str]]:
    faults = populations.faults(population)
    if faults:
        raise DesignError("fit: " + " ".join(faults))
    for column in population:
        if column not in scan.names and not (column == "account_class" and scan.roster):
            raise UnknownName("column", column, list(scan.names))
    faults = [said for c, allowed in population.items() for said in absent_values(scan, c, allowed)]
    if faults:
        raise DesignError("fit: " + " ".join(faults))
    return [
        (holds(*scan.value(column), allowed), populations.excluded(column, allowed))
        for column, allowed in population.items()
    ]


def _left(scan: Scan, tests: list[Sql]) -> list[int]:
    """Return how many cases leave at each step, each counted where it leaves first."""
    first = joined(
        [
            sql("when not ({test}) then {i}", test=test, i=Sql((str(i),)))
            for i, test in enumerate(tests)
        ],
        " ",
    )
    what = sql(
        "select step, cast(sum(size) as bigint) as n from "
        "(select case {first} end as step, {size} as size from {s}) as r "
        "where step is not null group by step",
        first=first,
        size=scan.size(),
        s=scan.source(),
    )
    found = scan.engine.query(what)
    counts = dict(zip(map(int, found["step"]), map(int, found["n"]), strict=True))
    return [counts.get(i, 0) for i in range(len(tests))]
