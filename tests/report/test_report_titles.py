"""Titles of tables begin with a capital, and estimators are called what their authors are."""

from __future__ import annotations

import pandas as pd
import pytest

import audit
from audit.design import opening
from audit.report.blocks import Table
from audit.report.effects import effects_table, estimator_name
from audit.report.sections import strata_table
from audit.report.standard import standard_blocks
from audit.sources.simulated import Simulated


@pytest.fixture(scope="module")
def evidence() -> audit.Evidence:
    source = Simulated(scale=1)
    design = audit.Design(
        focal="world_leader",
        reference="ordinary",
        frame="reported",
        outcome={"at_least": "remove"},  # type: ignore[arg-type]
        strata=("rule",),
        margin=0.05,
    )
    return audit.appraise(audit.compare(audit.enroll(source.load(), design)))


def test_every_title_of_a_standard_report_begins_with_a_capital(evidence: audit.Evidence) -> None:
    tables = [b for b in standard_blocks(evidence) if isinstance(b, Table)]
    assert len(tables) > 8
    for made in tables:
        for said in filter(None, (made.title, made.subtitle)):
            assert said[0].isupper(), said


def test_estimators_named_after_people_keep_their_capitals(evidence: audit.Evidence) -> None:
    named = {row[0] for row in effects_table(evidence.comparison).cells}
    assert {"raw", "standardised", "Mantel–Haenszel"} <= named
    assert estimator_name("standardised") == "standardised"
    assert opening("world_leader") == "World leader"


def test_levels_of_strata_are_printed_as_words() -> None:
    frame = pd.DataFrame(
        {
            "case_id": [f"c{i}" for i in range(400)],
            "account_id": [f"a{i % 40}" for i in range(400)],
            "account_class": ["world_leader" if i % 2 else "ordinary" for i in range(400)],
            "action": ["remove" if i % 3 else "none" for i in range(400)],
            "period": ["from_3_november" if i % 5 else "before" for i in range(400)],
        }
    )
    design = audit.Design(
        focal="world_leader",
        reference="ordinary",
        frame="reported",
        outcome={"at_least": "remove"},  # type: ignore[arg-type]
        strata=("period",),
        margin=0.05,
    )
    found = audit.appraise(audit.compare(audit.enroll(audit.read_cases(frame), design)))
    assert {row[0] for row in strata_table(found).cells} == {"before", "from 3 November"}
