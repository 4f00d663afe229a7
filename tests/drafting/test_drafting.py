from __future__ import annotations

import csv
import datetime
import random
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import tomli_w
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from audit.design import Design
from audit.drafting.roles import Guess, guess_roles
from audit.drafting.vocabulary import ACTION_WORDS, NAMES, plain_words, rung_of
from audit.drafting.write import draft_source
from audit.errors import SchemaError
from audit.run import load
from audit.schema import CASE_COLUMNS, STANDARD_LADDER
from audit.sources.table import read_cases

FILLED = {
    "focal": "world_leader",
    "reference": "ordinary",
    "frame": "reported",
    "margin": 0.05,
    "outcome": {"at_least": "remove"},
}
CORE = ("case_id", "account_id", "account_class", "action", "posted_at", "acted_at")


def table(n: int, seed: int) -> pd.DataFrame:
    """Return a table of decisions with every column but regime, two classes and some measures."""
    draw = random.Random(seed)
    start = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    rows: list[dict[str, Any]] = []
    for i in range(n):
        leader = i % 3 == 0
        acted = i % 2 == 1
        posted = start + datetime.timedelta(hours=draw.randrange(9000))
        late = posted + datetime.timedelta(hours=1 + draw.randrange(90))
        rows.append(
            {
                "case_id": str(1301234567890123456 + 7 * i),
                "account_id": f"{'l' if leader else 'o'}{draw.randrange(4)}",
                "account_class": "world_leader" if leader else "ordinary",
                "action": draw.choice(["remove", "label"]) if acted else "none",
                "posted_at": posted.isoformat(),
                "acted_at": late.isoformat() if acted else "",
                "platform": draw.choice(["twitter", "facebook"]),
                "rule": draw.choice(["hate", "spam", "abuse"]),
                "severity": draw.choice(["high", "low"]),
                "language": draw.choice(["en", "de"]),
                "country": draw.choice(["US", "DE", "FR"]),
                "reach": str(draw.randrange(10**6)),
                "reports": str(draw.randrange(50)),
                "violating": draw.choice(["yes", "no", "unknown"]),
                "reversed": draw.choice(["true", "false"]) if acted else "",
                "sampling_weight": str(1 + draw.random()),
                "note": draw.choice(["so", "and so", "on"]) + " and on",
            }
        )
    return pd.DataFrame(rows)


def written(frame: pd.DataFrame, folder: str | Path, name: str = "cases.csv") -> Path:
    path = Path(folder) / name
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(list(frame))
        writer.writerows(frame.to_numpy().tolist())
    return path


def filled(text: str) -> Design:
    """Return the design after a person has filled in what is required, above the draft's own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "d.toml"
        path.write_text(tomli_w.dumps(FILLED).split("[outcome]")[0] + PLAIN + text, "utf-8")
        return Design.read(path)


PLAIN = 'outcome = { at_least = "remove" }\n'


def roles(frame: pd.DataFrame) -> dict[str, str]:
    return {guess.role: guess.column for guess in guess_roles(frame) if guess.role}


STYLES = (
    lambda words: words,
    lambda words: words.upper(),
    lambda words: words.title().replace(" ", ""),
    lambda words: words.replace(" ", "_"),
    lambda words: words.replace(" ", "-").title(),
    lambda words: words.title().replace(" ", "")[:1].lower() + words.title().replace(" ", "")[1:],
)


@settings(max_examples=20)
@given(st.integers(16, 60), st.integers(0, 10**6), st.data())
def test_the_roles_of_renamed_columns_are_recovered_and_load_the_very_table(
    n: int, seed: int, data: st.DataObject
) -> None:
    frame = table(n, seed)
    names = {}
    for column in frame:
        known = [w for w in NAMES.get(column, ()) if len(w) > 1]
        word = data.draw(st.sampled_from(known)) if known else column
        names[column] = data.draw(st.sampled_from(STYLES))(word)
    assume(len(set(names.values())) == len(names))
    renamed = frame.rename(columns=names)
    found = roles(renamed)
    assert {role: found.get(role) for role in names if role != "note"} == {
        role: name for role, name in names.items() if role != "note"
    }
    with tempfile.TemporaryDirectory() as folder:
        path = written(renamed, folder)
        design = filled(draft_source(path).to_toml())
        expected = read_cases(written(frame, folder, "own.csv")).frame
        got = load(design).frame.rename(columns={names["note"]: "note"})
        pd.testing.assert_frame_equal(got, expected)


HOSTILE = (
    *('"', "'", "\n", "]", "[source]\nname = 1", "a = 1", "#", "# x", "\\", "'''", '"""', "\u202e"),
    *("💥", "\x7f", "\x01", "é", "\u2028", "x\ty", "[[a]]", "{", "}", "=cmd()", "<b>", "\ufeff."),
    *("a.b", "\\u0000", "$x$", "\r", "٣", "\u200b"),
)


