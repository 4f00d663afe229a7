"""A world written chunk by chunk is the world that is made whole."""

from __future__ import annotations

import tempfile
from itertools import pairwise

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.errors import SourceError
from audit.origin import Origin
from audit.sources.simulated import POSTS_PER_SCALE, Simulated, simuland
from audit.sources.table import read_cases

SMALL = Simulated(seed=7, leaders=3, ordinary=40)


def comparable(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype({"appealed": "boolean", "reversed": "boolean"})


@pytest.mark.parametrize("chunk", [1_000_000, 257])
@pytest.mark.parametrize("world", [SMALL, Simulated.null(seed=8, leaders=2, ordinary=30, icc=0.5)])
def test_a_file_holds_what_is_loaded_however_it_is_cut(tmp_path, world, chunk) -> None:
    rows = world.write_parquet(tmp_path / "cases.parquet", chunk=chunk)
    made, written = world.load(), read_cases(tmp_path / "cases.parquet")
    assert rows == len(made)
    pd.testing.assert_frame_equal(comparable(written.frame), comparable(made.frame))
    assert written.simulated
    assert written.origins[0].limits == Simulated.limits


def test_the_file_has_the_kinds_of_the_committed_one(tmp_path, root) -> None:
    SMALL.write_parquet(tmp_path / "cases.parquet")
    paths = (root / "data" / "simulated" / "cases.parquet", tmp_path / "cases.parquet")
    kinds = [duckdb.sql(f"describe from read_parquet('{path}')").fetchall() for path in paths]
    assert kinds[0] == kinds[1]


@settings(max_examples=10)
@given(cuts=st.lists(st.integers(1, 1_000), max_size=5, unique=True), seed=st.integers(0, 99))
def test_any_stretch_of_posts_comes_out_the_same(cuts, seed) -> None:
    census = simuland.Census.of(Simulated(seed=seed, leaders=2, ordinary=20))
    ends = sorted({0, census.rows, *(cut for cut in cuts if cut < census.rows)})
    pieces = [simuland.reported(census, a, b) for a, b in pairwise(ends)]
    whole = simuland.reported(census, 0, census.rows)
    for place in (0, 1):
        joined = pd.concat([piece[place] for piece in pieces], ignore_index=True)
        pd.testing.assert_frame_equal(joined, whole[place])


def test_accounts_counted_in_blocks_are_those_counted_at_once(monkeypatch) -> None:
    whole = simuland.accounts(SMALL)
    monkeypatch.setattr("audit.sources.simulated.accounts.BLOCK", 7)
    pd.testing.assert_frame_equal(simuland.accounts(SMALL), whole)
    census = simuland.Census.of(SMALL)
    pd.testing.assert_frame_equal(census.people(5, 20), whole.iloc[5:20].reset_index(drop=True))


def test_the_origin_beside_says_that_it_is_simulated(tmp_path) -> None:
    SMALL.write_parquet(tmp_path / "cases.parquet")
    origin = Origin.read(tmp_path)
    assert origin.simulated
    assert "seed = 7" in origin.notes
    assert origin.limits == Simulated.limits


def test_a_file_can_be_written_again_and_nothing_else_stays(tmp_path, monkeypatch) -> None:
    room = tmp_path / "room"
    room.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(room))
    folder = tmp_path / "made"
    folder.mkdir()
    first = SMALL.write_parquet(folder / "cases.parquet")
    content = (folder / "cases.parquet").read_bytes()
    assert SMALL.write_parquet(folder / "cases.parquet", chunk=999) == first
    assert (folder / "cases.parquet").read_bytes() == content
    assert {path.name for path in folder.iterdir()} == {"cases.parquet", "origin.toml"}
    assert list(room.iterdir()) == []


def test_what_cannot_be_written_is_refused_at_once(tmp_path) -> None:
    with pytest.raises(SourceError) as error:
        SMALL.write_parquet(tmp_path / "nowhere" / "cases.csv", chunk=0)
    says = str(error.value)
    assert "chunk is 0" in says
    assert "cases.csv is no name of a .parquet file" in says
    assert "There is no folder" in says
    (tmp_path / "origin.toml").write_text('title = "Of something real"\n')
    with pytest.raises(SourceError, match=r"has an origin\.toml already.*a folder of its own"):
        SMALL.write_parquet(tmp_path / "cases.parquet")


def test_a_platform_of_a_size_has_about_that_many_posts() -> None:
    asked = 10 * POSTS_PER_SCALE
    assert len(Simulated.sized(asked).load()) == pytest.approx(asked, rel=0.1)
    assert Simulated.sized(1).scale == 1
    with pytest.raises(SourceError, match=r"\['scale'\] given"):
        Simulated.sized(10, scale=3)
    with pytest.raises(SourceError, match="a platform of 0 posts"):
        Simulated.sized(0)
