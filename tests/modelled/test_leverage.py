"""CR2 of a scan must be CR2 of its rows, degrees of freedom included."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import audit
from audit.errors import EstimationError, UnknownName
from audit.estimators.models.gcomputation import standardised_contrast
from audit.estimators.regression import logit, ols
from audit.modelled import leverage
from modelled.test_fit import ACTED, LEADERS, TERMS, acted, difference, matrix, rows, scanned

EQUAL = 1e-9
OWN: dict[str, Any] = {"logit": logit, "linear": ols}


def asked(frame: pd.DataFrame, **changes: Any) -> audit.ScanFit:
    given: dict[str, Any] = {"model": "logit", "outcome": ACTED, "terms": TERMS}
    given |= {"contrasts": [LEADERS], "covariance": "cr2"}
    return audit.fit(scanned(frame), **{**given, **changes})


def many_accounts(seed: int) -> pd.DataFrame:
    """Return rows whose accounts have one to thirty cases, and so few or many distinct cells."""
    frame = rows(seed)
    rng = np.random.default_rng(seed)
    own = rng.integers(0, 300, len(frame))
    return frame.assign(account_id=[f"a{min(a, b)}" for a, b in zip(own, own[::-1], strict=True)])


def expected(frame: pd.DataFrame, model: str, y: Any, **given: Any) -> tuple[float, float]:
    x, at = matrix(frame), difference(matrix(frame))
    fit = OWN[model](x, y, cluster=frame["account_id"], covariance="cr2", **given)
    clusters = fit.origin.clusters
    return float(np.sqrt(at @ np.asarray(fit.vcov) @ at)), clusters.degrees_of_freedom(at)


@pytest.mark.parametrize("model", ["logit", "linear"])
@pytest.mark.parametrize("make", [rows, many_accounts], ids=["long accounts", "short accounts"])
def test_cr2_is_that_of_the_rows(model: str, make: Any) -> None:
    frame = make(21)
    error, df = expected(frame, model, acted(frame))
    (one,) = asked(frame, model=model).coefficients
    assert one.std_error == pytest.approx(error, rel=EQUAL)
    assert one.df == pytest.approx(df, rel=EQUAL)
    plain = asked(frame, model=model, covariance="cr1").coefficients[0]
    assert one.estimate == plain.estimate
    assert one.std_error != pytest.approx(plain.std_error, rel=1e-4)
    assert "CR2 by account" in one.method


def test_cr2_of_a_number_and_of_counted_rows() -> None:
    frame = many_accounts(22)
    frame["reach"] = np.random.default_rng(4).lognormal(3, 2, len(frame))
    error, df = expected(frame, "linear", frame["reach"])
    (one,) = asked(frame, model="linear", outcome="reach").coefficients
    assert (one.std_error, one.df) == pytest.approx((error, df), rel=EQUAL)
    frame["count"] = np.random.default_rng(5).integers(1, 4, len(frame))
    error, df = expected(frame, "logit", acted(frame), weights=frame["count"])
    (one,) = asked(frame).coefficients
    assert (one.std_error, one.df) == pytest.approx((error, df), rel=EQUAL)


def test_the_standardised_difference_has_the_cr2_of_the_rows() -> None:
    frame = many_accounts(23)
    frame = frame[frame["account_class"].isin(["leader", "ordinary"])]
    x = matrix(frame)
    fit = logit(x, acted(frame), cluster=frame["account_id"], covariance="cr2")
    other = standardised_contrast(fit, x, "account_class: ordinary", over="reference")
    (one,) = asked(frame).standardised
    assert one.estimate == pytest.approx(-other.estimate, rel=EQUAL)
    assert one.std_error == pytest.approx(other.std_error, rel=EQUAL)
    assert one.df == pytest.approx(other.df, rel=EQUAL)


def test_pieces_and_a_store_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = many_accounts(24)
    whole = asked(frame).to_frame()
    store = audit.pack(scanned(frame), [*TERMS, "action"], outcomes=[ACTED])
    packed = audit.fit(
        store, model="logit", outcome=ACTED, terms=TERMS, contrasts=[LEADERS], covariance="cr2"
    ).to_frame()
    pd.testing.assert_frame_equal(whole, packed, rtol=1e-12)
    monkeypatch.setattr(leverage, "ROOM", 200)
    pd.testing.assert_frame_equal(whole, asked(frame).to_frame(), rtol=1e-12)


def test_one_account_that_determines_a_level_leaves_no_standard_error() -> None:
    frame = rows(25)
    frame["language"] = frame["language"].mask(frame["account_id"] == "a20", "only one")
    frame["language"] = frame["language"].where(frame["account_id"] != "a21", "abuse")
    kept = frame["account_id"].isin(["a20"]) | (frame["language"] == "abuse")
    frame = frame[kept]
    alone = ("language", "only one", "abuse")
    found = asked(
        frame, model="linear", terms=["rule", "language"], contrasts=[("rule", "spam", "abuse")]
    )
    assert np.isfinite(found.coefficients[0].std_error)
    with pytest.raises(audit.errors.TooFewAccounts, match="fewer than two accounts"):
        asked(frame, model="linear", terms=["rule", "language"], contrasts=[alone])


def test_what_cr2_is_not_made_for_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = rows(26)
    with pytest.raises(EstimationError, match=r"not for 'ordinal'.*cr1"):
        asked(frame, model="ordinal", outcome="action")
    with pytest.raises(EstimationError, match="not made for sampling weights"):
        asked(frame.assign(sampling_weight=2.0))
    with pytest.raises(EstimationError, match="allowed: 'auto' and 'sparse'"):
        asked(frame, way="push")
    with pytest.raises(UnknownName, match="cr3"):
        asked(frame, covariance="cr3")
    with pytest.raises(EstimationError, match=r"in more than 10 combinations.*cr1"):
        asked(frame, memory=640.0)
    monkeypatch.setattr(leverage, "MOST_WIDTH", 3)
    with pytest.raises(EstimationError, match="up to 3 coefficients"):
        asked(frame)
