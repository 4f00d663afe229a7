"""The Trump Twitter Archive: every layout read alike, every trap met, every lost row said."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from archive_rows import (
    ARCHIVE,
    ORIGINALS,
    as_originals,
    id_at,
    post,
    posts,
    write_csv,
    write_json,
)

from audit.cases import Cases
from audit.design import Design
from audit.errors import DesignError, SchemaError, SourceError
from audit.sources.trump_archive import STALE, TrumpArchive
from audit.sources.trump_archive.dates import ACCOUNT, spells
from audit.sources.trump_archive.file import off_by_more_than_a_minute, read_archive


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "tweets.csv", posts())


@pytest.fixture
def real(shared: Path) -> TrumpArchive:
    return TrumpArchive(str(shared / "data/trump_archive/trump_tweets_tta_originals.csv"))


def because(cases: Cases) -> list[str]:
    return list(cases.ledger_frame()["because"].drop_duplicates())


# layouts ---------------------------------------------------------------------------------------


def test_every_layout_gives_the_same_cases(tmp_path: Path, path: Path) -> None:
    files = [
        path,
        write_json(tmp_path / "tweets.json", posts()),
        write_csv(tmp_path / "originals.csv", [as_originals(p) for p in posts()], ORIGINALS),
    ]
    lines = tmp_path / "lines.json"
    lines.write_text("\n".join(json.dumps(p) for p in posts()), encoding="utf-8")
    first, *others = (TrumpArchive(str(f)).load().frame for f in (*files, lines))
    for other in others:
        pd.testing.assert_frame_equal(first, other)
    assert len(first) == 6


def test_a_post_is_a_case_with_its_class_action_and_end(path: Path) -> None:
    frame = TrumpArchive(str(path)).load().frame
    assert set(frame["account_id"]) == {ACCOUNT}
    assert frame["account_class"].tolist() == [
        "public_figure",
        "candidate",
        "candidate",
        *["world_leader"] * 3,
    ]
    assert frame["in_office"].tolist() == ["no"] * 3 + ["yes"] * 3
    assert frame["action"].tolist() == ["none"] * 4 + ["label"] * 2
    assert frame["ended_by"].fillna("").tolist() == ["", "", "", "deleted_by_author", "", ""]
    assert frame["clock"].tolist() == ["none"] + ["agrees"] * 5
    assert frame["regime"].tolist() == ["before 2019-06-27"] * 4 + ["2020-03-05"] * 2
    assert "acted_at" not in frame
    assert "text" not in frame


@pytest.mark.parametrize("column", ARCHIVE)
def test_a_missing_or_renamed_column_is_named_before_anything_else(tmp_path, column) -> None:
    others = [c for c in ARCHIVE if c != column]
    broken = write_csv(
        tmp_path / "t.csv", [post("2018-01-05 13:00:00", id="x", date="never")], others
    )
    with pytest.raises(SchemaError, match=f"column '{column}': is missing") as caught:
        TrumpArchive(str(broken)).load()
    assert len(caught.value.faults) == 1
    renamed = [{**p, "new_name": p[column]} for p in posts()]
    renamed = write_csv(tmp_path / "r.csv", renamed, [*others, "new_name"])
    with pytest.raises(SchemaError, match="'new_name': is no column of this version") as caught:
        TrumpArchive(str(renamed)).load()
    assert {f.column for f in caught.value.faults} == {column, "new_name"}


def test_the_first_version_is_refused_for_what_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "v1.csv"
    head = "source,text,created_at,retweet_count,favorite_count,is_retweet,id_str\n"
    path.write_text(head + "x,x,05-01-2016 10:00:00,1,1,false,726000000000000000\n", "utf-8")
    with pytest.raises(SchemaError, match="first version, which holds neither flags nor deletions"):
        TrumpArchive(str(path)).load()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"id": "1"', "cannot be read as JSON"),
        ("[]", "has no rows"),
        ("[1, 2]", r"is not one flat object of whole texts \(2 rows: 1, 2\)"),
        ('[{"id": {"a": 1}}]', "is not one flat object"),
        ('[{"id": "1", "id": "2"}]', "names 'id' twice"),
        ('[{"id": "\\ud800"}]', "is not one flat object of whole texts"),
    ],
)
def test_a_json_file_that_is_no_list_of_posts_is_refused(tmp_path, text, message) -> None:
    path = tmp_path / "t.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SchemaError, match=message):
        TrumpArchive(str(path)).load()


def test_json_numbers_keep_every_digit(tmp_path: Path) -> None:
    whole = id_at("2018-01-05 13:00:00", 4095)
    path = tmp_path / "t.json"
    path.write_text(json.dumps([{**post("2018-01-05 13:00:00"), "id": int(whole)}]), "utf-8")
    assert TrumpArchive(str(path)).load().frame["case_id"].tolist() == [whole]
    assert int(float(whole)) != int(whole)  # what a float would have made of it


# traps -----------------------------------------------------------------------------------------


def test_ids_that_are_floats_are_refused(tmp_path: Path) -> None:
    rows = [{**p, "id": repr(float(p["id"]))} for p in posts()]
    with pytest.raises(SchemaError, match="floats lose digits"):
        TrumpArchive(str(write_csv(tmp_path / "t.csv", rows))).load()


def test_whole_ids_that_went_through_floats_are_refused(tmp_path: Path) -> None:
    rows = [{**p, "id": str(round(int(p["id"]), -2))} for p in posts()]  # as jq writes them
    with pytest.raises(SchemaError, match="ids have been floats: not one has a digit"):
        TrumpArchive(str(write_json(tmp_path / "t.json", rows))).load()


def test_a_row_with_nothing_but_a_rounded_id_leaves_through_the_ledger(tmp_path: Path) -> None:
    rows = [as_originals(p) for p in posts()]
    rows[1]["id_exact"] = ""
    cases = TrumpArchive(str(write_csv(tmp_path / "t.csv", rows, ORIGINALS))).load()
    assert because(cases)[0].startswith("only a rounded id is left of it")
    assert cases.ledger_frame()["cases_removed"].iloc[:3].sum() == 1
    rows[1]["id"] = ""
    with pytest.raises(SchemaError, match=r"'id_exact': is empty \(1 row: 2\)"):
        TrumpArchive(str(write_csv(tmp_path / "u.csv", rows, ORIGINALS))).load()


def test_an_id_twice_or_an_empty_cell_is_refused_with_its_row(tmp_path: Path) -> None:
    rows = [*posts(), posts()[1], post("2018-01-05 13:00:00", isFlagged="", id="")]
    with pytest.raises(SchemaError) as caught:
        TrumpArchive(str(write_csv(tmp_path / "t.csv", rows))).load()
    assert {(f.column, f.what, f.rows) for f in caught.value.faults} == {
        ("id", "repeats", (2, 9)),
        ("id", "is empty", (10,)),
        ("is_flagged", "is empty", (10,)),
    }


def test_times_labelled_est_that_are_utc_are_told_by_the_clock_in_the_ids(tmp_path) -> None:
    shifted = [as_originals(p) for p in posts()]
    for one in shifted:
        one["utc"] = one["created_at"]  # five hours late, as in the copy's own column
    path = write_csv(tmp_path / "t.csv", shifted, ORIGINALS)
    with pytest.raises(SchemaError, match=r"times are not UTC.*7 of 7 over a minute.*\+5.0 h"):
        TrumpArchive(str(path)).load()


def test_a_post_off_its_clock_is_counted_marked_and_mended_only_on_request(tmp_path) -> None:
    rows = posts()
    rows[2]["date"] = "2017-01-20 04:59:59"  # morning for evening
    path = str(write_csv(tmp_path / "t.csv", rows))
    cases = TrumpArchive(path).load()
    assert "1 of 7 posts with a clock in their id are recorded more than a minute off" in str(cases)
    assert (cases.frame["clock"] == "off").tolist() == [False, False, True, False, False, False]
    assert cases.frame.loc[2, "posted_at"] == pd.Timestamp("2017-01-20 04:59:59Z")
    mended = TrumpArchive(path, times="id").load().frame
    assert mended.loc[2, "posted_at"] == pd.Timestamp("2017-01-20 16:59:59Z")
    assert mended.loc[2, "raw_posted_at"] == pd.Timestamp("2017-01-20 04:59:59Z")
    assert (mended["posted_at"] == cases.frame["posted_at"]).sum() == 5


def test_flags_after_the_first_of_december_are_not_taken_as_complete(path: Path) -> None:
    cases = TrumpArchive(str(path)).load()
    assert cases.frame["posted_at"].max() < pd.Timestamp(STALE, tz="UTC")
    assert because(cases)[-1].startswith("posted from 2020-12-01 on, when the archive’s flags")
    with pytest.raises(SourceError, match=r"not complete after 2020-12-01 \(57 against 152"):
        TrumpArchive(str(path), flags_until="2020-12-11")
    longer = TrumpArchive(str(path), flags_until="2020-12-11", flags_because="checked by hand")
    assert len(longer.load()) == len(cases) + 1
    assert "taken as complete until 2020-12-11: checked by hand" in str(longer.load())
    shorter = TrumpArchive(str(path), flags_until="2020-11-01").load()
    assert len(shorter) == len(cases) - 1


def test_retweets_leave_through_the_ledger_or_stay(path: Path) -> None:
    cases = TrumpArchive(str(path)).load()
    assert "a retweet is the post of another author" in because(cases)
    kept = TrumpArchive(str(path), retweets="keep").load()
    assert len(kept) == len(cases) + 1
    assert kept.frame["is_retweet"].eq("yes").sum() == 1


@pytest.mark.parametrize("column", ["raw_favorites", "raw_retweets"])
def test_engagement_is_no_covariate(path: Path, column: str) -> None:
    assert column in TrumpArchive(str(path)).load().frame
    asked = {"focal": "world_leader", "reference": "candidate", "frame": "all_posts"}
    asked |= {"outcome": {"any_of": ["label"]}, "margin": 0.05}
    with pytest.raises(DesignError, match=f"'{column}' can follow from an action"):
        Design.of({**asked, "strata": [column]})
    with pytest.raises(DesignError, match=f"'{column}' is known to follow from an action"):
        Design.of({**asked, "families": [[column]]})


def test_no_engagement_is_said_to_mean_restricted(path: Path) -> None:
    assert "none at all means restricted, not unpopular" in str(TrumpArchive(str(path)).load())


# parameters ------------------------------------------------------------------------------------


def test_a_roster_of_ones_own_replaces_the_dates(tmp_path: Path, path: Path) -> None:
    own = tmp_path / "roster.csv"
    own.write_text(
        f"account_id,account_class,start,end\n{ACCOUNT},mine,2009-01-01,2020-06-01\n",
        encoding="utf-8",
    )
    frame = TrumpArchive(str(path), roster=str(own)).load().frame
    assert frame["account_class"].tolist() == ["mine"] * 5 + ["unknown"]
    assert set(frame["in_office"]) == {"no"}


def test_the_term_of_office_is_that_of_the_registry(root: Path) -> None:
    registry = pd.read_csv(root / "data/registry/roster.csv", dtype="str")
    registry = registry[(registry["account_id"] == ACCOUNT)]
    term = registry[registry["account_class"] == "world_leader"].iloc[0]
    own = spells().frame.set_index("account_class").loc["world_leader"]
    assert [f"{own[c]:%Y-%m-%d}" for c in ("start", "end")] == [term["start"], term["end"]]
    assert spells().frame["source"].str.len().gt(0).all()


def test_every_wrong_choice_is_named_at_once(path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        TrumpArchive(str(path), retweets="some", times="EST", flags_until="soon")
    for part in ("retweets is 'some'", "times is 'EST'", "flags_until is 'soon'"):
        assert part in str(caught.value)


def test_hostile_cells_go_no_further(tmp_path: Path) -> None:
    rows = posts()
    rows[1] |= {"text": "=1+1 #let x <script> \u202e", "device": "$\\input{x}$"}
    cases = TrumpArchive(str(write_csv(tmp_path / "t.csv", rows))).load()
    assert not cases.frame.astype("str").apply(lambda c: c.str.contains("script|input")).any().any()


# the real file ---------------------------------------------------------------------------------


def test_the_figures_of_the_real_file(real: TrumpArchive) -> None:
    found, layout = read_archive(real.path)
    assert layout == "originals"
    assert len(found) == 35_136
    assert found["is_flagged"].sum() == 250
    assert found["is_deleted"].sum() == 653
    assert f"{found['posted_at'].min():%Y-%m-%d}" == "2009-05-04"
    assert f"{found['posted_at'].max():%Y-%m-%d}" == "2021-01-08"
    assert off_by_more_than_a_minute(found).sum() == 242  # one of them has only a rounded id
    hours = found.loc[off_by_more_than_a_minute(found), "off_clock"].dt.total_seconds() / 3600
    assert set(hours.round()) == {-12.0, 12.0}  # morning for evening, and no zone
    late = pd.to_datetime(found["raw_created_at"], utc=True) - found["posted_at"]
    assert set(late.dt.total_seconds()) == {5 * 3600.0}  # what its name calls Eastern time
    rounded = found["raw_id"].map(float).map(int).astype("str")
    exact = found["case_id"].dropna()
    assert (rounded[exact.index] != exact).sum() == 13_735


def test_what_leaves_the_real_file_is_in_the_ledger(real: TrumpArchive) -> None:
    cases = real.load()
    steps = cases.ledger_frame().groupby("step")["cases_removed"].sum()
    assert steps.tolist() == [149, 527]
    assert len(cases) == 35_136 - 149 - 527
    frame = cases.frame
    assert (frame["action"] == "label").sum() == 250 - 57  # 57 of December leave with its posts
    assert set(frame.loc[frame["action"] == "label", "regime"]) == {"2020-03-05"}
    flagged = frame[frame["action"] == "label"]
    assert not (flagged["ended_by"] == "deleted_by_author").any()


def test_the_flags_of_the_real_file_go_stale_in_december(real: TrumpArchive, shared) -> None:
    path = shared / "data/election_labels_2020/interventions.json"
    other = pd.read_json(path, lines=True, dtype={"id_str": "str"}, convert_dates=False)
    other = other.drop_duplicates("id_str").set_index("id_str")
    acted = other["soft_intervention"] | other["hard_intervention"]
    found, _ = read_archive(real.path)
    found = found[found["case_id"].isin(acted.index)].copy()
    found["other"] = found["case_id"].map(acted).astype(bool)
    december = found[found["posted_at"] >= "2020-12-01"]
    sums = (len(december), december["is_flagged"].sum(), december["other"].sum())
    assert sums == (414, 57, 152)
    early = december[december["posted_at"] < "2020-12-11"]
    assert (early["is_flagged"].sum(), early["other"].sum()) == (57, 65)
    rest = december[december["posted_at"] >= "2020-12-11"]
    assert (rest["is_flagged"].sum(), rest["other"].sum()) == (0, 87)


def test_no_flag_at_all_in_january(real: TrumpArchive) -> None:
    found, _ = read_archive(real.path)
    january = found[found["posted_at"] >= "2021-01-01"]
    assert (len(january), january["is_flagged"].sum()) == (104, 0)


def test_swapping_the_times_moves_no_class_of_the_real_file(real: TrumpArchive) -> None:
    recorded, by_id = (replace(real, times=t).load().frame for t in ("recorded", "id"))
    pd.testing.assert_series_equal(recorded["account_class"], by_id["account_class"])
    assert (recorded["posted_at"] != by_id["posted_at"]).sum() == 241