@settings(max_examples=25)
@given(
    st.integers(20, 60),
    st.integers(0, 10**6),
    st.lists(
        st.lists(st.sampled_from(HOSTILE), min_size=1, max_size=3).map("".join),
        min_size=len(CORE) + 1,
        max_size=len(CORE) + 1,
        unique=True,
    ),
)
def test_hostile_names_cannot_break_the_draft(n: int, seed: int, names: list[str]) -> None:
    assume(all(name.strip() for name in names))
    frame = table(n, seed)[[*CORE, "note"]]
    renamed = frame.set_axis(names, axis=1)
    with tempfile.TemporaryDirectory() as folder:
        path = written(renamed, folder)
        try:
            read = read_cases(path, columns=dict(zip(names[:-1], CORE, strict=True)))
        except SchemaError:
            assume(False)  # a byte-order mark at the start of the file is no part of a name
        draft = draft_source(path)
        text = draft.to_toml()
        assert tomllib.loads(text) == {"source": dict(draft.source)}
        assert all(not any(ord(c) < 32 for c in line) for line in draft.lines())
        assert draft.source["columns"] == dict(zip(names[:-1], CORE, strict=True))
        pd.testing.assert_frame_equal(load(filled(text)).frame, read.frame)


# What a guess says


def by_column(frame: pd.DataFrame, **options: Any) -> dict[str, Guess]:
    return {guess.column: guess for guess in guess_roles(frame, **options)}


def test_every_guess_has_its_reason_and_its_confidence() -> None:
    frame = table(30, 1)[[*CORE, "note"]]
    frame = frame.rename(columns={"account_id": "User", "action": "xyz", "acted_at": "q"})
    found = by_column(frame.assign(nothing=""))
    assert found["case_id"] == Guess("case_id", "case_id", 1.0, "it bears the very name")
    assert found["User"].why == "a usual name of account_id, and the contents fit"
    assert found["User"].confidence == 0.85
    assert found["xyz"].role == "action"
    assert found["xyz"].why == "100% of its 3 values are known words for measures"
    assert found["q"].role == "acted_at"
    assert found["q"].why == "a time that is there only where a measure was taken"
    assert found["note"].role == ""
    assert found["note"].why == "nothing in name or contents says what it is"
    assert found["nothing"].why == "it is empty"


def test_a_name_is_not_believed_against_the_contents() -> None:
    frame = table(30, 1)[list(CORE)].rename(columns={"case_id": "mine"})
    found = by_column(frame.assign(**{"tweet": frame["account_id"], "weight": "heavy"}))
    assert found["tweet"].role == ""  # it repeats, so it names no case
    assert found["weight"].role == ""
    assert found["mine"].role == "case_id"
    assert (
        "though its contents do not look like it"
        in by_column(frame.assign(posted_at="never"))["posted_at"].why
    )


def test_ids_that_were_floats_and_counts_of_other_things_are_not_taken() -> None:
    frame = table(30, 1)[["account_id", "action"]]
    frame["id"] = [f"1.30123456{i}e+18" for i in range(30)]
    frame["id_exact"] = [str(1301234567890123456 + i) for i in range(30)]
    found = by_column(frame.assign(word_count="3", following_count="4"))
    assert found["id"].role == ""
    assert found["id"].why == "it is called like case_id, and its contents do not look like it"
    assert found["id_exact"].role == "case_id"
    assert found["word_count"].role == ""
    assert found["following_count"].role == ""


def test_codes_of_countries_are_no_languages() -> None:
    codes = ["DE", "FR", "IT", "ES", "NL"] * 6
    frame = table(30, 1)[["account_id", "action"]]
    assert by_column(frame.assign(x=codes))["x"].role == ""
    assert by_column(frame.assign(x=[code.lower() for code in codes]))["x"].role == "language"


def test_texts_are_no_ids() -> None:
    long = [f"a post with words number {i}" for i in range(30)]
    assert by_column(table(30, 1)[["action"]].assign(tweet=long))["tweet"].role == ""


