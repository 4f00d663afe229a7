"""Balance where there is nothing to judge it by."""

from __future__ import annotations

from builders import cases_of, platform, question

from audit.checks.balance import BALANCE_COLUMNS, Balance, balance_table
from audit.comparison import compare
from audit.evidence import appraise
from audit.study import enroll


def test_cases_without_any_covariate_are_said_to_carry_none() -> None:
    bare = cases_of(platform().frame[["account_id", "account_class", "action"]])
    comparison = compare(enroll(bare, question(strata=())))
    table = balance_table(comparison)
    assert table.empty
    assert tuple(table) == BALANCE_COLUMNS
    finding = Balance()(comparison)
    assert finding.passed is None
    assert "carry none of the columns" in finding.says
    assert appraise(comparison).rung >= 1


def test_a_covariate_fills_the_columns() -> None:
    assert tuple(balance_table(compare(enroll(platform(), question())))) == BALANCE_COLUMNS
