"""Curves from counts must be those of the rows: statsmodels on the rows is the outside number."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scanned.platforms import table
from statsmodels.duration.survfunc import SurvfuncRight

import audit
from audit.errors import EstimationError, UnknownName

EQUAL = 1e-9


def rows(seed: int) -> pd.DataFrame:
    frame = table(seed, rows=3000)
    minutes = np.random.default_rng(100 + seed).integers(1, 9000, len(frame))
    late = frame["posted_at"] + pd.to_timedelta(minutes, unit="min")
    return frame.assign(
        acted_at=late.where(frame["acted_at"].notna()),
        observed_until=frame["posted_at"] + pd.Timedelta(hours=90),
    )


def whole(frame: pd.DataFrame, minutes: int) -> tuple[pd.Series, pd.Series]:
    seen = frame["acted_at"] <= frame["observed_until"]
    span = frame["acted_at"].where(seen, frame["observed_until"]) - frame["posted_at"]
    return span.dt.total_seconds() // (60 * minutes), seen.astype(int)


@pytest.mark.parametrize(("unit", "minutes"), [("minutes", 1), ("hours", 60), ("days", 1440)])
def test_curves_are_those_of_the_rows(unit: str, minutes: int) -> None:
    frame = rows(1)
    found = audit.survival(audit.scan(frame, checked="made for a test"), unit=unit)
    assert set(found["level"]) == set(frame["account_class"])
    for name, part in frame.groupby("account_class"):
        time, event = whole(part, minutes)
        expected = SurvfuncRight(time, event)
        curve = found[found["level"] == name]
        np.testing.assert_allclose(curve["time"], expected.surv_times)
        np.testing.assert_allclose(curve["survival"], expected.surv_prob, rtol=EQUAL)
        np.testing.assert_allclose(curve["std_error"], expected.surv_prob_se, rtol=EQUAL)
        np.testing.assert_allclose(curve["n_at_risk"], expected.n_risk)


def test_all_cases_together_and_counts() -> None:
    frame = rows(2)
    time, event = whole(frame, 60)
    expected = SurvfuncRight(time, event)
    found = audit.survival(audit.scan(frame, checked="made for a test"), by=None)
    np.testing.assert_allclose(found["survival"], expected.surv_prob, rtol=EQUAL)
    twice = audit.survival(audit.scan(frame.assign(count=2), checked="for a test"), by=None)
    np.testing.assert_allclose(twice["survival"], found["survival"], rtol=1e-12)
    np.testing.assert_allclose(twice["n_at_risk"], 2 * found["n_at_risk"])


def test_rows_without_times_are_refused() -> None:
    frame = rows(3)
    scan = audit.scan(frame.assign(observed_until=pd.NaT), checked="made for a test")
    with pytest.raises(EstimationError, match=r"observed_until is missing in [\d,]+ row"):
        audit.survival(scan)
    early = frame["posted_at"] - pd.Timedelta(hours=1)
    scan = audit.scan(frame.assign(observed_until=early), checked="made for a test")
    with pytest.raises(EstimationError, match=r"[\d,]+ row\(s\) end before they start"):
        audit.survival(scan)
    with pytest.raises(UnknownName, match="weeks"):
        audit.survival(scan, unit="weeks")
    with pytest.raises(UnknownName, match="until_when"):
        audit.survival(scan, until="until_when")