def test_what_the_user_says_is_not_guessed(tmp_path: Path) -> None:
    frame = table(30, 1).rename(columns={"account_id": "user", "rule": "author"})
    found = by_column(frame, given={"author": "rule", "user": "account_id"})
    assert found["author"].why == "you said so"
    assert found["author"].role == "rule"
    path = written(frame, tmp_path)
    draft = draft_source(path, columns={"author": "rule"}, time_zone="UTC", roster=None)
    assert draft.source["time_zone"] == "UTC"
    assert draft.source["columns"] == {"author": "rule", "user": "account_id"}
    assert "roster" not in draft.source
    gone = draft_source(path, columns={"gone": "action"})
    assert gone.source["columns"] == {"gone": "action", "user": "account_id"}
    with pytest.raises(SchemaError, match="'gone': is mapped and not in the table"):
        load(filled(gone.to_toml()))


def test_every_alias_means_one_role() -> None:
    assert set(NAMES) == {c.name for c in CASE_COLUMNS}
    words = [word for known in NAMES.values() for word in known]
    assert len(words) == len(set(words))
    assert all(plain_words(word) == word for word in words)
    assert set(ACTION_WORDS) == set(STANDARD_LADDER.rungs)
    assert all(rung_of(rung) == rung for rung in STANDARD_LADDER.rungs)
    actions = [word for known in ACTION_WORDS.values() for word in known]
    assert len(actions) == len(set(actions))
    assert rung_of("Taken_Down") == "remove"
    assert rung_of("exploded") == ""


def test_actions_are_guessed_with_their_words_and_unknown_ones_left(tmp_path: Path) -> None:
    frame = table(30, 1)[list(CORE)]
    words = {"none": "no action", "remove": "deleted", "label": "zapped"}
    path = written(frame.assign(action=frame["action"].map(words)), tmp_path)
    draft = draft_source(path)
    assert draft.source["actions"] == {"no action": "none", "deleted": "remove"}
    said = str(draft)
    assert "actions: 'deleted' is guessed to be 'remove'." in said
    assert "actions: 'deleted' must be the platform's doing, not the author's own." in said
    assert "actions: 'zapped' is no known word; map it to a rung of the ladder." in said
    with pytest.raises(SchemaError, match="'zapped'"):
        load(filled(draft.to_toml()))


def test_what_is_missing_and_times_without_a_zone_are_said(tmp_path: Path) -> None:
    frame = table(30, 1)[["case_id", "action", "posted_at", "note"]]
    frame["posted_at"] = frame["posted_at"].str[:19]
    said = str(draft_source(written(frame, tmp_path)))
    assert "no column looks like account_class: what the account was when it posted" in said
    assert "no column looks like account_id" in said
    assert "time_zone: times without a zone in 'posted_at'; nobody can tell it from" in said
    with_roster = str(draft_source(tmp_path / "cases.csv", roster="leaders.csv"))
    assert "no column looks like account_class" not in with_roster


def test_the_draft_is_no_design_until_it_is_filled_in(tmp_path: Path) -> None:
    text = draft_source(written(table(30, 1), tmp_path)).to_toml()
    (tmp_path / "d.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"missing key.s. 'focal', 'reference', 'frame'"):
        Design.read(tmp_path / "d.toml")
    assert "# of: 'ordinary', 'world_leader'" in text
    opened = "\n".join(
        line.removeprefix("# ").replace('""', '"world_leader"', 1)
        if line.startswith(tuple(f"# {key} " for key in ("margin", "outcome", "focal")))
        else line.removeprefix("# ").replace('""', '"ordinary"', 1)
        if line.startswith("# reference ")
        else line.removeprefix("# ").replace('""', '"reported"', 1)
        if line.startswith("# frame ")
        else line
        for line in text.split("\n")
    )
    (tmp_path / "d.toml").write_text(opened, encoding="utf-8")
    assert len(load(Design.read(tmp_path / "d.toml"))) == 30


def test_no_value_of_ids_or_texts_is_printed(tmp_path: Path) -> None:
    frame = table(30, 1).assign(account_id=[f"person{i % 5}" for i in range(30)])
    said = draft_source(written(frame, tmp_path)).to_toml()
    assert "person" not in said
    assert "13012345" not in said
    assert "and so" not in said


def test_a_broken_file_is_mended_before_it_is_drafted(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1\n2,3\n", encoding="utf-8")
    with pytest.raises(SchemaError, match="has too few fields"):
        draft_source(tmp_path / "t.csv")
