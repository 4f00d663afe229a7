"""E-values against the paper; selective-reporting bounds against every world that can be drawn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.checks import sensitivity
from audit.checks.sensitivity import e_value, selective_reporting
from audit.errors import EstimationError

PRINTED = 0.0002  # G19: the paper prints two decimals, the golden file four
ROUNDING = 1e-12
WORLDS = 20_000
rates = st.floats(0, 1)


# G19: VanderWeele & Ding 2017, Ann Intern Med 167:268
@pytest.mark.parametrize(
    ("ratio", "limit", "expected"),
    [(3.9, 1.8, (7.263034, 3.0)), (0.80, 0.91, (1.809017, 1.428571))],
)
def test_g19_e_values(ratio, limit, expected):
    assert e_value(ratio, limit) == pytest.approx(expected, abs=PRINTED)


@given(st.floats(1.0001, 50))
def test_the_e_value_solves_its_bounding_formula_and_is_the_same_for_the_inverse(ratio):
    point, _ = e_value(ratio)
    assert point * point / (2 * point - 1) == pytest.approx(ratio, rel=1e-9)
    assert e_value(1 / ratio)[0] == pytest.approx(point, rel=1e-9)


def test_e_value_conventions():
    assert e_value(1.0, 0.9) == (1.0, 1.0)
    assert e_value(2.0, 0.8)[1] == 1.0
    assert e_value(2.0, 1.0)[1] == 1.0
    assert e_value(0.0)[0] == math.inf
    assert e_value(math.inf, 2.0)[0] == math.inf
    assert math.isnan(e_value(2.0)[1])


def test_e_value_faults():
    with pytest.raises(EstimationError, match=r"ratio is -1.*conf_limit is nan"):
        e_value(-1, math.nan)
    with pytest.raises(EstimationError, match=r"conf_limit is 8\.7.*give the lower limit"):
        e_value(3.9, 8.7)
    with pytest.raises(EstimationError, match="give the upper limit"):
        e_value(0.8, 0.71)


def world(rng, size):
    """Draw worlds of principal strata: always reported, and reported only when focal.

    Every unreported post is left alone; the class of a post is independent of its kind, which is
    what "comparable posts" means. Returned: the share of focal posts, of the two kinds, and the
    chance of action if focal and if reference.
    """
    d = rng.uniform(0.02, 0.98, size)
    always, only_focal, _ = rng.dirichlet([1, 1, 1], size).T
    action = rng.beta(0.5, 0.5, (3, size))  # always & focal, always & reference, only & focal
    return d, always, only_focal, *action


def observed_and_true(d, always, only, always_focal, always_reference, only_focal):
    """What is seen, and the effects that nobody sees, by counting the kinds of post."""
    reported_focal, reported_reference = always + only, always
    rate_focal = (always * always_focal + only * only_focal) / reported_focal
    focal, reference = d * reported_focal, (1 - d) * reported_reference
    direct = always_focal - always_reference
    # focal posts reported only for their class would, from the other class, go untouched
    total = d * always * direct + d * only * only_focal + (1 - d) * always * direct
    seen = rate_focal, always_reference, reported_focal, reported_reference
    return *seen, focal / (focal + reference), direct, total / (focal + reference)


def bounds_of(seen, share):
    rho = 1 - seen[3] / seen[2]
    return {
        milder: sensitivity._ends(seen[0], seen[1], rho, share, milder) for milder in (True, False)
    }


def only_milder(worlds):
    """Exchange the chances of action where posts reported for their class are the worse."""
    worlds = worlds.copy()
    worlds[[3, 5]] = np.maximum(worlds[3], worlds[5]), np.minimum(worlds[3], worlds[5])
    return worlds


@pytest.mark.parametrize("milder", [True, False])
def test_x1_bounds_hold_in_every_one_of_20000_worlds(milder):
    """X1: Knox, Lowe & Mummolo 2020, Proposition 1, and the trimming bounds without `milder`."""
    worlds = np.array(world(np.random.default_rng(2020), WORLDS))
    worlds = only_milder(worlds) if milder else worlds
    *seen, share, direct, total = observed_and_true(*worlds)
    for truth, (low, high) in zip((direct, total), bounds_of(seen, share)[milder], strict=True):
        violations = (truth < low - ROUNDING) | (truth > high + ROUNDING)
        assert violations.sum() == 0
        assert (high - low > 0.01).mean() > 0.3, (
            "bounds that hold because they are points say little"
        )


def test_x1_worlds_break_the_bounds_whose_assumption_they_break():
    """The test above can fail: without milder posts, Proposition 1 is violated."""
    worlds = np.array(world(np.random.default_rng(2020), WORLDS))
    *seen, share, direct, _ = observed_and_true(*worlds)
    low, high = bounds_of(seen, share)[True][0]
    assert ((direct < low - ROUNDING) | (direct > high + ROUNDING)).mean() > 0.2


@pytest.mark.parametrize("milder", [True, False])
@pytest.mark.parametrize("end", [0, 1])
def test_x1_both_ends_are_attained(milder, end):
    """For every observed table there is a permitted world with the same table at each end."""
    worlds = only_milder(np.array(world(np.random.default_rng(7), WORLDS)))
    *seen, share, _, _ = observed_and_true(*worlds)
    rate, rho = seen[0], 1 - seen[3] / seen[2]
    if end == 1:
        always = np.minimum(1, rate / (1 - rho))
    else:
        always = rate if milder else np.maximum(0, (rate - rho) / (1 - rho))
    twin = worlds.copy()
    twin[3], twin[5] = always, (rate - (1 - rho) * always) / rho
    assert ((twin[5] >= -1e-9) & (twin[5] <= 1 + 1e-9)).all()
    assert not milder or (twin[3] >= twin[5] - 1e-9).all()
    *same, _, direct, total = observed_and_true(*twin)
    assert np.allclose(same, seen, atol=1e-9)
    bounds = bounds_of(seen, share)[milder]
    assert np.allclose(direct, bounds[0][end], atol=1e-9)
    assert np.allclose(total, bounds[1][end], atol=1e-9)


def frame(*args, **shares):
    table = selective_reporting(*args, **shares)
    return table.set_index(["among", "milder"])


def test_equal_reporting_gives_the_gap_as_found():
    table = selective_reporting(0.1, 0.3, share_reported_focal=0.4, share_reported_reference=0.4)
    assert table["low"].to_numpy() == pytest.approx(-0.2)
    assert table["high"].to_numpy() == pytest.approx(-0.2)
    assert table["sign_holds"].all()
    assert set(table["extra_class"]) == {""}


def test_a_worked_pair():
    """Leaders reported twice as often: half their reports are extra, so 0.2 may hide 0.4."""
    table = frame(0.2, 0.3, share_reported_focal=0.8, share_reported_reference=0.4)
    direct = table.loc[("reported from either class", True)]
    assert (direct["low"], direct["high"]) == pytest.approx((-0.1, 0.1))
    assert not direct["sign_holds"]
    assert direct["extra_class"] == "focal"
    free = table.loc[("reported from either class", False)]
    assert (free["low"], free["high"]) == pytest.approx((-0.3, 0.1))


@given(rates, rates, st.floats(0.05, 1), st.floats(0.05, 1), st.one_of(st.none(), rates))
def test_exchanging_the_classes_flips_the_sign(focal, reference, by_focal, by_reference, share):
    one = selective_reporting(
        focal,
        reference,
        share_reported_focal=by_focal,
        share_reported_reference=by_reference,
        share_focal=share,
    )
    other = selective_reporting(
        reference,
        focal,
        share_reported_focal=by_reference,
        share_reported_reference=by_focal,
        share_focal=None if share is None else 1 - share,
    )
    assert one["low"].to_numpy() == pytest.approx(-other["high"].to_numpy(), abs=1e-9)
    assert (one["low"] <= one["high"] + ROUNDING).all()
    assert (one["sign_holds"] == other["sign_holds"]).all()


@given(rates, rates, st.floats(0.1, 1), rates)
def test_a_wider_range_of_shares_contains_the_narrower_and_an_unknown_mix_contains_any(
    focal, reference, by_reference, share
):
    shares = by_reference * np.array([1.0, 0.8, 0.5, 0.2])
    known = frame(
        focal,
        reference,
        share_reported_focal=by_reference,
        share_reported_reference=shares,
        share_focal=share,
    )
    unknown = frame(
        focal, reference, share_reported_focal=by_reference, share_reported_reference=shares
    )
    assert len(known) == 4 * len(shares)
    assert (unknown["low"] <= known["low"] + ROUNDING).all()
    assert (unknown["high"] >= known["high"] - ROUNDING).all()
    high = known.loc[("reported from either class", True), "high"].to_numpy()
    assert (np.diff(high) >= -ROUNDING).all()


def test_selective_reporting_faults_are_all_said():
    with pytest.raises(EstimationError, match=r"rate_focal is 1\.2.*holds 0\.0.*holds nan"):
        selective_reporting(
            1.2, 0.1, share_reported_focal=[0.5, 0.0], share_reported_reference=math.nan
        )
    with pytest.raises(EstimationError, match="share_reported_focal is empty"):
        selective_reporting(0.2, 0.1, share_reported_focal=[], share_reported_reference=1)
