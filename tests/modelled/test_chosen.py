"""A model of some rows is the model of a table of these rows, and says how many it left out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scanned.platforms import table

import audit
from audit.errors import DesignError, EstimationError, UnknownName
from audit.modelled.routes import WAYS
from audit.scanned.noun import SCANNED

TERMS = ("account_class", "rule")
LEADERS = ("account_class", "leader", "ordinary")
ACTED = audit.Outcome(at_least="label")


def scanned(frame: pd.DataFrame, **more: Any) -> audit.Scan:
    return audit.scan(frame, checked="made for a test", **more)


def asked(scan: audit.Scan, **changes: Any) -> Any:
    given = {"model": "logit", "outcome": ACTED, "terms": TERMS, "contrasts": [LEADERS], **changes}
    return audit.fit(scan, **given)


def same(one: Any, other: Any) -> None:
    pd.testing.assert_frame_equal(one.to_frame(), other.to_frame())
    pd.testing.assert_series_equal(one.params, other.params)
    assert (one.n, one.n_cells, one.n_accounts) == (other.n, other.n_cells, other.n_accounts)


@pytest.mark.parametrize(
    ("way", "covariance"), [*((way, "cr1") for way in WAYS), ("sparse", "cr2")]
)
def test_a_population_is_the_table_of_its_rows(way: str, covariance: str) -> None:
    frame = table(3, rows=4000)
    language = frame["language"].dropna().mode()[0]
    reach = frame["reach"].median()
    kept = frame[(frame["language"] == language) & (frame["reach"] >= reach)]
    population = {"language": [language], "reach": {"min": float(reach)}}
    found = asked(scanned(frame), population=population, way=way, covariance=covariance)
    same(found, asked(scanned(kept), way=way, covariance=covariance))
    other = int((frame["language"] != language).sum())
    assert found.n == len(kept)
    assert found.left[0].startswith(f"{other:,} of 4,000 cases were left out: outside the popul")
    assert found.left[1].startswith(f"{4000 - other - len(kept):,} of 4,000 cases")
    assert all(said in found.summary() for said in found.left)


def test_unknown_outcomes_leave_when_they_may_and_are_counted() -> None:
    frame = table(4, rows=4000)
    few = frame["reach"].mask(frame.index % 7 == 0)
    frame = frame.assign(reach=few)
    gone = int(frame["reach"].isna().sum())
    with pytest.raises(EstimationError, match="unknown='leave', which counts"):
        asked(scanned(frame), model="linear", outcome="reach")
    found = asked(scanned(frame), model="linear", outcome="reach", unknown="leave")
    same(found, asked(scanned(frame[frame["reach"].notna()]), model="linear", outcome="reach"))
    assert found.left == (f"{gone:,} of 4,000 cases were left out: the outcome is not known",)


def test_a_censored_outcome_leaves_and_is_counted() -> None:
    frame = table(5, rows=4000)
    within = audit.Outcome(at_least="label", acted_within_hours=24)
    found = asked(scanned(frame), outcome=within, unknown="leave")
    assert 0 < found.n < 4000
    assert found.left[0] == (
        f"{4000 - found.n:,} of 4,000 cases were left out: the outcome is not known"
    )


def test_counted_rows_leave_by_their_cases_and_a_roster_gives_classes() -> None:
    frame = table(6, rows=3000).assign(count=lambda f: 1 + f.index % 3)
    kept = frame[frame["account_class"].isin(["leader", "ordinary"])]
    found = asked(scanned(frame), population={"account_class": ["leader", "ordinary"]})
    same(found, asked(scanned(kept)))
    out = int(frame["count"].sum() - kept["count"].sum())
    assert found.left[0].startswith(f"{out:,} of {int(frame['count'].sum()):,} cases")


def test_a_level_that_left_is_no_level_and_a_store_is_not_asked() -> None:
    frame = table(7, rows=4000)
    packed = audit.pack(scanned(frame), TERMS, outcomes=[ACTED])
    rules = sorted(frame["rule"].dropna().unique())[:2]
    found = asked(packed, population={"rule": rules})
    same(found, asked(scanned(frame[frame["rule"].isin(rules)])))
    assert asked(packed).n == 4000, "the scan itself is as it was"


def test_no_scan_is_remembered_twice() -> None:
    scan = scanned(table(8, rows=2000))
    before = len(SCANNED)
    asked(scan, population={"account_class": ["leader", "ordinary"]})
    assert len(SCANNED) == before


def test_what_is_no_population_is_refused() -> None:
    scan = scanned(table(9, rows=1000))
    with pytest.raises(UnknownName, match="colour"):
        asked(scan, population={"colour": ["red"]})
    with pytest.raises(DesignError, match="which no case has"):
        asked(scan, population={"rule": ["'; drop table x; --"]})
    with pytest.raises(DesignError, match="give a list"):
        asked(scan, population={"rule": "spam"})
    with pytest.raises(DesignError, match="bounds must be"):
        asked(scan, population={"rule": {"min": 1}})
    with pytest.raises(EstimationError, match="no case is left"):
        asked(scan, population={"reach": {"min": 1e300}})
    with pytest.raises(Exception, match="unknown of fit"):
        asked(scan, unknown="drop")
    assert np.isfinite(asked(scan, terms=["account_class"]).params).all()
