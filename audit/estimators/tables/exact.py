"""Tests of two rates that need no approximation."""

from __future__ import annotations

from audit.errors import EstimationError
from audit.estimators.base import NAN, Test, check_pairs, choose
from audit.estimators.tables.unconditional import barnard, boschloo

MOST_EXACT_TABLES = 10_000_000  # outcomes an unconditional test lists, some seconds' work
MOST_EXACT_CASES = 20_000  # the finer the rates that must be tried
AS_LARGE = 1 + 1e-6  # ties that change p by less are not mentioned
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
        `statistic`: Fisher's one-sided p, the pooled z, or the sample odds ratio; `df` is NaN.
        Two-sided: for boschloo twice the smaller one-sided p, `statistic` that of its side; for
        barnard z of either sign; for fisher all tables no more likely than the one seen. Without
        any event, or with nothing but events, no table is more extreme: p is 1.

    Raises
    ------
    EstimationError
        More than ten million possible tables, or 20,000 cases, for an unconditional test.

    Notes
    -----
    Boschloo 1970, Stat Neerl 24:1; Barnard 1947, Biometrika 34:123, with the pooled z of Suissa &
    Shuster 1985, JRSS A 148:317. Own search for the shared rate of largest p: SciPy 1.17 misses it
    where classes differ much in size, or hold hundreds. Barnard's tables are ordered by SciPy's
    floating-point z, so that its published digits are met: a table whose z equals the observed one
    but for rounding may fall on either side. Where that matters `method` has the larger p.
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
    if method == "fisher":
        found = stats.fisher_exact([[x1, x2], [n1 - x1, n2 - x2]], alternative=alternative)
        return Test(float(found.statistic), NAN, min(1.0, float(found.pvalue)), name)
    _check_size(method, n1, n2)
    table = (x1, n1, x2, n2)
    if method == "barnard":
        z, p_value, with_ties = barnard(table, alternative=alternative)
        if with_ties > p_value * AS_LARGE:
            name += f"; {with_ties:.6g} if all tables with the same z count"
        return Test(z, NAN, p_value, name)
    sides = [boschloo(table, less=less) for less in (True, False)]
    if alternative == "two-sided":
        fisher, p_value = min(sides, key=lambda side: side[1])
        return Test(fisher, NAN, min(1.0, 2 * p_value), name)
    fisher, p_value = sides[0 if alternative == "less" else 1]
    return Test(fisher, NAN, p_value, name)


def _check_size(method: str, n1: int, n2: int) -> None:
    tables, cases = (n1 + 1) * (n2 + 1), n1 + n2
    if tables > MOST_EXACT_TABLES or cases > MOST_EXACT_CASES:
        raise EstimationError(
            f"exact_test: {method} would list {tables:,} tables of {cases:,} cases; allowed: "
            f"{MOST_EXACT_TABLES:,} of {MOST_EXACT_CASES:,}. Try: method='fisher', or "
            "risk_difference(method='miettinen_nurminen')."
        )


EXACT_METHODS = {
    "boschloo": "Boschloo's exact test (1970)",
    "barnard": "Barnard's exact test, pooled z (1947)",
    "fisher": "Fisher's exact test",
}
