"""The simulated platform: its truth is what it says, and what ships is what it makes."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.cases import Origin
from audit.consistency import contradictions
from audit.errors import SourceError
from audit.regimes import Exemptions, Regimes
from audit.roster import Roster
from audit.schema import CASE_COLUMNS
from audit.sources.readme import readme, undefined
from audit.sources.simulated import TRUE_EFFECT, Simulated, simuland, simulate
from audit.sources.table import read_cases

FOLDER = "data/simulated"
NOT_SIMULATED = {"pair_id", "count", "sampling_weight"}  # no mirrors, nothing aggregated or sampled
FAR = 4.0  # standard errors; a true statement fails this about once in 16,000 tries
WRITTEN = 1e-11  # truth.csv has 12 significant digits
SEEDS = range(1, 31)
STREAM = [0.3053334016653091, 0.3782821494518689, 0.3010180263274178]  # numpy 2.4.6


def _value(truth: pd.DataFrame, estimand: str, rule: str, population: str = "violating") -> float:
    chosen = (truth["estimand"] == estimand) & (truth["rule"] == rule)
    return float(truth.loc[chosen & (truth["population"] == population), "value"].item())


def _comparable(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with the kinds that reading a file gives: nullable flags, no categories."""
    return frame.astype({"appealed": "boolean", "reversed": "boolean"})


# what ships ------------------------------------------------------------------------------------


def test_the_committed_cases_are_those_the_generator_makes(root):
    shipped = read_cases(root / FOLDER / "cases.parquet")
    made = Simulated().load()
    pd.testing.assert_frame_equal(_comparable(shipped.frame), _comparable(made.frame))
    assert shipped.simulated
    assert made.simulated


def test_the_committed_truth_is_that_of_the_generator(root):
    shipped = pd.read_csv(root / FOLDER / "truth.csv")
    pd.testing.assert_frame_equal(shipped, Simulated().truth(), rtol=WRITTEN, check_dtype=False)


def test_the_committed_origin_is_that_of_the_loader(root):
    shipped, made = Origin.read(root / FOLDER), Simulated().origin
    for field in ("name", "title", "producer", "url", "accessed", "licence", "simulated"):
        assert getattr(shipped, field) == getattr(made, field)
    assert made.notes in shipped.notes
    digest = hashlib.sha256((root / FOLDER / "cases.parquet").read_bytes()).hexdigest()
    assert shipped.sha256 == digest


def test_the_codebook_is_complete_and_the_readme_is_generated(root):
    assert undefined(root / FOLDER).empty
    assert readme(root / FOLDER) == (root / FOLDER / "README.md").read_text(encoding="utf-8")


def test_roster_rules_and_exemptions_agree_with_the_cases(root):
    frame = Simulated().load().frame
    roster = Roster.read(root / FOLDER / "roster.csv")
    classes = roster.classify(frame["account_id"], frame["posted_at"])
    assert (classes == frame["account_class"]).all()
    assert (frame["account_class"] == simuland.UNKNOWN).any()
    rules = Regimes.read(root / FOLDER / "rules.csv")
    labels = rules.label(frame["platform"], frame["rule"], frame["posted_at"])
    assert (labels == frame["regime"]).all()
    (exempt,) = Exemptions.read(root / FOLDER / "exemptions.csv").frame.to_dict("records")
    assert exempt["start"] == simuland.EXEMPT_FROM
    assert (exempt["rule"], exempt["ceiling"]) == (simuland.EXEMPT_RULE, simuland.CEILING)


def test_the_exemption_does_not_begin_a_new_regime_in_the_window():
    assert set(Simulated().load().frame["regime"]) == {simuland.REGIME}


# the table -------------------------------------------------------------------------------------


def test_every_column_of_the_case_table_is_there_and_varies_or_is_known_not_to():
    frame = simulate()
    assert {c.name for c in CASE_COLUMNS} - set(frame) == NOT_SIMULATED
    constant = {c for c in frame if len(set(frame[c])) < 2}
    assert constant == {"observed_until", "platform", "regime"}


def test_size_and_shape_of_the_default_platform():
    cases = Simulated().load()
    assert 4_000 <= len(cases) <= 6_000
    sizes = cases.frame.groupby(["account_class", "account_id"]).size()
    assert sizes[simuland.ORDINARY].max() > 10 * sizes[simuland.ORDINARY].median()  # heavy tail
    assert sizes[simuland.LEADER].median() > 5 * sizes[simuland.ORDINARY].median()
    assert cases.frame["account_id"].str.fullmatch(r"sim-\d{5}").all()


