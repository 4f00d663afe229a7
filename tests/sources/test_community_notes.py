"""Community Notes: what was shown, by whom it was posted, and what nobody can know."""

from __future__ import annotations

import pandas as pd
import pytest
from notes_files import (
    HELPFUL,
    HISTORY,
    HOUR,
    NOT_HELPFUL,
    NOTES,
    POSTED,
    WAITING,
    authors,
    download,
    note,
    note_id,
    post_id,
    small,
    status,
    two_classes,
    write,
)

import audit
from audit.errors import DesignError, SchemaError, SourceError
from audit.sources.community_notes import CommunityNotes
from audit.sources.community_notes.layout import KNOWN

LABEL = {"outcome": {"any_of": ["label"]}, "margin": 0.05, "frame": "reported"}
CLASSES = {"focal": "world_leader", "reference": "ordinary"}


def read(folder, *args, **choices) -> pd.DataFrame:
    return CommunityNotes(str(folder), *args, **choices).load().frame


def at(hours: float) -> pd.Timestamp:
    return pd.Timestamp(POSTED + hours * HOUR, unit="ms", tz="UTC").as_unit("us")


# notes -----------------------------------------------------------------------------------------


def test_a_note_is_a_case_with_what_happened_to_it(tmp_path) -> None:
    frame = read(small(tmp_path)).set_index("case_id")
    assert frame["action"].tolist()[:3] == ["label", "none", "none"]
    assert frame["action"].isna().tolist() == [False, False, False, True]
    first = frame.loc[note_id(1)]
    assert first["post_id"] == post_id(1)
    assert len(first["post_id"]) == 19
    assert (first["posted_at"], first["reported_at"]) == (at(0), at(2))
    assert (first["acted_at"], first["observed_until"]) == (at(5), at(26))
    assert frame["acted_at"].isna().tolist() == [False, True, True, True]
    assert frame["status"].tolist()[:3] == [HELPFUL, WAITING, NOT_HELPFUL]


def test_a_note_that_calls_the_post_not_misleading_is_never_shown(tmp_path) -> None:
    not_ = {"classification": "NOT_MISLEADING"}
    notes = [note(1, 1), note(2, 1, **not_), note(3, 2, **not_), note(4, 3, classification="")]
    folder = download(tmp_path, notes, [status(n) for n in (1, 2, 4)])
    cases = CommunityNotes(str(folder)).load()
    assert cases.frame["case_id"].tolist() == [note_id(1), note_id(4)]
    (entry,) = cases.ledger
    assert (entry.cases_removed, entry.because[-38:]) == (
        2,
        "calls the post not misleading: never shown"[-38:],
    )
    frame = read(folder, not_misleading="stay")
    assert frame["action"].tolist()[:3] == ["label", "none", "none"]
    assert frame["action"].isna().tolist() == [False, False, False, True]  # nobody knows what it is
    assert frame["acted_at"].notna().tolist() == [True, False, False, False]
    by_post = read(folder, case="post")
    assert by_post["case_id"].tolist() == [post_id(1), post_id(3)]
    assert by_post["action"].tolist()[0] == "label"
    assert read(folder, case="post", not_misleading="stay")["action"].tolist()[1] == "none"


def test_unknown_is_counted_and_said(tmp_path) -> None:
    folder = download(
        tmp_path,
        [note(1, 1), note(2, 2), note(3, 3)],
        [status(1), status(2, currentStatus=""), status(9)],
    )
    cases = CommunityNotes(str(folder)).load()
    says = cases.origins[0].notes
    assert "3 notes on 3 posts" in says
    assert "1 notes are not in the status history: their outcome is unknown" in says
    assert "1 are in it without a status" in says
    assert "1 in the history have no note any more" in says
    assert cases.frame["action"].isna().sum() == 2


def test_without_a_history_no_outcome_is_known(tmp_path) -> None:
    cases = CommunityNotes(str(download(tmp_path, [note(1, 1), note(2, 2)], None))).load()
    assert cases.frame["action"].isna().all()
    assert "which notes were shown is unknown" in cases.origins[0].notes


