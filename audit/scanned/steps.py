"""How each row meets a design: the step at which it leaves, and whether it was acted on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit import population
from audit.engine import Sql, Value, joined, sql
from audit.ledger import ALSO_FOCAL, CLASS_NOT_COMPARED, NOT_SANCTIONED, OUTCOME_UNKNOWN
from audit.scanned.columns import CASE_KINDS, one_of
from audit.scanned.populations import holds
from audit.schema import NOT_RECORDED, UNKNOWN

if TYPE_CHECKING:
    from audit.design import Design
    from audit.outcome import Outcome
    from audit.scanned.noun import Scan

STAYS = 99
"""What stands for the step at which a row leaves, where it does not."""


@dataclass(frozen=True, slots=True)
class Steps:
    """What a design asks of rows, in the order of `audit.enroll`.

    Attributes
    ----------
    because : tuple of str
        Why rows leave, by step; the last two are "also focal" and "outcome unknown".
    leaves : Sql
        The number of the step at which a row leaves (1 for the first), or `STAYS`; whether its
        account is also focal is found later, from the counts.
    acted : Sql
        1 acted on, 0 not, NULL unknown.
    """

    because: tuple[str, ...]
    leaves: Sql
    acted: Sql

    @property
    def also_focal(self) -> int:
        """The step at which reference rows of focal accounts leave."""
        return len(self.because) - 1

    @property
    def unknown_outcome(self) -> int:
        """The step at which rows of unknown outcome leave."""
        return len(self.because)


def steps_of(scan: Scan, design: Design) -> Steps:
    """Return the steps of a design over a scan."""
    stays: list[Sql] = []
    because: list[str] = []
    for column, allowed in (design.population or {}).items():
        stays.append(holds(*scan.value(column), allowed))
        because.append(population.excluded(column, allowed))
    compared = (design.focal, design.references[0], UNKNOWN)
    stays.append(one_of(scan.value("account_class")[0], compared))
    because.append(CLASS_NOT_COMPARED)
    if design.outcome.reversed:
        idle = sql("{a} <> {none}", a=scan.value("action")[0], none=Value(scan.ladder.nothing))
        stays.append(idle)
        because.append(NOT_SANCTIONED)
    because += [ALSO_FOCAL, OUTCOME_UNKNOWN]
    acted = acted_on(scan, design.outcome)
    tests = [
        sql("when not coalesce({stays}, false) then {n}", stays=test, n=Sql((str(i),)))
        for i, test in enumerate(stays, 1)
    ]
    unknown = sql("when {acted} is null then {n}", acted=acted, n=Sql((str(len(because)),)))
    leaves = sql(
        "case {tests} else {stays} end",
        tests=joined([*tests, unknown], " "),
        stays=Sql((str(STAYS),)),
    )
    return Steps(tuple(because), leaves, acted)


def acted_on(scan: Scan, outcome: Outcome) -> Sql:
    """Return 1 where a row was acted on, 0 where not, NULL where the data cannot tell."""
    if outcome.reversed:
        return _reversed(scan, outcome.reversed_within_hours)
    action = scan.value("action")[0]
    rung = one_of(action, outcome.rungs(scan.ladder))
    if not outcome.acted_within_hours:
        return sql(
            "case when {x} is null then null when {is_rung} then 1 else 0 end",
            x=action,
            is_rung=rung,
        )
    since, acted_at = scan.value("posted_at")[0], scan.value("acted_at")[0]
    if "reported_at" in scan.names:
        since = sql("coalesce({r}, {p})", r=scan.value("reported_at")[0], p=since)
    micros = round(outcome.acted_within_hours * 3.6e9)
    limit = sql("({since} + {micros})", since=since, micros=Value(micros))
    censored = early = sql("false")
    if "observed_until" in scan.names:
        seen = scan.value("observed_until")[0]
        censored = sql("({u} is null or coalesce({u} < {limit}, false))", u=seen, limit=limit)
        brief = "coalesce({u} < {limit} and {u} > {at}, false)"
        early = sql(brief, u=seen, limit=limit, at=acted_at)
    return sql(
        "case when {action} is null then null "
        "when {is_rung} and ({at} is null or {limit} is null or {early}) then null "
        "when {is_rung} and {at} <= {limit} then 1 when {censored} then null else 0 end",
        action=action,
        is_rung=rung,
        at=acted_at,
        limit=limit,
        censored=censored,
        early=early,
    )


def known_acted_on(scan: Scan, outcome: Outcome) -> Sql:
    """Return what `acted_on` does, sooner: only for rows whose outcome is known."""
    if outcome.reversed or outcome.acted_within_hours or scan.actions:
        return acted_on(scan, outcome)
    word, _ = spelled_level(scan, "action")
    listed = joined(map(Value, outcome.rungs(scan.ladder)))
    return sql("cast({is_rung} as int)", is_rung=scan.engine.says("among", x=word, listed=listed))


def _reversed(scan: Scan, hours: float | None) -> Sql:
    flag = scan.value("reversed")[0]
    if not hours:
        return sql("case when {x} then 1 when not {x} then 0 end", x=flag)
    limit = sql("({a} + {m})", a=scan.value("acted_at")[0], m=Value(round(hours * 3.6e9)))
    return sql(
        "case when {x} is null or {limit} is null or coalesce({seen} < {limit}, true) then null "
        "when {x} and {at} is null then null when {x} and {at} <= {limit} then 1 else 0 end",
        x=flag,
        limit=limit,
        seen=scan.value("observed_until")[0],
        at=scan.value("reversed_at")[0],
    )


def level(scan: Scan, column: str) -> Sql:
    """Return a row's level of a stratum column as text; a missing value says so."""
    value, kind = scan.value(column)
    if kind == "flag":  # as pandas spells them
        value = sql("case when {x} then 'True' when not {x} then 'False' end", x=value)
    elif kind == "number" and column not in CASE_KINDS:
        value = scan.column(column).word()
    elif kind == "number":
        whole = CASE_KINDS[column] == "whole"
        value = scan.column(column).whole() if whole else value
        value = sql("cast({x} as string)", x=value)
    return sql("coalesce({x}, {missing})", x=value, missing=Value(NOT_RECORDED))


def spelled_level(scan: Scan, column: str) -> tuple[Sql, str]:
    """Return a row's level as the table spells it, NULL or "" where empty, and what empty means.

    Where the spelling is not the level (flags, words mapped to rungs, a roster's classes) it is
    the level itself, which is never empty.
    """
    empty = UNKNOWN if column == "account_class" else NOT_RECORDED
    if column == "account_class":
        spelled = scan.roster is None
    elif column == "action":
        spelled = not scan.actions
    else:
        kind = scan.value(column)[1]
        spelled = CASE_KINDS.get(column) != "answer" and (
            kind == "text" or (kind == "number" and column not in CASE_KINDS)
        )
    if not spelled:
        return level(scan, column), empty
    x = scan.column(column)
    return (sql("{x}", x=x.stored) if x.kind == "text" else x.word()), empty
