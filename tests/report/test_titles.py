"""Titles of tables begin with a capital, and estimators are called what their authors are."""

from __future__ import annotations

import pytest

import audit
from audit.design import opening
from audit.report.blocks import Table
from audit.report.effects import effects_table, estimator_name
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