@pytest.mark.parametrize(
    ("changes", "current", "ever"),
    [
        ({}, ("label", 5), ("label", 5)),
        (  # shown, then not: the time of the first status is that of showing it
            {"currentStatus": WAITING},
            ("none", None),
            ("label", 5),
        ),
        (  # first not helpful, then shown: the latest change is the one that shows it
            {
                "firstNonNMRStatus": NOT_HELPFUL,
                "timestampMillisOfLatestNonNMRStatus": POSTED + 9 * HOUR,
            },
            ("label", 9),
            ("label", 9),
        ),
        (  # older files write -1 where there never was one
            {
                "currentStatus": WAITING,
                "firstNonNMRStatus": "-1",
                "timestampMillisOfFirstNonNMRStatus": -1,
                "mostRecentNonNMRStatus": "-1",
                "timestampMillisOfLatestNonNMRStatus": -1,
            },
            ("none", None),
            ("none", None),
        ),
        (  # shown now, and the history has no time of it: never the time of the last scoring
            {
                "firstNonNMRStatus": "",
                "timestampMillisOfFirstNonNMRStatus": "",
                "mostRecentNonNMRStatus": "",
                "timestampMillisOfLatestNonNMRStatus": "",
            },
            ("label", None),
            ("label", None),
        ),
    ],
)
def test_shown_now_and_ever_shown(tmp_path, changes, current, ever) -> None:
    folder = download(tmp_path, [note(1, 1)], [status(1, **changes)])
    for which, (action, hours) in (("current", current), ("ever", ever)):
        row = read(folder, shown=which).iloc[0]
        assert row["action"] == action
        assert pd.isna(row["acted_at"]) if hours is None else row["acted_at"] == at(hours)


def test_the_guides_names_of_columns_are_read_too(tmp_path) -> None:
    names = {
        "noteAuthorParticipantId": "participantId",
        "mostRecentNonNMRStatus": "latestNonNMRStatus",
    }
    small(tmp_path)
    expected = read(tmp_path)
    for path in tmp_path.iterdir():
        head, rest = path.read_text().split("\n", 1)
        head = "\t".join(names.get(name, name) for name in head.split("\t"))
        path.write_text(head + "\n" + rest)
    pd.testing.assert_frame_equal(read(tmp_path), expected)


def test_the_columns_made_here_are_known(shared) -> None:
    published = pd.read_csv(shared / "data" / "community_notes" / "columns.csv")
    of = published.groupby("table")["column"].agg(set)
    assert of["Notes"] <= KNOWN["notes"]
    assert of["Note Status History"] <= KNOWN["history"]
    assert set(NOTES) <= KNOWN["notes"]
    assert set(HISTORY) <= KNOWN["history"]


def test_words_are_loaded_only_when_asked_and_never_printed(tmp_path) -> None:
    folder = small(tmp_path)
    assert "summary" not in read(folder)
    cases = CommunityNotes(str(folder), text=True).load()
    assert cases.frame["summary"].str.contains("bare quote").all()
    assert "bare quote" not in str(cases) + cases._repr_html_()
    with pytest.raises(SourceError, match="text is of single notes"):
        CommunityNotes(str(folder), text=True, case="post")


def test_ratings_are_counted_by_note(tmp_path) -> None:
    folder = download(tmp_path, [note(1, 1), note(2, 2)], [status(1)], [note_id(1)] * 3)
    assert read(folder, ratings=True)["ratings"].tolist() == [3, 0]
    (folder / "ratings-00000.tsv").unlink()
    with pytest.raises(SourceError, match=r"no ratings-00000\.tsv"):
        read(folder, ratings=True)


def test_an_id_from_before_the_clock_tells_no_time(tmp_path) -> None:
    folder = download(tmp_path, [note(1, 1, tweetId="20")], [status(1)])
    cases = CommunityNotes(str(folder)).load()
    assert cases.frame["posted_at"].isna().all()
    assert "1 notes are on posts whose ids tell no time" in cases.origins[0].notes


# posts -----------------------------------------------------------------------------------------


