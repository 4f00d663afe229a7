"""Hashes of files as `sha256sum` prints them."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

from audit.reading.digests import SUMS, checksums, digest, hashes, recorded, sha256, together
from audit.reading.folders import table_files


def test_the_hashes_of_one_reading_are_the_published_ones(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    found = hashes(tmp_path / "a", "sha1", "sha256")
    # FIPS 180-2, appendices A.1 and B.1: the message "abc"
    assert found["sha1"] == "a9993e364706816aba3e25717850c26c9cd0d89d"
    assert found["sha256"].startswith("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f2")
    assert sha256(tmp_path / "a") == found["sha256"]


def test_several_files_have_the_hash_of_what_sha256sum_prints(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv"):
        (tmp_path / name).write_text(f"x\n{name}\n", encoding="utf-8")
    files = table_files(tmp_path)
    printed = subprocess.run(
        ["sha256sum", "a.csv", "b.csv"], cwd=tmp_path, check=True, capture_output=True
    ).stdout
    assert digest(files) == hashlib.sha256(printed).hexdigest()
    (tmp_path / SUMS).write_bytes(printed)
    assert checksums(recorded(tmp_path)) == printed
    assert together(recorded(tmp_path)) == digest(files)
    one = table_files(tmp_path / "a.csv")
    assert digest(one) == sha256(tmp_path / "a.csv")


def test_a_folder_without_a_list_records_nothing(tmp_path: Path) -> None:
    assert recorded(tmp_path) == {}
    (tmp_path / SUMS).write_bytes(b"\xff")
    with pytest.raises(UnicodeDecodeError, match="can't decode"):
        recorded(tmp_path)
