"""The terms that decide what is hidden: of a design, and of an origin."""

from __future__ import annotations

from pathlib import Path

import pytest
from planted import design

from audit.errors import DesignError, SourceError
from audit.origin import Origin

KNOWN = (
    'name = "a"\ntitle = "b"\nproducer = "c"\nurl = ""\naccessed = "2026-01-01"\nlicence = "d"\n'
)


@pytest.mark.parametrize("least", [9, 0, 1])
def test_the_threshold_is_not_lowered(least: int) -> None:
    with pytest.raises(DesignError, match=f"smallest_cell is {least}; at least 10"):
        design(smallest_cell=least)


def test_ordinary_people_are_not_declared_officials() -> None:
    with pytest.raises(DesignError, match=r"officials names \['ordinary'\]"):
        design(officials=["ordinary", "staff"])


def test_what_is_shown_is_no_part_of_the_question() -> None:
    assert design(smallest_cell=20, officials=["staff"]).hash == design().hash
    assert design(smallest_cell=20).to_dict()["smallest_cell"] == 20
    assert "smallest_cell" not in design().to_dict()


def test_an_origin_says_why_it_is_public(tmp_path: Path) -> None:
    path = tmp_path / "origin.toml"
    path.write_text(KNOWN + 'disclosure = "public aggregate: of a public register"\n')
    assert Origin.read(path).disclosure == "public aggregate: of a public register"


@pytest.mark.parametrize("said", ["yes", "public aggregate:", "public aggregate:  "])
def test_an_origin_without_a_reason_is_refused(tmp_path: Path, said: str) -> None:
    path = tmp_path / "origin.toml"
    path.write_text(KNOWN + f'disclosure = "{said}"\n')
    with pytest.raises(SourceError, match=r"the wrong type in \['disclosure'\]"):
        Origin.read(path)
