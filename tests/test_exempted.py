"""The exemption ledger: parts that add up, dates that move posts, and bins open to their cases."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import HOSTILE, cases_of, question
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.cases import Cases
from audit.comparison import Comparison, compare
from audit.errors import DesignError, EstimationError, RegimeError, UnknownName
from audit.estimators.accounts.contrasts import effect
from audit.estimators.accounts.standardised import standardised_effect
from audit.estimators.base import Estimate
from audit.exempted import BINS, split
from audit.exempted.wording import says
from audit.regimes import Exemptions
from audit.report.exempted import exemptions_table, split_table
from audit.schema import Ladder
from audit.sources.simulated import AUDITED_RULES, Simulated
from audit.study import enroll

EXACT = 1e-12
"""Parts are sums of the same products as the whole, in another order."""
COLUMNS = ["platform", "rule", "account_class", "ceiling", "start", "end", "quote", "source"]
START = pd.Timestamp("2020-01-01", tz="UTC")


def exempting(*rows: tuple[Any, ...]) -> Exemptions:
    full = [(*r, *("",) * (len(COLUMNS) - len(r))) for r in rows]
    return Exemptions(pd.DataFrame(full, columns=COLUMNS).replace("", None))


def table(seed: int = 5, *, leaders: int = 8, ordinary: int = 30, posts: int = 25) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = []
    for name, accounts, rate in (("leader", leaders, 0.25), ("ordinary", ordinary, 0.5)):
        for k in range(accounts):
            p = rng.beta(8 * rate, 8 * (1 - rate))
            for _ in range(posts):
                rows.append(
                    {
                        "account_id": f"{name}-{k:02d}",
                        "account_class": name,
                        "platform": "P",
                        "rule": ("abuse", "spam")[int(rng.random() < 0.4)],
                        "severity": ("low", "high")[int(rng.random() < 0.5)],
                        "action": rng.choice(["remove", "ban"])
                        if rng.random() < p
                        else rng.choice(["none", "label"]),
                        "posted_at": START + pd.Timedelta(hours=int(rng.integers(0, 24 * 300))),
                    }
                )
    frame = pd.DataFrame(rows)
    return frame.astype(dict.fromkeys(("platform", "rule", "severity"), "str"))


@cache
def made(seed: int = 5) -> pd.DataFrame:
    return table(seed)


def comparison(
    frame: pd.DataFrame | None = None, exemptions: Exemptions | None = None, **design: Any
) -> Comparison:
    """Return a comparison whose estimates are left out: a split rests on the study alone."""
    cases = cases_of(made() if frame is None else frame)
    study = enroll(cases, question(**design), exemptions=exemptions)
    return Comparison(study, pd.DataFrame(columns=["estimator", "scale", "weighting"]))


RULE = exempting(("P", "abuse", "leader", "label", "2020-05-01", "2020-08-01", "We spare.", "site"))


def by_bin(found: Any, column: str = "n") -> pd.Series:
    return found.frame.set_index("bin")[column]


# --- the parts add up -----------------------------------------------------------------------


@given(
    days=st.lists(st.integers(-20, 320), min_size=2, max_size=2, unique=True),
    ceiling=st.sampled_from(["none", "label", "remove", "ban"]),
    rule=st.sampled_from(["abuse", "spam", ""]),
    primary=st.sampled_from(["standardised", "raw"]),
    weighted=st.booleans(),
)
@settings(max_examples=12, deadline=None)
def test_the_parts_add_up_whatever_the_dates(
    days: list[int], ceiling: str, rule: str, primary: str, weighted: bool
) -> None:
    start, end = (START + pd.Timedelta(days=d) for d in sorted(days))
    rules = exempting(("P", rule, "leader", ceiling, str(start), str(end)))
    frame = made()
    if weighted:
        frame = frame.assign(sampling_weight=1.0 + (np.arange(len(frame)) % 7) / 3)
    found = split(comparison(frame, rules, primary=primary, strata=["rule", "severity"]))
    whole = effect(found.comparison.study, by="post", stratified=primary == "standardised")
    assert found.frame["contribution"].sum() == pytest.approx(whole.estimate, abs=EXACT)
    assert found.total.estimate == pytest.approx(whole.estimate, abs=EXACT)
    parts = found.stated.estimate + found.unstated.estimate
    assert parts == pytest.approx(whole.estimate, abs=EXACT)
    assert (found.total.conf_low, found.total.conf_high) == pytest.approx(
        (whole.conf_low, whole.conf_high), abs=EXACT
    )
    assert found.frame["n"].sum() == whole.n_supported
    assert found.frame["observed"].sum() / whole.n_supported == pytest.approx(whole.observed)
    assert found.frame["expected"].sum() / whole.n_supported == pytest.approx(whole.expected)
    assert list(found.frame["bin"]) == list(BINS)


def test_a_part_is_what_its_cases_say() -> None:
    found = split(comparison(exemptions=RULE))
    n = by_bin(found).sum()
    for name in BINS:
        opened = found.cases(name)
        assert len(opened) == by_bin(found)[name]
        gap = (opened["acted"] - opened["expected"]).sum() / n
        assert gap == pytest.approx(by_bin(found, "contribution")[name], abs=EXACT)
        assert opened["acted"].sum() == pytest.approx(by_bin(found, "observed")[name])
    frame = made()
    abuse = (frame["rule"] == "abuse") & (frame["account_class"] == "leader")
    when = frame["posted_at"]
    dated = (when >= "2020-05-01") & (when < "2020-08-01")
    expected = {"inside": (abuse & dated).sum(), "outside_dates": (abuse & ~dated).sum()}
    assert by_bin(found)[list(expected)].to_dict() == expected
    rate = frame[(frame["account_class"] == "ordinary") & (frame["rule"] == "abuse")]["action"]
    q = rate.isin(["remove", "ban"]).mean()
    assert found.cases("inside")["expected"].unique() == pytest.approx([q])


def test_changing_one_date_moves_posts_between_bins() -> None:
    before = split(comparison(exemptions=RULE))
    later = exempting(("P", "abuse", "leader", "label", "2020-06-01", "2020-08-01"))
    after = split(comparison(exemptions=later))
    when = before.cases("inside")["posted_at"]
    moved = int((when < "2020-06-01").sum())
    assert moved > 0
    assert by_bin(after)["inside"] == by_bin(before)["inside"] - moved
    assert by_bin(after)["outside_dates"] == by_bin(before)["outside_dates"] + moved
    assert by_bin(after)["none"] == by_bin(before)["none"]
    assert after.total == before.total


def test_the_simulated_split_finds_the_truth_it_was_made_from() -> None:
    world = Simulated()
    design = question(
        focal="world_leader",
        strata=["rule", "severity", "language"],
        population={"violating": ["yes"], "rule": list(AUDITED_RULES)},
    )
    study = enroll(world.load(), design, exemptions=world.ceilings())
    found = split(Comparison(study, pd.DataFrame()))
    truth = world.truth()
    truth = truth[(truth["population"] == "coded violating") & (truth["rule"] == "audited rules")]
    value = truth.set_index("estimand")["value"]
    for part, name in (
        (found.total, "total_effect"),
        (found.stated, "stated_effect"),
        (found.unstated, "unstated_effect"),
    ):
        assert part.conf_low < value[name] < part.conf_high
    assert found.stated.conf_high < 0  # and the interval is not so wide as to say nothing
    assert found.stricter_than_stated().empty


def test_the_interval_of_a_part_is_its_own_standardised_gap_times_its_share() -> None:
    found = split(comparison(exemptions=RULE))
    frame, opened = made(), found.cases("inside")
    rows = frame[frame["account_class"] == "ordinary"]
    mine = frame.loc[opened["case_id"].str.removeprefix("c").astype(int)]
    rows = pd.concat([mine, rows])
    own = standardised_effect(
        rows["action"].isin(["remove", "ban"]).to_numpy(float),
        np.ones(len(rows)),
        rows["account_id"],
        rows["rule"],
        rows["account_class"] == "leader",
    )
    share = len(opened) / by_bin(found).sum()
    given = found.stated
    assert given.estimate == pytest.approx(share * own.estimate, abs=EXACT)
    assert given.conf_low == pytest.approx(share * own.conf_low, abs=EXACT)
    assert given.conf_high == pytest.approx(share * own.conf_high, abs=EXACT)


def test_one_bin_with_every_post_is_the_primary_estimate() -> None:
    always = exempting(("P", "", "leader", "none", "2019-01-01"))
    found = split(comparison(exemptions=always))
    whole = effect(found.comparison.study, by="post", stratified=True)
    assert by_bin(found, "conf_low")["inside"] == pytest.approx(whole.conf_low, abs=EXACT)
    assert found.unstated == Estimate(0.0, method=found.unstated.method, note="no posts")
    assert found.says.startswith("Every compared post lies under a published exemption")


def test_row_order_and_doubled_rows() -> None:
    found = split(comparison(exemptions=RULE))
    shuffled = split(comparison(made().sample(frac=1, random_state=1), RULE))
    pd.testing.assert_frame_equal(found.frame, shuffled.frame, rtol=1e-9)
    counted = split(comparison(made().assign(count=3), RULE)).frame
    tripled = split(comparison(pd.concat([made()] * 3), RULE)).frame
    pd.testing.assert_frame_equal(counted, tripled, rtol=1e-9)
    assert (counted["n"] == 3 * found.frame["n"]).all()


# --- which bin ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "ceiling", "bin"),
    [
        ({"at_least": "remove"}, "restrict", "inside"),
        ({"at_least": "remove"}, "remove", "not_spared"),
        ({"at_least": "remove"}, "ban", "not_spared"),
        ({"at_least": "label"}, "none", "inside"),
        ({"at_least": "label"}, "label", "not_spared"),
        ({"any_of": ["label", "remove"]}, "restrict", "not_spared"),
        ({"any_of": ["remove", "ban"]}, "restrict", "inside"),
    ],
)
def test_an_exemption_counts_where_its_ceiling_spares_from_the_outcome(
    outcome: dict[str, Any], ceiling: str, bin: str
) -> None:
    rules = exempting(("P", "", "leader", ceiling, "2019-01-01"))
    found = split(comparison(exemptions=rules, outcome=outcome))
    assert by_bin(found)[bin] == by_bin(found).sum()


def test_the_dates_are_inclusive_and_exclusive_and_days_are_told() -> None:
    frame = made().copy()
    leaders = frame.index[frame["account_class"] == "leader"]
    stamps = ["2020-04-30T12:00", "2020-05-01", "2020-07-31T23:59:59", "2020-08-01", "2020-08-03"]
    frame.loc[leaders[:5], "posted_at"] = pd.to_datetime(stamps, format="ISO8601", utc=True)
    frame.loc[leaders[:5], "rule"] = "abuse"
    posts = split(comparison(frame, RULE)).posts.head(5)
    assert posts["bin"].tolist() == [
        *("outside_dates", "inside", "inside", "outside_dates", "outside_dates")
    ]
    assert posts["days"].tolist() == [-0.5, 0.0, 0.0, 0.0, 2.0]
    assert posts["exemption"].tolist() == [1] * 5


def test_the_ceilings_are_those_of_covering() -> None:
    rules = exempting(
        ("P", "", "leader", "ban", "2020-02-01", "2020-09-01"),
        ("P", "abuse", "leader", "label", "2020-04-01", "2020-06-01"),
        ("P", "abuse", "ordinary", "none", "2020-01-01"),
        ("Q", "", "leader", "none", "2020-01-01"),
    )
    found = split(comparison(exemptions=rules))
    posts = found.posts
    names = pd.Series("leader", index=posts.index)
    stated = rules.covering(posts["platform"], posts["rule"], names, posts["posted_at"])
    covered = posts["bin"].isin(("inside", "not_spared"))
    assert posts["ceiling"].where(covered).fillna("").tolist() == stated.fillna("").tolist()
    assert by_bin(found)["inside"] > 0
    assert by_bin(found)["not_spared"] > 0
    table = found.exemptions()
    assert table["exemption"].tolist() == [1, 2, 4]  # of the whole table, as written
    assert table["spares"].tolist() == [False, True, True]
    inside = by_bin(found)["inside"] + by_bin(found)["not_spared"]
    assert table["n"].sum() == inside
    gap = by_bin(found, "contribution")[["inside", "not_spared"]].sum()
    assert table["contribution"].sum() == pytest.approx(gap, abs=EXACT)
    assert (
        found.reference_exempt
        == (made()["account_class"] == "ordinary").mul(made()["rule"] == "abuse").sum()
    )
    assert "not wholly so" in " ".join(found.notes)


def test_what_could_have_spared_a_post_goes_before_what_could_not() -> None:
    rules = exempting(
        ("P", "", "leader", "label", "2022-01-01"),
        ("P", "", "leader", "ban", "2020-12-31", "2021-06-01"),
    )
    found = split(comparison(exemptions=rules))
    assert set(found.posts["exemption"]) == {1}
    assert by_bin(found)["outside_dates"] == by_bin(found).sum()


def test_posts_without_date_platform_or_rule_are_a_bin_of_their_own() -> None:
    frame = made().copy()
    leaders = frame.index[frame["account_class"] == "leader"]
    frame.loc[leaders[:3], "posted_at"] = pd.NaT
    frame.loc[leaders[3:5], "platform"] = None
    frame.loc[leaders[5:9], "rule"] = None
    ordinary = frame.index[frame["account_class"] == "ordinary"]
    frame.loc[ordinary[:60], "rule"] = None
    found = split(comparison(frame, RULE))
    assert by_bin(found)["not_recorded"] == 9
    assert by_bin(found).sum() == len(leaders)
    assert found.cases("not_recorded")["posted_at"].isna().sum() == 3
    assert "For 9 posts the date, the platform or the rule is not recorded" in found.notes[0]
    platform_wide = exempting(("P", "", "leader", "label", "2019-01-01"))
    assert by_bin(split(comparison(frame, platform_wide)))["not_recorded"] == 5


# --- stricter than stated, outside its dates -----------------------------------------------


def test_an_action_above_the_published_ceiling_is_found() -> None:
    found = split(comparison(exemptions=RULE))
    inside = found.cases("inside")
    strict = found.stricter_than_stated()
    assert 0 < len(strict) < len(inside)
    assert set(strict["case_id"]) == set(inside.loc[inside["action"] != "none", "case_id"]) - set(
        inside.loc[inside["action"] == "label", "case_id"]
    )
    assert f"{len(strict)} posts inside an exemption met an action above" in " ".join(found.notes)


def test_posts_spared_outside_the_dates_are_counted_against_expected() -> None:
    found = split(comparison(exemptions=RULE))
    outside, used = found.cases("outside_dates"), found.outside_dates()
    assert len(used) == (~outside["acted"]).sum()
    assert not used["acted"].any()
    assert used["spared_expected"].tolist() == pytest.approx((1 - used["expected"]).tolist())
    assert set(used["side"]) == {"before", "after"}
    assert ((used["days"] < 0) == (used["side"] == "before")).all()
    said = " ".join(found.notes)
    expected = (1 - outside["expected"]).sum()
    assert f"{len(outside)} posts lie outside the dates" in said
    assert f"{len(used)} were not removed" in said
    assert f"{expected:.1f} would not have been" in said


def test_an_exemption_that_spares_nothing_is_not_used_outside_its_dates() -> None:
    rules = exempting(("P", "", "leader", "ban", "2022-01-01"))
    found = split(comparison(exemptions=rules))
    assert by_bin(found)["outside_dates"] > 0
    assert found.outside_dates().empty


# --- what is refused ------------------------------------------------------------------------


def test_no_exemptions_says_what_to_write() -> None:
    with pytest.raises(DesignError, match=r'exemptions = \{ path = "exemptions.csv" \}'):
        split(comparison())


def test_an_empty_table_of_exemptions_is_an_answer() -> None:
    found = split(comparison(exemptions=exempting()))
    assert by_bin(found)["none"] == by_bin(found).sum()
    assert found.stated.estimate == 0
    assert found.says.startswith("No compared post lies under a published exemption: all of")
    assert found.exemptions().empty
    assert "No published exemption is for" in exemptions_table(found).text + str(
        exemptions_table(found).values
    )


def test_everything_that_does_not_fit_is_said_at_once() -> None:
    frame = made().drop(columns=["platform", "posted_at"]).assign(reversed=False)
    rules = Exemptions(
        pd.DataFrame([("P", "leader", "hidden", "2020-01-01")]).set_axis(
            ["platform", "account_class", "ceiling", "start"], axis=1
        ),
        Ladder(("none", "hidden", "gone")),
    )
    with pytest.raises(DesignError) as caught:
        split(comparison(frame, rules, outcome={"reversed": True}))
    said = str(caught.value)
    for part in ("The outcome is a reversal", "'platform' and no column 'posted_at'", "hidden"):
        assert part in said


def test_an_inadmissible_study_is_not_split() -> None:
    design = question(frame="enforced_only")
    with pytest.raises(EstimationError, match="No contrast can be given"):
        split(Comparison(enroll(cases_of(made()), design, exemptions=RULE), pd.DataFrame()))


def regimes() -> pd.DataFrame:
    late = made()["posted_at"] >= "2020-06-15"
    return made().assign(regime=np.where(late, "2020-06-15", "before 2020-06-15"))


def test_a_number_that_would_mix_two_rules_names_the_boundary() -> None:
    from audit.docket import open_docket

    study = enroll(cases_of(regimes()), question(), exemptions=RULE)
    found = compare(study)
    for ask in (found.primary, lambda: split(found), lambda: open_docket(found)):
        with pytest.raises(RegimeError, match="2020-06-15"):
            ask()


def test_two_rules_held_apart_are_split_and_listed() -> None:
    from audit.docket import open_docket

    study = enroll(cases_of(regimes()), question(strata=["rule", "regime"]), exemptions=RULE)
    found = split(compare(study, using=["standardised"]))
    assert found.frame["contribution"].sum() == pytest.approx(found.total.estimate, abs=EXACT)
    assert any("before 2020-06-15" in s for s in found.cases("inside")["stratum"])
    assert open_docket(found.comparison).cases["chance"].notna().all()


def test_an_unknown_bin_is_refused() -> None:
    with pytest.raises(UnknownName, match="bin of the split"):
        split(comparison(exemptions=RULE)).cases("insider")


# --- few accounts, no accounts, weights, masks ----------------------------------------------


def test_with_few_focal_accounts_no_part_has_an_interval() -> None:
    found = split(comparison(table(leaders=3), RULE))
    assert found.frame[["conf_low", "conf_high"]].isna().all(axis=None)
    assert np.isnan(found.total.conf_low)
    assert found.frame["contribution"].sum() == pytest.approx(found.total.estimate, abs=EXACT)
    assert "No interval stands for a part where with 3 focal accounts" in " ".join(found.notes)
    assert "interval" not in found.says


def test_a_part_with_few_accounts_has_none_where_the_whole_has_one() -> None:
    frame = made().copy()
    mine = frame["account_id"].isin(["leader-00", "leader-01"])
    frame["rule"] = frame["rule"].where(~(frame["account_class"] == "leader") | mine, "spam")
    found = split(comparison(frame, RULE))
    assert np.isnan(found.stated.conf_low)
    assert np.isfinite(found.total.conf_low)
    assert "2 focal accounts" in by_bin(found, "note")["inside"]


def test_rows_without_accounts_give_points_only() -> None:
    frame = made().assign(count=1, account_id=None)
    cases = Cases(
        cases_of(frame.assign(account_id="x")).frame.assign(account_id=pd.Series(dtype="str")),
        cases_of(frame.assign(account_id="x")).origins,
    )
    study = enroll(cases, question(), exemptions=RULE)
    found = split(compare(study, using=["standardised"]))
    whole = found.comparison.primary()
    assert found.frame["contribution"].sum() == pytest.approx(whole.estimate, abs=EXACT)
    assert found.frame["conf_low"].isna().all()
    assert (found.frame["accounts"] == 0).all()


def test_weights_are_said() -> None:
    frame = made().assign(sampling_weight=1.0 + (np.arange(len(made())) % 5))
    assert "sampling weights" in split(comparison(frame, RULE)).notes[-1]


def test_unsupported_posts_are_counted_and_not_split() -> None:
    frame = made().copy()
    alone = frame.index[frame["account_class"] == "leader"][:7]
    frame.loc[alone, "rule"] = "only leaders"
    found = split(comparison(frame, RULE))
    assert by_bin(found).sum() == (frame["account_class"] == "leader").sum() - 7
    assert "7 leader posts without a comparable ordinary post are in no bin." in found.notes


def test_cases_of_a_class_that_is_never_named_are_numbered() -> None:
    rules = exempting(("P", "", "ordinary", "label", "2019-01-01"))
    found = split(comparison(exemptions=rules, focal="ordinary", reference="leader"))
    opened = found.cases("inside")
    assert opened["case_id"].str.fullmatch(r"case \d+").all()
    assert "account_id" not in opened


# --- words ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "unstated", "sentence"),
    [
        (
            -0.041,
            -0.141,
            "Of the gap of −18.2 percentage points, −4.1 lie in posts under a published exemption "
            "and −14.1 do not.",
        ),
        (
            0.02,
            0.03,
            "Of the gap of +5.0 percentage points, +2.0 lie in posts under a published exemption "
            "and +3.0 do not.",
        ),
        (
            -0.05,
            0.02,
            "The gap of −3.0 percentage points is the sum of parts that point opposite ways: −5.0 "
            "in posts under a published exemption and +2.0 in the others.",
        ),
        (
            0.05,
            -0.08,
            "The gap of −3.0 percentage points is the sum of parts that point opposite ways: +5.0 "
            "in posts under a published exemption and −8.0 in the others.",
        ),
        (
            -0.02,
            0.02,
            "The gap is zero: of it −2.0 lie in posts under a published exemption and +2.0 do not.",
        ),
        (
            -0.0104,
            -0.0104,
            "Of the gap of −2.1 percentage points, −1.0 lie in posts under a published exemption "
            "and −1.0 do not. Each is rounded by itself.",
        ),
    ],
)
def test_the_sentence_is_right_for_any_signs(stated: float, unstated: float, sentence: str) -> None:
    found = split(comparison(exemptions=RULE))
    parts = {"total": stated + unstated, "stated": stated, "unstated": unstated}
    assert says(replace(found, **{k: Estimate(v) for k, v in parts.items()})) == sentence


def test_intervals_stand_in_the_sentence() -> None:
    assert split(comparison(exemptions=RULE)).says.count("95 % interval") == 2


def test_names_from_data_are_made_visible_everywhere() -> None:
    text = HOSTILE["override"] + HOSTILE["html"]
    rules = exempting(("P", "abuse", "leader", "label", "2020-05-01", "", text, text))
    found = split(comparison(exemptions=rules))
    shown = found.says + found._repr_html_() + str(found) + found.frame["rules"].str.cat()
    shown += found.exemptions()["quote"].str.cat() + "".join(found.notes)
    assert "\u202e" not in shown
    assert "<script>" not in found._repr_html_()


def test_the_tables_show_every_bin_that_holds_a_post_and_the_total() -> None:
    found = split(comparison(exemptions=RULE))
    printed = split_table(found)
    assert [r[0] for r in printed.cells] == [
        *(BINS[b] for b in ("inside", "outside_dates", "none")),
        "all compared posts",
    ]
    assert printed.cells[-1][1] == f"{by_bin(found).sum():,}"
    listed = exemptions_table(found)
    assert "We spare." in listed.cells[0]
    assert listed.cells[0][6] == "yes"


def test_to_frame_is_a_copy() -> None:
    found = split(comparison(exemptions=RULE))
    copy = found.to_frame()
    copy.iloc[0, 0] = "changed"
    assert found.frame.iloc[0, 0] == "inside"
