"""Enrolment: who answers the question, who leaves and why, and what bars an answer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from builders import cases_of, platform, question

from audit.cells import equal_accounts
from audit.errors import DesignError
from audit.gates import refused
from audit.study import enroll


def rows(*entries: tuple[str, str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(entries, columns=["account_id", "account_class", "rule", "action"])


def test_counts_are_those_of_the_table() -> None:
    cases = platform()
    study = enroll(cases, question())
    frame = cases.frame
    acted = frame[frame["action"] == "remove"]
    counts = study.cells.counts().sum()
    assert counts["n_focal"] == (frame["account_class"] == "leader").sum()
    assert counts["events_reference"] == (acted["account_class"] == "ordinary").sum()
    assert study.gates == ()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"focal": "president"}, r"no case has account_class 'president'; the classes are \["),
        ({"strata": ["severity"]}, "stratum column 'severity' is not in the cases; they have"),
        ({"population": {"lang": ["en"]}}, "population column 'lang' is not in the cases"),
        (
            {"population": {"rule": ["spam", "spma"]}},
            r"population of 'rule' names \['spma'\], which no case has; there are abuse, spam",
        ),
        ({"outcome": {"at_least": "delete"}}, "outcome names 'delete'; allowed on this ladder"),
        ({"outcome": {"at_least": "none"}}, "outcome names 'none'"),
        ({"outcome": {"reversed": True}}, "column for outcome.reversed 'reversed'"),
        (
            {"outcome": {"at_least": "remove", "acted_within_hours": 24}},
            "'posted_at' is not in the cases",
        ),
    ],
)
def test_a_design_that_does_not_fit(changes: dict, message: str) -> None:
    with pytest.raises(DesignError, match=message):
        enroll(platform(), question(**changes))


def test_every_misfit_is_said_at_once() -> None:
    with pytest.raises(DesignError) as caught:
        enroll(platform(), question(focal="x", strata=["y"], outcome={"at_least": "z"}))
    assert all(f"'{w}'" in str(caught.value) for w in "xyz")


def test_population_leaves_through_the_ledger() -> None:
    study = enroll(platform(), question(population={"rule": ["spam"]}))
    ledger = study.cases.ledger_frame()
    first = ledger[ledger["step"] == 1]
    assert set(first["because"]) == {"outside the population: rule not among spam"}
    assert study.cells.total("focal") == (study.cases.frame["account_class"] == "leader").sum()
    assert set(study.cases.frame["rule"]) == {"spam"}


def test_bounds_of_a_population_are_inclusive() -> None:
    frame = rows(*[(f"a{i}", "leader" if i % 2 else "ordinary", "x", "none") for i in range(8)])
    frame["reach"] = range(8)
    study = enroll(cases_of(frame), question(strata=[], population={"reach": {"min": 2, "max": 5}}))
    assert sorted(study.cases.frame["reach"]) == [2, 3, 4, 5]


def test_an_account_in_both_classes_keeps_its_focal_rows() -> None:
    frame = rows(
        ("a", "leader", "x", "none"),
        ("a", "ordinary", "x", "remove"),
        ("b", "ordinary", "x", "remove"),
        ("c", "ordinary", "x", "none"),
    )
    study = enroll(cases_of(frame), question())
    assert study.cells.total("reference") == 2
    assert "account is also focal; see within_account" in set(study.cases.ledger_frame()["because"])


def test_unknown_class_is_kept_apart_and_counted() -> None:
    study = enroll(platform(unknown=3), question())
    assert (study.cells.accounts("unknown"), study.cells.total("unknown")) == (3, 60)


def test_a_missing_stratum_value_is_a_level_of_its_own() -> None:
    frame = rows(("a", "leader", "x", "none"), ("b", "ordinary", "x", "none"))
    frame.loc[2] = ["c", "ordinary", None, "none"]
    study = enroll(cases_of(frame), question())
    assert "(not recorded)" in set(study.cells.frame["stratum"])


GATES = [
    ({"frame": "enforced_only"}, "hard", "denominator"),
    ({"frame": "amplified_by_focal"}, "note", "chosen comparison"),
    ({"population": {"account_id": ["leader-001"]}}, "hard", "variation in class"),
]


@pytest.mark.parametrize(("changes", "kind", "name"), GATES)
def test_gate(changes: dict, kind: str, name: str) -> None:
    study = enroll(platform(), question(**changes))
    assert (kind, name) in {(g.kind, g.name) for g in study.gates}
    assert study.admissible == (kind != "hard")


def test_no_like_to_compare_with_is_a_hard_gate() -> None:
    frame = rows(
        ("a", "leader", "x", "none"), ("b", "ordinary", "y", "none"), ("c", "ordinary", "y", "none")
    )
    study = enroll(cases_of(frame), question())
    assert not study.admissible
    assert "no like to compare with" in study.gates[0].says


def test_one_reference_account_in_a_stratum_is_no_support() -> None:
    two = rows(
        ("a", "leader", "x", "none"), ("b", "ordinary", "x", "none"), ("c", "ordinary", "x", "none")
    )
    assert enroll(cases_of(two), question()).supported_strata() == ("x",)
    assert enroll(cases_of(two.iloc[:2]), question()).supported_strata() == ()


def test_few_focal_accounts_cap_the_rung_and_five_do_not() -> None:
    four = enroll(platform(leaders=4), question())
    assert [(g.kind, g.rung) for g in four.gates] == [("cap", 2)]
    assert enroll(platform(leaders=5), question()).gates == ()


def test_two_regimes_of_the_audited_rule_bar_one_number() -> None:
    cases = platform()
    frame = cases.to_frame()
    frame["regime"] = ["2019-01-01", "2020-01-01"] * (len(frame) // 2)
    mixed = cases_of(frame)
    assert not enroll(mixed, question()).admissible
    assert enroll(mixed, question(strata=["rule", "regime"])).admissible


def test_rows_without_accounts_cap_the_rung_at_one() -> None:
    frame = pd.DataFrame(
        {
            "case_id": list("abcd"),
            "account_id": pd.Series([None] * 4, dtype="str"),
            "account_class": ["leader", "leader", "ordinary", "ordinary"],
            "rule": "x",
            "action": ["none", "remove"] * 2,
            "count": [90, 10, 50, 50],
        }
    )
    from builders import ORIGIN

    from audit.cases import Cases

    study = enroll(Cases(frame, (ORIGIN,)), question())
    assert [(g.kind, g.rung) for g in study.gates] == [("cap", 1)]
    assert study.cells.counts().sum().tolist() == [10, 100, 50, 100]


def timed(hours: float | None, observed: float) -> pd.DataFrame:
    start = pd.Timestamp("2020-01-01", tz="UTC")
    frame = rows(
        *[
            (f"a{i}", c, "x", "remove" if hours else "none")
            for i, c in enumerate(["leader", "ordinary", "ordinary"])
        ]
    )
    frame["posted_at"] = start
    frame["acted_at"] = start + pd.Timedelta(hours=hours) if hours else pd.NaT
    frame["acted_at"] = pd.to_datetime(frame["acted_at"], utc=True)
    frame["observed_until"] = start + pd.Timedelta(hours=observed)
    return frame


@pytest.mark.parametrize(
    ("hours", "observed", "events", "unknown"),
    [
        (24, 100, 1, 0),
        (24.1, 100, 0, 0),
        (None, 24, 0, 0),
        (None, 23, 0, 1),
        (12, 23, 0, 1),  # with the quiet ones watched as briefly: alone it would raise the rate
        (12, 12, 1, 0),  # the last look is the action
    ],
)
def test_censored_before_the_window_is_unknown_and_not_no(
    hours: float | None, observed: float, events: int, unknown: int
) -> None:
    within = {"at_least": "remove", "acted_within_hours": 24}
    study = enroll(cases_of(timed(hours, observed)), question(outcome=within))
    assert study.unknown_outcomes.get("focal", 0) == unknown
    assert study.cells.of("focal")["events"].sum() == events


def test_posts_watched_too_briefly_do_not_raise_the_rate() -> None:
    rng = np.random.default_rng(2)
    n, start = 40_000, pd.Timestamp("2020-01-01", tz="UTC")
    frame = pd.DataFrame({"account_id": [f"a{i % 400}" for i in range(n)]})
    frame["account_class"] = np.where(np.arange(n) % 400 < 100, "leader", "ordinary")
    frame["posted_at"] = start
    at = rng.exponential(60, n)
    watched = rng.uniform(0, 100, n)  # hours, whatever happens to the post
    seen = at < watched
    frame["action"] = np.where(seen, "remove", "none")
    frame["acted_at"] = (start + pd.to_timedelta(at, unit="h").round("s")).where(seen)
    frame["observed_until"] = start + pd.to_timedelta(watched, unit="h").round("s")
    within = {"at_least": "remove", "acted_within_hours": 48}
    counts = enroll(cases_of(frame), question(outcome=within, strata=[])).cells.counts().sum()
    rate = counts["events_reference"] / counts["n_reference"]
    assert rate == pytest.approx(1 - np.exp(-48 / 60), abs=0.02)  # 0.77 with every action kept


def test_reversal_is_asked_among_the_sanctioned() -> None:
    frame = rows(*[(f"a{i}", "leader" if i < 3 else "ordinary", "x", "remove") for i in range(8)])
    frame.loc[7, "action"] = "none"
    flags = [True, False, None, True, False, False, False, None]
    frame["reversed"] = pd.array(flags, dtype="boolean")
    study = enroll(cases_of(frame), question(outcome={"reversed": True}))
    assert study.cells.counts().sum().tolist() == [1, 2, 1, 4]
    assert study.unknown_outcomes == {"focal": 1}
    assert ("cap", 2) in {(g.kind, g.rung) for g in study.gates}


def test_sampling_weights_reach_the_cells() -> None:
    frame = platform().to_frame()
    frame["sampling_weight"] = 2.5
    study = enroll(cases_of(frame), question())
    assert set(study.cells.frame["weight"]) == {2.5}


def test_focal_posts_of_one_account_bear_no_interval_however_many_accounts_there_are() -> None:
    from audit.comparison import compare
    from audit.evidence import appraise

    frame = platform(leaders=9, posts=10).frame
    one = frame[frame["account_id"] == "leader-000"]
    few = (frame["account_class"] == "leader") & ~frame["case_id"].duplicated()
    first = frame[few].groupby("account_id").head(1)
    rest = frame[frame["account_class"] != "leader"]
    for times, barred in ((1, False), (3, True)):
        rows = pd.concat([rest, first, *[one] * times], ignore_index=True)
        study = enroll(cases_of(rows.drop(columns="case_id")), question(strata=[]))
        gates = {g.name: g for g in study.gates}
        assert ("one focal account" in gates) is barred
        assert appraise(compare(study)).rung <= (2 if barred else 5)
        assert compare(study).primary().conf_low != compare(study).primary().conf_low or not barred
    says = gates["one focal account"].says
    assert "of 9 focal accounts wrote" in says
    assert gates["one focal account"].rung == 2


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        ((1, 1.0), "with 1 focal account"),
        ((4, 4.0), "with 4 focal accounts"),
        ((5, 1.9), "worth only 1.9 equal accounts (of 5)"),
        ((5, 2.0), ""),
        ((30, 25.0), ""),
    ],
)
def test_refusal_looks_at_accounts_and_volumes(seen: tuple[int, float], says: str) -> None:
    reason = refused(*seen)
    assert says in reason
    assert bool(reason) == bool(says)


@pytest.mark.parametrize(
    ("posts", "worth"), [([], 0.0), ([0, 0], 0.0), ([7], 1.0), ([5, 5, 5], 3.0), ([3, 1], 1.6)]
)
def test_k_eff_is_how_many_equal_accounts_posts_are_worth(posts: list[int], worth: float) -> None:
    assert equal_accounts(posts) == pytest.approx(worth)
    assert equal_accounts([1000 * n for n in posts]) == pytest.approx(worth)
