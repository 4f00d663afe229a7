"""Four coders, one outcome: the report is written, its gap holds, and nobody is exposed."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from needs import ROOT, SHARED
from outside import published, report_of, words_of

from audit.claims import NEVER
from audit.design import Design
from audit.run import source
from audit.sources.election_labels import coders, label_error
from audit.sources.election_labels.posts import INSTITUTIONS, LEADER_HANDLE, read_posts

DESIGN = "four-coders-one-outcome"
WORDS = {"congress", "dominion", LEADER_HANDLE} | INSTITUTIONS
"""Handles that are words of the report, or of accounts that it may name."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        return report_of(DESIGN, tmp_path_factory.mktemp("reports"), patch)


def test_the_report_says_the_gap_and_that_it_is_one_leaders(folder: Path) -> None:
    assert (folder / "report.pdf").read_bytes().startswith(b"%PDF")
    text = words_of(folder / "report.pdf")
    assert (
        "279 of 2,343 (11.9 %) against 43 of 1,080 (4.0 %); among like cases the gap is +6.8 "
        "percentage points. The focal class is 1 account: this describes it" in text
    )
    assert "Only one coder looked at the posts of others" in text


def test_the_gap_moves_little_with_the_coder(folder: Path) -> None:
    found = pd.read_csv(folder / "tables" / "tbl-gaps.csv").set_index("coder")
    assert found["acted_focal"].tolist() == [279, 261, 185]
    assert found["acted_focal_by_cao"].tolist() == [279, 261, 187]
    assert found["estimate"].round(1).tolist() == [6.8, 17.3, 5.3]
    assert (found["estimate"] - found["estimate_by_cao"]).abs().max() < 0.2  # points
    assert found["tipping"].round(3).tolist() == [0.429, 0.446, 0.399]


def test_the_gap_keeps_its_sign_under_the_declared_error(folder: Path) -> None:
    found = pd.read_csv(folder / "tables" / "tbl-label-error.csv")
    assert len(found) == 16
    assert round(found["estimate"].min(), 1) == 2.9  # points
    assert round(found["estimate"].max(), 1) == 11.5


def test_the_archive_stops_and_the_other_coder_does_not(folder: Path) -> None:
    found = pd.read_csv(folder / "tables" / "tbl-stops.csv").set_index("since")
    december = found.loc["2020-12-01":]
    assert december["by_coder"].tolist() == [57, 0, 0]
    assert december["by_against"].tolist() == [65, 51, 36]
    assert (december["posts"].sum(), december["by_against"].sum()) == (414, 152)


def test_the_declared_error_is_what_the_coders_give(folder: Path, monkeypatch) -> None:
    monkeypatch.chdir(ROOT)
    design = Design.read(f"designs/{DESIGN}.toml")
    used = source(design)
    table = coders(used.path, rosters=used.rosters, archive=used.archive)
    limits = {name: list(ends) for name, ends in design.label_error.items()}
    assert limits == label_error(table, before="2020-12-01")


def test_no_ordinary_handle_or_post_is_published(folder: Path) -> None:
    posts = read_posts(SHARED / "data" / "election_labels_2020")
    others = posts[posts["is_retweet"] & ~posts["handle"].isin(WORDS)]
    words = set(re.findall(r"\w+", published(folder)))
    assert not {h for h in others["handle"] if len(h) >= 6} & words
    assert not set(others["id"]) & words
    assert "realdonaldtrump" not in words  # nobody has to be named to say this


def test_the_notebook_names_no_cause_and_no_path_up() -> None:
    text = (ROOT / "notebooks" / "07_four_coders_one_outcome.py").read_text(encoding="utf-8")
    assert "../" not in text
    assert "def " not in text
    assert not [w for w in NEVER if w in text.lower()]
