"""Subgroups: every level is listed, and each family is corrected on its own."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from builders import HOSTILE, cases_of, question
from ladder import compared, counted

from audit.checks.multiplicity import adjust
from audit.checks.subgroups import SUBGROUP_COLUMNS, Subgroups
from audit.comparison import compare
from audit.errors import DesignError
from audit.study import enroll

ABUSE = counted([(6, 20)] * 20, [(10, 20)] * 60, language="qaa")
SPAM = counted([(4, 20), (14, 20)] * 10, [(10, 20)] * 60, rule="spam", language="qab")
BOTH = pd.concat([ABUSE, SPAM], ignore_index=True)


def found_with(frame: pd.DataFrame, *families, **changes):
    return Subgroups()(compared(frame, families=[list(f) for f in families], **changes))


def test_none_declared() -> None:
    found = Subgroups()(compared(BOTH))
    assert (found.passed, found.step, found.table) == (None, 0, None)


def test_a_level_has_the_numbers_of_its_own_study() -> None:
    table = found_with(BOTH, ["rule"]).table
    assert tuple(table) == SUBGROUP_COLUMNS
    assert table["subgroup"].tolist() == ["rule ‘abuse’", "rule ‘spam’"]
    for row, part in zip(table.to_dict("records"), (ABUSE, SPAM), strict=True):
        alone = compared(part).primary()
        for column in ("estimate", "conf_low", "conf_high", "p_value"):
            assert row[column] == pytest.approx(getattr(alone, column))
        assert row["n_focal"] == 400
        assert (row["n_focal_accounts"], row["barred"]) == (20, "")


def test_holm_runs_within_each_family() -> None:
    table = found_with(BOTH, ["rule"], ["language"], ["rule", "language"]).table
    assert table["family"].tolist() == ["rule"] * 2 + ["language"] * 2 + ["rule × language"] * 2
    for _, part in table.groupby("family"):
        assert part["p_holm"].to_numpy() == pytest.approx(adjust(part["p_value"].to_numpy()))
    assert (table["p_holm"] >= table["p_value"]).all()


def test_the_sentence_counts() -> None:
    found = found_with(BOTH, ["rule"])
    differ = int((found.table["p_holm"] <= 0.05).sum())
    assert found.value == differ == 1
    assert found.says == (
        "2 subgroups in 1 family: 1 of the 2 tested differ after correction, and 2 of the 2 with "
        "an estimate point the same way as the whole."
    )


def test_a_subgroup_without_a_comparison_is_listed_with_the_reason() -> None:
    alone = counted([(3, 10)] * 6, [], rule="threats", language="qaa")
    lone = counted([(3, 10)] * 6, [(5, 10)], rule="elections", language="qaa")
    other = counted([], [(5, 10)] * 6, rule="doxxing", language="qaa")
    found = found_with(pd.concat([BOTH, alone, lone, other]), ["rule"])
    barred = found.table.set_index("subgroup")["barred"]
    assert barred["rule ‘threats’"] == "no ordinary posts"
    assert barred["rule ‘doxxing’"] == "no leader posts"
    assert barred["rule ‘elections’"] == "no stratum with posts of 2 ordinary accounts"
    assert found.table["p_holm"].notna().sum() == 2
    assert found.says.endswith("3 cannot be compared; the table says why.")


def test_few_focal_accounts_are_described_and_not_tested() -> None:
    few = counted([(3, 10)] * 4, [(5, 10)] * 30, rule="threats", language="qaa")
    row = found_with(pd.concat([BOTH, few]), ["rule"]).table.set_index("subgroup")
    row = row.loc["rule ‘threats’"]
    assert row["estimate"] == pytest.approx(-0.2)
    assert np.isnan([row["conf_low"], row["p_value"], row["p_holm"]]).all()
    assert row["barred"].startswith("no test: with 4 focal accounts")


def test_a_missing_level_is_a_level_of_its_own() -> None:
    frame = BOTH.assign(country=[None, "XA"] * (len(BOTH) // 2)).astype({"country": "str"})
    found = found_with(frame, ["country"])
    assert "country ‘(not recorded)’" in found.table["subgroup"].tolist()
    assert found.table["n_focal"].sum() == 800


def test_the_order_of_rows_changes_nothing() -> None:
    shuffled = BOTH.sample(frac=1, random_state=3)
    one, other = (found_with(f, ["rule", "language"]).table for f in (BOTH, shuffled))
    pd.testing.assert_frame_equal(one, other)


def test_counts_are_repeated_rows() -> None:
    repeated = BOTH.loc[BOTH.index.repeat(BOTH["count"])].drop(columns="count")
    pd.testing.assert_frame_equal(
        found_with(BOTH, ["rule"]).table, found_with(repeated, ["rule"]).table
    )


def test_the_raw_gap_is_split_too() -> None:
    table = found_with(BOTH, ["rule"], primary="raw").table
    assert table["estimate"].tolist() == pytest.approx([-0.2, -0.05])


def test_rows_without_accounts_give_points() -> None:
    frame = BOTH.assign(account_id=None)
    table = Subgroups()(
        compare(
            enroll(cases_of(frame.astype({"account_id": "str"})), question(families=[["rule"]]))
        )
    ).table
    assert table["estimate"].tolist() == pytest.approx([-0.2, -0.05])
    assert table["p_value"].isna().all()
    assert table["n_focal_accounts"].tolist() == [0, 0]


def test_hostile_levels_are_printed_and_kept_apart() -> None:
    names = [*HOSTILE.values(), "a\nb", "a", "0\na"]
    frame = pd.concat([BOTH.assign(topic=name) for name in names], ignore_index=True)
    frame["account_id"] += frame["topic"].map({n: f"-{i}" for i, n in enumerate(names)})
    table = found_with(frame, ["topic"]).table
    assert len(table) == len(names)
    assert (table["n_focal"] == 800).all()
    assert not table["subgroup"].str.contains("\u202e|\x00|\x1b|\n").any()


@pytest.mark.parametrize("column", ["action", "account_id", "case_id", "account_class", "reach"])
def test_columns_that_tell_no_subgroups_apart_are_refused(column: str) -> None:
    with pytest.raises(DesignError, match=f"families: '{column}' is "):
        found_with(BOTH.assign(reach=5.0), [column])


def test_reach_may_be_declared_to_come_before() -> None:
    found = found_with(BOTH.assign(reach=5.0), ["reach"], pre_treatment=["reach"])
    assert found.table["subgroup"].tolist() == ["reach ‘5.0’"]


def test_every_fault_is_said_at_once() -> None:
    with pytest.raises(DesignError, match=r"of a family 'nowhere'.*of a family 'elsewhere'"):
        found_with(BOTH, ["rule", "nowhere"], ["elsewhere"])


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(DesignError, match="'nowhere' is not in the cases"):
        found_with(BOTH, ["nowhere"])
