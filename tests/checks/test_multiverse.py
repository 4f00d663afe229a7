"""The multiverse against `enroll`, specification by specification, and against chance."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import ORIGIN, cases_of, platform, question
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.cases import Cases
from audit.checks import exploration
from audit.checks.multiverse import Multiverse, joint_test, specification_curve
from audit.checks.shuffles import p_values, shuffled
from audit.checks.specifications import specifications
from audit.comparison import compare
from audit.design import Design
from audit.errors import AuditError, DesignError, EstimationError, TooFewAccounts
from audit.estimators.accounts.contrasts import effect, no_inference
from audit.estimators.resampling import permutation_test
from audit.estimators.strata import mantel_haenszel
from audit.study import enroll

SAME = 1e-12
BARE: dict[str, Any] = {"multiverse": None, "negative_controls": (), "families": ()}
STRATA = [[], ["rule"], ["rule", "language"], ["language", "severity"]]
OUTCOMES = [
    {"at_least": "label"},
    {"at_least": "remove"},
    {"any_of": ["label", "lock"]},
    {"at_least": "label", "acted_within_hours": 20},
    {"reversed": True},
]
POPULATIONS = [
    {},
    {"rule": ["abuse", "a · b"]},
    {"posted_at": {"min": "2021-01-05", "max": "2021-02-10"}},
    {"severity": ["low"], "rule": ["abuse", "spam"]},
]
REFERENCES = ["ordinary", "candidate", ["candidate", "ordinary"]]
FRAMES = ["reported", "enforced_only"]


def varied(seed: int, *, weights: bool = False, counts: bool = False, gaps: bool = False) -> Cases:
    """Return cases with every column that a specification can turn on."""
    rng = np.random.default_rng(seed)
    rows = []
    for name, accounts, posts in (
        ("leader", int(rng.integers(1, 9)), 9),
        ("ordinary", 25, 4),
        ("candidate", 12, 5),
        ("unknown", 4, 3),
    ):
        for k in range(accounts):
            rate = rng.beta(2, 3)
            for _ in range(int(rng.integers(1, 2 * posts))):
                # a few accounts have been of two classes
                kind = "leader" if name == "candidate" and k == 0 and rng.random() < 0.4 else name
                acted = rng.random() < rate
                posted = pd.Timestamp("2021-01-01", tz="UTC") + pd.Timedelta(
                    hours=int(rng.integers(0, 1200))
                )
                rows.append(
                    {
                        "account_id": f"{'ordinary' if rng.random() < 0.02 else name}-{k}",
                        "account_class": kind,
                        "rule": rng.choice(["abuse", "spam", "a", "a · b"]),
                        "language": rng.choice(["x", "b · x", None]),
                        "severity": rng.choice(["low", "high"]),
                        "action": rng.choice(["label", "remove", "lock"]) if acted else "none",
                        "posted_at": posted,
                        "hours": rng.uniform(0, 40) if acted and rng.random() < 0.9 else np.nan,
                        "seen": rng.choice([10.0, 60.0, np.nan], p=[0.1, 0.85, 0.05]),
                        "reversed": rng.choice([True, False, None]) if acted else False,
                        "count": int(rng.integers(1, 4)),
                        "sampling_weight": float(rng.choice([1.0, 2.5])),
                    }
                )
    frame = pd.DataFrame(rows).sample(frac=1, random_state=seed).reset_index(drop=True)
    frame["posted_at"] = pd.to_datetime(frame["posted_at"], utc=True).dt.as_unit("us")
    for column, hours in (("acted_at", frame.pop("hours")), ("observed_until", frame.pop("seen"))):
        frame[column] = (frame["posted_at"] + pd.to_timedelta(hours, unit="h")).dt.as_unit("us")
    frame["reversed"] = frame["reversed"].astype("boolean")
    for column in ("rule", "language", "severity"):
        frame[column] = frame[column].astype("str")
    if not weights:
        frame = frame.drop(columns="sampling_weight")
    if not counts:
        frame = frame.drop(columns="count")
    cases = cases_of(frame)
    if gaps:
        frame = cases.frame.copy()
        frame["count"] = 1
        frame.loc[rng.random(len(frame)) < 0.01, "account_id"] = None
        cases = Cases(frame, (ORIGIN,))
    return cases


def asked(multiverse: dict[str, Any] | None, **changes: Any) -> Design:
    return question(outcome={"at_least": "label"}, multiverse=multiverse, **changes)


def alone(cases: Cases, spec: Design) -> dict[str, Any]:
    """Return what enrolling one specification by itself gives."""
    try:
        study = enroll(cases, spec)
        barred = " ".join(g.says for g in study.gates if g.kind == "hard")
        if barred:
            return {"barred": barred}
        found = effect(study, by="post", stratified=spec.primary == "standardised")
    except AuditError as error:
        return {"barred": str(error)}
    accounts = study.has_accounts
    return {
        "barred": "",
        "estimate": found.estimate,
        "conf_low": found.conf_low,
        "conf_high": found.conf_high,
        "n_supported": found.n_supported,
        "n_focal": study.cells.total("focal"),
        "n_reference": study.cells.total("reference"),
        "n_focal_accounts": study.cells.accounts("focal") if accounts else 0,
        "n_reference_accounts": study.cells.accounts("reference") if accounts else 0,
        "tested": not no_inference(study),
    }


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 10_000),
    strata=st.lists(st.sampled_from(STRATA), min_size=1, max_size=2, unique_by=repr),
    outcome=st.lists(st.sampled_from(OUTCOMES), min_size=1, max_size=2, unique_by=repr),
    population=st.lists(st.sampled_from(POPULATIONS), min_size=1, max_size=2, unique_by=repr),
    reference=st.lists(st.sampled_from(REFERENCES), min_size=1, max_size=2, unique_by=repr),
    primary=st.sampled_from([["raw"], ["standardised"], ["standardised", "raw"]]),
    kind=st.sampled_from(["plain", "weights", "counts", "both", "gaps"]),
)
def test_every_specification_is_the_one_enrolled_alone(
    seed, strata, outcome, population, reference, primary, kind
):
    cases = varied(
        seed,
        weights=kind in ("weights", "both"),
        counts=kind in ("counts", "both"),
        gaps=kind == "gaps",
    )
    design = asked(
        {
            "strata": strata,
            "outcome": outcome,
            "population": population,
            "reference": reference,
            "primary": primary,
        }
    )
    curve = exploration.explore(cases, design, 9, 0).curve
    specs = specifications(design)
    assert len(curve) == len(specs)
    for (_, row), spec in zip(curve.iterrows(), specs, strict=True):
        wanted = alone(cases, spec.design)
        assert row["barred"] == wanted["barred"]
        if wanted["barred"]:
            assert np.isnan(row["estimate"])
            assert np.isnan(row["p_value"])
            continue
        for name in ("estimate", "conf_low", "conf_high", "n_supported"):
            assert row[name] == pytest.approx(wanted[name], rel=SAME, abs=SAME, nan_ok=True), name
        for name in ("n_focal", "n_reference", "n_focal_accounts", "n_reference_accounts"):
            assert row[name] == wanted[name], name
        assert np.isfinite(row["p_value"]) == wanted["tested"]


def test_the_random_cases_reach_every_kind_of_specification():
    """The property test above would be empty if all its cases were barred, or none."""
    kinds = set()
    for seed in (0, 1, 3):
        multiverse = {"strata": STRATA[:2], "outcome": OUTCOMES[3:], "frame": FRAMES}
        for spec in specifications(asked(multiverse)):
            found = alone(varied(seed), spec.design)
            kinds.add("barred" if found["barred"] else "tested" if found["tested"] else "few")
    assert kinds == {"barred", "tested", "few"}


EVERY = {
    "strata": STRATA[:3],
    "outcome": OUTCOMES[2:4],
    "population": POPULATIONS[:2],
    "primary": ["standardised", "raw"],
}


@pytest.mark.parametrize(("weights", "seed"), [(False, 5), (True, 6)])
def test_as_found_the_tested_gap_is_that_of_mantel_and_haenszel(weights, seed):
    """Scores, their pooling and the shuffles' first row, against another estimator's sums."""
    cases, design = varied(seed, weights=weights), asked(EVERY)
    found = exploration.explore(cases, design, 3, 0)
    assert len(found.tested) > 12
    specs = specifications(design)
    for column, place in enumerate(found.tested):
        spec = specs[place].design
        study = enroll(cases, spec)
        rows = study.compared().of("focal", "reference")
        rows["stratum"] = rows["stratum"] if spec.primary == "standardised" else "all"
        for name in ("events", "n"):
            rows[name] = rows[name] * rows["weight"]
        sums = rows.pivot_table(
            index="stratum", columns="group", values=["events", "n"], aggfunc="sum"
        )
        names = [(v, g) for g in ("focal", "reference") for v in ("events", "n")]
        wanted = mantel_haenszel(sums[names].to_numpy(float), measure="risk_difference")
        assert found.gaps[0, column] == pytest.approx(wanted.estimate, abs=1e-10)


def test_one_specification_has_the_p_of_the_permutation_test():
    cases = platform(3, leaders=7, ordinary=9, posts=8, rates=(0.3, 0.5))
    design = question(multiverse={"strata": [["rule"]]})
    draws = 9_999
    joint = joint_test(cases, design, draws=draws)
    a = enroll(cases, design).cells.arrays()
    exact = permutation_test(a["events"], a["n"], a["account"], a["focal"], stratum=a["stratum"])
    assert exact.enumerated
    off = 4 * np.sqrt(exact.p_value * (1 - exact.p_value) / draws)
    assert 0.02 < exact.p_value < 0.98
    # three statistics of a single specification are one test
    for p in joint["p_value"].iloc[[0, 2]]:
        assert p == pytest.approx(exact.p_value, abs=off)


def test_p_values_by_hand():
    z = np.array([[2.0], [-2.0], [1.0], [0.0], [3.0]])
    assert p_values(z)[:, 0].tolist() == [0.6, 0.6, 0.8, 1.0, 0.2]
    infinite = p_values(np.array([[np.inf], [1.0], [-np.inf], [0.0]]))
    assert infinite[:, 0].tolist() == [0.5, 0.75, 0.5, 1.0]


def test_a_shuffle_moves_labels_and_keeps_their_number():
    roles = {"a": np.array([1, 1, 2, 2, 2, 2, 0, 0]), "b": np.array([1, 2, 2, 2, 2, 2, 0, 0])}
    pool = np.arange(6)
    found = shuffled(roles, pool, 400, 1)
    # labels: focal in both; focal in one and reference in the other; reference in both
    assert sorted(map(tuple, np.column_stack([*found.roles.values()]))) == [(1, 1), (1, 2), (2, 2)]
    moved = [c for c in found.carriers if c is not None]
    assert [c.shape for c in moved] == [(401, 1), (401, 1)]
    assert [int(c[0, 0]) for c in moved] == [0, 1]
    for c in moved:
        times = np.bincount(c[1:, 0], minlength=6)
        # each of six places is drawn with chance 1/6: five standard deviations
        assert abs(times - 400 / 6).max() < 5 * np.sqrt(400 * 5 / 36)
    assert (moved[0][:, 0] != moved[1][:, 0]).all()


def test_swapping_the_classes_flips_the_median_and_no_order_matters():
    cases = platform(4, leaders=9, ordinary=30, rates=(0.2, 0.4))
    multiverse = {"strata": [[], ["rule"]], "primary": ["standardised", "raw"]}
    design = question(multiverse=multiverse)
    one = joint_test(cases, design, draws=99)
    other = joint_test(cases, replace(design, focal="ordinary", reference="leader"), draws=99)
    assert one["observed"].iloc[0] == pytest.approx(-other["observed"].iloc[0], abs=1e-12)
    mixed = Cases(cases.frame.sample(frac=1, random_state=2), cases.origins)
    pd.testing.assert_frame_equal(joint_test(mixed, design, draws=99), one, rtol=1e-12)
    first, second = specification_curve(mixed, design), specification_curve(cases, design)
    pd.testing.assert_frame_equal(first, second, rtol=1e-12)
    renamed = cases.frame.assign(account_id=[f"z{i[::-1]}" for i in cases.frame["account_id"]])
    same = specification_curve(cases_of(renamed), design)
    drop = {"columns": "p_value"}  # which accounts a draw picks depends on their order
    pd.testing.assert_frame_equal(same.drop(**drop), second.drop(**drop), rtol=1e-12)
    assert (same["p_value"] - second["p_value"]).abs().max() < 0.05


def test_a_count_is_as_many_rows_and_ten_million_are_no_more_work():
    cases = varied(5, counts=True)
    repeated = cases.frame.loc[cases.frame.index.repeat(cases.frame["count"])]
    repeated = repeated.drop(columns=["count", "case_id"]).reset_index(drop=True)
    design = asked(EVERY)
    pd.testing.assert_frame_equal(
        specification_curve(cases_of(repeated), design),
        specification_curve(cases, design),
        rtol=1e-9,
    )
    large = cases.frame.assign(count=cases.frame["count"] * 10_000)
    curve = specification_curve(cases_of(large), design)
    assert curve["n_focal"].max() > 10**5
    assert np.isfinite(curve.loc[curve["barred"] == "", "estimate"]).all()


def null(rng: np.random.Generator, gap: float = 0.0) -> Cases:
    """Return accounts alike but for the gap (icc 0.2), leaders posting four times as much."""
    accounts = np.r_[np.full(8, 20), np.full(36, 5)]
    who = np.repeat(np.arange(44), accounts)
    chance = np.minimum(1, rng.beta(1.2, 2.8, 44) + gap * (np.arange(44) < 8))
    acted = rng.random(len(who)) < chance[who]
    names = np.array(["leader"] * 8 + ["ordinary"] * 24 + ["candidate"] * 12)
    return cases_of(
        pd.DataFrame(
            {
                "account_id": [f"a{i}" for i in who],
                "account_class": names[who],
                "rule": rng.choice(["abuse", "spam"], len(who)),
                "action": np.where(acted, rng.choice(["label", "remove"], len(who)), "none"),
            }
        )
    )


FORKS = {
    "strata": [[], ["rule"]],
    "outcome": [{"at_least": "label"}, {"at_least": "remove"}],
    "reference": ["ordinary", "candidate"],
}


def test_without_any_difference_the_joint_test_seldom_rejects():
    repetitions, rng = 40, np.random.default_rng(20180105)
    design, rejected = asked(FORKS), np.zeros(3)
    for i in range(repetitions):
        found = joint_test(null(rng), design, draws=99, seed=i)
        assert (found["n_specifications"] == 8).all()
        rejected += found["p_value"].to_numpy() <= 0.05
    # of 40 at 5 %, 8 or more come once in 1,000
    assert rejected.max() <= 7


def test_a_difference_in_every_specification_is_found():
    rng, found = np.random.default_rng(7), np.zeros(3)
    for i in range(10):
        found += joint_test(null(rng, gap=0.6), asked(FORKS), draws=99, seed=i)["p_value"] <= 0.05
    assert found.min() >= 9


def test_nothing_varies_nothing_is_found():
    for rates in ((0.0, 0.0), (1.0, 1.0)):
        cases = platform(2, leaders=6, ordinary=8, rates=(0.5, 0.5))
        action = "remove" if rates[0] else "none"
        cases = cases_of(cases.frame.assign(action=action))
        design = question(multiverse={"strata": [[], ["rule"]]})
        curve = specification_curve(cases, design)
        assert curve["estimate"].tolist() == [0.0, 0.0]
        assert curve["p_value"].tolist() == [1.0, 1.0]
        joint = joint_test(cases, design, draws=19)
        assert joint["p_value"].tolist() == [1.0, 1.0, 1.0]
        assert joint["observed"].tolist() == [0.0, 0.0, 0.0]


def test_what_has_no_multiverse_or_no_inference_is_refused_in_words():
    cases = platform()
    for call in (specification_curve, joint_test):
        with pytest.raises(DesignError, match=r"declares no multiverse.*multiverse = \{ strata"):
            call(cases, question())
    design = question(multiverse={"strata": [[], ["rule"]]})
    for draws in (0, -1, 1.5, "many"):
        with pytest.raises(EstimationError, match=r"draws is .*whole number of at least 1"):
            joint_test(cases, design, draws=draws)
    with pytest.raises(TooFewAccounts, match="none of 2 specifications allows an inference"):
        joint_test(platform(leaders=4), design)
    few = specification_curve(platform(leaders=1), design)
    assert few["estimate"].notna().all()
    assert few[["conf_low", "conf_high", "p_value"]].isna().all(axis=None)


def test_one_account_that_writes_for_its_class_has_no_interval():
    frame = platform(leaders=6).frame
    first = frame["account_id"] == "leader-000"
    cases = cases_of(frame.assign(count=np.where(first, 50, 1)))
    design = question(multiverse={"strata": [[], ["rule"]]})
    for spec in specifications(design):
        assert not alone(cases, spec.design)["tested"]
    curve = specification_curve(cases, design)
    assert curve[["conf_low", "conf_high", "p_value"]].isna().all(axis=None)
    assert curve["estimate"].notna().all()


def test_what_does_not_fit_the_cases_stays_in_the_table_with_its_reason():
    multiverse = {
        "strata": [["rule"], ["province"]],
        "reference": ["ordinary", "nobody"],
        "frame": FRAMES,
    }
    found = exploration.explore(platform(), question(multiverse=multiverse), 19, 0)
    curve = found.curve
    assert len(curve) == 8
    assert (curve["barred"] == "").sum() == 1
    assert curve.loc[curve["barred"] == "", "primary"].all()
    assert curve["barred"].str.contains("stratum column 'province' is not in the cases").sum() == 4
    assert curve["barred"].str.contains("no case has account_class 'nobody'").sum() == 4
    assert curve["barred"].str.contains("share of them is not a rate").sum() == 1
    assert found.read_again == 7
    empty = platform().keep(np.zeros(len(platform()), dtype=bool), because="a test")
    assert (specification_curve(empty, question(multiverse=multiverse))["barred"] != "").all()


def test_rules_that_changed_and_rows_without_account_are_as_enrolled():
    frame = varied(5).frame
    early = frame["posted_at"] < pd.Timestamp("2021-01-20", tz="UTC")
    dated = cases_of(frame.assign(regime=np.where(early, "2019", "2021")))
    design = asked({"strata": [["rule"], ["rule", "regime"]], "population": POPULATIONS[:3:2]})
    curve = specification_curve(dated, design)
    mixed = curve["barred"].str.contains("audited rule changed inside the window")
    assert mixed.tolist() == [True, True, False, False]
    loose = exploration.explore(varied(5, gaps=True), asked({"strata": STRATA}), 19, 0)
    assert loose.read_again == len(loose.curve) == 4
    assert loose.curve["estimate"].notna().all()
    assert loose.curve["p_value"].isna().all()


def test_the_design_is_listed_once_and_choices_never_share_their_words():
    inside = specifications(question(multiverse={"strata": [[], ["rule"]]}))
    assert [s.primary for s in inside] == [False, True]
    beside = specifications(question(multiverse={"strata": [[], ["rule", "rule_2"]]}))
    assert [s.primary for s in beside] == [True, False, False]
    assert [s.choices["strata"] for s in beside] == ["rule", "no strata", "rule × rule 2"]
    outcomes = specifications(question(multiverse={"outcome": OUTCOMES}))
    assert [s.choices["outcome"] for s in outcomes] == [
        "at least labelled",
        "at least removed",
        "labelled or locked",
        "within 20 hours: at least labelled",
        "let back",
    ]
    hostile = ["x" * 500 + "1", "x" * 500 + "2", "\u202egnp"]
    many = question(
        multiverse={
            "population": [{}, *({"rule": [h]} for h in hostile), {"posted_at": {"min": "2021"}}],
            "primary": ["raw"],
        }
    )
    said = [s.choices for s in specifications(many)]
    assert list(said[0]) == ["population", "estimator"]
    texts = [c["population"] for c in said]
    assert texts[0] == texts[1] == "all cases"  # the design itself, then the first choice
    assert len(set(texts[1:])) == 5
    assert texts[-1] == "posted at from 2021"
    assert not any("\u202e" in t for t in texts)


def test_the_check_says_the_curve_and_lists_it_by_estimate():
    design = asked(FORKS)
    cases = null(np.random.default_rng(1), gap=0.6)
    found = Multiverse(draws=99)(compare(enroll(cases, design), using=("standardised",)))
    assert found.step == 0
    assert found.passed is True
    assert found.says.startswith(
        "Over 8 specifications, 7 of them with results of their own, the median gap is +"
    )
    assert "8 of 8 have the sign of the primary one" in found.says
    assert "With class labels shuffled among accounts: p = 0.010 for the median gap" in found.says
    table = found.table
    assert table["estimate"].is_monotonic_increasing
    assert found.value == pytest.approx(table["estimate"].median())
    assert (table["null_low"] <= table["null_high"]).all()
    assert table["null_low"].is_monotonic_increasing
    silent = Multiverse()(compare(enroll(cases, asked(None)), using=("standardised",)))
    assert silent.passed is None
    assert silent.says == "No multiverse was declared."


def test_the_check_says_what_it_left_out():
    cases = varied(5)
    design = asked({"strata": [["rule"], ["nowhere"]], "outcome": OUTCOMES[:2]})
    found = Multiverse(draws=19)(compare(enroll(cases, design), using=("standardised",)))
    assert "2 specifications could not be answered; the table says why." in found.says
    assert found.table["estimate"].isna().tolist() == [False, False, True, True]
    few = platform(leaders=3)
    forks = question(multiverse={"strata": [[], ["rule"]]})
    found = Multiverse()(compare(enroll(few, forks), using=("standardised",)))
    assert "2 specifications rested on too few focal accounts" in found.says
    assert "p =" not in found.says
    assert found.table["null_low"].isna().all()


def test_an_appraisal_runs_the_check_and_the_rung_stays(monkeypatch):
    from audit import evidence
    from audit.checks import CHECKS

    comparison = compare(enroll(platform(), question(multiverse={"strata": [[], ["rule"]]})))
    others = [name for name in CHECKS if name != "multiverse"]
    before = evidence.appraise(comparison, checks=others)
    # A table of its own: one put back into CHECKS would stand last in it, in every later test.
    monkeypatch.setattr(evidence, "CHECKS", {**CHECKS, "multiverse": Multiverse(draws=19)})
    after = evidence.appraise(comparison, checks=tuple(CHECKS))
    assert after.rung == before.rung
    assert after.verdict == before.verdict
    assert len(after.table("multiverse")) == 2
