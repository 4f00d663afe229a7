"""Accounts against themselves: exact where a book is, honest where reference rates are noisy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from audit.errors import EstimationError, UnknownName
from audit.estimators.series.within import sign_flip_p, within_accounts, within_difference

ROUNDING = 1e-12


def rows(*given: tuple[Any, ...]) -> pd.DataFrame:
    """Return rows of (account, role, cell, acted, n)."""
    return pd.DataFrame(given, columns=["account", "role", "cell", "acted", "n"]).assign(weight=1.0)


def counts(account: str, role: str, cell: int, acted: int, n: int) -> list[tuple[Any, ...]]:
    pairs = ((True, acted), (False, n - acted))
    return [(account, role, cell, flag, many) for flag, many in pairs if many]


def made(
    rng: np.random.Generator,
    *,
    accounts: int = 8,
    references: int = 10,
    posts: int = 20,
    gap: float = 0.0,
    rate: float = 0.4,
    together: bool = False,
) -> pd.DataFrame:
    """Return accounts that switch once in 6 blocks, with own rates, and reference accounts."""
    out: list[tuple[Any, ...]] = []
    for k in range(accounts):
        own = float(rng.beta(rate * 9, (1 - rate) * 9))
        switch = 3 if together else int(rng.integers(1, 6))
        for block in range(6):
            inside = block >= switch
            n = max(1, posts // 6)
            acted = int(rng.binomial(n, np.clip(own + gap * inside, 0, 1)))
            out += counts(f"s{k}", "inside" if inside else "outside", block, acted, n)
    for k in range(references):
        own = float(rng.beta(rate * 9, (1 - rate) * 9))
        for block in range(6):
            n = max(1, posts // 6)
            out += counts(f"r{k}", "reference", block, int(rng.binomial(n, own)), n)
    return rows(*out)


def test_by_hand() -> None:
    """One account, two blocks: inside 1/4 against 5/10 of the reference, outside 2/4 to 4/10."""
    frame = rows(
        *counts("a", "inside", 1, 1, 4),
        *counts("a", "outside", 0, 2, 4),
        *counts("r", "reference", 0, 1, 5),
        *counts("q", "reference", 0, 3, 5),
        *counts("r", "reference", 1, 5, 5),
        *counts("q", "reference", 1, 0, 5),
    )
    found = within_accounts(frame).accounts.iloc[0]
    assert found["n_inside"] == found["n_outside"] == 4
    assert found["rate_inside"] == 0.25
    assert found["expected_outside"] == pytest.approx(0.4)
    assert found["difference"] == pytest.approx((0.25 - 0.5) - (0.5 - 0.4))
    assert found["model_variance"] == pytest.approx(0.25 / 4 + 0.24 / 4)
    net = within_difference(within_accounts(frame))
    assert net.estimate == pytest.approx(-0.35)
    assert np.isnan([net.conf_low, net.conf_high, net.p_value]).all()
    assert net.smallest_p == 1.0


def steady(differences: list[float], n: int = 400) -> pd.DataFrame:
    """Return accounts with exact differences, against reference accounts that all agree."""
    out: list[tuple[Any, ...]] = []
    for k, d in enumerate(differences):
        out += counts(f"s{k}", "inside", 1, round(n * (0.5 + d)), n)
        out += counts(f"s{k}", "outside", 0, n // 2, n)
    for k in range(4):
        for cell in (0, 1):
            out += counts(f"r{k}", "reference", cell, 50, 100)
    return rows(*out)


def test_equal_accounts_and_a_known_reference_give_the_t_test_of_a_book() -> None:
    differences = [-0.30, -0.05, 0.10, -0.20, -0.15, 0.05, -0.35, -0.25]
    book = stats.ttest_1samp(differences, 0.0)
    limits = book.confidence_interval(0.9)
    flips = stats.permutation_test(
        (differences,), np.mean, permutation_type="samples", n_resamples=np.inf
    )
    found = within_difference(within_accounts(steady(differences)), confidence=0.9)
    assert found.estimate == pytest.approx(np.mean(differences))
    assert (found.conf_low, found.conf_high) == pytest.approx((limits.low, limits.high), abs=1e-9)
    assert found.df == pytest.approx(7)
    assert found.p_value == pytest.approx(max(book.pvalue, flips.pvalue))
    assert sign_flip_p(np.array(differences)) == pytest.approx(flips.pvalue)


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=9))
@settings(max_examples=30, deadline=None)
def test_sign_flips_are_all_of_them_in_any_order(values: list[float]) -> None:
    x = np.array(values)
    signs = np.array(np.meshgrid(*[[-1, 1]] * len(x))).reshape(len(x), -1).T
    tol = 1e-9 * max(1e-3, abs(x.sum()))
    by_hand = (np.abs(signs @ x) >= abs(x.sum()) - tol).mean()
    assert sign_flip_p(x) == pytest.approx(by_hand)
    assert sign_flip_p(x[::-1]) == sign_flip_p(x)
    assert sign_flip_p(-x) == pytest.approx(sign_flip_p(x))


def test_many_accounts_are_drawn_with_a_seed() -> None:
    x = np.linspace(-1, 2, 40)
    assert sign_flip_p(x, seed=1) == sign_flip_p(x[::-1], seed=1)
    exact = sign_flip_p(x[::3])
    assert 0 < exact < 1
    drawn = [sign_flip_p(x, draws=999, seed=s) for s in range(2)]
    assert drawn[0] != drawn[1]
    assert abs(drawn[0] - drawn[1]) < 0.05


def test_swapping_sides_flips_the_sign_and_keeps_the_rest() -> None:
    frame = made(np.random.default_rng(3))
    swapped = frame.assign(role=frame["role"].replace({"inside": "outside", "outside": "inside"}))
    a, b = (within_difference(within_accounts(f), by="account") for f in (frame, swapped))
    assert b.estimate == pytest.approx(-a.estimate)
    assert b.std_error == pytest.approx(a.std_error)
    assert b.p_value == pytest.approx(a.p_value)


def test_order_counts_scale_of_weights_and_labels_change_nothing() -> None:
    frame = made(np.random.default_rng(4))
    found = within_difference(within_accounts(frame))
    repeated = frame.loc[frame.index.repeat(frame["n"])].assign(n=1)
    others = {
        "order": frame.sample(frac=1, random_state=1),
        "counts": repeated,
        "labels": frame.assign(account="x" + frame["account"], cell=frame["cell"] * 7),
    }
    for name, other in others.items():
        again = within_difference(within_accounts(other))
        assert again.estimate == pytest.approx(found.estimate, abs=ROUNDING), name
        assert again.conf_low == pytest.approx(found.conf_low, abs=ROUNDING), name
    double = within_difference(within_accounts(frame.assign(weight=2.0)))
    assert double.estimate == pytest.approx(found.estimate)
    assert double.std_error == pytest.approx(found.std_error)


def test_what_cannot_be_compared_is_counted() -> None:
    frame = rows(
        *counts("a", "inside", 1, 1, 4),
        *counts("a", "outside", 0, 2, 4),
        *counts("a", "outside", 9, 1, 3),  # one reference account there
        *counts("b", "inside", 1, 1, 4),
        *counts("b", "outside", 8, 1, 5),  # none there
        *counts("c", "inside", 1, 1, 4),
        *counts("r", "reference", 0, 1, 5),
        *counts("q", "reference", 0, 3, 5),
        *counts("r", "reference", 1, 5, 5),
        *counts("q", "reference", 1, 0, 5),
        *counts("q", "reference", 9, 0, 5),
    )
    found = within_accounts(frame)
    assert found.accounts["account"].tolist() == ["a"]
    assert found.n_alone == 3 + 5
    assert found.n_lost == 1
    nobody = within_accounts(frame[frame["role"] != "reference"])
    assert nobody.accounts.empty
    assert nobody.n_lost == 2
    with pytest.raises(EstimationError, match="no account has posts compared both inside"):
        within_difference(nobody)


@pytest.mark.parametrize("acted", [0, 400])
def test_where_all_outcomes_are_the_same_no_spread_is_known(acted: int) -> None:
    out: list[tuple[Any, ...]] = []
    for k in range(6):
        out += counts(f"s{k}", "inside", 0, acted, 400) + counts(f"s{k}", "outside", 0, acted, 400)
        out += counts(f"r{k}", "reference", 0, acted, 400)
    found = within_difference(within_accounts(rows(*out)))
    assert found.estimate == 0
    assert np.isnan([found.conf_low, found.p_value]).all()
    assert "neither the accounts nor the reference rates vary" in found.note


def test_accounts_that_agree_are_no_surer_than_independent_posts() -> None:
    """Six accounts with 0 of 5 both times, where the reference has 2 %: not a gap of exactly 0."""
    out: list[tuple[Any, ...]] = []
    for k in range(6):
        out += counts(f"s{k}", "inside", 0, 0, 5) + counts(f"s{k}", "outside", 0, 0, 5)
        out += counts(f"r{k}", "reference", 0, 2, 100)
    found = within_difference(within_accounts(rows(*out)))
    assert found.std_error == pytest.approx(np.sqrt(2 * 0.02 * 0.98 / 30), rel=0.01)


def test_options_out_of_range_are_refused_at_once() -> None:
    found = within_accounts(steady([0.1, 0.2]))
    with pytest.raises(EstimationError, match=r"confidence is 2.*draws is 0"):
        within_difference(found, confidence=2, draws=0)
    with pytest.raises(UnknownName, match="weighting"):
        within_difference(found, by="post_")


@pytest.mark.parametrize(
    "world",
    [
        {"accounts": 6},
        {"accounts": 6, "references": 3, "together": True},
        {"accounts": 12, "rate": 0.1, "together": True, "references": 4},
    ],
)
def test_no_difference_is_seldom_found(world: dict[str, Any]) -> None:
    """60 runs at a nominal 5 %; the bounds are those that chance alone passes once in 1,000."""
    rng = np.random.default_rng(11)
    alarms = covered = 0
    for _ in range(60):
        found = within_difference(within_accounts(made(rng, **world)), draws=199)
        alarms += found.p_value <= 0.05
        covered += found.conf_low <= 0 <= found.conf_high
    assert alarms <= stats.binom.isf(0.001, 60, 0.05)
    assert covered >= stats.binom.isf(0.999, 60, 0.95)


def test_a_difference_is_found() -> None:
    rng = np.random.default_rng(2)
    frames = [made(rng, accounts=12, posts=60, gap=-0.25) for _ in range(20)]
    found = [within_difference(within_accounts(f), draws=199) for f in frames]
    assert np.mean([f.estimate for f in found]) == pytest.approx(-0.25, abs=0.04)
    assert sum(f.p_value <= 0.05 for f in found) >= 15
