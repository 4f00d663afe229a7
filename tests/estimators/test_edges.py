"""The edges, function by function: a finite convention, NaN with its reason, or a named error."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from audit.checks.equivalence import tost
from audit.checks.labels import misclassified_outcome
from audit.errors import EstimationError
from audit.estimators.outcome import outcome_test
from audit.estimators.proportions import (
    clustered_proportion,
    exact_test,
    odds_ratio,
    proportion,
    risk_difference,
    risk_ratio,
)
from audit.estimators.strata import (
    cochran_mantel_haenszel,
    decompose,
    exact_odds_ratio,
    homogeneity,
    mantel_haenszel,
    standardise,
    standardised_effect,
)

BIG = 10**7
EDGES: dict[str, tuple[float, float, float, float]] = {
    "nothing at all": (0, 0, 0, 0),
    "no focal case": (0, 0, 3, 10),
    "no reference case": (3, 10, 0, 0),
    "never acted on": (0, 10, 0, 20),
    "always acted on": (10, 10, 20, 20),
    "focal never": (0, 35, 120, 3000),
    "focal always": (10, 10, 3, 20),
    "all against none": (10, 10, 0, 20),
    "one case each": (1, 1, 0, 1),
    "ten million": (BIG // 5, BIG, BIG // 4, BIG),
}
FOUR: dict[str, Callable[..., Any]] = {
    **{
        f"risk_difference {m}": lambda *t, m=m: risk_difference(*t, method=m)
        for m in ("newcombe", "miettinen_nurminen", "mee")
    },
    **{
        f"{f.__name__} {m}": lambda *t, f=f, m=m: f(*t, method=m)
        for f in (risk_ratio, odds_ratio)
        for m in ("miettinen_nurminen", "mover")
    },
    **{
        f"mantel_haenszel {m}": lambda *t, m=m: mantel_haenszel([t], measure=m)
        for m in ("odds_ratio", "risk_ratio", "risk_difference")
    },
    "outcome_test": outcome_test,
    "exact_odds_ratio": lambda *t: exact_odds_ratio([t]),
}
TESTS: dict[str, Callable[..., Any]] = {
    **{
        f"exact_test {m}": lambda *t, m=m: exact_test(*t, method=m)
        for m in ("boschloo", "barnard", "fisher")
    },
    "cochran_mantel_haenszel": lambda *t: cochran_mantel_haenszel([t]),
    "homogeneity": lambda *t: homogeneity([t, t]),
    "tost": lambda *t: tost(*t, margin=0.1),
}
NONE = {"exact_odds_ratio"}  # of 10⁷ cases in one stratum: seconds, in its own tests


def asked(function: Callable[..., Any], table: tuple[float, ...]) -> Any:
    """Return the answer, or None for a named error; a warning is a fault."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return function(*table)
        except EstimationError:
            return None


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("name", FOUR)
def test_an_estimate_at_an_edge_is_bracketed_or_says_why_not(name: str, edge: str) -> None:
    if edge == "ten million" and name in NONE:
        return
    e = asked(FOUR[name], EDGES[edge])
    if e is None:
        return
    if math.isnan(e.estimate):
        assert e.note, "a missing estimate says why"
        return
    if math.isnan(e.conf_low) or math.isnan(e.conf_high):
        assert e.note, "missing limits say why"
        return
    slack = 1e-9 * max(1.0, abs(e.estimate)) if math.isfinite(e.estimate) else 0.0
    assert e.conf_low <= e.estimate + slack
    assert e.conf_high >= e.estimate - slack
    assert e.conf_low < e.conf_high, "no interval claims certainty"
    assert math.isnan(e.p_value) or 0 <= e.p_value <= 1


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("name", TESTS)
def test_a_p_value_at_an_edge_is_one(name: str, edge: str) -> None:
    found = asked(TESTS[name], EDGES[edge])
    if found is not None and not math.isnan(found.p_value):
        assert 0 <= found.p_value <= 1


@pytest.mark.parametrize("edge", EDGES)
def test_sums_over_strata_at_an_edge(edge: str) -> None:
    table = EDGES[edge]
    found = asked(lambda *t: standardise([t]), table)
    if found is not None:
        assert found.n_supported + found.n_unsupported == table[1]
        assert 0 <= found.observed <= 1
    parts = asked(lambda *t: decompose([t]), table)
    assert parts is None or parts.notna().all().all()
    corrected = asked(lambda *t: misclassified_outcome(*t, sensitivity=1.0, specificity=1.0), table)
    if corrected is not None:
        assert corrected.risk_focal == pytest.approx(table[0] / table[1])


@pytest.mark.parametrize("method", ["wilson", "clopper_pearson", "midp", "jeffreys"])
@pytest.mark.parametrize(("events", "n"), [(0, 0), (0, 7), (7, 7), (1, 1), (BIG // 2, BIG)])
def test_a_rate_at_an_edge(method: str, events: int, n: int) -> None:
    e = asked(lambda *t: proportion(*t, method=method), (events, n))
    assert e is not None
    if n == 0:
        assert (e.conf_low, e.conf_high) == (0, 1)
        assert math.isnan(e.estimate)
        return
    assert 0 <= e.conf_low <= e.estimate <= e.conf_high <= 1
    assert e.conf_high - e.conf_low > 0


ACCOUNTS: dict[str, tuple[list[float], list[float], list[float] | None]] = {
    "no account": ([], [], None),
    "one account": ([3], [10], None),
    "accounts without posts": ([0, 0], [0, 0], None),
    "none acted on": ([0] * 5, [60] * 5, None),
    "all acted on": ([60] * 5, [60] * 5, None),
    "weights of nought": ([1, 2], [5, 5], [0, 0]),
    "one weight of nought": ([1, 2, 3], [5, 5, 5], [0, 1, 1]),
    "ten million posts": ([BIG // 4] * 6, [BIG] * 6, None),
}


@pytest.mark.parametrize("edge", ACCOUNTS)
def test_a_rate_by_account_at_an_edge(edge: str) -> None:
    events, n, weights = ACCOUNTS[edge]
    e = asked(lambda: clustered_proportion(events, n, weights=weights), ())
    assert e is not None
    assert 0 <= e.conf_low < e.conf_high <= 1
    assert math.isnan(e.estimate) or e.conf_low <= e.estimate <= e.conf_high
    assert e.n_accounts == sum(
        x > 0 and (weights is None or w > 0) for x, w in zip(n, weights or n, strict=True)
    )


def test_an_empty_stratum_adds_nothing_and_one_stratum_is_the_plain_gap() -> None:
    counts = [[3, 20, 9, 30], [5, 10, 8, 40]]
    empty = [*counts, [0, 0, 0, 0]]
    assert standardise(counts) == standardise(empty)
    assert mantel_haenszel(counts) == mantel_haenszel(empty)
    one = standardise([[3, 20, 9, 30]])
    assert one.difference == pytest.approx(3 / 20 - 9 / 30)
    account = list(range(12))
    events, n = [1, 2, 0, 3, 1, 2, 3, 4, 5, 2, 1, 0], [9] * 12
    focal = [i < 6 for i in account]
    plain = standardised_effect(events, n, account, [0] * 12, focal)
    assert plain.estimate == pytest.approx(9 / 54 - 15 / 54)
    kept = standardised_effect(
        [*events, 0], [*n, 0], [*account, 99], [0] * 12 + [1], [*focal, True]
    )
    assert (plain.estimate, plain.conf_low) == pytest.approx((kept.estimate, kept.conf_low))
