"""Rates with intervals by drawing accounts: scipy's bootstrap of accounts is the outside number."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy import stats

from audit.errors import EstimationError, TooFewAccounts
from audit.estimators.accounts.resampled import resampled_rates

# Davison & Hinkley 1997, table 2.1: populations of ten cities in 1920 (events) and 1930 (n).
CITIES_1920 = np.array([138, 93, 61, 179, 48, 37, 29, 23, 30, 2])
CITIES_1930 = np.array([143, 104, 69, 260, 75, 63, 50, 48, 111, 50])
DRAWS = 20_000
# Four standard errors of a quantile of 20,000 draws (0.00085 at density 1.3, and scipy's own).
MONTE_CARLO = 0.006


def counts(seed: int, accounts: int = 40) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    n = rng.integers(1, 50, accounts)
    return rng.binomial(n, rng.beta(2, 5, accounts)), n, np.arange(accounts)


def one(events: object, n: object, account: object, **given: object) -> object:
    return resampled_rates(events, n, account, ["all"] * len(account), **given)["all"]


def test_limits_and_error_are_those_of_scipys_bootstrap_of_accounts() -> None:
    found = one(CITIES_1920, CITIES_1930, range(10), draws=DRAWS)
    outside = stats.bootstrap(
        (CITIES_1920, CITIES_1930),
        lambda u, x, axis: u.sum(axis) / x.sum(axis),
        paired=True,
        n_resamples=DRAWS,
        method="percentile",
        rng=np.random.default_rng(7),
    )
    assert found.estimate == CITIES_1920.sum() / CITIES_1930.sum()
    assert found.conf_low == pytest.approx(outside.confidence_interval.low, abs=MONTE_CARLO)
    assert found.conf_high == pytest.approx(outside.confidence_interval.high, abs=MONTE_CARLO)
    assert found.std_error == pytest.approx(outside.standard_error, abs=MONTE_CARLO)


def test_the_law_of_draws_is_that_of_all_resamples() -> None:
    events, n = np.array([1, 5, 0, 9]), np.array([4, 5, 20, 12])
    every = np.array(
        [events[list(p)].sum() / n[list(p)].sum() for p in product(range(4), repeat=4)]
    )
    found = one(events, n, range(4), draws=DRAWS, confidence=0.8)
    assert found.std_error == pytest.approx(every.std(), abs=0.005)
    low, high = np.quantile(every, [0.1, 0.9])
    # limits lie on atoms: the share of all resamples beyond each is what was asked for
    assert found.conf_low == pytest.approx(low, abs=0.02)
    assert found.conf_high == pytest.approx(high, abs=0.02)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_equal_accounts_have_the_error_of_a_mean(seed: int) -> None:
    events, _, account = counts(seed)
    shares = np.minimum(events, 50) / 50
    found = one(np.minimum(events, 50), np.full(40, 50), account, draws=DRAWS)
    exact = shares.std() / np.sqrt(40)
    assert found.std_error == pytest.approx(exact, rel=4 / np.sqrt(2 * DRAWS))


def test_blocks_of_draws_do_not_repeat_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    events, n, account = counts(4)
    whole = one(events, n, account, draws=300)
    monkeypatch.setattr("audit.estimators.accounts.resampled.HELD", 40)
    assert one(events, n, account, draws=300) == whole


def test_a_group_is_what_it_is_alone_in_rate_and_rows_of_an_account_are_one() -> None:
    events, n, account = counts(5)
    group = np.where(account < 15, "leader", "ordinary")
    both = resampled_rates(events, n, account, group)
    assert list(both) == ["leader", "ordinary"]
    assert both["leader"].estimate == events[:15].sum() / n[:15].sum()
    split = resampled_rates(
        np.concatenate([events, np.zeros(40)]),
        np.concatenate([np.maximum(n - 1, events), np.minimum(1, n - events)]),
        np.tile(account, 2),
        np.tile(group, 2),
    )
    assert split == both


def test_the_seed_decides_and_nothing_else() -> None:
    events, n, account = counts(6)
    first, again, other = (one(events, n, account, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first.conf_low != other.conf_low


def test_accounts_that_are_unlike_widen_the_interval_beyond_that_of_posts() -> None:
    events, n = np.array([50, 0] * 20), np.full(40, 50)
    found = one(events, n, range(40))
    of_posts = np.sqrt(0.25 / n.sum())
    assert found.std_error > 4 * of_posts


def test_what_cannot_be_is_refused_in_words() -> None:
    with pytest.raises(TooFewAccounts, match=r"group 'b' has posts of 1 account\(s\)"):
        resampled_rates([1, 1, 1], [2, 2, 2], ["x", "y", "z"], ["a", "a", "b"])
    with pytest.raises(EstimationError, match=r"draws is 0; .*group has 1 entries; allowed: 2"):
        resampled_rates([1, 1], [2, 2], ["x", "y"], ["a"], draws=0)
    with pytest.raises(EstimationError, match="account is missing in 1 place"):
        resampled_rates([1, 1], [2, 2], ["x", None], ["a", "a"])
    with pytest.raises(EstimationError, match="there are no rows"):
        resampled_rates([], [], [], [])
