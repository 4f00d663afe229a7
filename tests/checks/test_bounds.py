"""Bounds are checked against every assignment there is, not against another formula."""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.checks import class_assignments
from audit.checks.bounds import unknown_class, worst_case
from audit.errors import EstimationError

EXACT = 1e-12  # both sides are one or two divisions of small whole numbers


def test_worst_case_is_manski():
    assert worst_case(30, 80, 20) == (0.30, 0.50)
    assert worst_case(3, 10, 0) == (0.3, 0.3)
    assert worst_case(0, 0, 7) == (0.0, 1.0)


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_worst_case_contains_every_completion_and_attains_both_ends(events, others, unknown):
    if events + others + unknown == 0:
        return
    low, high = worst_case(events, events + others, unknown)
    rates = [(events + k) / (events + others + unknown) for k in range(unknown + 1)]
    assert (min(rates), max(rates)) == (low, high)


def test_worst_case_says_every_fault():
    with pytest.raises(EstimationError, match=r"events is -1.*n_unknown is 0\.5"):
        worst_case(-1, 5, 0.5)
    with pytest.raises(EstimationError, match="7 events among 5 known posts"):
        worst_case(7, 5, 0)
    with pytest.raises(EstimationError, match="no posts, known or unknown"):
        worst_case(0, 0, 0)
    with pytest.raises(EstimationError, match="n_known is nan"):
        worst_case(0, float("nan"), 0)


def by_hand(known, unknown, limit):
    """Return (least, greatest, fewest that flip the sign) over all assignments, or None."""
    e_f, n_f, e_r, n_r = known
    found, flips = [], []
    sign = np.sign(e_f * n_r - e_r * n_f)
    for size in range(min(limit, len(unknown)) + 1):
        for chosen in itertools.combinations(range(len(unknown)), size):
            e_in, n_in = (sum(unknown[i][k] for i in chosen) for k in (0, 1))
            e_all, n_all = (sum(u[k] for u in unknown) for k in (0, 1))
            n_out = n_r + n_all - n_in
            if not (n_f + n_in and n_out):
                continue
            top, bottom = (e_f + e_in) * n_out, (e_r + e_all - e_in) * (n_f + n_in)
            found.append((e_f + e_in) / (n_f + n_in) - (e_r + e_all - e_in) / n_out)
            if sign and np.sign(top - bottom) == -sign:
                flips.append(size)
    return (min(found), max(found), min(flips, default=None)) if found else None


def as_rows(known, unknown):
    e_f, n_f, e_r, n_r = known
    rows = [(e_f, n_f, "focal", True, False), (e_r, n_r, "reference", False, False)]
    rows += [(e, n, f"u{i}", False, True) for i, (e, n) in enumerate(unknown)]
    return [np.array(c) for c in zip(*rows, strict=True)]


def pair(most):
    return st.integers(0, most).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@st.composite
def problems(draw, most_known=30):
    known = draw(pair(most_known)) + draw(pair(most_known))
    unknown = draw(st.lists(pair(12), max_size=9))
    return known, unknown, draw(st.one_of(st.just(99), st.integers(0, 9)))


def check_against_hand(problem):
    known, unknown, limit = problem
    expected = by_hand(known, unknown, limit)
    rows = as_rows(known, unknown)
    cap = None if limit == 99 else limit
    if expected is None:
        with pytest.raises(EstimationError, match="leaves both classes a post"):
            unknown_class(*rows, max_focal_accounts=cap)
        return
    low, high, tipping = unknown_class(*rows, max_focal_accounts=cap)
    assert low == pytest.approx(expected[0], abs=EXACT)
    assert high == pytest.approx(expected[1], abs=EXACT)
    assert tipping == expected[2]


@settings(max_examples=250, deadline=None)
@given(problems())
def test_unknown_class_is_the_extreme_of_all_assignments(problem):
    check_against_hand(problem)


@settings(max_examples=150, deadline=None)
@given(problems(), st.integers(60, 400), st.integers(60, 400))
def test_unknown_class_is_exact_where_the_sign_cannot_flip(problem, focal, reference):
    """Large known classes far apart: both ends on one side of zero, where no ranking is optimal."""
    _, unknown, limit = problem
    check_against_hand(((focal, focal, 0, reference), unknown, limit))
    check_against_hand(((1, focal, reference - 1, reference), unknown, limit))


@settings(max_examples=150, deadline=None)
@given(problems(), st.integers(60, 400))
def test_the_outer_bound_is_never_inside_the_truth_and_says_so(problem, reference):
    _, unknown, limit = problem
    known = (0, 60, reference - 1, reference)
    expected = by_hand(known, unknown, limit)
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        patch.setattr(class_assignments, "TABLE_LIMIT", -1)
        low, high, _ = unknown_class(*as_rows(known, unknown), max_focal_accounts=limit)
    assert low == pytest.approx(expected[0], abs=EXACT), "below zero a ranking is exact"
    assert high >= expected[1] - EXACT
    assert high < 0 or high == pytest.approx(expected[1], abs=EXACT)
    assert [w for w in said if "outer bound, not attained" in str(w.message)] or high >= 0


def test_a_ranking_alone_would_miss_the_extreme():
    """The case that rules out a sort: the best assignment skips the account of highest rate."""
    known, unknown = (0, 50, 40, 50), [(3, 3), (5, 6), (2, 9)]
    low, high, _ = unknown_class(*as_rows(known, unknown))
    assert (low, high) == pytest.approx(by_hand(known, unknown, 3)[:2], abs=EXACT)


