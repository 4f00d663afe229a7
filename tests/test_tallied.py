"""Counts that stay in an engine tell of some strata what cells in memory tell of them."""

from __future__ import annotations

import pandas as pd
import pytest
from scanned.platforms import design, table

import audit
from audit import cells
from audit.tallied import Tallied


def test_strata_of_some_strata_are_those_in_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "MOST_FETCHED", -1)
    frame, question = table(1), audit.Design.of(design())
    kept = audit.enroll(audit.read_cases(frame), question).cells
    pushed = audit.enroll(audit.scan(frame, checked="made for a test"), question).cells
    assert isinstance(pushed, Tallied)
    first, second, third, *_ = sorted(kept.counts().index)
    for one, other in (((first, second), (second, third)), ((first,), (second,))):
        expected = kept.within(one).within(other).counts()
        found = pushed.within(one).within(other).counts()
        assert list(found.index) == list(expected.index)
        pd.testing.assert_frame_equal(found, expected, check_dtype=False, check_index_type=False)
