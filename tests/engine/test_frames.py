"""A frame of any library is the table that its rows are."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from scanned.platforms import design, table

import audit
from audit.errors import SourceError


def as_polars(frame: pd.DataFrame) -> Any:
    polars = pytest.importorskip("polars")
    kept = frame.astype({c: object for c in frame if frame[c].dtype == "str"})
    columns = {c: [None if pd.isna(v) else v for v in kept[c]] for c in kept}
    return polars.DataFrame(columns)


def as_arrow(frame: pd.DataFrame) -> Any:
    pyarrow = pytest.importorskip("pyarrow")
    return pyarrow.Table.from_pandas(frame, preserve_index=False)


def as_batches(frame: pd.DataFrame) -> Any:
    return as_arrow(frame).to_reader(max_chunksize=97)


def as_categories(frame: pd.DataFrame) -> Any:
    return frame.astype({"rule": "category", "account_class": "category"})


def as_relation(frame: pd.DataFrame) -> Any:
    import duckdb

    return duckdb.from_df(frame)


def shuffled_index(frame: pd.DataFrame) -> Any:
    return frame.set_axis(list(reversed(range(len(frame)))))


KINDS = (as_polars, as_arrow, as_batches, as_categories, as_relation, shuffled_index)


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.__name__)
def test_any_frame_gives_the_numbers_of_its_rows(kind: Any) -> None:
    frame = table(3, rows=900)
    question = audit.Design.of(design())
    expected = audit.compare(audit.enroll(audit.read_cases(frame), question)).frame
    found = audit.compare(audit.enroll(audit.scan(kind(frame)), question)).frame
    pd.testing.assert_frame_equal(found, expected, rtol=1e-12, check_dtype=False)


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.__name__)
def test_faults_of_any_frame_are_those_that_reading_finds(kind: Any) -> None:
    frame = table(3, rows=50)
    frame.loc[7, "action"] = "frown"
    frame.loc[9, "case_id"] = frame.loc[8, "case_id"]
    said = [str(fault) for fault in audit.scan(kind(frame)).faults()]
    assert len(said) == 2
    assert any("'frown'" in text and "row: 8" in text for text in said)


def test_a_lazy_plan_is_no_table() -> None:
    polars = pytest.importorskip("polars")
    with pytest.raises(SourceError, match=r"LazyFrame is no table; allowed: .* or a data frame"):
        audit.scan(polars.LazyFrame({"case_id": ["1"]}))