def test_whole_number_products_beyond_64_bits_stay_exact(monkeypatch):
    known, unknown = (3, 20, 9, 30), [(2, 4), (0, 5), (6, 6)]
    expected = unknown_class(*as_rows(known, unknown))
    monkeypatch.setattr(class_assignments, "SAFE_TOTAL", 0)
    assert unknown_class(*as_rows(known, unknown)) == expected


@settings(max_examples=60, deadline=None)
@given(problems(), st.randoms(use_true_random=False))
def test_row_order_is_nothing_and_swapping_classes_flips_the_sign(problem, random):
    known, unknown, _ = problem
    if by_hand(known, unknown, 99) is None:
        return
    rows = as_rows(known, unknown)
    order = list(range(len(rows[0])))
    random.shuffle(order)
    low, high, tipping = unknown_class(*rows)
    assert unknown_class(*[r[order] for r in rows]) == (low, high, tipping)
    swapped = as_rows(known[2:] + known[:2], unknown)
    assert unknown_class(*swapped)[:2] == pytest.approx((-high, -low), abs=EXACT)


@settings(max_examples=60, deadline=None)
@given(problems())
def test_more_permitted_accounts_never_narrow_the_bounds(problem):
    known, unknown, _ = problem
    if min(known[1], known[3]) == 0:
        return
    rows = as_rows(known, unknown)
    found = [unknown_class(*rows, max_focal_accounts=k) for k in range(len(unknown) + 1)]
    for (low, high, _), (wider_low, wider_high, _) in itertools.pairwise(found):
        assert wider_low <= low + EXACT
        assert wider_high >= high - EXACT
    assert found[-1] == unknown_class(*rows)


def test_rows_of_one_unknown_account_move_together():
    e, n = [5, 20, 4, 0], [50, 50, 5, 5]
    account, focal, unknown = ["f", "r", "u", "u"], [True, False, False, False], [0, 0, 1, 1]
    whole = unknown_class(e, n, account, focal, np.array(unknown, dtype=bool))
    merged = unknown_class(
        [5, 20, 4], [50, 50, 10], ["f", "r", "u"], focal[:3], [False, False, True]
    )
    assert whole == merged


def test_conventions_at_the_edges():
    assert unknown_class(*as_rows((2, 10, 5, 10), [])) == (-0.3, -0.3, None)
    assert unknown_class(*as_rows((5, 10, 5, 10), [(9, 9)]))[2] is None, "no sign to flip"
    assert unknown_class(*as_rows((0, 0, 5, 10), [(4, 5), (1, 5)]))[2] is None, (
        "no known focal post"
    )
    without = unknown_class(*as_rows((2, 10, 5, 10), [(1, 3)]))
    assert unknown_class(*as_rows((2, 10, 5, 10), [(0, 0), (1, 3)])) == without
    flips_in_reference = as_rows((3, 10, 20, 100), [(60, 60)])
    assert unknown_class(*flips_in_reference)[2] == 0
    assert unknown_class(*flips_in_reference, max_focal_accounts=0)[2] == 0


def test_faults_are_all_said():
    with pytest.raises(
        EstimationError, match=r"events holds -1.*n holds 2\.5.*max_focal_accounts is -2"
    ):
        unknown_class(
            [-1, 1], [3, 2.5], ["a", "b"], [True, False], [False, False], max_focal_accounts=-2
        )
    with pytest.raises(EstimationError, match="account 'a' has 5 events in 3 posts"):
        unknown_class([5, 1], [3, 2], ["a", "b"], [True, False], [False, False])
    with pytest.raises(EstimationError, match="account a has a row that is both focal and unknown"):
        unknown_class([1, 1], [3, 2], ["a", "b"], [True, False], [True, False])
    with pytest.raises(EstimationError, match="flat and of one length"):
        unknown_class([1], [3, 2], ["a", "b"], [True, False], [True, False])
    with pytest.raises(EstimationError, match="focal must be true or false, found int64"):
        unknown_class([1, 1], [3, 2], ["a", "b"], [2, 0], [False, False])
    flags = ([True, False], [False, False]), ([1, 0], [0, 0])
    assert len({unknown_class([1, 1], [3, 2], ["a", "b"], *f) for f in flags}) == 1
    with pytest.raises(EstimationError, match="a row has no account"):
        unknown_class([1, 1], [3, 2], ["a", None], [True, False], [False, False])
    with pytest.raises(EstimationError, match="leaves both classes a post"):
        unknown_class([], [], [], np.array([], dtype=bool), np.array([], dtype=bool))


def test_tens_of_thousands_of_unknown_accounts_are_bounded():
    rng = np.random.default_rng(0)
    n = rng.geometric(0.2, 50_000)
    e = rng.binomial(n, 0.15)
    known = ([30, 6_000], [300, 30_000])
    focal = np.r_[True, np.zeros(50_001, bool)]
    unknown = np.r_[False, False, np.ones(50_000, bool)]
    low, high, tipping = unknown_class(
        np.r_[known[0], e],
        np.r_[known[1], n],
        np.arange(50_002),
        focal,
        unknown,
        max_focal_accounts=300,
    )
    assert low < -0.1 < 0 < high
    assert 0 < tipping <= 300
