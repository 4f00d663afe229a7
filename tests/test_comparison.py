"""What the estimators say of a study: the columns, and what must not change an answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from builders import ORIGIN, cases_of, platform, question

from audit.cases import Cases
from audit.checks import CHECKS
from audit.comparison import ESTIMATE_COLUMNS, compare
from audit.errors import UnknownName
from audit.estimators import ESTIMATORS
from audit.evidence import appraise
from audit.study import enroll

EXACT = 1e-12  # the same arithmetic in another order


def gaps(comparison) -> pd.DataFrame:
    frame = comparison.to_frame()
    return frame[frame["scale"] == "difference"].set_index(["estimator", "weighting"])["estimate"]


@pytest.mark.parametrize("name", ESTIMATORS)
def test_every_estimator_fills_the_columns(name: str) -> None:
    rows = ESTIMATORS[name](enroll(platform(), question()))
    assert rows
    assert all(tuple(r) == ESTIMATE_COLUMNS for r in rows)
    assert all(np.isfinite(r["estimate"]) and r["method"] for r in rows)
    assert ESTIMATORS[name].name == name


def test_swapping_the_classes_flips_every_sign_of_the_raw_gap() -> None:
    cases = platform()
    one = gaps(compare(enroll(cases, question())))
    other = gaps(compare(enroll(cases, question(focal="ordinary", reference="leader"))))
    for by in ("post", "account"):
        assert one["raw", by] == pytest.approx(-other["raw", by], abs=EXACT)
        mh = "mantel_haenszel"
        assert one[mh, by] == pytest.approx(-other[mh, by], abs=EXACT)


def test_row_order_and_names_of_accounts_change_nothing() -> None:
    cases = platform()
    frame = cases.to_frame().sample(frac=1, random_state=3).reset_index(drop=True)
    frame["account_id"] = "x" + frame["account_id"]
    first, second = (compare(enroll(c, question())).to_frame() for c in (cases, cases_of(frame)))
    pd.testing.assert_frame_equal(first, second, rtol=1e-9)


def test_rows_stand_for_their_count() -> None:
    cases = platform()
    keys = ["account_id", "account_class", "rule", "action"]
    grouped = cases.frame.groupby(keys, as_index=False).size().rename(columns={"size": "count"})
    first, second = (compare(enroll(c, question())).to_frame() for c in (cases, cases_of(grouped)))
    pd.testing.assert_frame_equal(first, second, rtol=1e-9)


def test_one_stratum_is_the_raw_gap() -> None:
    found = gaps(compare(enroll(platform(), question(strata=[]))))
    assert found["standardised", "post"] == pytest.approx(found["raw", "post"], abs=EXACT)


def test_an_inadmissible_study_prints_no_contrast() -> None:
    comparison = compare(enroll(platform(), question(frame="enforced_only")))
    assert comparison.frame.empty
    assert list(comparison.frame) == list(ESTIMATE_COLUMNS)
    assert "inadmissible" in comparison.summary()


def test_few_focal_accounts_get_points_and_no_intervals() -> None:
    frame = compare(enroll(platform(leaders=3), question())).to_frame()
    assert frame[["conf_low", "conf_high", "p_value", "std_error"]].isna().all().all()
    assert np.isfinite(frame["estimate"]).all()


def test_unknown_estimator_is_named() -> None:
    with pytest.raises(UnknownName, match="No estimator is called 'best'"):
        compare(enroll(platform(), question()), using=["best"])


def test_the_primary_is_always_run() -> None:
    frame = compare(enroll(platform(), question()), using=["raw"]).to_frame()
    assert set(frame["estimator"]) == {"standardised", "raw"}


def test_account_weighting_counts_every_account_alike() -> None:
    frame = pd.DataFrame(
        {
            "account_id": ["l1", "l1", "l2", *(f"o{i}" for i in range(4))],
            "account_class": ["leader"] * 3 + ["ordinary"] * 4,
            "rule": "x",
            "action": ["remove", "none", "none", "remove", "remove", "none", "none"],
            "count": [90, 10, 1, 1, 1, 1, 1],
        }
    )
    found = gaps(compare(enroll(cases_of(frame), question())))
    assert found["raw", "post"] == pytest.approx(90 / 101 - 0.5, abs=EXACT)
    assert found["raw", "account"] == pytest.approx((0.9 + 0) / 2 - 0.5, abs=EXACT)


def test_intervals_by_account_are_wider_than_by_post() -> None:
    comparison = compare(enroll(platform(leaders=8, posts=60), question()))
    naive = comparison.if_independent().set_index("estimator").loc["raw"]
    ours = comparison.frame.query("estimator == 'raw' and scale == 'difference'").iloc[0]
    assert ours["conf_high"] - ours["conf_low"] > naive["conf_high"] - naive["conf_low"]


def test_intervals_as_if_independent_say_that_they_leave_weights_out() -> None:
    frame = platform().to_frame()
    plain = compare(enroll(cases_of(frame), question())).if_independent()
    assert not plain["method"].str.contains("weights").any()
    frame["sampling_weight"] = 1.0 + (frame.index % 2)
    weighed = compare(enroll(cases_of(frame), question())).if_independent()
    assert weighed["method"].str.endswith("; sampling weights left out").all()
    assert weighed["estimate"].equals(plain["estimate"])


def test_a_family_has_a_row_for_every_reference() -> None:
    frame = platform().to_frame()
    third = frame["account_id"].str.endswith(("0", "5")) & (frame["account_class"] == "ordinary")
    frame.loc[third, "account_class"] = "press"
    comparison = compare(enroll(cases_of(frame), question(reference=["ordinary", "press"])))
    family = comparison.family()
    assert list(family["reference"]) == ["ordinary", "press"]
    assert family["n_reference"].tolist() == [
        int((frame["account_class"] == name).sum()) for name in ("ordinary", "press")
    ]
    assert family["estimate"].iloc[0] == comparison.primary().estimate
    assert list(comparison.rungs()["rung"])[2] == "remove"


def test_rates_carry_their_denominators() -> None:
    study = enroll(platform(), question())
    rates = compare(study).rates()
    assert list(rates["n"]) == [study.cells.total("focal"), study.cells.total("reference")]
    assert ((rates["conf_low"] <= rates["rate"]) & (rates["rate"] <= rates["conf_high"])).all()


def test_rungs_never_rise_with_severity() -> None:
    comparison = compare(enroll(platform(), question()))
    rungs = comparison.rungs()
    assert (rungs["events_focal"].diff().dropna() <= 0).all()
    assert list(rungs["rung"]) == list(comparison.study.cases.ladder.rungs[1:])


def test_nothing_is_set_after_construction() -> None:
    comparison = compare(enroll(platform(), question()))
    with pytest.raises(AttributeError):
        comparison.frame = pd.DataFrame()
    copy = comparison.to_frame()
    copy["estimate"] = 0.0
    assert (comparison.frame["estimate"] != 0).any()
    assert replace(comparison, frame=copy) is not comparison


def test_rows_without_accounts_give_points_only() -> None:
    frame = platform().to_frame()
    keys = ["account_class", "rule", "action"]
    pooled = frame.groupby(keys, as_index=False).size().rename(columns={"size": "count"})
    pooled["account_id"] = pd.Series([None] * len(pooled), dtype="str")
    pooled["case_id"] = [f"c{i}" for i in range(len(pooled))]
    bare = compare(enroll(Cases(pooled, (ORIGIN,)), question()))
    full = compare(enroll(platform(), question()))
    assert bare.to_frame()[["conf_low", "conf_high", "p_value"]].isna().all().all()
    assert set(bare.to_frame()["weighting"]) == {"post"}
    assert gaps(bare)["standardised", "post"] == pytest.approx(gaps(full)["standardised", "post"])
    assert gaps(bare)["raw", "post"] == pytest.approx(gaps(full)["raw", "post"])
    assert appraise(bare).rung == 1


def test_the_test_looks_at_the_posts_that_the_effect_compares() -> None:
    frame = platform().to_frame()
    lone = frame[frame["account_class"] == "leader"].assign(rule="only leaders", action="none")
    more = pd.concat([frame, lone, lone, lone], ignore_index=True)
    more["case_id"] = [f"c{i}" for i in range(len(more))]
    for primary in ("standardised", "raw"):
        few, many = (
            compare(enroll(cases_of(f), question(primary=primary))).frame for f in (frame, more)
        )
        rows = few["estimator"] == "standardised"
        post = rows & (few["weighting"] == "post")
        pd.testing.assert_series_equal(few.loc[post, "p_value"], many.loc[post, "p_value"])


def test_a_family_says_how_many_of_its_classes_were_tested() -> None:
    frame = platform().to_frame()
    third = frame["account_id"].str.endswith(("0", "5")) & (frame["account_class"] == "ordinary")
    frame.loc[third, ["account_class", "rule"]] = ["press", "other"]
    design = question(reference=["ordinary", "press"])
    comparison = compare(enroll(cases_of(frame), design), using=("raw", "standardised"))
    finding = CHECKS["family"](comparison)
    assert "after correction for 1 of 2 reference classes; no other can be tested" in finding.says
