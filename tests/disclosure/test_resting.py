"""Numbers of single leaders and of subgroups rest on shown strata, or are not there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from planted import cases, design, evidence

from audit.charts.leave_one_out import leave_one_out_data
from audit.comparison import compare
from audit.disclosure import HIDDEN, precision, table_of
from audit.disclosure.resting import (
    few_hidden,
    hidden_strata,
    left_out_tells,
    over_shown_strata,
)
from audit.docket.leaders import gaps_without_each
from audit.evidence import appraise
from audit.exempted.ordinary import focal_posts
from audit.report.docket import shown_leaders
from audit.report.effects import effects_table
from audit.report.robustness import subgroups_table
from audit.study import enroll


def gaps(posts: pd.DataFrame) -> pd.Series:
    held = posts[posts["compared"]]
    by = pd.DataFrame({"account_id": held["account_id"], "size": held["n"] * held["weight"]})
    by = by.assign(
        observed=by["size"] * held["acted"], expected=by["size"] * held["expected"].astype(float)
    )
    return gaps_without_each(by.groupby("account_id").sum())


def test_gaps_without_each_leader_would_tell_hidden_rates_and_two_of_them_do_not() -> None:
    study = evidence().comparison.study
    posts = focal_posts(study)
    found = gaps(posts)
    assert left_out_tells(study, posts, found)
    assert not left_out_tells(study, posts, found.sort_values().iloc[[0, -1]])


def test_a_leader_without_posts_in_hidden_strata_stays_in_the_strip() -> None:
    frame = cases().frame
    lone = frame["account_id"] == "office_03"
    frame = frame.assign(
        rule=frame["rule"].mask(lone, "abuse"), severity=frame["severity"].mask(lone, "low")
    )
    found = appraise(compare(enroll(cases().__class__(frame, cases().origins), design())))
    posts = over_shown_strata(found.comparison.study, focal_posts(found.comparison.study))
    assert not posts.loc[posts["account_id"] == "office_03", "hidden"].any()
    strip = leave_one_out_data(found)
    assert strip["estimate"].notna().sum() == 3  # the two ends, and that one
    leaders = shown_leaders(found.docket()).set_index("account")
    mine = found.docket().leaders.set_index("account")
    assert leaders.loc["office_03", "gap_without"] == mine.loc["office_03", "gap_without"]
    assert leaders.drop("office_03")["gap_without"].isna().all()


def test_leaders_add_up_to_all_their_posts() -> None:
    whole = evidence().docket().leaders.set_index("account")
    shown = shown_leaders(evidence().docket()).set_index("account")
    assert (shown["n"] + shown["n_hidden"] == whole["n"][shown.index]).all()
    assert shown["n_unsupported"].equals(whole["n_unsupported"][shown.index])
    assert (shown["observed"] <= whole["observed"][shown.index]).all()


def test_the_raw_gap_rests_on_no_stratum() -> None:
    study = enroll(cases(), design(primary="raw"))
    assert hidden_strata(study) == frozenset()
    assert not over_shown_strata(study, focal_posts(study))["hidden"].any()


def test_a_subgroup_on_one_or_two_hidden_strata_prints_no_gap() -> None:
    study = evidence().comparison.study
    frame = evidence().table("subgroups")
    rules = frame[frame["family"] == "rule"]["subgroup"].tolist()
    telling = few_hidden(study, table_of(0), list(range(len(rules))))
    assert [name for name, few in zip(rules, telling, strict=True) if not few] == ["rule ‘abuse’"]
    printed = subgroups_table(evidence())
    row = next(row for row in printed.cells if row[0] == "rule ‘spam’")
    assert row[1:] == (
        "27",
        "31",
        *"▒▒▒▒▒",
    )  # how many posts it holds is shown: of more than ten accounts


@pytest.mark.parametrize(
    ("form", "value", "said"),
    [(".1%", 0.19285714, 0.193), ("+.1f", -33.2473, -33.2), (",.4g", 0.36121, 0.3612)],
)
def test_a_column_is_rounded_to_what_its_form_prints(form: str, value: float, said: float) -> None:
    assert precision.as_formatted(pd.Series([value, np.nan]), form).iloc[0] == said


@pytest.mark.parametrize(
    ("text", "value", "unit", "said"),
    [
        ("−33.2 percentage points", -33.24730453, "percentage points", -33.2),
        ("52.5 %", 0.525330188, "share", 0.525),
        ("147", 147.0924527, "posts", 147.0),
        ("1,234.6", 1234.5678, "posts", 1234.6),
        ("a third", 0.333271, "share", 0.333),
        ("p < 0.001", 0.000414429, "p", 0.000414429),
    ],
)
def test_a_claim_is_rounded_to_what_it_prints(
    text: str, value: float, unit: str, said: float
) -> None:
    claim = {"text": text, "value": value, "unit": unit, "kind": "estimate", "conf_low": value}
    found = precision.as_printed(claim)
    assert found["value"] == said
    assert found["conf_low"] == said
    assert bool(found.get("rounded")) == (unit != "p")


def test_where_nothing_is_hidden_everything_stands_at_full_precision() -> None:
    (origin,) = cases().origins
    public = replace(origin, disclosure="public aggregate: anyone can count it.")
    found = compare(enroll(cases().__class__(cases().frame, (public,)), design()))
    assert precision.why_rounded(found.study) == ""
    table = effects_table(found)
    assert table.rounded == ""
    assert f"{100 * found.primary().estimate:.12g}" in table.files["csv"]
    assert HIDDEN not in table.files["csv"]
