"""Whole studies from counts by account, held to the checks of the table and of steps 3 to 5."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest
from builders import cases_of, question

from audit import evidence
from audit.checks import CHECKS
from audit.comparison import Comparison, compare
from audit.study import enroll

NO_ERROR = {"sensitivity": [1.0, 1.0], "specificity": [1.0, 1.0]}
"""The limits of an outcome that is recorded without error."""
Counts = Sequence[tuple[int, int]]


def counted(leaders: Counts, ordinary: Counts, **columns: Any) -> pd.DataFrame:
    """Return rows with `count`, from (acted on, posts) per account of each class."""
    rows = [
        (f"{name}-{k:04d}", name, action, many)
        for name, accounts in (("leader", leaders), ("ordinary", ordinary))
        for k, (acted, n) in enumerate(accounts)
        for action, many in (("remove", acted), ("none", n - acted))
        if many
    ]
    names = ["account_id", "account_class", "action", "count"]
    return pd.DataFrame(rows, columns=names).assign(**{"rule": "abuse", **columns})


def compared(frame: pd.DataFrame, /, **changes: Any) -> Comparison:
    """Return the comparison of a frame by the builders' question, with changes.

    Only with the estimators that verdict and claims are read from: the others cost most of a test.
    """
    return compare(enroll(cases_of(frame), question(**changes)), using=("raw", "standardised"))


def appraised(
    comparison: Comparison, monkeypatch: pytest.MonkeyPatch, **checks: Any
) -> evidence.Evidence:
    """Appraise by `CHECKS`, with further checks by name."""
    table = {**CHECKS, **checks}
    monkeypatch.setattr(evidence, "CHECKS", table)
    return evidence.appraise(comparison, checks=tuple(table))