def test_a_post_is_labelled_where_any_of_its_notes_is_shown(tmp_path) -> None:
    notes = [note(n, p) for n, p in ((1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (6, 3))]
    late = POSTED + 8 * HOUR
    history = [
        status(1, timestampMillisOfFirstNonNMRStatus=late),
        status(2),
        status(3, WAITING),
        status(5, NOT_HELPFUL),
        status(6, WAITING),
    ]
    frame = read(download(tmp_path, notes, history), case="post").set_index("case_id")
    assert frame["notes"].tolist() == [2, 2, 2]
    assert frame.loc[post_id(1), "action"] == "label"
    assert frame.loc[post_id(1), "acted_at"] == at(5)
    assert pd.isna(frame.loc[post_id(2), "action"])  # one of its notes was never scored
    assert frame.loc[post_id(3), "action"] == "none"
    assert frame.loc[post_id(3), "status"] == f"{NOT_HELPFUL} + {WAITING}"


def test_notes_and_posts_agree_where_each_post_has_one_note(tmp_path) -> None:
    folder = download(tmp_path, [note(n, n) for n in range(1, 7)], [status(n) for n in range(1, 4)])
    by_note, by_post = (read(folder, case=case).set_index("post_id") for case in ("note", "post"))
    same = ["action", "posted_at", "reported_at", "acted_at", "observed_until", "status"]
    pd.testing.assert_frame_equal(by_note[same].sort_index(), by_post[same].sort_index())


# authors ---------------------------------------------------------------------------------------


def test_what_does_not_join_leaves_and_is_counted(tmp_path) -> None:
    cases = CommunityNotes(str(small(tmp_path)), authors({1: "world_leader", 3: "ordinary"})).load()
    assert cases.frame["account_class"].tolist() == ["world_leader", "world_leader", "ordinary"]
    assert cases.frame["account_id"].tolist() == ["account-1", "account-1", "account-3"]
    (entry,) = cases.ledger_frame().query("cases_removed > 0").itertuples()
    assert entry.because == "author not in the table given, which has 2 of 3 noted posts"
    assert (entry.account_class, entry.cases_removed) == ("unknown", 1)


def test_what_does_not_join_can_stay_unknown(tmp_path) -> None:
    table = authors({1: "world_leader"})
    frame = read(small(tmp_path), table, unjoined="unknown", unlisted=None)
    assert frame["account_class"].tolist() == ["world_leader"] * 2 + ["unknown"] * 2
    assert frame["account_id"].nunique() == 3


def test_a_few_meetings_by_rounding_are_said_and_refuse_nothing(tmp_path) -> None:
    table = authors({1: "world_leader", 2: "ordinary", 3: "ordinary"})
    table.loc[2, "post_id"] = str(int(table.loc[2, "post_id"]) + 1)  # another post of its thread
    cases = CommunityNotes(str(small(tmp_path)), table).load()
    because = cases.ledger[0].because
    assert because.endswith("; 1 more would meet one if ids were rounded to 15 digits")


def test_a_roster_says_what_an_account_was_when_it_posted(tmp_path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text(
        "account_id,account_class,start,end\naccount-1,world_leader,2020-01-01,2023-01-01\n"
        "account-1,former_leader,2023-01-01,\n"
    )
    table = tmp_path / "authors.csv"
    authors({1: "", 2: ""}).drop(columns="account_class").rename(
        columns={"post_id": "tweet_id"}
    ).to_csv(table, index=False)
    cases = CommunityNotes(
        str(small(tmp_path)),
        str(table),
        {"tweet_id": "post_id"},
        str(roster),
        "ordinary",
        unjoined="unknown",
    ).load()
    classes = cases.frame["account_class"].tolist()
    assert classes == ["former_leader", "former_leader", "ordinary", "unknown"]
    assert [origin.name for origin in cases.origins] == ["community_notes", "roster"]


def test_ids_that_lost_digits_are_named(tmp_path) -> None:
    table = authors({1: "world_leader", 2: "ordinary", 3: "ordinary"})
    rounded = table.assign(post_id=[str(int(float(one))) for one in table["post_id"]])
    rounded.loc[2, "post_id"] = table.loc[2, "post_id"]
    with pytest.raises(SchemaError, match="2 posts meet their author only when ids are rounded"):
        read(small(tmp_path), rounded)
    floats = table.assign(post_id=table["post_id"].astype("float64"))
    with pytest.raises(SchemaError, match="ids are or were floats, and floats lose digits"):
        read(small(tmp_path), floats)
    sheet = table.assign(post_id=[f"{int(one):.5E}" for one in table["post_id"]])
    with pytest.raises(SchemaError, match="floats lose digits"):
        read(small(tmp_path), sheet)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (authors({1: "a"}).rename(columns={"post_id": "tweet"}), "column 'post_id': is missing"),
        (pd.concat([authors({1: "a"})] * 2), r"names a post twice \(2 rows: 1, 2\)"),
        (authors({1: "a", 2: "A"}), "classes that differ only in capitals"),
        (authors({1: ""}), "column 'account_class': exists and is empty"),
        (authors({1: "a"}).drop(columns="account_class"), "'account_class': is missing"),
        (authors({1: "a"}).iloc[:0], "has no rows"),
    ],
)
def test_a_table_of_authors_at_fault_is_named(tmp_path, table, says) -> None:
    with pytest.raises(SchemaError, match=says):
        read(small(tmp_path), table)


