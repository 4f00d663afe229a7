"""What holds for every source in the table."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from audit.cases import Cases
from audit.sources import SOURCES
from audit.sources.base import Source
from tests.sources.archive_rows import posts, write_csv


def needs(name: str, folder: Path) -> dict[str, str]:
    """Return the parameters of a source that cannot be loaded without any, its file made here."""
    if name == "table":
        return {"path": "data/simulated/cases.parquet"}
    if name == "trump_archive":
        return {"path": str(write_csv(folder / "tweets.csv", posts()))}
    return {}


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_keeps_its_promise(name: str, root, monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(root)
    kind = SOURCES[name]
    assert is_dataclass(kind)
    assert kind.name == name
    assert kind.title
    source = kind(**needs(name, tmp_path))
    assert isinstance(source, Source)
    cases = source.load()
    assert isinstance(cases, Cases)
    assert len(cases) > 0
    assert all(origin.title for origin in cases.origins)
    assert {c.name for c in kind.extra_columns} <= set(cases.frame)
    if name != "table":  # of a stranger's table nothing is known
        first = str(cases).splitlines()[: len(kind.limits)]
        assert first == [f"cannot support: {says}" for says in kind.limits]
    with pytest.raises(AttributeError):
        setattr(source, fields(kind)[0].name, None)


@pytest.mark.parametrize("name", SOURCES)
def test_loading_twice_gives_the_same_cases(name: str, root, monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(root)
    made = SOURCES[name](**needs(name, tmp_path))
    assert made.load().frame.equals(made.load().frame)
