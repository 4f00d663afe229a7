"""What holds for every source in the table."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path

import archive_rows
import blocklogs
import boarddecisions
import dsa_dump
import notes_files
import pytest

from audit.cases import Cases
from audit.sources import SOURCES
from audit.sources.base import Source

NEEDS = {
    "table": lambda folder: {"path": "data/simulated/cases.parquet"},
    "dsa": lambda folder: {"path": str(dsa_dump.small(folder))},
    "community_notes": lambda folder: {"path": str(notes_files.small(folder))},
    "trump_archive": lambda folder: {
        "path": str(archive_rows.write_csv(folder / "tweets.csv", archive_rows.posts()))
    },
    "wikipedia_blocks": lambda folder: {
        "path": str(blocklogs.write(folder, blocklogs.as_csv(blocklogs.SMALL)))
    },
    "oversight_board": lambda folder: {"path": str(boarddecisions.write(folder))},
}
"""Parameters of the sources that cannot be loaded without any, made in a folder."""


def _needs(name: str, folder: Path) -> dict[str, str]:
    return NEEDS[name](folder) if name in NEEDS else {}


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_keeps_its_promise(name: str, root, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(root)
    kind = SOURCES[name]
    assert is_dataclass(kind)
    assert kind.name == name
    assert kind.title
    source = kind(**_needs(name, tmp_path))
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
def test_loading_twice_gives_the_same_cases(name: str, root, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(root)
    made = SOURCES[name](**_needs(name, tmp_path))
    assert made.load().frame.equals(made.load().frame)
