"""Tests of two rates that need no approximation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from audit.errors import EstimationError
from audit.estimators.base import NAN, Test, check_pairs, choose

MOST_EXACT_TABLES = 1_000_000  # outcomes an unconditional test lists; more takes minutes
ALTERNATIVES = ("two-sided", "less", "greater")


def exact_test(
    events_focal: float,
    n_focal: float,
    events_reference: float,
    n_reference: float,
    *,
    method: str = "boschloo",
    alternative: str = "two-sided",
) -> Test:
    """Test equal rates without an approximation, treating every case as independent.

    Parameters
    ----------
    events_focal, n_focal, events_reference, n_reference : int
        Whole numbers.
    method : {"boschloo", "barnard", "fisher"}
        Unconditional on Fisher's p; unconditional on the pooled z; conditional on both margins.
    alternative : {"two-sided", "less", "greater"}
        "less": the focal rate is the lower one.

    Returns
    -------
    Test
        `statistic`: Fisher's p, the pooled z, or the sample odds ratio; `df` is NaN. Without any
        event, or with nothing but events, no table is more extreme: p is 1.

    Raises
    ------
    EstimationError
        More than a million possible tables for an unconditional test.

    Notes
    -----
    Boschloo 1970, Stat Neerl 24:1; Barnard 1947, Biometrika 34:123; computed by SciPy.
    """
    from scipy import stats

    choose("method of exact_test", method, EXACT_METHODS)
    choose("alternative", alternative, ALTERNATIVES)
    pairs = ((events_focal, n_focal), (events_reference, n_reference))
    check_pairs("exact_test", pairs, 0.95, whole=True)
    (x1, n1), (x2, n2) = ((int(x), int(n)) for x, n in pairs)
    name = f"{EXACT_METHODS[method]}, {alternative}"
    if not (n1 and n2) or x1 + x2 in (0, n1 + n2):
        return Test(NAN, NAN, 1.0, name)
    if method != "fisher" and (n1 + 1) * (n2 + 1) > MOST_EXACT_TABLES:
        raise EstimationError(
            f"exact_test: {method} would list {(n1 + 1) * (n2 + 1):,} tables; allowed: "
            f"{MOST_EXACT_TABLES:,}. Try: method='fisher', or risk_difference(method="
            "'miettinen_nurminen')."
        )
    run: Callable[..., Any] = {
        "boschloo": stats.boschloo_exact,
        "barnard": stats.barnard_exact,
        "fisher": stats.fisher_exact,
    }[method]
    found = run([[x1, x2], [n1 - x1, n2 - x2]], alternative=alternative)
    return Test(float(found.statistic), NAN, min(1.0, float(found.pvalue)), name)


EXACT_METHODS = {
    "boschloo": "Boschloo's exact test (1970)",
    "barnard": "Barnard's exact test, pooled z (1947)",
    "fisher": "Fisher's exact test",
}
