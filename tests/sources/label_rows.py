"""Small files in the format of the coders of 2020 and of their rosters, made for the tests."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import NamedTuple

from archive_rows import id_at, post, write_csv

LEADER_USER = "25073877"
HEAD = ["", "date", "favorites", "id", "isRetweet", "retweets", "text", "hard", "soft"]
CIVIC = ["flagged", "Flag_1", "id"]


class Made(NamedTuple):
    """Where the files are: the posts' folder, the rosters' folder, and the archive's file."""

    path: str
    rosters: str
    archive: str


POSTS = (  # when, author ("" = the leader himself), words, hard, soft
    ("2020-10-01 10:00:00", "", "a made-up post", 0, 0),
    ("2020-11-02 10:00:00", "", "made up, about a ballot", 0, 1),
    ("2020-11-04 10:00:00", "", "made up, about fraud", 0, 1),
    ("2020-11-05 10:00:00", "", "made up, behind a notice", 1, 0),
    ("2020-11-06 10:00:00", "", "made up, and nothing done", 0, 0),
    ("2020-12-02 10:00:00", "", "made up, in December", 0, 1),
    ("2020-11-04 11:00:00", "realDonaldTrump", "his own words again", 0, 1),
    ("2020-11-04 12:00:00", "Made_Member", "made up", 0, 0),
    ("2020-11-04 13:00:00", "Made_Politician", "made up", 0, 1),
    ("2020-11-04 14:00:00", "GOP", "made up", 0, 0),
    ("2020-11-04 15:00:00", "made_up_person_1", "made up, about votes", 0, 1),
    ("2020-11-04 16:00:00", "made_up_person_1", "made up", 0, 0),
    ("2020-10-02 16:00:00", "made_up_person_2", "made up", 0, 0),
)
SMAPP = {1: "label", 2: "none", 3: "restrict", 4: "label"}
"""Place in `POSTS` and what the second coder made of it: one missed, one added."""
FLAGGED = (2, 3)
"""Places that the archive flags; in December it flags none."""


def id_of(place: int) -> str:
    """Return the id of a post of `POSTS`."""
    return id_at(POSTS[place][0], sequence=place + 1)


def made(folder: Path) -> Made:
    """Write every file and return where they are."""
    data, rosters = folder / "labels", folder / "rosters"
    (rosters / "congress_legislators").mkdir(parents=True)
    data.mkdir()
    write_posts(data, [_row(place) for place in range(len(POSTS))])
    name = "legislators-social-media_asof_2020-11-03.yaml"
    (rosters / "congress_legislators" / name).write_text(
        "- id:\n    bioguide: X000000\n  social:\n    twitter: Made_Member\n    facebook: x\n",
        encoding="utf-8",
    )
    (rosters / "us_politicians_wikidata.csv").write_text(
        "Name,Twitter_username\nMade Up,Made_Politician\nMade Member,made_member\nNobody,\n",
        encoding="utf-8",
    )
    write_smapp(data, [*SMAPP, *list(SMAPP)[:1]])  # the first of them twice, as in the original
    write_civic(data, [id_of(0), str(int(float(f"{float(id_of(2)):.14e}")))])
    archive = write_csv(folder / "tweets.csv", _archive())
    return Made(str(data), str(rosters), str(archive))


def _row(place: int) -> list[object]:
    when, author, text, hard, soft = POSTS[place]
    words = f"RT @{author}: {text}" if author else text
    return [place, when, 0, id_of(place), str(bool(author)).upper(), 0, words, hard, soft]


def write_posts(folder: Path, rows: list[list[object]], head: list[str] = HEAD) -> None:
    """Write cao_2020_09_12.csv."""
    with (folder / "cao_2020_09_12.csv").open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(head)
        out.writerows(rows)


def write_smapp(folder: Path, places: list[int], user: str = LEADER_USER) -> None:
    """Write interventions.json: one object a line."""
    lines = [
        json.dumps(
            {
                "created_at": POSTS[place][0].replace(" ", "T") + ".000Z",
                "id_str": id_of(place),
                "user__id_str": user,
                "soft_intervention": SMAPP[place] != "none",
                "hard_intervention": SMAPP[place] == "restrict",
            }
        )
        for place in places
    ]
    (folder / "interventions.json").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_civic(folder: Path, ids: list[str]) -> None:
    """Write civicmachines_labeled.csv: its ids as a spreadsheet left them."""
    lines = [",".join(CIVIC), *(f"Y,made up,{i}" for i in ids)]
    (folder / "civicmachines_labeled.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _archive() -> list[dict[str, object]]:
    own = [place for place, row in enumerate(POSTS) if not row[1]]
    return [post(POSTS[p][0], id=id_of(p), isFlagged="t" if p in FLAGGED else "f") for p in own] + [
        post("2016-01-01 10:00:00")
    ]
