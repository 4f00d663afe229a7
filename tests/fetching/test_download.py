"""One file from a host that behaves in every way a host can."""

from __future__ import annotations

import gzip
import hashlib
import io
import resource
import socket
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fetching.host import Host, cut, deaf, drip, hosting, send, silent, status, to, whole

from audit.errors import FetchError, SourceError
from audit.fetching.address import Reach
from audit.fetching.download import Client, Item, NotThereError, download
from audit.fetching.manners import Manners

BODY = bytes(range(256)) * 400
QUICK: dict[str, Any] = {"tries": 3, "first_wait": 0.01, "longest_wait": 2.0, "timeout": 10.0}


@pytest.fixture
def host() -> Iterator[Host]:
    with hosting() as running:
        yield running


def get(
    host: Host, folder: Path, name: str = "data.bin", *, sha1: str = "", **manners: Any
) -> dict[str, str]:
    """Fetch /name into the folder and return what was settled."""
    settled: dict[str, str] = {}
    client = Client(Reach(host.base), Manners(**{**QUICK, **manners}))
    item = Item(name, name, sha1_path=sha1)
    download(item, folder, client, settle=settled.__setitem__)
    return settled


def refused(host: Host, folder: Path, match: str, name: str = "data.bin", **more: Any) -> None:
    """Fetch what must be refused; nothing may be left that looks whole."""
    with pytest.raises(FetchError, match=match):
        get(host, folder, name, **more)
    assert not (folder / name).exists()
    assert all(".part" in path.name for path in folder.iterdir())


def zipped(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "."), data)
    return made.getvalue()


# A host that behaves


def test_a_file_is_fetched_hashed_and_named_when_whole(host: Host, tmp_path: Path) -> None:
    host.put("/data.bin", whole(BODY))
    assert get(host, tmp_path) == {"data.bin": hashlib.sha256(BODY).hexdigest()}
    assert (tmp_path / "data.bin").read_bytes() == BODY
    assert [path.name for path in tmp_path.iterdir()] == ["data.bin"]
    headers = host.asked[0][1]
    assert headers["User-Agent"].startswith("audit/")
    assert headers["Accept-Encoding"] == "identity"


def test_the_contact_is_told_and_cannot_inject_a_header(host: Host, tmp_path: Path) -> None:
    host.put("/data.bin", whole(BODY))
    get(host, tmp_path, contact="me@example.org\r\nX-Evil: 1\u202e")
    assert host.asked[0][1]["User-Agent"].endswith(
        "(research on platform enforcement; me@example.orgX-Evil: 1)"
    )
    assert "X-Evil" not in host.asked[0][1]


def test_a_sha1_that_is_published_is_checked(host: Host, tmp_path: Path) -> None:
    host.put("/data.bin", whole(BODY))
    right = hashlib.sha1(BODY, usedforsecurity=False).hexdigest()
    host.put("/data.sha1", whole(f"{right.upper()}  data.bin\n".encode()))
    get(host, tmp_path, sha1="data.sha1")
    (tmp_path / "data.bin").unlink()
    host.put("/data.sha1", whole(b"0" * 40 + b"  data.bin\n"))
    refused(
        host, tmp_path, f"has the SHA-1 {right}, and its publisher states 0000", sha1="data.sha1"
    )
    assert list(tmp_path.iterdir()) == []
    host.put("/data.sha1", whole(b"<html>sorry</html>"))
    refused(host, tmp_path, r"data\.sha1 states no SHA-1", sha1="data.sha1")
    host.put("/data.sha1", status(404))
    refused(host, tmp_path, "there is no such file", sha1="data.sha1")


def test_redirects_within_the_host_are_followed(host: Host, tmp_path: Path) -> None:
    host.put("/data.bin", to("/b"))
    host.put("/b", to(host.base + "/c", 307))
    host.put("/c", whole(BODY))
    get(host, tmp_path)
    assert (tmp_path / "data.bin").read_bytes() == BODY


# A host that breaks off


def test_a_body_that_breaks_off_is_resumed(host: Host, tmp_path: Path) -> None:
    host.put("/data.bin", cut(BODY, 5000), whole(BODY))
    get(host, tmp_path)
    assert (tmp_path / "data.bin").read_bytes() == BODY
    assert host.ranges() == ["", "bytes=5000-"]
    assert host.asked[1][1]["If-Range"] == '"one"'


