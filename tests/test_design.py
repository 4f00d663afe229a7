"""The question as a value: what it refuses, how it is written, hashed, varied and frozen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from audit.design import Design, changes_since_freezing, freeze, words
from audit.errors import DesignError

GIVEN: dict[str, Any] = {
    "focal": "world_leader",
    "reference": "ordinary",
    "frame": "reported",
    "outcome": {"at_least": "remove"},
    "margin": 0.05,
    "strata": ["rule", "severity"],
    "population": {"violating": ["yes"]},
}


def design(**changes: Any) -> Design:
    return Design.of({**GIVEN, **changes})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"focal": "ordinary"}, "focal and reference are both 'ordinary'"),
        ({"reference": ["a", "a"]}, "each once"),
        ({"margin": 0}, r"margin is 0; it must lie in \(0, 1\)"),
        ({"margin": -0.1}, "margin is -0.1"),
        ({"margin": "5%"}, "margin is '5%'"),
        ({"confidence": 95}, "confidence is 95"),
        ({"frame": "sampled"}, "frame is 'sampled'; allowed: reported, reviewed"),
        ({"primary": "best"}, "primary is 'best'; allowed: raw, standardised"),
        ({"focal": "unknown"}, "not a class that can be compared"),
        ({"unit": "post"}, "the unit of inference is 'account_id'"),
        ({"population": {"rule": "spam"}}, "give a list of allowed values"),
        ({"population": {"reach": {"least": 3}}}, "give min, max or both"),
        ({"unknown_focal_max": -1}, "unknown_focal_max is -1"),
        ({"seed": 1.5}, "seed is 1.5"),
        ({"strata": ["rule", "rule"]}, "each once"),
        ({"marign": 0.05}, "unknown key.*'marign'"),
        ({"outcome": {}}, "none of at_least, any_of and reversed"),
        ({"outcome": {"at_least": "remove", "any_of": ["ban"]}}, "both given"),
        ({"outcome": {"at_least": "remove", "more_is": "worse"}}, "more_is is 'worse'"),
        ({"outcome": {"at_least": "remove", "within": 3}}, r"unknown key\(s\) \['within'\]"),
        ({"outcome": {"at_least": "remove", "acted_within_hours": 0}}, "a number above 0"),
    ],
)
def test_refused_in_words(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DesignError, match=message):
        design(**changes)


def test_all_faults_at_once() -> None:
    with pytest.raises(DesignError) as caught:
        design(focal="ordinary", margin=2, frame="x", seed=-1)
    assert all(w in str(caught.value) for w in ("4 fault", "margin", "frame", "seed", "both"))


def test_what_has_no_default_is_named() -> None:
    with pytest.raises(DesignError, match=r"missing key.*'frame'.*'margin'.*no default"):
        Design.of({"focal": "a", "reference": "b", "outcome": {"at_least": "remove"}})


@pytest.mark.parametrize(
    ("outcome", "direction", "sign"),
    [
        ({"at_least": "remove"}, "stricter", -1),
        ({"any_of": ["label"]}, "neither", 0),
        ({"reversed": True}, "lenient", 1),
        ({"any_of": ["label"], "more_is": "stricter"}, "stricter", -1),
    ],
)
def test_direction_of_lenience(outcome: dict[str, Any], direction: str, sign: int) -> None:
    found = design(outcome=outcome).outcome
    assert (found.more_is, found.lenient_sign) == (direction, sign)


def test_written_and_read_back(tmp_path: Path) -> None:
    first = design(title="A “quoted” title")
    assert Design.read(first.write(tmp_path / "d.toml")) == first


def test_hash_moves_with_the_question_and_not_with_its_name() -> None:
    base = design()
    assert base.hash == design(title="Another title", notebook="n.py").hash
    assert base.hash != design(margin=0.06).hash
    assert base.hash == design(confidence=0.95).hash


def test_vary_makes_every_combination() -> None:
    many = list(design().vary(strata=[("rule",), ()], margin=[0.02, 0.05]))
    assert len(many) == 4
    assert len({d.hash for d in many}) == 4
    with pytest.raises(DesignError, match="cannot vary"):
        list(design().vary(stratum=[1]))


def test_toml_that_is_not(tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text("focal = world_leader\n")
    with pytest.raises(DesignError, match="is not a TOML file"):
        Design.read(bad)


def test_frozen_and_then_changed(tmp_path: Path) -> None:
    path = design().write(tmp_path / "removal.toml")
    assert changes_since_freezing(path) is None
    freeze(path, today="2026-01-31")
    assert changes_since_freezing(path) == ()
    freeze(path, today="2026-02-01")  # the same design: the first date stands
    assert "2026-01-31" in (tmp_path / "frozen.toml").read_text()
    replace(design(), margin=0.10).write(path)
    assert changes_since_freezing(path) == ("margin 0.05 → 0.1",)
    with pytest.raises(DesignError, match=r"frozen on 2026-01-31 and has changed since \(margin"):
        freeze(path, today="2026-02-01")


def test_the_question_is_a_sentence() -> None:
    assert design().question == (
        "Among posts that were reported, with rule and severity held alike, how often were world "
        "leader posts removed or met with a stronger action, and how often were ordinary posts?"
    )


@pytest.mark.parametrize(
    ("strata", "said"),
    [
        ((), "reported, how often were world leader posts"),
        (("rule",), "reported, with rule held alike, how often"),
        (("rule", "severity", "language"), ", with rule, severity and language held alike, how"),
    ],
)
def test_what_is_held_alike_is_said_before_what_is_asked(
    strata: tuple[str, ...], said: str
) -> None:
    question = replace(design(), strata=strata).question
    assert said in question
    assert question.endswith(" and how often were ordinary posts?")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("from_3_november", "from 3 November"),
        ("3_MARCH", "3 March"),
        ("may_contain_nudity", "may contain nudity"),
        ("version_3_marching", "version 3 marching"),
    ],
)
def test_a_date_in_a_name_has_its_capital(name: str, said: str) -> None:
    assert words(name) == said


def test_a_month_beside_its_day_or_year_has_a_capital() -> None:
    assert words("from_3_november") == "from 3 November"
    assert words("21_may_2020") == "21 May 2020"
    assert words("june 2020") == "June 2020"
    # alone they are words of another kind
    assert words("march") == "march"
    assert words("accounts that may post 3 times") == "accounts that may post 3 times"
