"""A file that is not whole is named, with its line, in words; nothing is left behind."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import tomli_w
from interrupts import heed, interrupted

import audit
from audit.cli import main
from audit.engine import Duck
from audit.errors import AuditError
from scanned.platforms import design, table

ROWS = 1200
LINE = 734


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def packed(data: bytes, ending: str) -> bytes:
    if ending == "gz":
        return gzip.compress(data, mtime=0)
    zstd = pytest.importorskip("backports.zstd")
    return bytes(zstd.compress(data))


def text(kind: str) -> bytes:
    frame = table(2, rows=ROWS)
    if kind == "csv":
        return frame.to_csv(index=False).encode()
    return frame.to_json(orient="records", lines=True, date_format="iso").encode()


def parquet(frame: pd.DataFrame, path: Path) -> None:
    duckdb.from_df(frame).write_parquet(str(path))


def broken_off(kind: str, ending: str) -> Callable[[Path], Path]:
    def made(folder: Path) -> Path:
        path = folder / f"t.{kind}.{ending}"
        path.write_bytes(cut(packed(text(kind), ending)))
        return path

    return made


def broken_line(with_: bytes | None) -> Callable[[Path], Path]:
    def made(folder: Path) -> Path:
        lines = text("jsonl").split(b"\n")
        lines[LINE - 1] = lines[LINE - 1][:40] if with_ is None else with_
        path = folder / "t.jsonl"
        path.write_bytes(b"\n".join(lines))
        return path

    return made


def parts(change: Callable[[pd.DataFrame], pd.DataFrame], ending: str) -> Callable[[Path], Path]:
    """Write nine parts of one table, the eighth of them changed."""

    def made(folder: Path) -> Path:
        frame = table(2, rows=ROWS)
        frame["reach"] = frame["reach"].astype(float)
        size = len(frame) // 9
        for i in range(9):
            part = frame.iloc[i * size : (i + 1) * size].copy()
            part = change(part) if i == 7 else part
            path = folder / f"{i}.{ending}"
            if ending == "csv":
                part.to_csv(path, index=False)
            else:
                parquet(part, path)
        return folder

    return made


def one_word(part: pd.DataFrame) -> pd.DataFrame:
    words = part["reach"].astype(object)
    words.iloc[5] = "much"
    return part.assign(reach=words)


def damaged(where: str) -> Callable[[Path], Path]:
    def made(folder: Path) -> Path:
        path = folder / "t.parquet"
        parquet(table(2, rows=ROWS), path)
        data = path.read_bytes()
        middle = len(data) // 3
        kept = cut(data) if where == "end" else data[:middle] + bytes(200) + data[middle + 200 :]
        path.write_bytes(kept)
        return path

    return made


BREAKS = r"'t\.\w+\.\w+' breaks off: its compressed data have no end"
LISTED = rf"is not one JSON object .* on file line {LINE} "
BAD = {
    "csv.gz that breaks off": (broken_off("csv", "gz"), BREAKS),
    "csv.zst that breaks off": (broken_off("csv", "zst"), BREAKS),
    "jsonl.gz that breaks off": (broken_off("jsonl", "gz"), BREAKS),
    "jsonl.zst that breaks off": (broken_off("jsonl", "zst"), BREAKS),
    "half an object": (broken_line(None), LISTED),
    "a list": (broken_line(b"[1, 2]"), LISTED),
    "parquet without a column": (
        parts(lambda part: part.drop(columns="reach"), "parquet"),
        r"'7\.parquet'.*it lacks 'reach'",
    ),
    "parquet of another kind": (
        parts(lambda part: part.assign(reach=part["reach"].astype(str)), "parquet"),
        r"column 'reach'.*text.*number",
    ),
    "csv of another kind": (parts(one_word, "csv"), r"is no finite number .*'much' \(file line 7"),
    "parquet without its end": (damaged("end"), r"'t\.parquet'.*(breaks off|not readable)"),
}


def as_scanned(path: Path) -> str:
    """Return what a scan reads where a folder is read whole."""
    return str(path / f"*{next(path.iterdir()).suffix}") if path.is_dir() else str(path)


@pytest.mark.parametrize("name", BAD)
def test_a_scan_says_what_is_wrong_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    make, says = BAD[name]
    (tmp_path / "data").mkdir()
    (tmp_path / "spill").mkdir()
    path = make(tmp_path / "data")
    engine = Duck(spill=tmp_path / "spill")
    with pytest.raises(AuditError, match=f"(?s){says}") as said:
        audit.enroll(audit.scan(as_scanned(path), engine=engine), audit.Design.of(design()))
    assert "LINE 1:" not in str(said.value)
    engine.close()
    assert list((tmp_path / "spill").iterdir()) == []


@pytest.mark.parametrize("name", [n for n in BAD if n != "csv of another kind"])
def test_a_scan_that_is_not_checked_takes_no_part_of_a_file(name: str, tmp_path: Path) -> None:
    make, says = BAD[name]
    with pytest.raises(AuditError, match=f"(?s){says}"):
        audit.enroll(
            audit.scan(as_scanned(make(tmp_path)), checked="made for a test"),
            audit.Design.of(design()),
        )


@pytest.mark.parametrize("name", BAD)
def test_the_command_line_says_it_too(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make, _ = BAD[name]
    path = make(tmp_path)
    before = sorted(tmp_path.iterdir())
    assert main(["check", str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("audit: ")
    assert "Traceback" not in err
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("name", BAD)
def test_no_report_is_begun_of_a_file_that_is_not_whole(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    path = BAD[name][0](tmp_path / "data")
    asks = tmp_path / "asked.toml"
    asks.write_text(tomli_w.dumps({**design(), "source": {"name": "table", "path": str(path)}}))
    before = sorted(tmp_path.rglob("*"))
    assert main(["report", str(asks), "--out", str(tmp_path / "out")]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    first, said = err.split("\n", 1)
    assert first == str(asks)
    assert said.startswith("audit: ")
    assert path.stem in said or "7." in said  # the file, or the one of the folder, by its name
    assert "Traceback" not in said
    assert sorted(tmp_path.rglob("*")) == before


def test_a_damaged_page_of_parquet_is_said_with_its_file(tmp_path: Path) -> None:
    path = damaged("middle")(tmp_path)
    with pytest.raises(AuditError, match=r"'t\.parquet' breaks off or is damaged"):
        audit.enroll(audit.scan(path), audit.Design.of(design()))


def test_a_table_on_its_side_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.csv"
    names = [f"x{i}" for i in range(100_000)]
    path.write_text(",".join(names) + "\n" + ",".join("1" * len(names)) + "\n")
    with pytest.raises(AuditError, match=r"there are 100,000 columns; allowed: at most 16,384"):
        audit.scan(path)
    # so many columns of Parquet take long to write
    monkeypatch.setattr("audit.reading.lines.MOST_COLUMNS", 9)
    parquet(table(2, rows=10), tmp_path / "t.parquet")
    with pytest.raises(AuditError, match=r"there are 10 columns; allowed: at most 9"):
        audit.scan(tmp_path / "t.parquet")


FULL_DISK = """
import resource, signal, sys
import audit
from audit.engine import Duck
path, spill, question = sys.argv[1], sys.argv[2], eval(sys.argv[3])
engine = Duck(memory='30MB', threads=1, spill=spill)
scan = audit.scan(path, engine=engine, checked='made for a test')
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
try:
    audit.enroll(scan, audit.Design.of(question))
