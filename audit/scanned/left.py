"""What left a scan on its way into a study, step by step and class by class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.deferred import late
from audit.engine import Name, Sql, Value, sql
from audit.ledger import Removal, entries, in_order
from audit.schema import UNKNOWN

if TYPE_CHECKING:
    import pandas as pd

    from audit.design import Design
    from audit.scanned.noun import Scan
    from audit.scanned.steps import Steps
else:
    pd = late("pandas")


def ledger_of(scan: Scan, base: Name | Sql, steps: Steps) -> tuple[Removal, ...]:
    """Return what each step took from each class, as `Cases.keep` enters it in the ledger."""
    cases = scan.engine.query(
        sql(
            "select class, leaves, cast(sum(n) as bigint) as n from {b} group by class, leaves",
            b=base,
        )
    )
    accounts = scan.engine.query(
        sql(
            "select class, leaves, count(*) as n from "
            "(select class, account, max(leaves) as leaves from {b} "
            "where account is not null group by class, account) as a group by class, leaves",
            b=base,
        )
    )
    first = scan.ledger[-1].step + 1 if scan.ledger else 1
    out: list[Removal] = []
    for step, because in enumerate(steps.because, 1):
        before, after = (_at(cases, accounts, last) for last in (step - 1, step))
        out += entries(before, after, because=because, step=first + step - 1)
    return tuple(out)


def _at(cases: dict[str, Any], accounts: dict[str, Any], step: int) -> pd.DataFrame:
    """Return the tally of the rows that are left after a step."""
    found = {}
    for name, rows in (("cases", cases), ("accounts", accounts)):
        table = pd.DataFrame(rows)
        found[name] = table[table["leaves"] > step].groupby("class")["n"].sum()
    table = pd.DataFrame(found).reindex(found["cases"].index).fillna(0).astype("int64")
    return in_order(table.rename_axis("account_class"))


def lost_outcomes(scan: Scan, base: Name | Sql, design: Design, steps: Steps) -> dict[str, int]:
    """Return the posts by group whose outcome the data cannot tell."""
    rows = scan.engine.query(
        sql(
            "select class, cast(sum(n) as bigint) as n from {b} where leaves = {step} "
            "group by class",
            b=base,
            step=Value(steps.unknown_outcome),
        )
    )
    groups = {design.focal: "focal", design.references[0]: "reference", UNKNOWN: "unknown"}
    return dict(
        sorted((groups[str(c)], int(n)) for c, n in zip(rows["class"], rows["n"], strict=True))
    )
