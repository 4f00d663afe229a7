"""The edges, function by function: a finite convention, NaN with its reason, or a named error."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from audit.checks.bounds import worst_case
from audit.checks.equivalence import tost
from audit.checks.hidden_bias import rosenbaum_bound
from audit.checks.labels import misclassified_class, misclassified_outcome, tipping_point
from audit.checks.power import detectable_gap, sample_size, two_proportions
from audit.checks.sensitivity import e_value
from audit.errors import EstimationError, UnknownName
from audit.estimators.outcome import outcome_test
from audit.estimators.paired import paired_difference
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
TWO = {"events_focal": 2, "n_focal": 5, "events_reference": 1, "n_reference": 4}
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


NO_NUMBERS = ["3", None, pd.NA, [1], 1j, 10**400, pd.Series([1])]
SCALARS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "proportion": (proportion, {"events": 2, "n": 5}),
    "risk_difference": (risk_difference, TWO),
    "risk_ratio": (risk_ratio, TWO),
    "odds_ratio": (odds_ratio, TWO | {"method": "mover"}),
    "exact_test": (exact_test, TWO),
    "paired_difference": (
        paired_difference,
        {"both": 1, "focal_only": 2, "reference_only": 3, "neither": 4},
    ),
    "tost": (tost, TWO | {"margin": 0.1}),
    "misclassified_outcome": (
        misclassified_outcome,
        TWO | {"sensitivity": 0.9, "specificity": 0.9},
    ),
    "misclassified_class": (misclassified_class, TWO | {"sensitivity": 0.9, "specificity": 0.9}),
    "tipping_point": (tipping_point, TWO | {"specificity": 0.95}),
    "worst_case": (worst_case, {"events": 1, "n_known": 5, "n_unknown": 3}),
    "rosenbaum_bound": (rosenbaum_bound, {"successes": 8, "pairs": 10, "gamma": 2}),
    "e_value": (e_value, {"ratio": 2.0}),
    "two_proportions": (two_proportions, {"n": 50, "p1": 0.2, "p2": 0.4}),
    "sample_size": (sample_size, {"p1": 0.2, "p2": 0.4, "power": 0.8}),
    "detectable_gap": (
        detectable_gap,
        {
            "n_focal_accounts": 3,
            "n_reference_accounts": 30,
            "posts_focal": 5,
            "posts_reference": 5,
            "rate": 0.2,
            "icc": 0.1,
        },
    ),
}


@pytest.mark.parametrize("name", SCALARS)
def test_what_is_no_number_is_named(name: str) -> None:
    function, given = SCALARS[name]
    assert function(**given) is not None
    columns = {"posts_focal", "posts_reference", "method"}
    if name.startswith("misclassified"):
        columns |= {"sensitivity", "specificity"}  # which may be pairs
    for argument in set(given) - columns:
        for value in NO_NUMBERS:
            if name == "paired_difference" and isinstance(value, str | list | pd.Series):
                continue  # one number in a list, or as text, is read
            with pytest.raises(EstimationError, match=r"allowed|must be numbers|missing"):
                function(**given | {argument: value})


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.float32])
@pytest.mark.parametrize("name", [*FOUR, "tost", "misclassified_outcome", "worst_case"])
def test_counts_from_columns_of_small_numbers_do_not_run_over(name: str, kind: Any) -> None:
    counts = (90, 200, 100, 230)
    function: Callable[..., Any] = FOUR.get(name) or {
        "tost": TESTS["tost"],
        "misclassified_outcome": lambda *t: misclassified_outcome(
            *t, sensitivity=0.9, specificity=1
        ),
        "worst_case": lambda *t: worst_case(*t[:3]),
    }.get(name)  # type: ignore[assignment]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert function(*map(kind, counts)) == function(*counts)


@pytest.mark.parametrize("option", [None, pd.NA, ["wilson"], pd.Series(["wilson"])])
def test_an_option_that_is_no_word_is_unknown(option: Any) -> None:
    with pytest.raises(UnknownName, match="Known: clopper_pearson"):
        proportion(2, 5, method=option)