def test_an_id_says_nothing_about_the_class():
    people = simuland.accounts(Simulated(seed=1, scale=10))
    number = people["account_id"].str.slice(4).astype(int)
    assert people["account_id"].is_unique
    leader = people["leader"] == 1
    spread = number.std() / np.sqrt(leader.sum())
    assert abs(number[leader].mean() - number.mean()) < FAR * spread


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    leaders=st.integers(1, 4),
    ordinary=st.integers(1, 40),
    icc=st.floats(0, 0.95),
    double_standard=st.floats(0, 0.2),
    exemption=st.booleans(),
    deletion=st.floats(0, 0.9),
)
def test_no_setting_contradicts_itself(**choices):
    frame, hidden = simuland.posts(Simulated(**choices))
    assert contradictions(frame) == []
    assert (frame["reported_at"] >= frame["posted_at"]).all()
    assert not (frame["acted_at"] > frame["observed_until"]).any()
    assert not (frame["reversed_at"] > frame["observed_until"]).any()
    for name in ("p_treated", "p_ordinary"):
        assert hidden[name].between(0, 1).all()
    grave = frame["action"].isin(["remove", "lock", "suspend"])
    assert (grave == hidden["removed"]).all()
    assert (frame["acted_at"].notna() == (frame["action"] != "none")).all()


def test_what_no_platform_can_be_is_refused_all_at_once():
    with pytest.raises(SourceError, match=r"leaders is 0; a whole number.*icc is 1\.5; 0 or more"):
        Simulated(leaders=0, icc=1.5)
    with pytest.raises(SourceError, match=r"double_standard is 0\.3; 0 to 0\.2"):
        Simulated(double_standard=0.3)
    with pytest.raises(SourceError, match=r"coder_sensitivity is nan; 0 to 1"):
        Simulated(coder_sensitivity=float("nan"))


# seeds -----------------------------------------------------------------------------------------


def test_a_seed_gives_the_same_platform_again_and_another_seed_another():
    pd.testing.assert_frame_equal(simulate(seed=5), simulate(seed=5))
    assert not simulate(seed=5).equals(simulate(seed=6))


def test_the_stream_of_the_generator_is_the_one_the_data_was_made_with():
    # PCG64 is fixed by its algorithm; these are its first doubles for this seed.
    first = np.random.Generator(np.random.PCG64(20180105)).random(3)
    np.testing.assert_array_equal(first, STREAM)


def test_switching_the_double_standard_changes_no_post_of_ordinary_accounts():
    with_, without = simulate(), simulate(double_standard=0.0, exemption=False)
    same = with_["account_class"] == simuland.ORDINARY
    pd.testing.assert_frame_equal(with_[same], without[same])


def test_scale_gives_more_accounts():
    one, four = Simulated().load(), Simulated(scale=4).load()
    assert 3 < len(four) / len(one) < 5
    assert four.frame["account_id"].nunique() > 3 * one.frame["account_id"].nunique()


# the truth -------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2, 20180105])
def test_with_one_standard_for_all_every_true_effect_is_exactly_zero(seed):
    truth = Simulated.null(seed=seed).truth()
    effects = truth[truth["estimand"].str.endswith("_effect")]
    assert (effects["value"] == 0.0).all()
    assert truth.loc[truth["estimand"] == "share_stated", "value"].isna().all()


def test_without_a_double_standard_all_of_the_effect_is_stated():
    truth = Simulated(double_standard=0.0).truth()
    assert _value(truth, "unstated_effect", "audited rules") == 0.0
    assert _value(truth, "total_effect", "audited rules") < -0.02
    assert _value(truth, "share_stated", "audited rules") == 1.0


def test_the_negative_control_has_no_effect_at_all():
    truth = Simulated().truth()
    for population in ("violating", "coded violating"):
        assert _value(truth, "total_effect", simuland.CONTROL_RULE, population) == 0.0


def test_the_constant_in_the_source_is_the_effect_on_every_post():
    frame, hidden = simuland.posts(Simulated(deletion=0.0))
    audited = hidden["leader"] & hidden["violates"] & ~hidden["exempt"]
    audited &= frame["rule"] != simuland.CONTROL_RULE
    gap = (hidden["p_treated"] - hidden["p_ordinary"])[audited]
    np.testing.assert_allclose(gap, TRUE_EFFECT, rtol=0, atol=1e-12)  # a subtraction of doubles
    others = (hidden["p_treated"] - hidden["p_ordinary"])[~hidden["leader"]]
    assert (others == 0.0).all()


def test_total_is_stated_plus_unstated():
    truth = (
        Simulated()
        .truth()
        .pivot_table(index=["population", "rule"], columns="estimand", values="value")
    )
    rest = truth["total_effect"] - truth["stated_effect"] - truth["unstated_effect"]
    np.testing.assert_allclose(rest, 0.0, atol=1e-12)
    np.testing.assert_allclose(
        truth["rate_as_treated"] - truth["rate_if_ordinary"], truth["total_effect"], atol=1e-12
    )