def test_what_came_is_kept_and_the_next_run_resumes(host: Host, tmp_path: Path) -> None:
    host.put("/data.bin", cut(BODY, 5000))
    match = "given up after 3 tries; the last: it broke off after 5,000 of 102,400 bytes"
    refused(host, tmp_path, match)
    assert (tmp_path / "data.bin.part").stat().st_size == 5000
    host.put("/data.bin", whole(BODY))
    get(host, tmp_path)
    assert host.ranges()[-1] == "bytes=5000-"
    assert (tmp_path / "data.bin").read_bytes() == BODY


def test_a_host_without_ranges_sends_all_of_it_again(host: Host, tmp_path: Path) -> None:
    host.put("/data.bin", cut(BODY, 5000), deaf(BODY, ETag='"one"'))
    get(host, tmp_path)
    assert host.ranges()[-1] == "bytes=5000-"
    assert (tmp_path / "data.bin").read_bytes() == BODY


@pytest.mark.parametrize("etag", [None, 'W/"weak"'])
def test_without_a_strong_validator_it_is_begun_anew(
    host: Host, tmp_path: Path, etag: str | None
) -> None:
    host.put("/data.bin", cut(BODY, 5000, ETag=etag), deaf(BODY, ETag=etag))
    get(host, tmp_path)
    assert host.ranges() == ["", ""]
    assert (tmp_path / "data.bin").read_bytes() == BODY


def test_a_file_that_changed_between_two_tries_is_never_stitched(
    host: Host, tmp_path: Path
) -> None:
    other = b"other" * 30_000
    host.put("/data.bin", cut(BODY, 5000), whole(other, ETag='"two"'))
    get(host, tmp_path)
    assert (tmp_path / "data.bin").read_bytes() == other


def test_a_part_of_another_version_is_refused_even_from_a_host_that_mixes(
    host: Host, tmp_path: Path
) -> None:
    def mixing(handler: Any) -> None:
        said = f"bytes 5000-{len(BODY) - 1}/{len(BODY)}"
        send(handler, 206, b"x" * (len(BODY) - 5000), Content_Range=said, ETag='"two"')

    host.put("/data.bin", cut(BODY, 5000), mixing, whole(BODY))
    get(host, tmp_path)
    assert host.ranges() == ["", "bytes=5000-", ""]
    assert (tmp_path / "data.bin").read_bytes() == BODY


@pytest.mark.parametrize("said", ["bytes 4999-102399/102400", "bytes 5000-102399/9", "", "?"])
def test_a_part_from_elsewhere_is_refused(host: Host, tmp_path: Path, said: str) -> None:
    def wrong(handler: Any) -> None:
        send(handler, 206, BODY[5000:], Content_Range=said, ETag='"one"')

    host.put("/data.bin", cut(BODY, 5000), wrong, whole(BODY))
    get(host, tmp_path)
    assert (tmp_path / "data.bin").read_bytes() == BODY


def test_a_part_that_is_too_short_is_no_whole_file(host: Host, tmp_path: Path) -> None:
    def short(handler: Any) -> None:
        said = f"bytes 5000-{len(BODY) - 1}/{len(BODY)}"
        send(handler, 206, BODY[5000:6000], Content_Range=said, ETag='"one"')

    host.put("/data.bin", cut(BODY, 5000), short)
    refused(host, tmp_path, "the last: 6,000 bytes came, not the 102,400 of the file", tries=2)


def test_a_run_killed_while_it_began_anew_leaves_no_mixture(host: Host, tmp_path: Path) -> None:
    """The old bytes are gone before the note speaks of the new file."""
    other = b"other" * 30_000

    def killed(handler: Any) -> None:
        assert (tmp_path / "data.bin.part").stat().st_size == 5000
        send(handler, 200, b"", Content_Length=len(other), ETag='"two"')

    host.put("/data.bin", cut(BODY, 5000), killed)
    refused(host, tmp_path, "given up", tries=2)
    assert (tmp_path / "data.bin.part").stat().st_size == 0
    host.put("/data.bin", whole(other, ETag='"two"'))
    get(host, tmp_path)
    assert (tmp_path / "data.bin").read_bytes() == other


def test_a_part_nobody_asked_for_is_refused(host: Host, tmp_path: Path) -> None:
    host.put("/data.bin", lambda handler: send(handler, 206, BODY, Content_Range="bytes 0-9/10"))
    refused(host, tmp_path, "given up after 3 tries")


def test_all_of_it_there_and_not_yet_named_is_finished(host: Host, tmp_path: Path) -> None:
    """As a run leaves it that was killed between the last byte and the name."""
    host.put("/data.bin", cut(BODY, len(BODY) - 1))
    refused(host, tmp_path, "given up")
    with (tmp_path / "data.bin.part").open("ab") as stream:
        stream.write(BODY[-1:])
    host.put("/data.bin", whole(BODY))
    get(host, tmp_path)
    assert (tmp_path / "data.bin").read_bytes() == BODY


