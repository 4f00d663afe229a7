"""Each public source fetched from a host that lays its files out as the real one does."""

from __future__ import annotations

import hashlib
import io
import json
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fetching.host import Host, cut, drip, hosting, send, status, whole

from audit.cli import main
from audit.errors import FetchError, UnknownName
from audit.fetching.download import NotThereError
from audit.fetching.manners import Manners
from audit.origin import Origin
from audit.reading.digests import digest
from audit.reading.folders import table_files
from audit.sources.fetch import FETCHES, Fetched, fetch

QUICK = Manners(tries=3, first_wait=0.01, longest_wait=2.0, timeout=10.0)
DAY = date(2024, 1, 31)
TRUMP = "/sebstier/ma_css25/57ececfd6e8b28d14d3ade990dcdb497f9d2f703/data/tweets_01-08-2021.csv"


@pytest.fixture
def host() -> Iterator[Host]:
    with hosting() as running:
        yield running


def get(host: Host, source: str, folder: Path, **period: date) -> Fetched:
    return fetch(source, folder, base=host.base, manners=QUICK, **period)


def zipped(name: str, data: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(name, data)
    return made.getvalue()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# The table


@pytest.mark.parametrize("source", FETCHES)
def test_every_entry_says_where_its_layout_comes_from(source: str) -> None:
    entry = FETCHES[source]
    assert entry.title in entry.about
    if entry.files is None:
        assert "not fetched" in entry.about
        return
    assert entry.base.startswith("https://")
    assert "https://" in (entry.files.__doc__ or "")
    files = entry.files(DAY, DAY)
    assert files
    assert files == entry.files(DAY, DAY) or "Series" in repr(files) or "Written" in repr(files)


def test_what_cannot_be_fetched_says_why(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=r"'oversight_board' cannot be fetched: its decisions are"):
        fetch("oversight_board", tmp_path)
    with pytest.raises(
        UnknownName, match=r"No source to fetch is called 'dza'\. Did you mean 'dsa'"
    ):
        fetch("dza", tmp_path)


# Trump Twitter Archive


def test_one_file_with_its_origin(host: Host, tmp_path: Path) -> None:
    body = b"id,text\n1234653427789070336,x\n"
    host.put(TRUMP, whole(body))
    found = get(host, "trump_archive", tmp_path / "new" / "folder")
    assert found.new == ("tweets_01-08-2021.csv",)
    assert str(found) == f"1 file fetched into {tmp_path / 'new' / 'folder'}, 0 there already."
    origin = Origin.read(tmp_path / "new" / "folder")
    assert origin.name == "trump_archive"
    assert origin.url == host.base + TRUMP
    assert origin.sha256 == hashlib.sha256(body).hexdigest()
    assert date.fromisoformat(origin.accessed) <= datetime.now(UTC).date()
    assert re.search(r"last at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ: 1 file\.", origin.notes)
    assert origin.sha256 == digest(table_files(tmp_path / "new" / "folder"))


def test_a_source_without_days_takes_none(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="is one file and has no days"):
        fetch("trump_archive", tmp_path, since=DAY)


def test_what_is_there_whole_is_not_asked_for_again(host: Host, tmp_path: Path) -> None:
    host.put(TRUMP, whole(b"one"))
    get(host, "trump_archive", tmp_path)
    asked = len(host.asked)
    again = get(host, "trump_archive", tmp_path)
    assert (again.new, again.kept) == ((), ("tweets_01-08-2021.csv",))
    assert len(host.asked) == asked


def test_a_file_that_changed_or_is_not_ours_is_never_overwritten(
    host: Host, tmp_path: Path
) -> None:
    host.put(TRUMP, whole(b"one"))
    path = tmp_path / "tweets_01-08-2021.csv"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(FetchError, match="was not fetched by this command"):
        get(host, "trump_archive", tmp_path)
    path.unlink()
    get(host, "trump_archive", tmp_path)
    path.write_text("edited", encoding="utf-8")
    with pytest.raises(FetchError, match="has changed since it was fetched"):
        get(host, "trump_archive", tmp_path)
    assert path.read_text(encoding="utf-8") == "edited"


def test_a_folder_holds_one_source(host: Host, tmp_path: Path) -> None:
    host.put(TRUMP, whole(b"one"))
    get(host, "trump_archive", tmp_path)
    with pytest.raises(FetchError, match="holds 'trump_archive' already"):
        get(host, "dsa", tmp_path, since=DAY, until=DAY)


# DSA


def put_dsa(host: Host, day: date, data: bytes) -> None:
    name = f"sor-global-{day}-full.zip"
    host.put(f"/{name}", whole(data))
    sha1 = hashlib.sha1(data, usedforsecurity=False).hexdigest()
    host.put(f"/{name}.sha1", whole(f"{sha1}  {name}\n".encode()))


def test_daily_dumps_with_their_hashes(host: Host, tmp_path: Path) -> None:
    days = [DAY, DAY + timedelta(days=1)]
    for day in days:
        put_dsa(host, day, zipped("part.zip", zipped("a.csv", str(day).encode())))
    found = get(host, "dsa", tmp_path, since=days[0], until=days[1])
    wanted = ["sor-global-2024-01-31-full.zip", "sor-global-2024-02-01-full.zip"]
    assert list(found.new) == wanted
    assert names(tmp_path) == ["SHA256SUMS", "origin.toml", *wanted]
    sums = (tmp_path / "SHA256SUMS").read_bytes()
    assert Origin.read(tmp_path).sha256 == hashlib.sha256(sums).hexdigest()
    checked = subprocess.run(["sha256sum", "--check", "SHA256SUMS"], cwd=tmp_path, check=True)
    assert checked.returncode == 0
    assert Origin.read(tmp_path).url == host.base


def test_a_dump_with_another_hash_is_deleted_and_the_one_before_kept(
    host: Host, tmp_path: Path
) -> None:
    put_dsa(host, DAY, zipped("a", b"a"))
    put_dsa(host, DAY + timedelta(days=1), zipped("b", b"b"))
    host.put("/sor-global-2024-02-01-full.zip", whole(zipped("b", b"other")))
    with pytest.raises(FetchError, match=r"2024-02-01-full\.zip' has the SHA-1"):
        get(host, "dsa", tmp_path, since=DAY, until=DAY + timedelta(days=1))
    assert names(tmp_path) == ["SHA256SUMS", "origin.toml", "sor-global-2024-01-31-full.zip"]
    assert "1 file" in Origin.read(tmp_path).notes


def test_a_day_that_is_not_there(host: Host, tmp_path: Path) -> None:
    host.put("/sor-global-2024-01-31-full.zip.sha1", status(403))
    with pytest.raises(FetchError, match="answers 403 Forbidden; storage hosts say so of what is"):
        get(host, "dsa", tmp_path, since=DAY, until=DAY)
    assert names(tmp_path) == []


TODAY = datetime.now(UTC).date()


@pytest.mark.parametrize(
    ("period", "says"),
    [
        ({}, "--from and --to are needed"),
        ({"since": DAY}, "--from and --to are needed"),
        ({"since": DAY, "until": DAY - timedelta(days=1)}, "--from 2024-01-31 is after --to 2024"),
        ({"since": date(2020, 1, 1), "until": DAY}, "is before its first day, 2023-09-25"),
        ({"since": DAY, "until": TODAY}, r"is not over yet \(UTC\)"),
    ],
)
def test_a_period_that_is_none(tmp_path: Path, period: dict[str, date], says: str) -> None:
    with pytest.raises(FetchError, match=says):
        fetch("dsa", tmp_path / "new", **period)
    assert not (tmp_path / "new").exists()


# Community Notes


def put_notes(host: Host, kind: str, parts: int, ending: str, day: str = "2024/01/31") -> None:
    for number in range(parts):
        name = f"{'ratings' if kind == 'noteRatings' else kind}-{number:05}"
        data = f"noteId\n{number}\n".encode()
        body = zipped(f"{name}.tsv", data) if ending == "zip" else data
        host.put(f"/{day}/{kind}/{name}.{ending}", whole(body))


@pytest.mark.parametrize("ending", ["zip", "tsv"])
def test_all_parts_of_a_snapshot(host: Host, tmp_path: Path, ending: str) -> None:
    for kind, parts in (("notes", 1), ("noteStatusHistory", 2), ("noteRatings", 3)):
        put_notes(host, kind, parts, ending)
    found = get(host, "community_notes", tmp_path, since=DAY, until=DAY)
    assert found.new == (
        f"notes-00000.{ending}",
        f"noteStatusHistory-00000.{ending}",
        f"noteStatusHistory-00001.{ending}",
        f"ratings-00000.{ending}",
        f"ratings-00001.{ending}",
        f"ratings-00002.{ending}",
    )
    assert get(host, "community_notes", tmp_path, since=DAY, until=DAY).new == ()
    assert Origin.read(tmp_path).url == host.base + "/2024/01/31"


def test_a_folder_holds_one_snapshot_and_a_snapshot_is_one_day(host: Host, tmp_path: Path) -> None:
    for kind in ("notes", "noteStatusHistory", "noteRatings"):
        put_notes(host, kind, 1, "zip")
    get(host, "community_notes", tmp_path, since=DAY, until=DAY)
    late = DAY + timedelta(days=1)
    with pytest.raises(FetchError, match=r"holds the snapshot .*/2024/01/31 already"):
        get(host, "community_notes", tmp_path, since=late, until=late)
    (tmp_path / "notes-00000.zip").unlink()
    with pytest.raises(FetchError, match="holds the snapshot"):
        get(host, "community_notes", tmp_path, since=late, until=late)
    with pytest.raises(FetchError, match="--from and --to must be the same day"):
        get(host, "community_notes", tmp_path / "new", since=DAY, until=late)


def test_a_snapshot_without_notes_is_named(host: Host, tmp_path: Path) -> None:
    put_notes(host, "notes", 1, "zip")
    match = (
        r"there are no noteStatusHistory of 2024-01-31: neither .*00000\.zip nor .*00000\.tsv is"
    )
    with pytest.raises(NotThereError, match=match):
        get(host, "community_notes", tmp_path, since=DAY, until=DAY)


def test_what_is_whole_has_its_origin_whatever_comes_after(host: Host, tmp_path: Path) -> None:
    """As a run leaves it that was killed after its first file: another day may not join it."""
    put_notes(host, "notes", 1, "zip")
    with pytest.raises(FetchError, match="there are no noteStatusHistory"):
        get(host, "community_notes", tmp_path, since=DAY, until=DAY)
    origin = Origin.read(tmp_path)
    whole_file = (tmp_path / "notes-00000.zip").read_bytes()
    assert origin.sha256 == hashlib.sha256(whole_file).hexdigest()
    late = DAY + timedelta(days=1)
    with pytest.raises(FetchError, match="holds the snapshot"):
        get(host, "community_notes", tmp_path, since=late, until=late)


def test_a_part_that_cannot_be_had_is_no_end_of_the_list(host: Host, tmp_path: Path) -> None:
    put_notes(host, "notes", 2, "zip")
    host.put("/2024/01/31/notes/notes-00001.zip", status(500))
    with pytest.raises(FetchError, match=r"notes-00001\.zip: given up after 3 tries"):
        get(host, "community_notes", tmp_path, since=DAY, until=DAY)


# Wikipedia


def entry(number: int, day: date = DAY) -> dict[str, Any]:
    moment = f"{day}T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z"
    return {
        "logid": number,
        "type": "block",
        "action": "block",
        "title": f"User:192.0.2.{number % 250}",
        "timestamp": moment,
        "params": {"duration": "31 hours", "flags": ["nocreate"]},
        "comment": "line\u2028break and \u202e",
    }


def wiki(entries: list[dict[str, Any]], each: int = 2, **wrong: Any) -> Any:
    """Answer as `list=logevents` does, `each` entries a page."""

    def play(handler: Any) -> None:
        asked = {key: value[0] for key, value in parse_qs(urlsplit(handler.path).query).items()}
        assert asked["maxlag"] == "5"
        assert asked["letype"] == "block"
        assert asked["ledir"] == "newer"
        start = int(asked.get("lecontinue", "x|0").split("|")[1])
        inside = [e for e in entries if asked["lestart"] <= e["timestamp"] <= asked["leend"]]
        answer: dict[str, Any] = {"query": {"logevents": inside[start : start + each]}}
        if start + each < len(inside):
            answer["continue"] = {"lecontinue": f"x|{start + each}", "continue": "-||"}
        send(handler, 200, json.dumps({**answer, **wrong}).encode())

    return play


def test_the_block_log_day_by_day_over_all_pages(host: Host, tmp_path: Path) -> None:
    next_day = DAY + timedelta(days=1)
    entries = [entry(i) for i in range(5)] + [entry(9, next_day)]
    host.put("/w/api.php", wiki(entries))
    found = get(host, "wikipedia_blocks", tmp_path, since=DAY, until=next_day)
    assert found.new == ("blocks-2024-01-31.jsonl", "blocks-2024-02-01.jsonl")
    lines = (tmp_path / found.new[0]).read_text(encoding="utf-8").split("\n")
    assert [json.loads(line) for line in lines[:-1]] == entries[:5]
    assert len(host.asked) == 4
    assert host.most_at_once == 1
    assert Origin.read(tmp_path).sha256 == digest(table_files(tmp_path))
    assert get(host, "wikipedia_blocks", tmp_path, since=DAY, until=next_day).new == ()
    assert len(host.asked) == 4


def test_a_day_without_blocks_is_said_and_no_file(host: Host, tmp_path: Path) -> None:
    host.put("/w/api.php", wiki([]))
    found = get(host, "wikipedia_blocks", tmp_path, since=DAY, until=DAY)
    assert str(found).endswith("0 there already; nothing in blocks-2024-01-31.jsonl.")
    assert names(tmp_path) == []


def lagged(handler: Any) -> None:
    error = {"code": "maxlag", "info": "Waiting for db1: 6 seconds lagged", "lag": 6}
    send(handler, 200, json.dumps({"error": error}).encode(), Retry_After=1)


def test_a_wiki_that_lags_is_left_alone_for_as_long_as_it_asks(host: Host, tmp_path: Path) -> None:
    host.put("/w/api.php", lagged, wiki([entry(1)]))
    start = time.monotonic()
    get(host, "wikipedia_blocks", tmp_path, since=DAY, until=DAY)
    assert time.monotonic() - start >= 1


@pytest.mark.parametrize(
    ("play", "says"),
    [
        (lagged, "given up after 3 tries; the last: the wiki is busy .maxlag: Waiting for db1"),
        (whole(b"<html>"), "the answer is no JSON"),
        (whole(b"[]"), "the wiki answers no object"),
        (whole(b'{"error": {"code": "badvalue", "info": "no"}}'), "the wiki answers badvalue: no"),
        (whole(b"{}"), "holds no list of entries"),
        (whole(b"\xff"), "is not UTF-8"),
        (wiki([entry(1), entry(2), entry(2)]), "holds entry 2 twice"),
        (
            whole(json.dumps({"query": {"logevents": [entry(1, date(2020, 1, 1))]}}).encode()),
            "holds an entry of '2020-01-01T",
        ),
        (wiki([entry(i) for i in range(9)], **{"continue": {"lecontinue": "x|2"}}), "twice|circle"),
        (wiki([], **{"continue": {"lecontinue": "x|2"}}), "leads round in a circle"),
        (cut(b'{"query": {"logevents": []}}', 9), "it broke off after 9 of 28 bytes"),
    ],
)
def test_a_wiki_that_does_not_answer_as_it_should(
    host: Host, tmp_path: Path, play: Any, says: str
) -> None:
    host.put("/w/api.php", play)
    with pytest.raises(FetchError, match=says):
        get(host, "wikipedia_blocks", tmp_path, since=DAY, until=DAY)
    assert names(tmp_path) == []


# A fetch that is killed, and the command line


def test_a_killed_fetch_leaves_nothing_whole_and_the_next_resumes(
    host: Host, tmp_path: Path
) -> None:
    body = b"id,text\n" + b"1,x\n" * 5000
    host.put(TRUMP, drip(body, 0.01), whole(body))
    command = [sys.executable, "-m", "audit", "fetch", "trump_archive", "d", "--mirror", host.base]
    process = subprocess.Popen(command, cwd=tmp_path)
    part = tmp_path / "d" / "tweets_01-08-2021.csv.part"
    for _ in range(1000):
        if part.exists() and part.stat().st_size > 0:
            break
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert names(tmp_path / "d") == [part.name, part.name + ".toml"]
    have = part.stat().st_size
    assert 0 < have < len(body)
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "1 file fetched into d, 0 there already.\n"
    assert done.stderr == ""  # no bar where there is no terminal
    assert host.ranges()[-1] == f"bytes={have}-"
    assert (tmp_path / "d" / "tweets_01-08-2021.csv").read_bytes() == body
    assert names(tmp_path / "d") == ["SHA256SUMS", "origin.toml", "tweets_01-08-2021.csv"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--from", "31.1.2024"], "--from '31.1.2024' is no day; write it as 2024-01-31"),
        (["--largest", "0"], "--largest is 0; it must be above 0 GiB"),
        (["--mirror", "file:///etc"], "'file:///etc' is refused; allowed: https and http"),
    ],
)
def test_the_command_line_refuses_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], says: str
) -> None:
    assert main(["fetch", "trump_archive", str(tmp_path / "d"), *options]) == 2
    assert says in capsys.readouterr().err
