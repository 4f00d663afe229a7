"""The designs that are shipped: what their published files say, held against itself."""

from __future__ import annotations

import pandas as pd
import pytest
from needs import ROOT
from test_reports import attacked, read

from audit.charts import CHARTS
from audit.comparison import compare
from audit.design import Design
from audit.disclosure import HIDDEN, TOKEN, protection
from audit.evidence import Evidence, appraise
from audit.report.robustness import subgroups_table
from audit.report.sections import strata_table
from audit.report.table import to_csv
from audit.run import load
from audit.study import Study, enroll


def study(name: str) -> Study:
    asked = Design.read(ROOT / "designs" / f"{name}.toml")
    return enroll(load(asked), asked)


@pytest.fixture(scope="module")
def simulated() -> Evidence:
    return appraise(compare(study("simulated-platform")))


def files(found: Evidence) -> dict[str, pd.DataFrame]:
    """Return the CSVs of strata, subgroups and traits, byte for byte as a report has them."""
    return {
        "strata": read(strata_table(found).files["csv"]),
        "subgroups": read(subgroups_table(found).files["csv"]),
        "love": read(to_csv(CHARTS["love"].data(found))),
    }


def test_nothing_hidden_of_the_simulated_platform_comes_back(simulated: Evidence) -> None:
    found = files(simulated)
    assert (found["strata"]["n_reference"] == TOKEN).sum() >= 2
    attacked(simulated.comparison.study, found["strata"], found["subgroups"], found["love"])


def test_its_periods_are_of_enough_accounts_or_hidden(simulated: Evidence) -> None:
    """And what the answers print of parts of a class."""
    frame = CHARTS["gap_over_time"].data(simulated)
    gaps = frame[frame["kind"] == "gap"]
    people = simulated.comparison.study.rows().query("group == 'reference'")
    month = people["posted_at"].dt.strftime("%Y-%m")
    accounts = people.groupby(month)["account_id"].nunique()
    shown = gaps[gaps["n_reference"].notna()]
    assert len(shown)
    assert (shown["label"].map(accounts) >= 10).all()
    for answer in simulated.comparison.answers:
        few = answer.frame["n_reference_accounts"].between(1, 9)
        assert not few.any() or HIDDEN in answer.frame, answer.question


@pytest.mark.parametrize("name", ["documented-decisions", "election-labels-2020"])
def test_tables_that_are_public_already_hide_nothing_and_say_why(name: str) -> None:
    found = protection(study(name))
    assert found.hidden == {}
    assert found.says.startswith("Small counts are shown in full (public aggregate: ")
