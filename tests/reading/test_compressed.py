from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from audit.errors import SourceError
from audit.reading.compressed import zstandard
from audit.reading.files import read_table

CSV = "a,b\n" + "".join(f"{i},x{i}\n" for i in range(5000))


def zst(data: bytes) -> bytes:
    return zstandard().compress(data)


PACK = {".gz": gzip.compress, ".zst": zst}


@pytest.mark.parametrize("ending", PACK)
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.csv", CSV),
        ("t.tsv", CSV.replace(",", "\t")),
        ("t.jsonl", "".join(f'{{"a": {i}, "b": "x{i}"}}\n' for i in range(5000))),
    ],
)
def test_packed_text_is_read_as_the_plain(
    tmp_path: Path, ending: str, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    packed = tmp_path / (name.upper() + ending.upper())
    packed.write_bytes(PACK[ending](text.encode()))
    plain, found = read_table(tmp_path / name), read_table(packed)
    assert found.frame.equals(plain.frame)
    assert len(found.frame) == 5000
    assert found.lines.equals(plain.lines)


@pytest.mark.parametrize("ending", PACK)
def test_several_streams_in_one_file_are_all_read(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"t.csv{ending}"
    path.write_bytes(PACK[ending](b"a,b\n1,2\n") + PACK[ending](b"3,4\n"))
    assert read_table(path).frame["a"].tolist() == ["1", "3"]


@pytest.mark.parametrize("ending", PACK)
@pytest.mark.parametrize("share", [0.5, 0.999])
def test_a_file_that_breaks_off_is_refused_whole(tmp_path: Path, ending: str, share: float) -> None:
    packed = PACK[ending](CSV.encode())
    path = tmp_path / f"t.csv{ending}"
    path.write_bytes(packed[: int(len(packed) * share)])
    with pytest.raises(SourceError, match=r"'t\.csv\..+' breaks off: its compressed data have no"):
        read_table(path)


@pytest.mark.parametrize("ending", PACK)
def test_a_damaged_file_is_refused(tmp_path: Path, ending: str) -> None:
    packed = bytearray(PACK[ending](CSV.encode()))
    packed[len(packed) // 2] ^= 0xFF
    packed[-3] ^= 0xFF
    (tmp_path / f"t.csv{ending}").write_bytes(packed)
    with pytest.raises(SourceError, match=r"is damaged or is not what|breaks off"):
        read_table(tmp_path / f"t.csv{ending}")
    (tmp_path / f"no.csv{ending}").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(SourceError, match=rf"'no\.csv\{ending}' is damaged or is not what"):
        read_table(tmp_path / f"no.csv{ending}")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (
            gzip.compress(b"a\n1\n", mtime=0),
            r"'t\.csv' is gzip, not text\. Try: call it 't\.csv\.gz'",
        ),
        (zst(b"a\n1\n"), r"is Zstandard, not text\. Try: call it 't\.csv\.zst'"),
        (b"PK\x03\x04 and more", r"is a zip archive, not text\. Try: unpack it"),
    ],
)
def test_packed_data_that_say_they_are_plain(tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / "t.csv").write_bytes(data)
    with pytest.raises(SourceError, match=says):
        read_table(tmp_path / "t.csv")


@pytest.mark.parametrize("name", ["t.parquet.gz", "t.xlsx.gz", "t.gz", "t.csv.bz2"])
def test_only_text_is_packed(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(gzip.compress(b"a\n1\n"))
    with pytest.raises(SourceError, match=r"allowed: \.csv, .*text with \.gz or \.zst after it"):
        read_table(tmp_path / name)