def test_a_table_of_other_posts_is_refused(tmp_path) -> None:
    with pytest.raises(SourceError, match="None of the 1 posts in the table of authors is among"):
        read(small(tmp_path), authors({77: "a"}))
    with pytest.raises(SourceError, match="A table cannot be read from 'int'; allowed: a path"):
        read(small(tmp_path), 3)
    with pytest.raises(SchemaError, match="'nothing': is mapped and not in the table"):
        read(small(tmp_path), authors({1: "a"}), {"nothing": "post_id"})


# what has changed or is broken -----------------------------------------------------------------


def test_every_fault_of_a_download_is_named_at_once(tmp_path) -> None:
    notes = [
        note(1, 1),
        note(2, 2, noteId="1.35E+18"),
        note(3, 3, createdAtMillis=POSTED // 1000),
        note(4, 4, classification="MAYBE"),
    ]
    history = [status(1, currentStatus="NEEDS_YOUR_HELP"), status(3), status(3)]
    with pytest.raises(SchemaError) as error:
        read(download(tmp_path, notes, history))
    says = str(error.value)
    assert "5 faults found" in says
    assert "'noteId': is no id in 1 rows of notes; found '1.35E+18'" in says
    assert "is no time since 2021 in 1 rows of notes; found '1700000000'" in says
    assert "seconds have 10 digits" in says
    assert "'classification': is not a level in 1 rows of notes; found 'MAYBE'" in says
    assert "'current': is not a level in 1 rows of history; found 'NEEDS_YOUR_HELP'" in says
    assert "1 notes occur twice in history" in says


def test_a_missing_column_is_named_and_a_new_one_is_said(tmp_path) -> None:
    names = [name if name != "tweetId" else "postId" for name in NOTES]
    write(tmp_path / "notes-00000.tsv", [note(1, 1)], names)
    with pytest.raises(SchemaError, match=r"'tweetId': is missing in notes-00000\.tsv"):
        read(tmp_path)
    write(tmp_path / "notes-00000.tsv", [note(1, 1)], [*NOTES, "brandNew"])
    cases = CommunityNotes(str(tmp_path)).load()
    assert "did not have, not read: brandNew" in cases.origins[0].notes
    write(tmp_path / "notes-00000.tsv", [note(1, 1)], [*NOTES, "noteId"])
    with pytest.raises(SchemaError, match="'noteId': occurs twice in"):
        read(tmp_path)


def test_a_broken_line_is_named_without_what_it_says(tmp_path) -> None:
    path = small(tmp_path) / "notes-00001.tsv"
    path.write_text(path.read_text().replace("Words of", "Words\tof", 1))
    with pytest.raises(
        SchemaError, match=r"1 lines of notes-00001\.tsv do not have the 24 fields"
    ) as error:
        read(tmp_path)
    assert "bare quote" not in str(error.value)


def test_bytes_that_are_not_utf8_and_a_repeated_header_are_named(tmp_path) -> None:
    path = small(tmp_path) / "notes-00001.tsv"
    text = path.read_text()
    path.write_bytes(text.replace("Words", "W\xf6rter").encode("latin-1"))
    with pytest.raises(SchemaError, match="has bytes that are not UTF-8"):
        read(tmp_path)
    path.write_text(text + text.split("\n")[0] + "\n")
    with pytest.raises(SchemaError, match="'noteId': is no id in 1 rows of notes; found 'noteId'"):
        read(tmp_path)


def test_hostile_words_stay_words(tmp_path) -> None:
    words = "<script>=cmd|' /C'!A0\u202e'; drop table notes; --"
    folder = download(tmp_path, [note(1, 1, summary=words)], [status(1)])
    assert read(folder, text=True)["summary"].tolist() == [words]


def test_a_missing_part_is_named(tmp_path) -> None:
    small(tmp_path)
    (tmp_path / "notes-00003.tsv").write_text((tmp_path / "notes-00001.tsv").read_text())
    with pytest.raises(SourceError, match=r"notes-00002: missing between other parts"):
        read(tmp_path)
    for part in tmp_path.glob("notes-*"):
        part.unlink()
    with pytest.raises(SourceError, match=r"no notes-00000\.zip and no notes-00000\.tsv in"):
        read(tmp_path)
    (tmp_path / "notes-00000.zip").write_bytes(b"PK")
    with pytest.raises(SourceError, match=r"notes-00000\.zip: it is no zip, or was cut short"):
        read(tmp_path)


def test_acted_on_before_it_was_written_is_named(tmp_path) -> None:
    early = status(1, timestampMillisOfFirstNonNMRStatus=POSTED - HOUR)
    with pytest.raises(SchemaError, match="was acted on before it was posted"):
        read(download(tmp_path, [note(1, 1)], [early]))


def test_what_cannot_be_asked_is_refused_at_once() -> None:
    with pytest.raises(SourceError) as error:
        CommunityNotes("x", case="thread", shown="soon", unlisted="a")  # type: ignore[arg-type]
    says = str(error.value)
    assert "case is 'thread'; allowed: note, post" in says
    assert "shown is 'soon'" in says
    assert "need authors" in says


# through the line ------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ["note", "post"])
def test_a_comparison_runs_and_is_neither_strict_nor_lenient(tmp_path, case) -> None:
    folder, table = two_classes(tmp_path)
    cases = CommunityNotes(str(folder), table, case=case).load()
    design = audit.Design(**CLASSES, **LABEL)
    assert design.outcome.more_is == "neither"
    comparison = audit.compare(audit.enroll(cases, design))
    row = comparison.primary()
    assert row.estimate == pytest.approx(0.5 - 0.2)
    evidence = audit.appraise(comparison)
    says = str(evidence)
    assert evidence.rung >= 1
    assert "lenien" not in says
    assert "strict" not in says.replace("restrict", "")


def test_at_least_a_label_is_refused_where_nothing_is_stronger(tmp_path) -> None:
    folder, table = two_classes(tmp_path)
    cases = CommunityNotes(str(folder), table).load()
    asked = {**CLASSES, **LABEL, "outcome": {"at_least": "label"}}
    with pytest.raises(DesignError, match=r"nothing is stronger.*Try: any_of = \['label'\]"):
        audit.enroll(cases, audit.Design(**asked))
    asked["outcome"] = {"at_least": "label", "more_is": "neither"}
    assert audit.enroll(cases, audit.Design(**asked)).admissible


def test_unknown_outcomes_are_counted_and_not_no(tmp_path) -> None:
    folder, table = two_classes(tmp_path)
    history = (folder / "noteStatusHistory-00000.tsv").read_text().split("\n")
    (folder / "noteStatusHistory-00000.tsv").write_text("\n".join(history[:-5]) + "\n")
    study = audit.enroll(
        CommunityNotes(str(folder), table).load(), audit.Design(**CLASSES, **LABEL)
    )
    assert study.unknown_outcomes == {"reference": 4}
    assert any("4 posts have an outcome that the data cannot tell" in g.says for g in study.gates)
    assert study.cells.total("reference") == 76


def test_a_reversal_is_refused_and_unrecorded_actions_are_not_sanctions(tmp_path) -> None:
    folder, table = two_classes(tmp_path)
    cases = CommunityNotes(str(folder), table).load()
    design = audit.Design(**{**CLASSES, **LABEL, "outcome": {"reversed": True}})
    with pytest.raises(DesignError, match=r"column for outcome\.reversed 'reversed' is not in"):
        audit.enroll(cases, design)


def test_without_authors_a_comparison_of_classes_is_refused(tmp_path) -> None:
    cases = CommunityNotes(str(small(tmp_path))).load()
    with pytest.raises(DesignError, match="no case has account_class 'world_leader'"):
        audit.enroll(cases, audit.Design(**CLASSES, **LABEL))


def test_a_design_file_runs_it(tmp_path) -> None:
    from audit.run import evidence

    folder, table = two_classes(tmp_path)
    table.to_csv(tmp_path / "authors.csv", index=False)
    source = {
        "name": "community_notes",
        "path": str(folder),
        "authors": str(tmp_path / "authors.csv"),
    }
    path = audit.Design(**CLASSES, **LABEL, source=source).write(tmp_path / "design.toml")
    assert evidence(path).rung >= 1


# the files of 2021 -----------------------------------------------------------------------------


def test_the_birdwatch_files_are_read(shared) -> None:
    folder = shared / "data" / "community_notes"
    left = CommunityNotes(str(folder)).load()
    cases = CommunityNotes(str(folder), ratings=True, not_misleading="stay").load()
    frame = cases.frame
    assert len(cases) == 4880
    no = frame["classification"] == "NOT_MISLEADING"
    assert no.sum() == sum(entry.cases_removed for entry in left.ledger) == 4880 - len(left)
    assert (frame.loc[no, "action"] == "none").all()
    assert frame["post_id"].nunique() == 3768
    assert frame["ratings"].sum() == 13559
    assert frame.loc[~no, "action"].isna().all()
    assert set(frame["account_class"]) == {"unknown"}
    assert frame["case_id"].str.fullmatch(r"\d{19}").all()
    assert "which notes were shown is unknown" in cases.origins[0].notes
    assert "not read" not in cases.origins[0].notes


def test_ids_keep_their_digits_and_their_clock(shared) -> None:
    frame = read(shared / "data" / "community_notes")
    milliseconds = frame["case_id"].astype("int64") // 2**22 + 1_288_834_974_657
    clock = pd.to_datetime(milliseconds, unit="ms", utc=True)
    assert (clock - frame["reported_at"]).dt.total_seconds().abs().max() < 1
    assert (frame["reported_at"] > frame["posted_at"]).all()


def test_the_birdwatch_posts_join_an_authors_table_by_every_digit(shared) -> None:
    folder = shared / "data" / "community_notes"
    ids = read(folder, not_misleading="stay")["post_id"].unique()
    table = pd.DataFrame({"post_id": ids[::2], "account_id": "a", "account_class": "somebody"})
    cases = CommunityNotes(str(folder), table, not_misleading="stay").load()
    assert cases.frame["post_id"].nunique() == len(ids[::2])
    rounded = table.assign(post_id=[str(int(float(one))) for one in table["post_id"]])
    with pytest.raises(SchemaError, match=r"names a post twice \(6 rows"):  # floats merge threads
        CommunityNotes(str(folder), rounded).load()
    with pytest.raises(SchemaError, match="only when ids are rounded to 15 digits"):
        CommunityNotes(str(folder), rounded.drop_duplicates("post_id")).load()


@pytest.mark.parametrize("never", ["", "-1"])
def test_a_status_that_never_came_is_unknown_and_no_no(tmp_path, never: str) -> None:
    frame = read(download(tmp_path, [note(1, 1)], [status(1, WAITING, currentStatus=never)]))
    assert frame["action"].isna().all()
    assert frame["status"].isna().all()


def test_a_rating_of_no_note_s_id_is_a_fault(tmp_path) -> None:
    folder = download(tmp_path, [note(1, 1)], [status(1)], ratings=[note_id(1), "1.35E+18"])
    assert len(read(folder)) == 1
    with pytest.raises(SchemaError, match="column 'noteId': is no id in 1 rows of ratings"):
        read(folder, ratings=True)


def test_an_id_s_clock_is_read_to_the_millisecond(tmp_path) -> None:
    posted = POSTED + 123
    frame = read(download(tmp_path, [note(1, 1, tweetId=post_id(1, posted))], [status(1)]))
    assert frame["posted_at"].tolist() == [pd.Timestamp(posted, unit="ms", tz="UTC")]
