"""The contests measure what they say, and both sides of a contest answer the same question."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import contestants, peers
from benchmarks.peers_data import COVARIATES, write

CASES = 20_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("platform") / "cases"
    write(made, CASES)
    return made


def read(folder: Path, columns: list[str] | None = None) -> pd.DataFrame:
    """Return the platform as pandas has it; the engine reads, so that no other library must."""
    frame = duckdb.sql(f"select * from '{folder}/*.parquet'").df()
    frame["leader"] = (frame["account_class"] == contestants.FOCAL).astype(float)
    return frame


def test_the_platform_has_the_covariates_that_the_contest_names(folder: Path) -> None:
    frame = read(folder)
    assert len(frame) == CASES
    assert 2 + sum(frame[c].nunique() - 1 for c in COVARIATES) == 86
    assert tuple(contestants.COVARIATES) == COVARIATES
    assert ((frame["action"] == "remove") == frame["actioned"]).all()
    assert frame.groupby("account_id")["account_class"].nunique().max() == 1


def test_the_fit_is_that_of_the_rows(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contestants, "_read", read)
    ours, theirs = contestants.audit_fit(folder), contestants.statsmodels_matrix(folder)
    assert ours["columns"] == theirs["columns"] == 86
    apart = peers.difference(ours, theirs)
    assert apart.keys() == {"coefficient", "std_error"}
    assert max(apart.values()) <= peers.AGREED


def test_the_rates_are_those_of_the_rows(folder: Path) -> None:
    found = contestants.audit_rates(folder)
    for name, rate in read(folder).groupby("account_class")["actioned"].mean().items():
        assert found[f"rate_{name}"] == pytest.approx(rate, rel=1e-12)
        assert found[f"conf_low_{name}"] < rate < found[f"conf_high_{name}"]


def test_a_process_is_measured_whole() -> None:
    # by a small process: what the measuring one holds counts as held by those it starts
    made = "x = bytearray(200_000_000); x[::4096] = b'1' * len(x[::4096]); sum(range(10**7))"
    code = (
        "import sys; from benchmarks.peers import apart\n"
        "small = apart([sys.executable, '-c', 'pass'])\n"
        f"large = apart([sys.executable, '-c', {made + '; print(chr(123) + chr(125))'!r}])\n"
        "print(large.peak_mb - small.peak_mb, large.cpu_seconds - small.cpu_seconds, "
        "large.seconds - small.seconds, large.answer)"
    )
    root = Path(peers.__file__).resolve().parents[1]
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=root
    )
    peak_mb, cpu, seconds, answer = done.stdout.split()
    assert float(peak_mb) == pytest.approx(200e6 / 2**20, rel=0.1)
    assert float(cpu) > 0
    assert float(seconds) > 0
    assert answer == "{}"


def test_a_process_that_fails_is_no_measurement() -> None:
    with pytest.raises(RuntimeError, match="ended with 3"):
        peers.apart([sys.executable, "-c", "raise SystemExit(3)"])


def test_a_contest_that_cannot_be_held_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    contest = peers.CONTESTS[0]
    assert "no Python that has it" in peers.skipped(contest, {}, busy=True)
    given = {contest.theirs: sys.executable}
    monkeypatch.setattr(peers, "available_gb", lambda: 2.0)
    assert peers.skipped(contest, given, busy=True) == "it needs 11 GB and 2.0 are available"
    monkeypatch.setattr(peers, "available_gb", lambda: 20.0)
    monkeypatch.setattr(peers, "others", lambda: 3.5)
    assert peers.skipped(contest, given, busy=False).startswith("3.5 other processes want to run")
    assert peers.skipped(contest, given, busy=True) == ""


def test_lines_of_contests_not_held_this_time_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "OUT", tmp_path / "peers.csv")
    peers.kept([{"contest": "start: import", "our_seconds": 0.2}])
    peers.kept([{"contest": "audit_fit against pyfixest", "cases": 1_000_000, "ratio": 4.5}])
    peers.kept([{"contest": "start: import", "our_seconds": 0.1}])
    table = pd.read_csv(tmp_path / "peers.csv")
    assert list(table["contest"]) == ["audit_fit against pyfixest", "start: import"]
    assert table["our_seconds"].iloc[1] == 0.1
