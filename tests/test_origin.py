from __future__ import annotations

from pathlib import Path

import pytest

from audit.errors import SourceError
from audit.origin import Origin, locate

GOOD = """
name = "registry"
title = "Documented decisions"
producer = "the project"
url = "https://example.org"
accessed = 2026-01-02
licence = "CC BY 4.0"
simulated = true
"""


def test_an_origin_is_read_from_its_file_or_its_folder(tmp_path: Path) -> None:
    (tmp_path / "origin.toml").write_text(GOOD)
    origin = Origin.read(tmp_path)
    assert origin == Origin.read(tmp_path / "origin.toml")
    assert (origin.accessed, origin.simulated, origin.sha256) == ("2026-01-02", True, "")


def test_limits_are_sentences(tmp_path: Path) -> None:
    (tmp_path / "origin.toml").write_text(GOOD + 'limits = ["It has no denominator."]\n')
    assert Origin.read(tmp_path).limits == ("It has no denominator.",)


def test_an_origin_can_hold_its_rows_to_one_frame(tmp_path: Path) -> None:
    (tmp_path / "origin.toml").write_text(
        GOOD + 'limits = ["It has no denominator."]\nframe = "enforced_only"\n'
    )
    origin = Origin.read(tmp_path)
    assert origin.misframed("enforced_only") == ""
    assert origin.misframed("reported").endswith(
        "can only be 'enforced_only': It has no denominator."
    )
    (tmp_path / "origin.toml").write_text(GOOD)
    assert Origin.read(tmp_path).misframed("reported") == ""


def test_an_origin_at_fault_says_all_of_it(tmp_path: Path) -> None:
    path = tmp_path / "origin.toml"
    path.write_text('name = 3\nlicense = "MIT"\nsimulated = "yes"\n')
    with pytest.raises(SourceError, match=r"unknown keys \['license'\], lacks \['accessed'") as e:
        Origin.read(path)
    assert "wrong type in ['name', 'simulated']" in str(e.value)
    path.write_text(GOOD + 'limits = "no rate"\n')
    with pytest.raises(SourceError, match=r"wrong type in \['limits'\].*a list of texts"):
        Origin.read(path)
    path.write_text("name = ")
    with pytest.raises(SourceError, match="cannot be read: Invalid value"):
        Origin.read(path)


def test_a_relative_path_is_looked_for_upwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x.csv").write_text("a\n")
    (tmp_path / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deep" / "er")
    assert locate("data/x.csv") == tmp_path / "data" / "x.csv"
    assert locate(tmp_path / "data" / "x.csv") == tmp_path / "data" / "x.csv"
    with pytest.raises(SourceError, match=r"no 'data/y\.csv' in the working folder or any folder"):
        locate("data/y.csv")
