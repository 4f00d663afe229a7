"""Whether what was fetched is whole: a file that is not is named, whatever is wrong with it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from audit.errors import FetchError
from audit.fetching.manners import Manners
from audit.fetching.verify import verify


def zipped(name: str = "a.tsv") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, "x\t1\n" * 50)
    return made.getvalue()


WHOLE = zipped()
DIRECTORY = WHOLE.index(b"PK\x01\x02")


@settings(max_examples=60)
@given(place=st.integers(0), byte=st.integers(0, 255))
@example(place=DIRECTORY + 6, byte=68)  # a version of zip that never was
@example(place=DIRECTORY + 30, byte=9)  # an extra field that is not there
@example(place=DIRECTORY + 42, byte=9)  # a member that begins elsewhere
def test_no_changed_byte_stops_it_without_a_word(
    tmp_path_factory: pytest.TempPathFactory, place: int, byte: int
) -> None:
    content = bytearray(WHOLE)
    content[place % len(content)] = byte
    path = tmp_path_factory.mktemp("d") / "a.part"
    path.write_bytes(bytes(content))
    try:
        found = verify(path, "a.zip", Manners())
    except FetchError:
        return
    assert len(found) == 64


@pytest.mark.parametrize("name", ["../a.tsv", "/a.tsv", "..\\a.tsv", "C:/a.tsv", "a/../../b.tsv"])
def test_a_name_that_leads_outside_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.part").write_bytes(zipped(name))
    with pytest.raises(FetchError, match="which leads outside the archive"):
        verify(tmp_path / "a.part", "a.zip", Manners())
