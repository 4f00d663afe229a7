"""A store answers what its scan would, from numbers alone, and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scanned.platforms import table

import audit
from audit.engine import Duck, Engine, sql
from audit.errors import SourceError, UnknownName
from audit.modelled.routes import MEMORY, Task, route_of

TERMS = ["account_class", "rule", "language"]
LEADERS = ("account_class", "leader", "ordinary")
ACTED = audit.Outcome(at_least="label")
BANNED = audit.Outcome(any_of=("ban",))
SAME = 1e-12


class Counting(Duck):
    """Counts the queries that touch the rows of the scan."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.seen: list[str] = []

    def query(self, what: Any) -> Any:
        self.seen.append(what.render(str)[0])
        return super().query(what)

    def keep(self, what: Any) -> Any:
        self.seen.append(what.render(str)[0])
        return super().keep(what)


def scanned(seed: int, engine: Engine | None = None, **columns: bool) -> audit.Scan:
    frame = table(seed, rows=3000, **columns)
    return audit.scan(frame, checked="made for a test", engine=engine)


def asked(scan: audit.Scan, **changes: Any) -> pd.DataFrame:
    given: dict[str, Any] = {"model": "logit", "outcome": ACTED, "terms": TERMS}
    return audit.fit(scan, **{**given, "contrasts": [LEADERS], **changes}).to_frame()


@pytest.mark.parametrize("path", [False, True])
@pytest.mark.parametrize("counted", [False, True])
def test_models_of_a_store_are_those_of_the_scan(tmp_path: Path, counted: bool, path: bool) -> None:
    scan = scanned(1, counted=counted)
    where = tmp_path if path else None
    store = audit.pack(scan, TERMS, outcomes=[ACTED, BANNED, "reach"], path=where)
    for outcome in (ACTED, BANNED):
        for terms in (TERMS, TERMS[:2], ["language", "account_class"]):
            one, other = (asked(s, outcome=outcome, terms=terms) for s in (scan, store))
            pd.testing.assert_frame_equal(one, other, rtol=SAME)
    one, other = (asked(s, model="linear", outcome="reach") for s in (scan, store))
    pd.testing.assert_frame_equal(one, other, rtol=SAME)


def test_after_packing_no_model_reads_the_rows_again() -> None:
    engine = Counting()
    store = audit.pack(scanned(2, engine), TERMS, outcomes=[ACTED])
    engine.seen.clear()
    asked(store)
    asked(store, terms=TERMS[:2])
    assert len(engine.seen) == 4  # of each, the influences and the table uploaded for them
    assert not [text for text in engine.seen if "rule" in text or "source" in text]


def test_a_store_that_lacks_a_column_is_not_used() -> None:
    scan = scanned(3)
    store = audit.pack(scan, TERMS[:2], outcomes=[ACTED])
    pd.testing.assert_frame_equal(asked(scan), asked(store), rtol=SAME)
    one, other = (asked(s, terms=TERMS[:2], outcome=BANNED) for s in (scan, store))
    pd.testing.assert_frame_equal(one, other, rtol=SAME)


def test_a_store_holds_numbers_only() -> None:
    store = audit.pack(scanned(4), TERMS, outcomes=[ACTED]).store
    assert store is not None
    found = store.base.engine.query(sql("select * from {r} as r limit 5", r=store.base.rows))
    assert {values.dtype.kind for values in found.values()} <= set("iuf")
    assert set(found) == {"account", "cell", "y0", "size"}


def test_the_file_of_a_store_goes_with_its_engine(tmp_path: Path) -> None:
    engine = Duck()
    scan = scanned(5, engine)
    audit.pack(scan, TERMS, outcomes=[ACTED], path=tmp_path)
    assert len(list(tmp_path.rglob("*.parquet"))) == 1
    engine.close()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(SourceError, match="there is no folder"):
        audit.pack(scanned(5), TERMS, outcomes=[ACTED], path=tmp_path / "none")


def test_a_study_of_a_packed_scan_is_that_of_the_scan() -> None:
    scan = scanned(6)
    terms = {"focal": "leader", "reference": ["ordinary", "official"], "frame": "reported"}
    design = audit.Design.of(
        {**terms, "outcome": {"at_least": "label"}, "margin": 0.05, "strata": ["rule"]}
    )
    one, other = (
        audit.compare(audit.enroll(s, design)).frame for s in (scan, audit.pack(scan, TERMS))
    )
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize(
    ("changes", "way"),
    [
        ({}, "push"),
        ({"models": 10}, "packed"),
        ({"packed": True}, "packed"),
        ({"packed": True, "estimands": 86, "rows": 10**7}, "sparse"),
        ({"packed": True, "estimands": 86, "memory": 1e6}, "packed"),
        ({"accounts": 100, "cells": 10, "models": 5, "estimands": 40}, "sparse"),
    ],
)
def test_the_way_follows_from_the_numbers(changes: dict[str, Any], way: str) -> None:
    given: dict[str, Any] = {"rows": 10**8, "cells": 10**5, "accounts": None, "models": 1}
    route = route_of(Task(**{**given, "estimands": 2, "memory": MEMORY, **changes}))
    assert route.way == way
    assert f"{Task(**{**given, 'estimands': 2, **changes}).rows:,} rows" in route.why
    assert "cheapest" in route.why


def test_a_way_asked_for_is_taken_and_said() -> None:
    found = audit.fit(
        scanned(7), model="logit", outcome=ACTED, terms=TERMS, contrasts=[LEADERS], way="sparse"
    )
    assert found.why == (
        "counts by account and cell were fetched once and multiplied here, as asked"
    )
    with pytest.raises(UnknownName, match="teleport"):
        asked(scanned(7), way="teleport")


def test_rolled_up_counts_are_those_of_fewer_terms() -> None:
    scan = scanned(8)
    store = audit.pack(scan, TERMS, outcomes=[ACTED]).store
    assert store is not None
    rolled, cell = store.base.lattice.rolled_up(["rule"])
    frame = table(8, rows=3000).fillna({"rule": "(not recorded)"})
    expected = frame.groupby("rule").size()
    assert rolled.levels[0] == tuple(expected.index)
    np.testing.assert_array_equal(rolled.n, expected)
    np.testing.assert_array_equal(np.bincount(cell, store.base.lattice.n), expected)
    with pytest.raises(UnknownName, match="surface"):
        store.base.lattice.rolled_up(["surface"])
