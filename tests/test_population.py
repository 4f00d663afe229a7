"""The population: lists, bounds, times and zones, and what is wrong with one, in words."""

from __future__ import annotations

import datetime

import pandas as pd
import pytest
from builders import platform, question

from audit.errors import DesignError
from audit.population import absent, excluded, faults, holds
from audit.study import enroll

TIMES = pd.Series(
    pd.to_datetime(
        ["2020-01-01T00:00Z", "2020-01-31T23:30Z", "2020-02-01T00:00Z", None],
        utc=True,
        format="ISO8601",
    )
)


@pytest.mark.parametrize(
    ("values", "allowed", "expected"),
    [
        (["a", "b", None], ["a"], [True, False, False]),
        (["a", "nan", None], ["nan"], [False, True, False]),
        ([1, 10, 3], [10, 3], [False, True, True]),
        ([1.0, 10.0, 2.5, None], [10, 2.5], [False, True, True, False]),
        ([1.0, 10.0], [10.0], [False, True]),
        ([True, False], [True], [True, False]),
        ([1.0, 2.0, 3.0, None], {"min": 2}, [False, True, True, False]),
        ([1.0, 2.0, 3.0, None], {"max": 2}, [True, True, False, False]),
        ([1, 2, 3], {"min": 2, "max": 2}, [False, True, False]),
        (["2020-08", "2020-09", None], {"min": "2020-09"}, [False, True, False]),
    ],
    ids=str,
)
def test_what_is_held(values, allowed, expected) -> None:
    kind = "str" if isinstance(values[0], str) else None
    assert holds(pd.Series(values, dtype=kind), allowed).tolist() == expected


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [
        ({"min": "2020-01-31"}, [False, True, True, False]),
        ({"max": "2020-02-01"}, [True, True, True, False]),
        ({"max": datetime.date(2020, 1, 31)}, [True, True, False, False]),
        ({"min": datetime.datetime(2020, 2, 1)}, [False, False, True, False]),
        ({"min": "2020-02-01T00:00+01:00"}, [False, True, True, False]),
        ({"min": "2020-01-31T18:30-05:00"}, [False, True, True, False]),
        ({"max": pd.Timestamp("2020-02-01", tz="Asia/Tokyo")}, [True, False, False, False]),
    ],
    ids=str,
)
def test_times_without_a_zone_are_utc_and_others_keep_theirs(allowed, expected) -> None:
    assert holds(TIMES, allowed).tolist() == expected


def test_a_nullable_column_keeps_no_gaps() -> None:
    found = holds(pd.Series([1, None, 3], dtype="Int64"), {"min": 2})
    assert found.tolist() == [False, False, True]
    assert holds(pd.Series([1, None], dtype="Int64"), [1]).tolist() == [True, False]


@pytest.mark.parametrize(
    ("population", "says"),
    [
        ({"rule": "abuse"}, "'abuse'; give a list of allowed values"),
        ({"rule": []}, r"\[\]; give a list"),
        ({"rule": 3}, "is 3; give a list"),
        ({"reach": {}}, "give min, max or both"),
        ({"reach": {"above": 3}}, "'above': 3.; give min, max or both"),
        ({"reach": {"min": 5, "max": 1}}, "min 5 above max 1; no case can lie between"),
        ({"reach": {"min": 5, "max": "9"}}, "min 5 and max '9', of two kinds"),
        ({"posted_at": {"min": "2020-03-01", "max": "2020-2-01"}}, "above max 2020-2-01"),
        (
            {"posted_at": {"min": datetime.date(2020, 3, 1), "max": "2020-02-01T00:00+05:00"}},
            "no case can lie between",
        ),
        (["abuse"], "population is .'abuse'.; it must be a table; give column ="),
    ],
    ids=str,
)
def test_what_is_wrong_with_a_population(population, says) -> None:
    with pytest.raises(DesignError, match=says):
        question(population=population)


def test_a_sound_population_has_no_faults() -> None:
    sound = {
        "rule": ["abuse"],
        "reach": {"min": 1, "max": 1},
        "posted_at": {"min": datetime.date(2020, 1, 1), "max": "2020-01-02"},
        "month": {"min": "a", "max": "b"},
    }
    assert faults(sound) == []


def test_every_fault_is_said() -> None:
    assert len(faults({"rule": "abuse", "reach": {}, "reports": {"min": 2, "max": 1}})) == 3


@pytest.mark.parametrize(
    ("values", "bounds", "kind"),
    [
        (TIMES, {"min": 3}, "times"),
        (TIMES, {"min": "noon"}, "times"),
        (pd.Series(["a", "b"], dtype="str"), {"max": 3}, "text"),
        (pd.Series([1.0, 2.0]), {"min": "1"}, "numbers"),
    ],
    ids=str,
)
def test_bounds_of_another_kind_are_refused(values, bounds, kind) -> None:
    (said,) = absent(values, "seen", bounds)
    assert f"but the column holds {kind}" in said
    assert repr(next(iter(bounds.values()))) in said


def test_values_no_case_has_are_named_with_those_there_are() -> None:
    values = pd.Series([f"rule {i:02d}" for i in range(25)], dtype="str")
    assert absent(values, "rule", ["rule 03"]) == []
    (said,) = absent(values, "rule", ["rule 03", "arson"])
    assert "names ['arson'], which no case has" in said
    assert "rule 19 and 5 more" in said
    assert absent(pd.Series([10.0, 20.0]), "reach", [10]) == []


def test_the_ledger_says_who_left() -> None:
    study = enroll(platform(), question(population={"rule": ["abuse"]}))
    ledger = study.cases.ledger_frame()
    first = ledger[ledger["because"] == "outside the population: rule not among abuse"]
    spam = (platform().to_frame()["rule"] == "spam").sum()
    assert first["cases_removed"].sum() == spam > 0


@pytest.mark.parametrize(
    ("allowed", "says"),
    [
        ({"min": 2}, "outside the population: posted at not ≥ 2"),
        ({"min": 0, "max": 3}, "outside the population: posted at not ≥ 0 and ≤ 3"),
        (["a", 2], "outside the population: posted at not among a, 2"),
    ],
)
def test_words_of_the_ledger(allowed, says) -> None:
    assert excluded("posted_at", allowed) == says


def test_a_bare_end_date_keeps_its_whole_day() -> None:
    times = pd.Series(
        pd.to_datetime(["2020-12-31T00:00Z", "2020-12-31T23:59Z", "2021-01-01T00:00Z"])
    )
    for day in ("2020-12-31", datetime.date(2020, 12, 31)):
        assert holds(times, {"max": day}).tolist() == [True, True, False]
        assert holds(times, {"min": day, "max": day}).tolist() == [True, True, False]
    assert holds(times, {"max": "2020-12-31T00:00Z"}).tolist() == [True, False, False]


def test_an_infinite_bound_is_refused() -> None:
    assert "leave an open bound out" in faults({"reach": {"max": float("inf")}})[0]
