"""The same queries in Spark: whole numbers identical, everything else to ten digits."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from needs import missing
from scanned.platforms import design, table

import audit
from audit import cells
from audit.engine.duck import Duck
from audit.engine.spark import Spark
from audit.errors import SourceError
from audit.scanned import facts

EQUAL = 1e-10


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    """Return a local Spark session, or skip where there is no Spark or no Java."""
    if importlib.util.find_spec("pyspark") is None:
        missing("spark", "needs pyspark (pip install 'audit[spark]'), which is absent")
    if shutil.which("java") is None:
        missing("spark", "needs Java 17 or later for Spark, which is absent")
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").appName("tests")
    for key, value in (
        ("spark.ui.enabled", "false"),
        ("spark.sql.shuffle.partitions", "2"),
        ("spark.sql.session.timeZone", "UTC"),
    ):
        builder = builder.config(key, value)
    found = builder.getOrCreate()
    found.sparkContext.setLogLevel("ERROR")
    yield found
    found.stop()


DESIGNS: tuple[tuple[dict[str, Any], dict[str, bool]], ...] = (
    (
        {
            "population": {
                "rule": ["spam", "hate · speech", 'quo"ted'],
                "posted_at": {"min": "2018-01-05", "max": "2018-03-01"},
            },
            "outcome": {"at_least": "label", "acted_within_hours": 50},
        },
        {"weighted": True, "counted": True},
    ),
    ({"strata": ["rule"]}, {}),
)


@pytest.mark.parametrize("terms", DESIGNS, ids=["weighted and in time", "plain"])
def test_spark_gives_what_the_embedded_engine_gives(
    session: Any, terms: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cells, "MOST_FETCHED", -1)
    frame = table(1, **terms[1])
    question = audit.Design.of(design(**terms[0]))
    spark, duck = (
        audit.enroll(audit.scan(frame, engine=engine, checked="made for a test"), question)
        for engine in (Spark(session), Duck())
    )
    keys = ["account_id", "group", "stratum", "weight"]
    one, other = (
        s.cells.fetch().sort_values(keys, ignore_index=True)  # type: ignore[union-attr]
        for s in (spark, duck)
    )
    pd.testing.assert_frame_equal(one, other, check_exact=True)
    pd.testing.assert_frame_equal(spark.cases.ledger_frame(), duck.cases.ledger_frame())
    assert spark.gates == duck.gates
    one, other = audit.compare(spark).frame, audit.compare(duck).frame
    pd.testing.assert_frame_equal(one, other, rtol=EQUAL, atol=0)


TERMS = ["account_class", "rule"]
LEADERS = ("account_class", "leader", "ordinary")
ACTED = audit.Outcome(at_least="label")
FITS: tuple[tuple[str, Any, bool, str], ...] = (
    ("logit", ACTED, False, "push"),
    ("linear", "reach", True, "sparse"),
    ("ordinal", "action", False, "push"),
)
CR2: dict[str, Any] = {"covariance": "cr2", "outcome": ACTED, "terms": TERMS}


@pytest.mark.parametrize(("model", "outcome", "counted", "way"), FITS, ids=[f[0] for f in FITS])
def test_models_in_spark_are_those_of_the_embedded_engine(
    session: Any, model: Any, outcome: Any, counted: bool, way: str
) -> None:
    frame = table(2, rows=500, counted=counted)
    given: dict[str, Any] = {"outcome": outcome, "terms": TERMS, "contrasts": [LEADERS]}
    given |= {"population": {"account_class": ["leader", "ordinary"]}, "unknown": "leave"}
    one, other = (
        audit.fit(
            audit.scan(frame, engine=engine, checked="made for a test"),
            model=model,
            way=way,
            **given,
        )
        for engine in (Spark(session), Duck())
    )
    assert (one.n, one.n_cells, one.n_accounts) == (other.n, other.n_cells, other.n_accounts)
    assert one.left == other.left
    pd.testing.assert_series_equal(one.params, other.params, rtol=EQUAL)
    pd.testing.assert_frame_equal(one.to_frame(), other.to_frame(), rtol=EQUAL, atol=0)


def test_curves_in_spark_are_those_of_the_embedded_engine(session: Any) -> None:
    frame = table(3, rows=500, counted=True)
    one, other = (
        audit.survival(audit.scan(frame, engine=engine, checked="made for a test"))
        for engine in (Spark(session), Duck())
    )
    pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_cr2_and_what_reports_say_in_spark_are_those_of_the_embedded_engine(session: Any) -> None:
    frame = table(5, rows=500)
    frame["account_id"] = "name-" + frame["account_id"]
    spark, duck = (
        audit.scan(frame, engine=engine, checked="made for a test")
        for engine in (Spark(session), Duck())
    )
    one, other = (
        audit.fit(scan, model="logit", contrasts=[LEADERS], **CR2).to_frame()
        for scan in (spark, duck)
    )
    pd.testing.assert_frame_equal(one, other, rtol=EQUAL, atol=0)
    assert facts.last_day(spark) == facts.last_day(duck) != ""
    assert facts.by_class(spark) == facts.by_class(duck)
    assert facts.files_read(spark) == ()


def test_a_store_in_spark_is_kept_there_and_answers_the_same(session: Any, tmp_path: Any) -> None:
    scan = audit.scan(table(4, rows=500), engine=Spark(session), checked="made for a test")
    given: dict[str, Any] = {"outcome": ACTED, "terms": TERMS, "contrasts": [LEADERS]}
    store = audit.pack(scan, TERMS, outcomes=[ACTED])
    one = audit.fit(store, model="logit", **given)
    duck = audit.scan(table(4, rows=500), checked="made for a test")
    other = audit.fit(duck, model="logit", way="packed", **given)
    assert (one.route.way, one.n_accounts) == ("packed", other.n_accounts)
    pd.testing.assert_frame_equal(one.to_frame(), other.to_frame(), rtol=EQUAL, atol=0)
    with pytest.raises(SourceError, match="spark keeps what it packs in its own cache; allowed"):
        audit.pack(scan, TERMS, path=tmp_path)


def test_spark_finds_the_same_faults_and_names_cases(session: Any) -> None:
    frame = table(1, rows=300)
    frame.loc[3, "action"] = "hanged"
    frame.loc[7, "case_id"] = "c8"
    frame.loc[9, "account_class"] = "leader "
    frame["violating"] = np.where(np.arange(300) == 5, "0.5", "yes")
    frame["late"] = "2018-01-05 10:00:00"
    given: dict[str, Any] = {"columns": {"late": "reported_at"}}
    expected = audit.scan(frame, **given).faults()
    found = audit.scan(frame, engine=Spark(session), **given).faults()
    assert [(f.what, f.column) for f in found] == [(f.what, f.column) for f in expected]
    assert any("in 2 rows, first in case 'c8'" in str(f) for f in found)


def test_nothing_of_ours_is_left_in_the_session(session: Any) -> None:
    engine = Spark(session)
    audit.enroll(
        audit.scan(table(1, rows=200), engine=engine, checked="made for a test"),
        audit.Design.of(design(strata=[])),
    )
    assert any(t.name.startswith("audit_") for t in session.catalog.listTables())
    engine.close()
    assert not any(t.name.startswith(engine._prefix) for t in session.catalog.listTables())


def test_a_table_by_name_and_what_is_none(session: Any) -> None:
    session.createDataFrame(
        [("1", "a", "leader", "none")],
        "case_id string, account_id string, account_class string, action string",
    ).createOrReplaceTempView("posts")
    assert len(audit.scan("posts", engine=Spark(session))) == 1
    with pytest.raises(SourceError, match=r"the table cannot be read: .*nowhere"):
        audit.scan("nowhere", engine=Spark(session))
    session.conf.set("spark.sql.session.timeZone", "Europe/London")
    with pytest.raises(SourceError, match="allowed: UTC"):
        Spark(session)
    session.conf.set("spark.sql.session.timeZone", "UTC")
