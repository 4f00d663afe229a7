from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from audit.errors import SchemaError, UnknownName
from audit.schema import (
    CASE_COLUMNS,
    STANDARD_LADDER,
    Column,
    Ladder,
    check,
    codebook,
    is_kind,
    near,
    rename,
)

TIMES = pd.to_datetime(pd.Series(["2018-01-05"]), utc=True)


def test_the_ladder_ranks_and_selects() -> None:
    assert STANDARD_LADDER.rank(["none", "ban", "remove"]).tolist() == [0, 6, 3]
    assert STANDARD_LADDER.at_least("suspend") == ("suspend", "ban")
    assert STANDARD_LADDER.nothing == "none"
    assert str(Ladder(("up", "down"))) == "up < down"


def test_a_ladder_may_be_given_as_a_list() -> None:
    assert Ladder(["up", "down"]).rungs == ("up", "down")  # type: ignore[arg-type]


@pytest.mark.parametrize("rungs", [("a",), ("a", "a"), ("a", ""), ("a", " "), ("a", 1), "abc"])
def test_a_ladder_that_is_none_is_refused(rungs: tuple[str, ...]) -> None:
    with pytest.raises(SchemaError, match=r"is no ordered ladder; found .*; allowed: "):
        Ladder(rungs)


def test_a_value_off_the_ladder_is_named() -> None:
    with pytest.raises(
        SchemaError, match="not on the ladder; found 'deleted', an empty cell; allowed: none"
    ):
        STANDARD_LADDER.rank(["none", "deleted", np.nan])  # type: ignore[list-item]
    with pytest.raises(UnknownName, match="rung of the ladder is called 'delete'"):
        STANDARD_LADDER.at_least("delete")


def test_the_codebook_explains_every_column_once() -> None:
    book = codebook()
    assert list(book) == ["column", "kind", "need", "unit", "levels", "meaning"]
    assert book["column"].tolist() == [c.name for c in CASE_COLUMNS]
    assert book["column"].is_unique
    assert (book["meaning"] != "").all()
    assert book.set_index("column").loc["action", "levels"] == str(STANDARD_LADDER)
    own = codebook(ladder=Ladder(("kept", "deleted"))).set_index("column")
    assert own.loc["action", "levels"] == "kept < deleted"


@pytest.mark.parametrize(
    ("values", "kind", "fits"),
    [
        (pd.Series(["a", None]), "text", True),
        (pd.Series(["a"], dtype=object), "id", True),
        (pd.Series(["a"], dtype="category"), "category", True),
        (pd.Series([1], dtype="category"), "category", False),
        (pd.Series([1]), "id", False),
        (pd.Series(["a", 1], dtype=object), "id", False),
        (TIMES, "time", True),
        (TIMES.dt.tz_convert("Asia/Tokyo"), "time", False),
        (TIMES.dt.tz_localize(None), "time", False),
        (pd.Series([True, None], dtype="boolean"), "flag", True),
        (pd.Series([1]), "flag", False),
        (pd.Series([1.5]), "number", True),
        (pd.Series([True]), "number", False),
        (pd.Series([1]), "whole", True),
        (pd.Series([1.0]), "whole", False),
        (pd.Series([0.5]), "answer", True),
        (pd.Series(["yes"]), "answer", True),
        (pd.Series([True]), "answer", False),
    ],
)
def test_kinds(values: pd.Series, kind: str, fits: bool) -> None:
    assert is_kind(values, kind) is fits  # type: ignore[arg-type]


def test_check_returns_the_frame_or_names_every_fault() -> None:
    columns = (
        Column("estimate", "number", "yes", "the estimate"),
        Column("scale", "category", "yes", "of what", levels=("difference", "ratio")),
        Column("method", "text", "yes", "how"),
        Column("note", "text", "no", "more"),
    )
    good = pd.DataFrame({"estimate": [0.1], "scale": ["ratio"], "method": ["exact"], "extra": [1]})
    assert check(good, columns, where="the comparison") is good
    bad = pd.DataFrame(
        {"estimate": ["0.1", "1"], "scale": ["ratio", "odds"], "methods": ["a", "b"]}
    )
    with pytest.raises(SchemaError, match="the comparison: 3 faults") as caught:
        check(bad, columns, where="the comparison")
    said = str(caught.value)
    assert "'estimate': is of the wrong kind; found str; allowed: number" in said
    assert "'scale': is not a level (1 row: 2); found 'odds'; allowed: difference, ratio" in said
    assert "'method': is missing" in said
    assert "columns={'methods': 'method'}" in said


def test_near_names() -> None:
    assert near("Account ID", ["account_id", "count"]) == "account_id"
    assert near("zzz", ["account_id"]) == ""
    assert rename("account_id", ["zzz"]) == "columns={'its name in the table': 'account_id'}"


def test_no_column_that_means_itself_is_proposed_for_another() -> None:
    assert rename("account_id", ["account_class", "rule"]) == (
        "columns={'its name in the table': 'account_id'}"
    )
    assert rename("account_id", ["account_class", "accountid"]) == (
        "columns={'accountid': 'account_id'}"
    )
