"""The origin beside files, held to the files."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from audit.errors import SourceError
from audit.origin import Origin
from audit.reading.digests import SUMS, digest
from audit.reading.folders import Files, table_files
from audit.reading.provenance import origin_of, stated_origin

KNOWN = Origin("made", "Made", "me", "", "", "none", limits=("One.",), frame="reported")


@pytest.fixture
def files(tmp_path: Path) -> Files:
    (tmp_path / "a.csv").write_text("x\n1\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("x\n2\n", encoding="utf-8")
    return table_files(tmp_path)


def state(folder: Path, **more: str) -> None:
    given = {"name": "n", "title": "t", "producer": "p", "url": "u", "accessed": "2026-01-01"}
    given |= {"licence": "l", **more}
    lines = [f'{key} = "{value}"' for key, value in given.items()]
    text = "\n".join([*lines, 'limits = ["Two.", "One."]'])
    (folder / "origin.toml").write_text(text, encoding="utf-8")


def test_without_an_origin_the_source_speaks(files: Files) -> None:
    assert stated_origin(files) is None
    found = origin_of(files, KNOWN, notes="read")
    assert (found.title, found.sha256, found.notes) == ("Made", digest(files), "read")
    assert (found.limits, found.frame) == (("One.",), "reported")


def test_an_origin_by_hand_gets_the_hash_of_what_is_read(files: Files) -> None:
    state(files.folder, sha256="0" * 64, notes="Said.")
    found = origin_of(files, KNOWN, notes="read")
    assert (found.title, found.producer, found.sha256) == ("t", "p", digest(files))
    lacking = f"origin.toml states the SHA-256 {'0' * 64}, which the files read lack"
    assert found.notes == f"Said; {lacking}; read"
    assert (found.limits, found.frame) == (("One.", "Two."), "reported")


@pytest.mark.parametrize("own", [True, False])
def test_an_origin_by_hand_that_states_the_hash_or_none_is_taken(files: Files, own: bool) -> None:
    state(files.folder, sha256=digest(files) if own else "")
    found = origin_of(files, KNOWN)
    assert (found.sha256, found.notes) == (digest(files), "")


def test_a_list_beside_it_binds_the_files(files: Files) -> None:
    listed = "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files.paths
    )
    (files.folder / SUMS).write_text(listed, encoding="utf-8")
    state(files.folder, sha256=hashlib.sha256(listed.encode()).hexdigest())
    found = origin_of(table_files(files.paths[0]), KNOWN)
    assert found.sha256 == digest(files)  # of all that were listed, though one is read
    files.paths[0].write_text("x\n3\n", encoding="utf-8")
    with pytest.raises(
        SourceError, match=r"'a\.csv' has changed since it was listed in SHA256SUMS"
    ):
        origin_of(files, KNOWN)
    (files.folder / "c.csv").write_text("x\n2\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"'a\.csv' has changed.* 'c\.csv' is not in SHA256SUMS"):
        origin_of(table_files(files.folder), KNOWN)


def test_a_list_that_is_no_text_is_refused(files: Files) -> None:
    state(files.folder)
    (files.folder / SUMS).write_bytes(b"\xff")
    with pytest.raises(SourceError, match=r"The SHA256SUMS beside origin\.toml is not UTF-8"):
        origin_of(files, KNOWN)