def test_exempt_posts_are_never_removed_and_were_before_the_exemption():
    frame = simulate()
    chosen = (frame["account_class"] == simuland.LEADER) & (frame["rule"] == simuland.EXEMPT_RULE)
    removed = frame["action"].isin(["remove", "lock", "suspend"])
    late = frame["posted_at"] >= simuland.EXEMPT_FROM
    assert not removed[chosen & late].any()
    assert removed[chosen & ~late].any()
    assert (frame.loc[chosen & late, "action"] == simuland.CEILING).any()


def _runs(**choices) -> pd.DataFrame:
    """Return, per seed, observed less counterfactual removals of leaders, and the truth of it."""
    rows = []
    for seed in SEEDS:
        world = Simulated(seed=seed, **choices)
        frame, hidden = simuland.posts(world)
        chosen = (frame["account_class"] == simuland.LEADER) & hidden["violates"]
        found = hidden[chosen]
        rows.append(
            {
                "found": found["removed"].mean() - found["removed_if_ordinary"].mean(),
                "treated": found["removed"].mean(),
                "truth": _value(world.truth(), "total_effect", "all rules"),
                "rate": _value(world.truth(), "rate_as_treated", "all rules"),
            }
        )
    return pd.DataFrame(rows)


@pytest.mark.parametrize("icc", [0.0, 0.3])
def test_the_truth_is_the_average_of_observed_less_counterfactual(icc):
    runs = _runs(icc=icc)
    for found, truth in (("found", "truth"), ("treated", "rate")):
        miss = runs[found] - runs[truth]
        assert abs(miss.mean()) < FAR * miss.std(ddof=1) / np.sqrt(len(miss))
    assert runs["truth"].mean() < -0.1


def test_the_raw_gap_differs_visibly_from_the_truth():
    raws, truths = [], []
    for seed in SEEDS:
        frame, hidden = simuland.posts(Simulated(seed=seed))
        audited = (frame["rule"] != simuland.CONTROL_RULE) & (frame["violating"] == "yes")
        rate = hidden["removed"][audited].groupby(frame["account_class"][audited]).mean()
        raws.append(rate[simuland.LEADER] - rate[simuland.ORDINARY])
        truth = Simulated(seed=seed).truth()
        truths.append(_value(truth, "total_effect", "audited rules", "coded violating"))
    assert np.mean(raws) - np.mean(truths) > 0.05  # the raw gap hides a third of it or more


@pytest.mark.parametrize("icc", [0.0, 0.08, 0.4])
def test_like_posts_of_one_account_correlate_as_stated(icc):
    products, pairs = [], []
    for seed in SEEDS:
        world = Simulated.null(seed=seed, icc=icc, deletion=0.0)
        frame, hidden = simuland.posts(world)
        p = hidden["p_treated"]
        score = (hidden["removed"] - p) / np.sqrt(p * (1 - p))
        cell = [frame["account_id"], frame["rule"], frame["severity"], hidden["violates"]]
        sums = score.groupby(cell).agg(total="sum", n="count")
        squares = (score**2).groupby(cell).sum()
        products.append((sums["total"] ** 2 - squares).sum())
        pairs.append((sums["n"] * (sums["n"] - 1)).sum())
    products, pairs = np.array(products), np.array(pairs)
    estimate = products.sum() / pairs.sum()
    residual = products - estimate * pairs  # ratio estimator, linearised
    error = np.sqrt((residual**2).sum()) / pairs.sum()
    assert abs(estimate - icc) < FAR * error
    assert error < 0.05  # else the line above could not fail


def test_leaders_violating_posts_are_reported_more_often():
    _, hidden = simuland.posts(Simulated())
    share = hidden["violates"].groupby(hidden["leader"]).mean()
    flat = simuland.REPORTED / simuland.REPORTED.sum(axis=1, keepdims=True)
    error = np.sqrt(0.25 / hidden["leader"].value_counts())  # half of all posts violate
    for leader in (False, True):
        assert abs(share[leader] - flat[int(leader), 1]) < FAR * error[leader]
    assert simuland.REPORTED[1, 1] > simuland.REPORTED[0, 1]


def test_coders_err_as_often_as_stated():
    world = Simulated(scale=4)
    frame, hidden = simuland.posts(world)
    sure = frame["violating"] != simuland.UNKNOWN
    yes = (frame["violating"] == "yes")[sure].groupby(hidden["violates"][sure])
    for violates, right in ((True, world.coder_sensitivity), (False, 1 - world.coder_specificity)):
        rate, n = yes.mean()[violates], yes.size()[violates]
        assert abs(rate - right) < FAR * np.sqrt(right * (1 - right) / n)
