"""Two versions of one report are not taken from one another: what came between stays unknown."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from planted import cases, design, evidence

from audit.cases import Cases
from audit.comparison import compare
from audit.corrections import Edition
from audit.disclosure import STRATA, TOKEN, protection
from audit.disclosure.bounds import known_counts, ranges
from audit.disclosure.earlier import Earlier, beside
from audit.disclosure.protection import family_of
from audit.errors import DisclosureError
from audit.evidence import Evidence, appraise
from audit.report.corrected import refuse_subtraction
from audit.report.document import Document
from audit.report.robustness import subgroups_table
from audit.report.sections import strata_table
from audit.study import Study, enroll

LEAST = 10
NEWCOMER = "abuse · high"


def later() -> Cases:
    """Return the planted platform with three more posts of one new account, all of one stratum."""
    frame = cases().frame
    rows = frame[(frame["rule"] == "abuse") & (frame["severity"] == "high")]
    mine = rows[rows["account_class"] == "ordinary"].head(3)
    more = mine.assign(account_id="zq_handle_900", case_id=[f"8{k:09d}" for k in range(3)])
    whole = pd.concat([frame, more.assign(action="remove")], ignore_index=True)
    return Cases(whole.astype({c: frame[c].dtype for c in frame}), cases().origins)


@cache
def second() -> Evidence:
    return appraise(compare(enroll(later(), design())))


@cache
def first() -> dict[str, str]:
    """Return the tables of the first version, as it is written."""
    tables = (strata_table(evidence()), subgroups_table(evidence()))
    return {t.id: t.files["csv"] for t in tables}


def shown(texts: dict[str, str], table: str) -> dict[str, int | None]:
    cells = Earlier.of(texts).cells
    held = {label: c for (name, label, group), c in cells.items() if (name, group) == table}
    return {label: c["n"] for label, c in held.items()}


def differences(one: dict[str, str], other: dict[str, str]) -> dict[str, int]:
    """Return what somebody who holds both versions subtracts, where it is not nought."""
    out = {}
    for table in (("tbl-strata", "reference"), ("tbl-subgroups", "reference")):
        was, now = shown(one, table), shown(other, table)
        both = {k: (was[k], now[k]) for k in was if was[k] is not None and now.get(k) is not None}
        out |= {k: b - a for k, (a, b) in both.items() if a is not None and b is not None}
    return {k: n for k, n in out.items() if n}


def made(found: Evidence) -> dict[str, str]:
    return {t.id: t.files["csv"] for t in (strata_table(found), subgroups_table(found))}


def test_two_versions_made_apart_tell_the_posts_of_one_newcomer() -> None:
    """The attack bites."""
    assert differences(first(), made(second()))[NEWCOMER] == 3


def test_a_version_that_knows_the_earlier_one_hides_where_it_differs_by_few() -> None:
    with beside(Earlier.of(first())):
        now = made(second())
        found = protection(second().comparison.study)
    assert differences(first(), now) == {}
    assert NEWCOMER in found.hidden["reference"][STRATA]
    assert found.again > 0
    assert "would tell of few accounts beside the earlier version" in found.says
    was = shown(first(), ("tbl-strata", "reference"))
    kept = shown(now, ("tbl-strata", "reference"))
    assert all(kept[k] is None for k in was if was[k] is None)  # what was hidden stays so


def test_what_it_hides_does_not_come_back_from_totals() -> None:
    study = second().comparison.study
    with beside(Earlier.of(first())):
        hidden = protection(study).hidden["reference"]
    family = family_of(study, "reference")
    gone = frozenset(
        i for i, p in enumerate(family.parts) if p.label in hidden.get(p.table, frozenset())
    )
    aims = np.zeros((len(gone), 3 * family.atoms))
    for row, place in enumerate(sorted(gone)):
        aims[row, list(family.parts[place].atoms)] = 1
    low, high = ranges(known_counts(family, gone), aims, whole=True)
    assert (high - low >= LEAST).all()


def test_the_same_data_again_hide_no_more_than_before() -> None:
    study: Study = evidence().comparison.study
    alone = protection(study).hidden
    with beside(Earlier.of(first())):
        assert protection(study).hidden == alone


def test_a_cell_that_grew_by_many_accounts_may_be_shown() -> None:
    was = Earlier({("tbl-strata", "a", "reference"): {"n": 40, "events": 9, "accounts": 12}})

    def tells(**now: int) -> bool:
        return was.tells("tbl-strata", "a", "reference", now, least=LEAST)

    assert not tells(n=40, events=9, accounts=12)
    assert not tells(n=90, events=30, accounts=30)
    assert tells(n=41, events=9, accounts=13)
    assert tells(n=90, events=30, accounts=13)  # one account came, with its fifty posts or others'
    assert tells(n=40, events=10, accounts=12)  # one post, coded anew
    assert not was.tells("tbl-strata", "b", "reference", {"n": 3}, least=LEAST)


def document(found: Evidence, **record: Any) -> Document:
    body = tuple(
        {"kind": "table", "id": name, "k": "table", "files": {"csv": text}}
        for name, text in made(found).items()
    )
    return Document({}, (), body, record=record)


def test_a_notebook_that_does_not_hide_them_is_not_published() -> None:
    before = Edition({}, path="reports/v1", shown=Earlier.of(first()))
    with pytest.raises(DisclosureError, match=rf"tbl-strata, {NEWCOMER}.*report\.previous"):
        refuse_subtraction(before, document(second(), smallest_cell=LEAST))
    refuse_subtraction(before, document(second(), smallest_cell=0))  # public aggregates
    with beside(before.shown):
        refuse_subtraction(before, document(second(), smallest_cell=LEAST))


def test_a_damaged_table_of_the_earlier_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    path = tmp_path / "tables" / "tbl-strata.csv"
    path.write_text("stratum,n_reference\na,many\n")
    with pytest.raises(DisclosureError, match="cannot be read"):
        Earlier.read(tmp_path)
    path.write_text(f"stratum,n_reference\na,{TOKEN}\n")
    assert Earlier.read(tmp_path).cells == {("tbl-strata", "a", "reference"): {"n": None}}
    assert Earlier.read(tmp_path / "claims.json").cells
