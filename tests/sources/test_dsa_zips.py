"""Zips that nobody has to trust: named, refused, and nothing left behind."""

from __future__ import annotations

import hashlib
import io
import tempfile
import zipfile
from pathlib import Path

import pytest
from dsa_dump import csv_part, dump, small, statement
from hypothesis import example, given, settings
from hypothesis import strategies as st

from audit.errors import AuditError, SourceError
from audit.sources.dsa import Dsa, Limits, by_platform

GOOD = csv_part([statement(1)])


@pytest.fixture
def room(tmp_path, monkeypatch) -> Path:
    """Return the folder in which everything temporary is made, which must end up empty."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def zipped(members: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


WHOLE = zipped({"a.csv": GOOD})


def written(folder: Path, content: bytes) -> Path:
    path = folder / "sor-global-2025-07-02-full.zip"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"not a zip at all", r"sor-global.*: it is no zip, or was cut short"),
        (zipped({}), "the zip is empty"),
        (zipped({"../../out.csv": GOOD}), r"› \.\./\.\./out\.csv: its name leads out"),
        (zipped({"/etc/out.csv": GOOD}), "its name leads out of the folder"),
        (zipped({"..\\out.csv": GOOD}), "its name leads out of the folder"),
        (zipped({"C:/out.csv": GOOD}), "its name leads out of the folder"),
        (zipped({"a.csv.zip": zipped({"../b.csv": GOOD})}), r"a\.csv\.zip › \.\./b\.csv: its name"),
        (zipped({"read me.txt": "x"}), "neither a .csv part nor a zip of them"),
        (zipped({"a.csv": GOOD, "A.CSV": GOOD}), "two files of this name"),
        (
            zipped({"1.zip": zipped({"a.csv": GOOD}), "2.zip": zipped({"a.csv": GOOD})}),
            "a file of this name was read before",
        ),
        (
            zipped({"1.zip": zipped({"2.zip": zipped({"a.csv": GOOD})})}),
            "zips are nested more than 2 deep",
        ),
        (zipped({"1.csv.zip": b"PK but no zip"}), r"1\.csv\.zip: it is no zip"),
        (zipped({"a.csv": ""}), "its first line names no columns"),
        (zipped({"a.csv": csv_part([])}), "hold no statement"),
    ],
)
def test_a_zip_that_is_no_dump_is_named_and_nothing_stays(tmp_path, room, content, says) -> None:
    path = written(tmp_path, content)
    with pytest.raises(SourceError, match=says):
        by_platform(path)
    assert list(room.iterdir()) == []
    assert {p.name for p in tmp_path.iterdir()} == {"temporary", path.name}


def test_a_truncated_dump_is_refused_wherever_it_was_cut(tmp_path, room) -> None:
    whole = small(tmp_path).read_bytes()
    for share in (0.3, 0.9, 0.999):
        with pytest.raises(SourceError, match="no zip, or was cut short"):
            by_platform(written(tmp_path, whole[: int(share * len(whole))]))
    assert list(room.iterdir()) == []


def test_a_damaged_part_is_named(tmp_path, room) -> None:
    text = csv_part([statement(i) for i in range(200)])
    content = bytearray(zipped({"a.csv": text}))
    content[len(content) // 2] ^= 0xFF
    with pytest.raises(SourceError, match=r"› a\.csv: it is broken or cut short"):
        by_platform(written(tmp_path, bytes(content)))
    assert list(room.iterdir()) == []


@settings(max_examples=40)
@given(place=st.integers(0), byte=st.integers(0, 255))
@example(place=WHOLE.index(b"PK\x01\x02") + 6, byte=68)  # a version of zip that never was
def test_no_changed_byte_stops_it_without_a_word(tmp_path_factory, place, byte) -> None:
    content = bytearray(WHOLE)
    content[place % len(content)] = byte
    path = written(tmp_path_factory.mktemp("d"), bytes(content))
    try:
        found = by_platform(path)
    except AuditError:
        return
    assert found["statements"].sum() == 1


def test_an_encrypted_member_is_named(tmp_path, room) -> None:
    content = bytearray(zipped({"a.csv": GOOD}))
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the flag of the central directory
    with pytest.raises(SourceError, match=r"a\.csv: it is encrypted"):
        by_platform(written(tmp_path, bytes(content)))


def test_a_link_is_named(tmp_path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("a.csv")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(SourceError, match="it is a link to another file"):
        by_platform(written(tmp_path, out.getvalue()))


@pytest.mark.parametrize(
    ("unzip", "says"),
    [
        (Limits(ratio=50), r"unpacks to more than 50 times its size \(limit: ratio\)"),
        (Limits(part=3_000_000), r"more than 3,000,000 bytes \(limit: part\)"),
        (Limits(total=4_000_000), r"more than 4,000,000 bytes \(total\)"),
    ],
)
def test_a_bomb_stops_at_the_limit(tmp_path, room, unzip, says) -> None:
    bomb = zipped({"1.csv.zip": zipped({"a.csv": GOOD + "\n" + "0" * 20_000_000})})
    with pytest.raises(SourceError, match=says):
        by_platform(written(tmp_path, bomb), unzip=unzip)
    assert list(room.iterdir()) == []


def test_a_bomb_of_many_members_stops_too(tmp_path) -> None:
    many = zipped({f"{i}.csv": "" for i in range(30)})
    with pytest.raises(SourceError, match=r"holds 30 files \(limit: members, 20\)"):
        by_platform(written(tmp_path, many), unzip=Limits(members=20))


def test_the_default_limits_stop_a_bomb(tmp_path, room) -> None:
    bomb = zipped({"a.csv": GOOD + "\n" + "0" * 20_000_000})
    with pytest.raises(SourceError, match="limit: ratio"):
        Dsa(str(written(tmp_path, bomb))).load()
    assert list(room.iterdir()) == []


def test_a_limit_must_let_something_through() -> None:
    with pytest.raises(SourceError, match="part is 0; allowed: above 0"):
        Limits(part=0)
    with pytest.raises(SourceError, match="numbers named part, total, ratio, members"):
        Dsa("x.zip", unzip={"parts": 1})


def test_a_published_checksum_is_held_against_the_dump(tmp_path) -> None:
    path = small(tmp_path)
    beside = path.with_name(path.name + ".sha1")
    digest = hashlib.sha1(path.read_bytes(), usedforsecurity=False).hexdigest()
    beside.write_text(f"{digest}  {path.name}\n")
    (origin,) = Dsa(str(path)).load().origins
    assert origin.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    beside.write_text(f"{'0' * 40}  {path.name}\n")
    with pytest.raises(SourceError, match="its SHA-1 checksum is not the published one"):
        Dsa(str(path)).load()
    beside.write_text("gone\n")
    with pytest.raises(SourceError, match="holds no SHA-1 checksum"):
        Dsa(str(path)).load()


def test_what_is_no_dump_is_refused_by_its_name(tmp_path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"x")
    with pytest.raises(SourceError, match=r"a\.parquet: allowed are \.zip dumps"):
        by_platform(tmp_path / "a.parquet")
    with pytest.raises(SourceError, match=r"no 'nowhere\.zip'"):
        by_platform("nowhere.zip")
    with pytest.raises(SourceError, match="The list of files is empty"):
        by_platform([])
    path = small(tmp_path)
    with pytest.raises(SourceError, match="are the same file, whose rows would count twice"):
        by_platform([path, path])


def test_the_same_part_in_two_dumps_is_not_counted_twice(tmp_path) -> None:
    (tmp_path / "copy").mkdir()
    paths = [tmp_path / "part.csv", tmp_path / "copy" / "part.csv"]
    for path in paths:
        path.write_text(GOOD)
    with pytest.raises(SourceError, match="a file of this name was read before"):
        by_platform(paths)


def test_a_dump_of_another_day_adds_up(tmp_path) -> None:
    other = dump(tmp_path, [[csv_part([statement(90)])]], day="2025-07-03")
    assert by_platform([small(tmp_path), other])["statements"].sum() == 13


def test_memory_is_said_in_bytes(tmp_path) -> None:
    with pytest.raises(SourceError, match="memory is 'much'; allowed: '2GB'"):
        by_platform(small(tmp_path), memory="much")