except audit.AuditError as error:
    print(error)
"""
AT_WORK = """
import sys
import audit
from audit.engine import Duck
path, spill, question = sys.argv[1], sys.argv[2], eval(sys.argv[3])
engine = Duck(memory='200MB', threads=1, spill=spill)
print('ready', flush=True)
while True:
    scan = audit.scan(path, engine=engine, checked='made for a test')
    audit.enroll(scan, audit.Design.of(question))
"""


def large(folder: Path, rows: int) -> Path:
    """Write a table whose every row is an account of its own, so that its counts are as many."""
    path = folder / "large.parquet"
    duckdb.sql(
        f"copy (select i as case_id, i as account_id, case when i % 9 = 0 then 'leader' else "
        f"'ordinary' end as account_class, case when i % 4 = 0 then 'remove' else 'none' end as "
        f"action, 'rule ' || i % 50 as rule from range({rows}) as t(i)) to '{path}'"
    )
    return path


def asked(code: str, path: Path, spill: Path) -> list[str]:
    question = design(strata=["rule"], outcome={"at_least": "remove"}, reference="ordinary")
    return [sys.executable, "-c", code, str(path), str(spill), repr(question)]


def test_a_full_disk_is_said_and_its_spilled_files_are_gone(tmp_path: Path) -> None:
    pytest.importorskip("resource", reason="needs the limits of a POSIX system")
    path, spill = large(tmp_path, 700_000), tmp_path / "spill"
    spill.mkdir()
    done = subprocess.run(
        asked(FULL_DISK, path, spill), capture_output=True, text=True, timeout=120, check=False
    )
    assert "there is no room left to spill in" in done.stdout, done.stderr
    assert "Try: free space there" in done.stdout
    assert list(spill.iterdir()) == []


def test_an_interrupted_study_leaves_nothing(tmp_path: Path) -> None:
    path, spill = large(tmp_path, 500_000), tmp_path / "spill"
    spill.mkdir()
    command = asked(AT_WORK, path, spill)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, preexec_fn=heed, **pipes) as running:  # type: ignore[call-overload]
        assert running.stdout is not None
        assert running.stdout.readline() == b"ready\n"
        with pytest.raises(subprocess.TimeoutExpired):
            running.wait(1.5)  # it is at work
        assert len(list(spill.iterdir())) == 1
        _, said = interrupted(running)
    assert b"KeyboardInterrupt" in said
    assert running.returncode != 0
    assert list(spill.iterdir()) == []


def opened(process: int, path: Path) -> bool:
    """Return whether a process has a file open."""
    found = []
    for link in Path(f"/proc/{process}/fd").iterdir():
        with suppress(OSError):  # closed meanwhile
            found.append(link.readlink())
    return path in found


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_an_interrupted_command_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    path, temporary = tmp_path / "large.csv", tmp_path / "temporary"
    temporary.mkdir()
    duckdb.sql(f"copy (from '{large(tmp_path, 400_000)}') to '{path}'")
    command = [sys.executable, "-m", "audit", "check", str(path)]
    pipes: dict[str, int] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    env = {**os.environ, "TMPDIR": str(temporary)}
    with subprocess.Popen(command, env=env, preexec_fn=heed, **pipes) as running:  # type: ignore[call-overload]
        while not opened(running.pid, path):  # until it is at work, or done
            assert running.poll() is None
            time.sleep(0.01)
        out, said = interrupted(running)
    assert (running.returncode, out) == (130, b"")
    assert said == b"interrupted; what was written before is whole.\n"
    assert list(temporary.iterdir()) == []