def test_a_part_whose_note_is_lost_or_of_another_address_is_not_trusted(
    host: Host, tmp_path: Path
) -> None:
    (tmp_path / "data.bin.part").write_bytes(b"strange")
    host.put("/data.bin", whole(BODY))
    get(host, tmp_path)
    assert (tmp_path / "data.bin").read_bytes() == BODY
    (tmp_path / "data.bin").unlink()
    (tmp_path / "data.bin.part").write_bytes(b"strange")
    note = 'url = "http://elsewhere/x"\nvalidator = "\\"one\\""\nsize = 102400\n'
    (tmp_path / "data.bin.part.toml").write_text(note, encoding="utf-8")
    get(host, tmp_path)
    assert host.ranges() == ["", ""]
    assert (tmp_path / "data.bin").read_bytes() == BODY


# A host that is busy, broken or gone


def test_the_wait_that_a_host_asks_for_is_kept(host: Host, tmp_path: Path) -> None:
    host.put("/data.bin", status(429, Retry_After=1), whole(BODY))
    start = time.monotonic()
    get(host, tmp_path)
    assert time.monotonic() - start >= 1


def test_a_wait_that_is_too_long_is_said_and_not_waited(host: Host, tmp_path: Path) -> None:
    host.put("/data.bin", status(429, Retry_After=3600))
    refused(host, tmp_path, "answers 429 .*asks for 3,600 s before the next try; at most 2 s")
    assert len(host.asked) == 1


def test_a_passing_fault_passes(host: Host, tmp_path: Path) -> None:
    host.put("/data.bin", status(500), status(503), whole(BODY))
    get(host, tmp_path)
    assert len(host.asked) == 3


def test_a_lasting_fault_is_given_up(host: Host, tmp_path: Path) -> None:
    host.put("/data.bin", status(500))
    refused(host, tmp_path, "given up after 3 tries; the last: the host answers 500 Internal")
    assert len(host.asked) == 3


@pytest.mark.parametrize("code", [400, 401, 403, 451, 501])
def test_a_refusal_is_not_asked_again(host: Host, tmp_path: Path, code: int) -> None:
    host.put("/data.bin", status(code))
    refused(host, tmp_path, f"the host answers {code}")
    assert len(host.asked) == 1


def test_what_is_not_there_is_told_apart(host: Host, tmp_path: Path) -> None:
    with pytest.raises(NotThereError, match="answers 404 Not Found; there is no such file"):
        get(host, tmp_path)
    assert issubclass(FetchError, SourceError)


