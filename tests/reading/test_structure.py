"""Records found without holding the file must be those that reading it whole finds."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import SchemaError
from audit.reading import structure
from audit.reading.delimited import read_delimited
from audit.reading.structure import Structure

PIECES = ["a", "b,", ",", '"', '""', "\n", "\r\n", "\r", "1", "é", '"x\ny"', "h,k\n", '"h",k\n']


def agree(tmp_path: Path, body: bytes, block: int) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(b"h,k\n" + body)
    try:
        whole = read_delimited(path, ",")
    except SchemaError:
        return  # no row, or a header that nothing can be read with
    structure.BLOCK = block
    found = Structure(",").walk(io.BytesIO(path.read_bytes()))
    assert found.rows == len(whole.lines)
    assert [found.line(row) for row in whole.lines.index] == whole.lines.tolist()
    expected = {str(f) for f in whole.faults if "two columns" not in f.what}
    assert {str(f) for f in found.faults()} == expected
    left_out = sorted(set(whole.lines.index) - set(whole.frame.index))
    assert found.left_out().tolist() == left_out
    raw = path.read_bytes()
    for row, first, after in found.ranges:
        assert raw[:first].count(b"\n") + 1 == found.line(row) or b"\r" in raw
        assert after > first


@pytest.fixture(autouse=True)
def block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structure, "BLOCK", structure.BLOCK)


@given(
    pieces=st.lists(st.sampled_from(PIECES), min_size=1, max_size=40),
    block=st.sampled_from([4, 7, 64, 10_000]),
)
def test_any_text_has_the_records_of_the_strict_reader(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[str], block: int
) -> None:
    agree(tmp_path_factory.getbasetemp(), "".join(pieces).encode(), block)


def test_bytes_that_are_no_text_are_named_by_row(tmp_path: Path) -> None:
    agree(tmp_path, b'1,2\n\xff,"x\n\xfe"\n3\n4,5\n', 16)


def test_rows_and_lines_of_a_long_file(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    kinds = ["1,2", '"a\nb\n",2', '"q""q",2', "1,2,3", "1", "", "h,k", '"x'[1:] + ",y"]
    body = "\n".join(kinds[i] for i in rng.integers(0, len(kinds), 5000)) + "\n1,2\n"
    agree(tmp_path, body.encode(), 1000)
