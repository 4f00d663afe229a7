"""Sentences of every verdict: the words of the rung, the numbers of the estimate, no others."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from builders import HOSTILE, cases_of, platform, question

from audit import numerals
from audit.checks.base import Finding
from audit.claims import Verdict
from audit.comparison import compare
from audit.errors import ClaimError
from audit.evidence import appraise
from audit.numerals import count, interval, points
from audit.page_claims import claims_of
from audit.sentences import sentence_of, who
from audit.study import enroll
from audit.verdict import Conclusion

FLAT = {"strata": []}


def comparison_of(cases, **changes):
    return compare(enroll(cases, question(**changes)))


def said(comparison, verdict: Verdict, rung: int, findings=()) -> str:
    return sentence_of(comparison, Conclusion(verdict), rung, findings)


def posts(leaders: list[tuple[int, int]], ordinary: list[tuple[int, int]], **names: str):
    """Return cases from (acted on, posts) per account; names: what the classes are called."""
    rows = []
    for name, accounts in (("leader", leaders), ("ordinary", ordinary)):
        for k, (events, n) in enumerate(accounts):
            rows += [(f"{name}{k}", names.get(name, name), "x", "remove")] * events
            rows += [(f"{name}{k}", names.get(name, name), "x", "none")] * (n - events)
    columns = ["account_id", "account_class", "rule", "action"]
    return cases_of(pd.DataFrame(rows, columns=columns))


@pytest.fixture(scope="module")
def spared():
    return comparison_of(platform(posts=8))


@pytest.fixture(scope="module")
def harsh():
    return comparison_of(platform(posts=8, rates=(0.5, 0.2)))


@pytest.mark.parametrize(
    ("rung", "phrase"),
    [
        (1, "removed or met with a stronger action less often: "),
        (2, "less often than comparable posts: "),
        (3, "were treated more leniently than comparable posts: "),
        (4, "were treated more leniently than comparable posts: "),
        (5, "were treated more leniently than comparable posts: "),
    ],
)
def test_a_rung_has_its_own_words(rung: int, phrase: str, spared) -> None:
    sentence = said(spared, Verdict.LENIENT, rung)
    assert sentence.startswith("Leader posts were ")
    assert phrase in sentence
    if rung < 3:
        assert "lenient" not in sentence


def test_the_sign_of_the_gap_chooses_the_word(spared, harsh) -> None:
    assert "more often than comparable" in said(harsh, Verdict.STRICT, 2)
    assert "more strictly" in said(harsh, Verdict.STRICT, 3)
    assert "less often than comparable" in said(spared, Verdict.LESS, 2)
    for found in (spared, harsh):
        gap = found.primary().estimate
        sentence = said(found, Verdict.MORE, 2)
        assert ("less often" in sentence) == (gap < 0)
        assert ("−" in points(gap)) == (gap < 0)
        assert points(gap) in sentence


def test_where_more_is_lenient_the_words_turn(spared, harsh) -> None:
    for found, word in ((spared, "more strictly"), (harsh, "more leniently")):
        cases = found.study.loaded
        turned = comparison_of(cases, outcome={"at_least": "remove", "more_is": "lenient"})
        assert word in said(turned, Verdict.STRICT, 3)


def test_observed_and_expected_are_counts_of_posts(spared) -> None:
    e = spared.primary()
    sentence = said(spared, Verdict.LENIENT, 3)
    n = e.n_supported
    assert f"{count(e.observed * n)} of {count(n)} were removed" in sentence
    assert (
        f"and {numerals.posts(e.expected * n)} would have been at the ordinary rate for like"
        in sentence
    )
    assert interval(e.conf_low, e.conf_high) in sentence


@pytest.mark.parametrize("changes", [{"strata": []}, {"primary": "raw"}], ids=str)
def test_a_raw_gap_is_not_said_of_like_posts(changes) -> None:
    raw = comparison_of(platform(posts=8), **changes)
    sentence = said(raw, Verdict.LENIENT, 1)
    assert "like posts" not in sentence
    assert f" of {count(raw.study.cells.total('focal'))} were " in sentence


def test_a_gap_below_the_margin_says_so(spared) -> None:
    sentence = said(spared, Verdict.SMALL, 2)
    assert sentence.endswith("smaller than the 5 percentage points that were said to matter.")


@pytest.mark.parametrize(("rung", "verb"), [(2, "fared alike"), (3, "were treated alike")])
def test_alike_names_the_margin_and_its_interval(rung: int, verb: str, spared) -> None:
    tight = spared.primary(confidence=0.9)
    sentence = said(spared, Verdict.ALIKE, rung)
    assert f"Leader and ordinary posts {verb}, within 5 percentage points" in sentence
    assert interval(tight.conf_low, tight.conf_high, confidence=0.9) in sentence
    labels = comparison_of(
        spared.study.loaded, outcome={"at_least": "remove", "more_is": "neither"}
    )
    assert "fared alike" in said(labels, Verdict.ALIKE, 3)


def gap_finding(value: float, passed: bool | None = False) -> Finding:
    return Finding("detectable_gap", value, "", passed, "")


@pytest.mark.parametrize(
    ("more_is", "side"), [("stricter", " below the ordinary rate"), ("neither", "")]
)
def test_unclear_says_what_could_have_been_seen(more_is: str, side: str, spared) -> None:
    found = comparison_of(spared.study.loaded, outcome={"at_least": "remove", "more_is": more_is})
    sentence = said(found, Verdict.UNCLEAR, 2, [gap_finding(0.123)])
    assert "cannot tell whether leader posts fared differently from ordinary posts" in sentence
    assert sentence.endswith(
        f" The smallest gap{side} this study could have seen is 12.3 percentage points."
    )
    none = said(found, Verdict.UNCLEAR, 2, [gap_finding(math.nan)])
    assert none.endswith(f" No gap{side}, however large, could have been seen.")
    silent = said(found, Verdict.UNCLEAR, 2, [gap_finding(math.nan, None)])
    assert "could have" not in silent


def test_a_turned_sign_is_unclear_and_the_sentence_keeps_the_primary_s_sign() -> None:
    cases = posts([(0, 400)] * 2 + [(14, 20)] * 8, [(10, 20)] * 60)
    found = appraise(comparison_of(cases))
    assert found.verdict is Verdict.UNCLEAR
    assert "sign" in found.note
    assert "cannot tell" in found.sentence
    assert points(found.comparison.primary().estimate) in found.sentence


@pytest.mark.parametrize(
    ("leader", "phrase"),
    [
        ((10, 100), "action as often as ordinary posts: 10 of 100 (10.0 %) against 40 of 400"),
        ((30, 100), "action more often than ordinary posts: 30 of 100 (30.0 %)"),
        ((1, 100), "action less often than ordinary posts: 1 of 100 (1.0 %)"),
    ],
)
def test_one_leader_is_described(leader, phrase: str) -> None:
    found = comparison_of(posts([leader], [(1, 10)] * 40))
    sentence = said(found, Verdict.UNCLEAR, 2)
    assert phrase in sentence
    assert "this describes it, and says nothing about the class" in sentence
    assert "interval" not in sentence


def test_three_leaders_are_described_together() -> None:
    sentence = said(comparison_of(posts([(1, 5)] * 3, [(1, 10)] * 40)), Verdict.UNCLEAR, 2)
    assert "3 accounts: this describes them" in sentence


def test_rows_without_accounts_say_so() -> None:
    frame = pd.DataFrame(
        {
            "account_class": ["leader", "leader", "ordinary", "ordinary"],
            "rule": "x",
            "action": ["remove", "none"] * 2,
            "count": [3, 7, 40, 60],
        }
    )
    frame["account_id"] = None
    from audit.cases import Cases

    made = cases_of(frame.assign(account_id="x")).to_frame()
    made["account_id"] = pd.Series([None] * 4, dtype="str")
    found = appraise(comparison_of(Cases(made, cases_of(frame.assign(account_id="x")).origins)))
    assert found.rung <= 1
    assert "3 of 10 (30.0 %) against 40 of 100 (40.0 %)" in found.sentence
    assert "Posts without an account let nothing follow for the class" in found.sentence


def test_inadmissible_gives_every_reason() -> None:
    found = comparison_of(platform(posts=4), frame="enforced_only")
    sentence = said(found, Verdict.INADMISSIBLE, 0)
    assert sentence.startswith("These records cannot say whether leader posts were treated")
    for gate in found.study.gates:
        assert gate.says in sentence


@pytest.mark.parametrize("name", ["US president", "Leader of the EU", "élu", "leader_of_state"])
def test_class_names_keep_their_letters(name: str) -> None:
    found = comparison_of(posts([(1, 5)] * 6, [(5, 10)] * 30, leader=name), focal=name)
    first, _ = who(found)
    shown = name.replace("_", " ")
    assert first == shown[0].upper() + shown[1:]
    assert f"whether {shown} posts" in said(found, Verdict.UNCLEAR, 2)


@pytest.mark.parametrize(
    "name", ["times higher", "proves", "lenient", "treated leniently", "due to"]
)
def test_a_class_called_by_a_forbidden_word_is_no_claim(name: str) -> None:
    found = comparison_of(posts([(1, 5)] * 6, [(5, 10)] * 30, leader=name), focal=name)
    for verdict in Verdict:
        assert name in said(found, verdict, 2).lower()


def test_the_licence_still_bites(spared, monkeypatch) -> None:
    monkeypatch.setitem(
        __import__("audit.sentences").sentences._SENTENCES,
        Verdict.ALIKE,
        lambda *_: "Leader posts were treated leniently.",
    )
    with pytest.raises(ClaimError, match="rung 2 does not license 'leniently'"):
        said(spared, Verdict.ALIKE, 2)


def test_hostile_class_names_are_visible_and_short() -> None:
    hostile = HOSTILE["override"] + HOSTILE["terminal"] + HOSTILE["long"]
    found = comparison_of(posts([(1, 5)] * 6, [(5, 10)] * 30, leader=hostile), focal=hostile)
    for verdict in Verdict:
        sentence = said(found, verdict, 2)
        assert "⟨U+202E⟩gnp.exe" in sentence
        assert "\u202e" not in sentence
        assert "\x1b" not in sentence
        assert len(sentence) < 1000


def test_claims_are_the_numbers_of_the_sentence(spared) -> None:
    findings = [gap_finding(0.2)]
    claims = {c.id: c for c in claims_of(spared, findings, 3)}
    sentence = said(spared, Verdict.LENIENT, 3)
    for name in ("observed", "expected", "gap"):
        assert claims[name].text in sentence
    e = spared.primary()
    assert claims["gap"].value == 100 * e.estimate
    assert claims["gap"].sign == -1
    assert claims["gap"].conf_high == 100 * e.conf_high
    assert claims["observed"].value == e.observed * e.n_supported
    assert claims["detectable_gap"].baseline == "below the ordinary rate"
    assert claims["expected"].baseline == "expected at the ordinary rate"
    assert len({c.id for c in claims.values()}) == len(claims_of(spared, findings, 3))
    nothing = {c.id for c in claims_of(spared, [gap_finding(math.nan)], 3)}
    assert "detectable_gap" not in nothing