def test_a_host_that_refuses_connections(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        gone = Host(f"http://127.0.0.1:{taken.getsockname()[1]}")
        refused(gone, tmp_path, "cannot be reached .ConnectionRefusedError: Connection refused")


def test_a_host_that_is_silent(host: Host, tmp_path: Path) -> None:
    host.put("/data.bin", silent(1))
    refused(host, tmp_path, "cannot be reached .TimeoutError", tries=2, timeout=0.2)


def test_a_host_that_trickles(host: Host, tmp_path: Path) -> None:
    host.put("/data.bin", drip(BODY, 0.02))
    refused(host, tmp_path, "it trickles: .* bytes in 0.", tries=2, timeout=0.3, slowest=10_000)
    assert (tmp_path / "data.bin.part").stat().st_size > 0


# A host that leads astray


@pytest.mark.parametrize(
    ("place", "says"),
    [
        (
            "file:///etc/passwd",
            r"'file:///etc/passwd' is refused .*led there.*; allowed: https and",
        ),
        ("ftp://127.0.0.1/x", "allowed: https and http"),
        ("data:text/plain,x", "allowed: https and http"),
        ("http://127.0.0.1:1/x", "its host is none of 127.0.0.1:"),
        ("https://example.org/x", "its host is none of"),
        ("//10.0.0.1/x", "its host is none of"),
        ("http://[::1", "is no address"),
        ("http://127.0.0.1:99999999/", "is no address"),
        ("/data.bin", "redirects to itself"),
        ("", "redirects to itself"),
    ],
)
def test_a_redirect_that_may_not_be_followed(
    host: Host, tmp_path: Path, place: str, says: str
) -> None:
    host.put("/data.bin", to(place))
    refused(host, tmp_path, says)
    assert len(host.asked) == 1


def test_redirects_in_a_circle(host: Host, tmp_path: Path) -> None:
    host.put("/data.bin", to("/b"))
    host.put("/b", to("/data.bin"))
    refused(host, tmp_path, "more than 5 redirects, a circle")


def test_an_encoded_body_is_refused(host: Host, tmp_path: Path) -> None:
    packed = gzip.compress(BODY)
    host.put("/data.bin", whole(packed, Content_Encoding="gzip"))
    refused(host, tmp_path, r"comes encoded \(gzip\) though it was asked for as it is")


# Files that are not what they should be


def test_a_body_whose_end_nobody_can_tell(host: Host, tmp_path: Path) -> None:
    endless = deaf(BODY, Content_Length=None)
    host.put("/data.bin", endless)
    refused(host, tmp_path, "came without its length, a hash or an end of its own")
    host.put("/data.zip", deaf(zipped(a__csv=b"a"), Content_Length=None))
    get(host, tmp_path, "data.zip")
    host.put("/data.sha1", whole(hashlib.sha1(BODY, usedforsecurity=False).hexdigest().encode()))
    get(host, tmp_path, sha1="data.sha1")


def test_a_file_larger_than_allowed_is_refused_before_it_comes(host: Host, tmp_path: Path) -> None:
    host.put("/data.bin", whole(BODY))
    refused(host, tmp_path, "has 102,400 bytes; at most 1,000 are fetched", largest=1000)
    host.put("/data.bin", deaf(BODY, Content_Length=None))
    refused(host, tmp_path, "has more than bytes; at most 1,000 are fetched", largest=1000)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_without_room_is_said_before_anything_comes(host: Host, tmp_path: Path) -> None:
    host.put("/data.bin", cut(b"x", 1, Content_Length=10**17))
    host.put("/data.bin", lambda handler: send(handler, 200, b"x", Content_Length=10**17))
    refused(host, tmp_path, "needs 1[0,]+ bytes more and the disk of", largest=10**18)


def test_a_disk_that_fills_is_said_and_what_came_is_kept(host: Host, tmp_path: Path) -> None:
    host.put("/data.bin", whole(BODY))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
    try:
        refused(host, tmp_path, "The disk of .* is full .*What came is kept as .part")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    get(host, tmp_path)
    assert (tmp_path / "data.bin").read_bytes() == BODY


def test_archives_are_checked_to_the_end(host: Host, tmp_path: Path) -> None:
    good = zipped(a__csv=BODY, b__csv=b"x" * 1000)
    host.put("/d.zip", whole(good))
    get(host, tmp_path, "d.zip")
    for name, bad in (
        ("t.zip", good[:-100]),
        ("d2.zip", flipped(good)),
        ("html.zip", b"<html>not found</html>"),
        ("t.csv.gz", gzip.compress(BODY)[:-9]),
        ("d.csv.gz", flipped(gzip.compress(BODY))),
        ("html.csv.gz", b"<html>not found</html>"),
    ):
        host.put(f"/{name}", whole(bad))
        (tmp_path / "in").mkdir(exist_ok=True)
        refused(host, tmp_path / "in", "is no whole|is damaged", name)
        assert list((tmp_path / "in").iterdir()) == []
    host.put("/g.csv.gz", whole(gzip.compress(BODY)))
    get(host, tmp_path, "g.csv.gz")


def flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0xFF]) + data[middle + 1 :]


def test_bombs_are_refused_without_unpacking_them(host: Host, tmp_path: Path) -> None:
    zeros = bytes(64 * 1024 * 1024)
    host.put("/b.zip", whole(zipped(a=zeros)))
    refused(host, tmp_path, "would unpack to 67,108,864 or more, .*: a bomb, not data", "b.zip")
    host.put("/b.csv.gz", whole(gzip.compress(zeros)))
    refused(host, tmp_path, "would unpack to .*: a bomb, not data", "b.csv.gz")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "inside", ["../../evil", "/etc/evil", "a/../../evil", "..\\evil", "C:evil"]
)
def test_names_that_lead_outside_are_refused_and_nothing_is_unpacked(
    host: Host, tmp_path: Path, inside: str
) -> None:
    folder = tmp_path / "deep" / "er"
    folder.mkdir(parents=True)
    host.put("/p.zip", whole(zipped(**{inside: b"x"})))
    refused(host, folder, "which leads outside the archive", "p.zip")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_locked_archive_is_refused(host: Host, tmp_path: Path) -> None:
    data = bytearray(zipped(a=b"x"))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    host.put("/l.zip", whole(bytes(data)))
    refused(host, tmp_path, "is locked with a password", "l.zip")
