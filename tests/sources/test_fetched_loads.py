"""What `audit fetch` leaves in a folder loads as it lies, with the origin that was written."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import archive_rows
import dsa_dump
import notes_files
import pytest
from blocklogs import SMALL
from fetching.host import Host, hosting, whole
from test_fetch import QUICK, TRUMP, wiki

from audit.cases import Cases
from audit.errors import SourceError
from audit.origin import Origin
from audit.sources import SOURCES
from audit.sources.fetch import FETCHES, fetch

DAY = date(2024, 1, 31)
MORE = {"userid": 7, "tags": ["x"]}
ODD = ", a line\u2028break, \u202e and \x85"
STATED = ("name", "title", "producer", "url", "accessed", "licence", "sha256")


@pytest.fixture
def host() -> Iterator[Host]:
    with hosting() as running:
        yield running


@dataclass(frozen=True)
class Published:
    """What a host offers of a source, what is asked of it, and what must come of it."""

    put: Callable[[Host, Path], None]
    cases: int
    rows: int
    period: dict[str, date] = field(default_factory=dict)
    given: Callable[[], dict[str, Any]] = dict
    """Rows are those of the table and of the ledger together: none may be lost on the way."""


def put_archive(host: Host, folder: Path) -> None:
    made = archive_rows.write_csv(folder / "made.csv", archive_rows.posts())
    host.put(TRUMP, whole(made.read_bytes()))


def put_blocks(host: Host, folder: Path) -> None:
    host.put(
        "/w/api.php",
        wiki([{**one, **MORE, "comment": one["comment"] + ODD} for one in SMALL], each=3),
    )


def put_dumps(host: Host, folder: Path) -> None:
    for number, day in enumerate((DAY, DAY + timedelta(days=1))):
        rows = [
            dsa_dump.statement(10 * number + i, category="STATEMENT_CATEGORY_VIOLENCE")
            for i in range(6)
        ]
        made = dsa_dump.dump(folder, [[dsa_dump.csv_part(rows)]], day=day.isoformat())
        data = made.read_bytes()
        sha1 = hashlib.sha1(data, usedforsecurity=False).hexdigest()
        host.put(f"/{made.name}", whole(data))
        host.put(f"/{made.name}.sha1", whole(f"{sha1}  {made.name}\n".encode()))


def put_notes(ending: str) -> Callable[[Host, Path], None]:
    def put(host: Host, folder: Path) -> None:
        notes = [notes_files.note(number, number) for number in range(1, 5)]
        history = [notes_files.status(number) for number in range(1, 4)]
        notes_files.download(folder, notes, history, ratings=[notes_files.note_id(1)] * 3)
        for path in sorted(folder.glob("*.tsv")):
            kind = path.name.split("-")[0].replace("ratings", "noteRatings")
            data = path.read_bytes()
            if ending == ".zip":
                with zipfile.ZipFile(folder / "made.zip", "w", zipfile.ZIP_DEFLATED) as archive:
                    archive.writestr(path.name, data)
                data = (folder / "made.zip").read_bytes()
            name = path.with_suffix(ending).name
            host.put(f"/{DAY:%Y/%m/%d}/{kind}/{name}", whole(data))

    return put


def note_authors() -> dict[str, Any]:
    named = notes_files.authors({1: "world_leader", 2: "ordinary", 3: "ordinary", 4: "ordinary"})
    return {"authors": named, "ratings": True}


ONE_DAY = {"since": DAY, "until": DAY}
PUBLISHED = {
    "trump_archive": Published(put_archive, 6, 8),
    "wikipedia_blocks": Published(
        put_blocks, 6, 20, {"since": date(2012, 1, 1), "until": date(2012, 1, 12)}
    ),
    "dsa": Published(put_dumps, 12, 12, {"since": DAY, "until": DAY + timedelta(days=1)}),
    "community_notes": Published(put_notes(".zip"), 4, 4, ONE_DAY, note_authors),
    "community_notes .tsv": Published(put_notes(".tsv"), 4, 4, ONE_DAY, note_authors),
}


def fetched(host: Host, name: str, folder: Path) -> Path:
    """Fetch a source of `PUBLISHED` into a folder of its own, which is returned."""
    published = PUBLISHED[name]
    (folder / "made").mkdir()
    published.put(host, folder / "made")
    source = name.split()[0]
    into = folder / "fetched"
    fetch(source, into, base=host.base, manners=QUICK, **published.period)
    return into


def load(name: str, path: object) -> Cases:
    return SOURCES[name.split()[0]](path=path, **PUBLISHED[name].given()).load()  # type: ignore[call-arg]


def test_every_source_that_is_fetched_is_loaded_here() -> None:
    assert {name.split()[0] for name in PUBLISHED} == {n for n, f in FETCHES.items() if f.files}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_fetched_folder_loads_with_its_origin(host: Host, tmp_path: Path, name: str) -> None:
    folder = fetched(host, name, tmp_path)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    cases = load(name, str(folder))
    assert len(cases) == PUBLISHED[name].cases
    gone = sum(entry.cases_removed for entry in cases.ledger)
    assert len(cases) + gone == PUBLISHED[name].rows
    stated, origin = Origin.read(folder), cases.origins[0]
    assert [getattr(origin, key) for key in STATED] == [getattr(stated, key) for key in STATED]
    assert origin.url.startswith("http://127.0.0.1")
    assert origin.limits == SOURCES[name.split()[0]].limits
    assert origin.notes.startswith("Fetched by audit fetch")
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_file_that_changed_since_is_refused(host: Host, tmp_path: Path, name: str) -> None:
    folder = fetched(host, name, tmp_path)
    listed = (folder / "SHA256SUMS").read_text(encoding="utf-8")
    first = listed.splitlines()[0].partition("  ")[0]
    (folder / "SHA256SUMS").write_text(listed.replace(first, "0" * 64), encoding="utf-8")
    with pytest.raises(SourceError, match="has changed since it was listed in SHA256SUMS"):
        load(name, str(folder))
    (folder / "SHA256SUMS").write_text("0" * 64 + "  another\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"is not in SHA256SUMS, so origin\.toml does not speak"):
        load(name, str(folder))


def test_an_origin_of_other_files_is_refused(host: Host, tmp_path: Path) -> None:
    folder = fetched(host, "dsa", tmp_path)
    origin = (folder / "origin.toml").read_text(encoding="utf-8")
    stated = Origin.read(folder).sha256
    (folder / "origin.toml").write_text(origin.replace(stated, "0" * 64), encoding="utf-8")
    with pytest.raises(SourceError, match="speak of different files"):
        load("dsa", str(folder))


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"../notes-00000.tsv": "x"}, "its name leads out of the folder"),
        ({"notes-00000.csv": "x"}, r"it is neither a \.tsv part nor a zip of them"),
        ({"inner.zip": "x"}, "zips are nested more than 1 deep"),
        ({}, "the zip is empty"),
        ({"notes-00000.tsv": "a\tb\n" + "\0" * 9_000_000}, r"times its size \(limit: ratio\)"),
    ],
)
def test_a_zip_of_notes_is_guarded_as_any_other(
    tmp_path: Path, members: dict[str, str], says: str
) -> None:
    with zipfile.ZipFile(tmp_path / "notes-00000.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    with pytest.raises(SourceError, match=says):
        SOURCES["community_notes"](path=str(tmp_path)).load()  # type: ignore[call-arg]


def test_a_zip_of_two_parts_and_a_file_that_is_none_are_refused(tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.mkdir()
    text = (notes_files.small(made) / "notes-00000.tsv").read_text(encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "notes-00000.zip", "w") as archive:
        archive.writestr("notes-00000.tsv", text)
        archive.writestr("notes-00001.tsv", text)
    kind = SOURCES["community_notes"]
    with pytest.raises(SourceError, match=r"notes-00000\.zip holds 2 files, and a published zip"):
        kind(path=str(tmp_path)).load()  # type: ignore[call-arg]
    (tmp_path / "notes-00001.tsv.gz").write_bytes(b"")
    with pytest.raises(SourceError, match=r"notes-00001\.tsv\.gz is called like a part of the not"):
        kind(path=str(tmp_path)).load()  # type: ignore[call-arg]
    with pytest.raises(SourceError, match=r"unzip is \{.depth.: 3\}; numbers named part, tot"):
        kind(path=str(tmp_path), unzip={"depth": 3})  # type: ignore[call-arg]
