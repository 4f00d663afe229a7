"""The engine's memory and disk are bounded, and what it lacks is said."""

from __future__ import annotations

import tempfile

import pytest

from audit.errors import SourceError
from audit.reading.engine import engine_in


def test_the_engine_and_its_folder_are_gone_afterwards(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with engine_in("100MB") as (engine, folder):
        assert engine.execute("select 1").fetchall() == [(1,)]
        (folder / "x").write_text("x")
    assert list(tmp_path.iterdir()) == []


def _list_ten_million(memory: str) -> None:
    with engine_in(memory) as (engine, _):
        engine.execute("select list(range order by random()) from range(10000000)").fetchall()


def test_too_little_memory_is_said() -> None:
    with pytest.raises(SourceError, match="memory is '1MB', which is too little"):
        _list_ten_million("1MB")


def test_what_is_no_amount_of_memory_is_said() -> None:
    with pytest.raises(SourceError, match="memory is 'lots'; allowed"), engine_in("lots"):
        pass


def test_a_file_that_cannot_be_written_is_said(tmp_path) -> None:
    with (
        pytest.raises(SourceError, match="could not read or write a file"),
        engine_in("100MB") as (engine, _),
    ):
        engine.execute(f"copy (select 1) to '{tmp_path}/nowhere/x.parquet' (format parquet)")
