"""One leader over time: the report is written, refuses the contrast, and counts right."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from needs import ROOT
from outside import report_of, words_of

from audit.claims import NEVER

DESIGN = "one-leader-over-time"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        return report_of(DESIGN, tmp_path_factory.mktemp("reports"), patch)


def test_the_report_refuses_the_contrast_in_its_first_sentence(folder: Path) -> None:
    assert (folder / "report.pdf").read_bytes().startswith(b"%PDF")
    text = words_of(folder / "report.pdf")
    assert (
        "These records cannot say whether world leader posts were treated differently from "
        "candidate posts. No candidate post is left after the steps in the ledger" in text
    )
    assert "Verdict: inadmissible" in text
    assert "percentage points more" not in text
    for limit in ("none at all means restricted", "not complete from 1 December 2020 on"):
        assert limit in text


def test_every_role_has_its_posts_flags_and_deletions(folder: Path) -> None:
    found = pd.read_csv(folder / "tables" / "tbl-roles.csv")
    assert found["posts"].sum() == 34_460
    assert found["flagged"].tolist() == [0, 0, 0, 0, 193]
    assert found["deleted"].sum() == 648
    assert found["account_class"].tolist() == ["public figure", "candidate", *["world leader"] * 3]


def test_the_chart_draws_the_months_whose_flags_are_not_complete(folder: Path) -> None:
    found = pd.read_csv(folder / "charts" / "fig-flags-over-time.csv")
    stale = found[found["complete"] == "no"]
    assert stale["month"].tolist() == ["2020-12", "2021-01"]
    assert stale["flagged"].tolist() == [57, 0]
    assert found.loc[found["complete"] == "yes", "flagged"].sum() == 193
    says = (folder / "charts" / "fig-flags-over-time.txt").read_text(encoding="utf-8")
    assert "2021-01 0 of 104 (flags not complete)" in says


def test_the_notebook_names_no_cause_and_no_path_up() -> None:
    text = (ROOT / "notebooks" / "06_one_leader_over_time.py").read_text(encoding="utf-8")
    assert "../" not in text
    assert "def " not in text
    assert not [w for w in NEVER if w in text.lower()]
