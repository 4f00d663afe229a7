"""What the archive of one account shows by itself, on posts made for the tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from archive_rows import id_at, post, posts, write_csv

from audit.charts import CHARTS
from audit.sources.trump_archive import TrumpArchive
from audit.sources.trump_archive.views import by_role, flags_by_month


@pytest.fixture
def archive(tmp_path: Path) -> TrumpArchive:
    return TrumpArchive(str(write_csv(tmp_path / "t.csv", posts())))


def test_months_after_the_window_are_there_and_marked(archive: TrumpArchive) -> None:
    view = flags_by_month(archive)
    rows = view.frame.itertuples(index=False, name=None)
    assert list(rows) == [
        ("2020-05", 1, 1, "yes"),
        ("2020-11", 1, 1, "yes"),
        ("2020-12", 1, 1, "no"),
    ]
    assert view.figures["value"].tolist() == [2, 2, 1]


def test_a_month_cut_by_the_window_is_not_complete(tmp_path: Path) -> None:
    path = str(write_csv(tmp_path / "t.csv", posts()))
    view = flags_by_month(TrumpArchive(path, flags_until="2020-11-15", retweets="keep"))
    assert view.frame["posts"].tolist() == [1, 2, 1]
    assert view.frame["complete"].tolist() == ["yes", "no", "no"]


def test_a_role_is_set_beside_the_measures_there_were(archive: TrumpArchive) -> None:
    view = by_role(archive.load())
    assert list(view.frame.itertuples(index=False, name=None)) == [
        ("public_figure", "before 2019-06-27", 1, 0, 0),
        ("candidate", "before 2019-06-27", 2, 0, 0),
        ("world_leader", "before 2019-06-27", 1, 0, 1),
        ("world_leader", "2020-03-05", 2, 2, 0),
    ]
    assert view.limits[0].startswith("No post was ever both written out of office and open")
    assert view.figures["value"].tolist() == [0, 0, 1]


def test_what_a_later_post_changes_is_said(tmp_path: Path) -> None:
    later = post("2021-01-21 10:00:00", id=id_at("2021-01-21 10:00:00"))
    path = str(write_csv(tmp_path / "t.csv", [*posts(), later]))
    trusted = TrumpArchive(path, flags_until="2021-02-01", flags_because="made up")
    assert by_role(trusted.load()).limits[0].startswith("Roles and measures changed together")


def test_the_chart_says_where_nothing_can_be_said(archive: TrumpArchive) -> None:
    said = CHARTS["flags_over_time"].words(flags_by_month(archive))
    assert said.title == "1 of 1 post flagged in 2020-05, 100.0 % of that month"
    assert "1 month whose flags are not complete; there a low share says nothing" in said.note
    assert "2020-12 1 of 1 (flags not complete)" in said.alt
