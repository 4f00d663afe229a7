"""The words of each chart follow the sign, hedge where zero is inside, and say what is missing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from audit.charts import CHARTS
from audit.charts.periods import _group
from audit.charts.theme import FOCAL, REFERENCE
from audit.errors import ReportError
from audit.outcome import Outcome
from tests.charts.changed import ASKED
from tests.charts.conftest import FRAMES, copies, groups, made, shares, timeline, times
from tests.charts.seen import texts

NAN = float("nan")


def said(name: str, stage: Any) -> Any:
    return CHARTS[name].words(stage)


def test_rates_follow_the_sign() -> None:
    less, more = said("rates", made(-0.12)), said("rates", made(0.12))
    assert less.title == "World leader posts were acted on less often: 19.0 % against 31.0 %"
    assert more.title == "World leader posts were acted on more often: 43.0 % against 31.0 %"
    assert "less often than ordinary" in less.alt
    assert "more often than ordinary" in more.alt
    assert "19.0 % of 117 acted on (interval 16.0 to 22.0)" in less.alt


def test_rates_hedge_when_zero_is_inside() -> None:
    title = said("rates", made(-0.02, half=0.2)).title
    assert title == ("29.0 % of world leader and 31.0 % of ordinary posts acted on: not told apart")
    assert "less" not in title


def test_rates_without_interval_say_so_in_the_chart() -> None:
    stage = made(0.12, half=NAN)
    assert "more often: 43.0 %" in said("rates", stage).title
    assert "no interval" in said("rates", stage).note
    axes = CHARTS["rates"].render(stage)
    assert [t.get_text() for t in texts(axes)].count("no interval") == 1
    faces = [line.get_markerfacecolor() for line in axes.lines if line.get_marker() == "o"]
    assert faces == ["#ffffff"]


@pytest.mark.parametrize(
    ("outcome", "participle", "meaning"),
    [
        ({"any_of": ["label"]}, "labelled", ""),
        ({"at_least": "remove"}, "acted on", "; “acted on” means {}"),
        ({"reversed": True}, "let back", "; “let back” means {}"),
    ],
)
def test_the_outcome_has_its_own_participle(outcome: Any, participle: str, meaning: str) -> None:
    words = said("rates", made(outcome=outcome))
    verb = Outcome(**outcome).verb
    assert f"were {participle} less often" in words.title
    start = f"Share of posts {participle}, as found{meaning.format(verb)}; example"
    assert words.subtitle.startswith(start)


def test_observed_and_expected_in_posts() -> None:
    stage = made(-0.12, 0.05)
    n = stage.comparison.primary().n_supported
    frame = CHARTS["observed_expected"].data(stage)
    assert np.allclose(frame["posts"], [0.19 * n, 0.31 * n, -0.12 * n])
    assert np.allclose(frame.loc[1, ["conf_low", "conf_high"]].astype(float), [0.26 * n, 0.36 * n])
    words = said("observed_expected", stage)
    assert words.title == "22 world leader posts acted on, 36 expected at ordinary accounts’ rate"
    assert "−14 posts (95 % interval −20 to −8, by account)" in words.note
    unsure = said("observed_expected", made(-0.02, 0.2))
    assert unsure.title.endswith("not told apart")
    assert "+14 posts" in said("observed_expected", made(0.12)).note
    assert "no interval" in said("observed_expected", made(0.12, NAN)).alt


def test_posts_that_have_no_like_are_said() -> None:
    stage = made()
    found = stage.comparison.primary()
    found.n_unsupported = 1
    stage.comparison.primary = lambda **_: found
    assert "1 world leader post without a comparable" in said("observed_expected", stage).note


def test_forest_counts_the_signs() -> None:
    assert (
        said("forest", made(-0.12)).title == "All 6 estimates put world leader posts below ordinary"
        " posts"
    )
    assert "above ordinary" in said("forest", made(0.12)).title
    assert said("forest", made(-0.02, 0.2)).title.endswith("; primary not told apart")
    mixed = made(-0.12)
    mixed.comparison.frame.loc[0, "estimate"] = 0.01
    assert (
        said("forest", mixed).title == "5 of 6 estimates put world leader below ordinary, 1 above"
    )
    axes = CHARTS["forest"].render(made())
    assert [t.get_text() for t in texts(axes)].count("no interval") == 2


def test_rungs_name_the_widest() -> None:
    assert said("rungs", made(-0.12)).title == "Gap is widest at ‘label’: −12.0 percentage points"
    assert "+12.0 percentage points" in said("rungs", made(0.12)).title
    assert "where world leader posts meet it more often" in said("rungs", made(0.12)).alt
    assert said("rungs", made(-0.02, 0.2)).title.endswith("not told apart from zero")


def test_flow_says_what_filters_took() -> None:
    stage = made()
    study = stage.comparison.study
    frame = CHARTS["flow"].data(stage)
    for name, group in (("world_leader", "focal"), ("ordinary", "reference")):
        rows = frame[frame["account_class"] == name].set_index("kind")["posts"]
        loaded = (study.loaded.frame["account_class"] == name).sum()
        assert rows["loaded"] == loaded
        assert rows["compared"] == study.cells.total(group)
        assert loaded - rows["removed"].sum() == rows["compared"]
    taken = (
        1
        - study.cells.total("focal") / (study.loaded.frame["account_class"] == "world_leader").sum()
    )
    assert f"took {100 * taken:.1f} % of world leader posts" in said("flow", stage).title
    assert "Every" in said("flow", made(population={})).title


def test_many_steps_are_taken_together() -> None:
    days = [{"min": f"2020-0{m}-01"} for m in range(2, 5)]
    population = {
        "severity": ["low", "high"],
        "posted_at": days[0],
        "rule": ["harassment", "hate speech"],
    }
    frame = CHARTS["flow"].data(made(population=population))
    removed = frame[frame["kind"] == "removed"]
    assert (removed.groupby("account_class").size() <= 4).all()


def test_love_counts_before_and_after() -> None:
    assert said("love", made()).title == "4 of 5 traits differ as found, none among like cases"
    stage = made()
    stage.tables["balance"]["smd_weighted"] = [0.5, -0.5, 0.05, NAN, 0.0]
    assert said("love", stage).title == "4 of 5 traits differ as found, 2 among like cases"
    many = pd.concat([stage.tables["balance"]] * 6, ignore_index=True)
    stage.tables["balance"] = many
    assert len(CHARTS["love"].data(stage)) == 16
    assert "16 largest of 30 traits" in said("love", stage).note


def test_leave_one_out_says_who_turns_it_without_a_name() -> None:
    stage = made(-0.12)
    words = said("leave_one_out", stage)
    assert words.title.startswith("No single account turns the gap: −")
    stage.tables["leave_one_out"].loc[2, "estimate"] = 0.03
    words = said("leave_one_out", stage)
    assert words.title == "Leaving out any one of 1 of 8 accounts turns the gap"
    frame = CHARTS["leave_one_out"].data(stage)
    assert "account_id" not in frame
    assert not frame.astype(str).map(lambda v: "world_leader" in v).any().any()
    shown = " ".join(t.get_text() for t in texts(CHARTS["leave_one_out"].render(stage)))
    assert "world_leader-" not in shown + words.alt + words.note


def test_leave_one_out_without_limits_says_so() -> None:
    stage = made(0.12)
    stage.tables["leave_one_out"] = stage.tables["leave_one_out"].drop(
        columns=["conf_low", "conf_high", "label"]
    )
    assert "No interval is drawn" in said("leave_one_out", stage).note
    assert CHARTS["leave_one_out"].data(stage)["conf_low"].isna().all()


def test_label_rates_count_the_classes() -> None:
    assert said("label_rates", made(-0.12)).title == (
        "World leader rate is below that of all 3 others, told apart from 3"
    )
    above = said("label_rates", made(0.12)).title
    assert above.startswith("World leader rate is above that of all 3 others")
    assert "told apart from 0" in said("label_rates", made(0.02, 0.2)).title
    assert "told apart" not in said("label_rates", made(0.02, NAN)).title
    one = said("label_rates", made(-0.02, 0.2, references=("ordinary",))).title
    assert one == "World leader rate is below ordinary rates: not told apart"


def test_periods_count_strata() -> None:
    stage = made()
    counts = stage.comparison.study.cells.counts()
    lower = (
        counts["events_focal"] / counts["n_focal"]
        < counts["events_reference"] / counts["n_reference"]
    ).sum()
    title = said("periods", stage).title
    higher = len(counts) - lower
    word, n = ("lower", lower) if lower >= higher else ("higher", higher)
    assert title == f"World leader rate is {word} in {n} of {len(counts)} groups of like posts"


def test_few_accounts_in_a_stratum_leave_the_mark_hollow() -> None:
    frame = CHARTS["periods"].data(made(leaders=3))
    assert frame["low_focal"].isna().all()
    assert frame["low_reference"].notna().all()


def test_simulated_data_are_said_to_be() -> None:
    for chart in CHARTS.values():
        if chart.stage == "frame" or chart.name in ASKED:
            continue
        words, plain = said(chart.name, made(simulated=True)), said(chart.name, made())
        assert words.subtitle.startswith("Simulated data. ")
        assert words.alt.startswith("Simulated data. ")
        assert "imulated" not in plain.subtitle + plain.alt


def test_notices_hedge_on_the_exact_test() -> None:
    title = "9 of 21 posts kept behind a notice, 5 of them one person’s"
    assert said("notices", groups()).title == title
    assert "first two groups: p = 0.103" in said("notices", groups()).note
    sure = said("notices", groups((19, 20), (1, 20))).title
    assert sure == "Kept behind a notice: president 19 of 20, other heads 1 of 20"


def test_copies_are_counted_on_both_sides() -> None:
    assert said("matched_copies", copies()).title == (
        "2 of 2 ordinary copies locked, 0 of 2 leader’s originals"
    )
    assert "1 of 2 leader’s originals" in said("matched_copies", copies(("lock", "none"))).title
    assert "one-sided p that 2 can give is 0.25" in said("matched_copies", copies()).note
    same = [t.get_text() for t in texts(CHARTS["matched_copies"].render(copies(("lock", "lock"))))]
    assert same.count("both: locked") == 2


def test_the_curve_is_no_estimate() -> None:
    words = said("allowance_curve", shares())
    assert words.title.startswith("From 190.0 to 0.3:")
    assert "19.0 % of the allowances (95 % Wilson interval 12.0 % to 30.0 %)" in words.note
    assert "not an estimate" in words.note
    assert "no point of the curve is an estimate" in words.alt
    assert "times" not in words.title + words.alt


def test_the_median_leaves_legal_grounds_out() -> None:
    frame = times()
    speech = frame[~frame["legal_ground"]]
    title = said("time_to_action", frame).title
    longest = f"{speech['days_high'].median():g}"
    assert title.startswith(f"Half of {len(speech)} timed decisions came within {longest} day")


def test_the_timeline_counts_two_years_running() -> None:
    frame = timeline()
    decided = frame[frame["kind"] == "decision"]["earliest"].dt.year
    title = said("decision_timeline", frame).title
    pairs = {y: decided.isin([y, y + 1]).sum() for y in range(2018, 2023)}
    year = max(pairs, key=lambda y: (pairs[y], -y))
    assert title == (
        f"{pairs[year]} of {len(decided)} documented decisions fall in {year} and {year + 1}"
    )


@pytest.mark.parametrize("name", FRAMES)
def test_a_view_brings_its_limits_into_the_note(name: str) -> None:
    class View:
        frame = FRAMES[name]()
        limits = ("What this cannot show is said here.", "And here.")
        selection = "all rows of a kind"

    assert "What this cannot show is said here." in said(name, View()).note


def test_the_timeline_refuses_an_action_it_has_no_shape_for() -> None:
    frame = timeline()
    frame.loc[0, "what"] = "shadowban"
    with pytest.raises(ReportError, match="no shape for the action 'shadowban'; allowed: none, "):
        CHARTS["decision_timeline"].data(frame)


def test_ordinary_accounts_keep_their_colour_in_the_timeline() -> None:
    frame = timeline().assign(group="head_of_state")
    frame.loc[0, "group"] = "ordinary_account"
    axes = CHARTS["decision_timeline"].render(frame)
    edges = [line.get_markeredgecolor() for line in axes.lines if line.get_marker() in "osvP"]
    assert edges.count(REFERENCE) == 1
    assert set(edges) == {FOCAL, REFERENCE}


def test_a_bare_yes_or_no_names_its_column() -> None:
    """A newsroom lifted a chart with a row "Before · no": no what?"""
    assert _group("before · no", ("period", "fraud_words")) == "before · fraud words = no"
    assert _group("abuse · qaa", ("rule", "language")) == "abuse · qaa"
    assert _group("a · b · no", ("rule", "fraud_words")) == "a · b · no"
    assert _group("yes", ("violating",)) == "violating = yes"
