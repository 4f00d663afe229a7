"""The embedded engine: files, limits, and what is left when something goes wrong."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from interrupts import heed, interrupted
from scanned.platforms import design, table

import audit
from audit import cells
from audit.engine import Name, Value, sql
from audit.engine.duck import Duck
from audit.errors import SourceError

BIG = "select range % 3000000 as k, count(*) as n from range(6000000) group by 1"


def test_values_are_bound_and_names_quoted() -> None:
    engine = Duck()
    evil = "'; drop table x; --"
    kept = engine.upload({'a"b': np.array([evil, "x"], dtype=object), "n": np.array([1, 2])})
    what = sql("select n from {t} where {c} = {v}", t=kept, c=Name('a"b'), v=Value(evil))
    assert engine.query(what)["n"].tolist() == [1]
    with pytest.raises(TypeError, match="give it as Name, Value or Sql"):
        sql("select {x}", x="plain text")  # type: ignore[arg-type]


def test_gaps_are_none_or_nan() -> None:
    found = Duck().query(sql("select * from (values ('a', 1), (null, null)) as v(t, n)"))
    assert found["t"].tolist() == ["a", None]
    assert np.isnan(found["n"][1])


def test_the_spill_folder_is_used_and_gone(tmp_path: Path) -> None:
    engine = Duck(memory="40MB", threads=1, spill=tmp_path)
    engine.keep(sql(BIG))
    assert any(p.stat().st_size for p in tmp_path.rglob("*") if p.is_file())
    engine.close()
    assert list(tmp_path.iterdir()) == []


def test_a_forgotten_engine_leaves_nothing(tmp_path: Path) -> None:
    engine = Duck(spill=tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
    del engine
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    engine = Duck(memory="40MB", threads=1, spill=tmp_path)
    engine._engine.execute("set max_temp_directory_size = '1MB'")
    with pytest.raises(SourceError, match=r"no room left to spill in .* Try: free space there"):
        engine.keep(sql(BIG))
    engine.close()
    assert list(tmp_path.iterdir()) == []


def test_too_little_memory_is_said() -> None:
    with pytest.raises(SourceError, match="the engine cannot be set up so"):
        Duck(memory="a lot")


def test_interrupting_a_scan_leaves_nothing(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from audit.engine import sql\n"
        "from audit.engine.duck import Duck\n"
        f"engine = Duck(memory='200MB', threads=1, spill={str(tmp_path)!r})\n"
        "print('ready', flush=True)\n"
        "engine.keep(sql('select range as k, count(*) as n from range(100000000000) group by 1'))\n"
    )
    command = [sys.executable, "-c", code]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, preexec_fn=heed, **pipes) as running:  # type: ignore[call-overload]
        assert running.stdout is not None
        assert running.stdout.readline() == b"ready\n"
        assert len(list(tmp_path.iterdir())) == 1
        with pytest.raises(subprocess.TimeoutExpired):
            running.wait(1.0)  # it is at work
        _, said = interrupted(running)
    assert b"KeyboardInterrupt" in said
    assert running.returncode != 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "tsv", "jsonl", "parquet", "csv.zst"])
def test_every_kind_of_file_gives_the_same_numbers(
    tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cells, "MOST_FETCHED", -1)
    frame = table(2, rows=800)
    path = tmp_path / f"odd 'name' [1].{ending}"
    write(frame, path, ending)
    question = audit.Design.of(design())
    expected = audit.compare(audit.enroll(audit.read_cases(frame), question)).frame
    found = audit.compare(audit.enroll(audit.scan(path), question)).frame
    pd.testing.assert_frame_equal(found, expected, rtol=1e-12, check_dtype=False)


def write(frame: pd.DataFrame, path: Path, ending: str) -> None:
    import duckdb

    words = frame.copy()
    for column in words.select_dtypes("datetimetz"):
        words[column] = words[column].dt.strftime("%Y-%m-%dT%H:%M:%SZ").where(words[column].notna())
    if ending == "csv":
        words.to_csv(path, index=False)
    elif ending == "tsv":
        words.to_csv(path, index=False, sep="\t")
    elif ending == "csv.gz":
        path.write_bytes(gzip.compress(words.to_csv(index=False).encode()))
    elif ending == "jsonl":
        words.to_json(path, orient="records", lines=True)
    else:
        with duckdb.connect() as engine:
            engine.register("words", words if ending == "csv.zst" else frame)
            name = str(path).replace("'", "''")
            how = "format csv, header, compression zstd" if "zst" in ending else "format parquet"
            engine.execute(f"copy (select * from words) to '{name}' ({how})")


def test_parts_are_one_table_in_the_order_of_their_names(tmp_path: Path) -> None:
    frame = table(2, rows=900)
    for i in range(3):
        write(frame[i * 300 : (i + 1) * 300], tmp_path / f"part-{i}.parquet", "parquet")
    question = audit.Design.of(design())
    expected = audit.enroll(audit.read_cases(frame), question)
    found = audit.enroll(audit.scan(tmp_path / "*.parquet"), question)
    pd.testing.assert_frame_equal(found.to_frame(), expected.to_frame())
    frame.loc[700, "action"] = "hanged"
    write(frame[600:], tmp_path / "part-2.parquet", "parquet")
    (fault,) = audit.scan(tmp_path / "*.parquet").faults()
    assert fault.rows == (701,)


def test_an_arrow_stream_is_read_once_and_kept() -> None:
    import duckdb

    frame = table(3, rows=300)

    class Stream:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            engine = duckdb.connect()
            engine.register("frame", frame)
            return engine.sql("select * from frame").__arrow_c_stream__()

    question = audit.Design.of(design())
    expected = audit.enroll(audit.read_cases(frame), question)
    found = audit.enroll(audit.scan(Stream()), question)
    pd.testing.assert_frame_equal(found.to_frame(), expected.to_frame())


def test_what_is_no_table_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="int is no table; allowed: a path, a folder"):
        audit.scan(3)
    (tmp_path / "a.xlsx").write_bytes(b"x")
    with pytest.raises(SourceError, match=r"end in '\.xlsx'; allowed: one of \.csv"):
        audit.scan(tmp_path / "a.xlsx")
    (tmp_path / "a.parquet").write_bytes(b"PAR1 nothing")
    with pytest.raises(SourceError, match=r"'a\.parquet' breaks off or is damaged"):
        audit.scan(tmp_path / "a.parquet")
    (tmp_path / "a.csv").write_text("case_id,case_id\n1,2\n")
    with pytest.raises(audit.AuditError, match="two columns have this name"):
        audit.scan(tmp_path / "a.csv")


def test_a_part_with_other_columns_is_named(tmp_path: Path) -> None:
    for name, column in (("a", "x"), ("b", "x"), ("c", "y' z")):
        frame = pd.DataFrame({"case_id": ["1"], column: [1]})
        duckdb.from_df(frame).write_parquet(str(tmp_path / f"{name}.parquet"))
    engine = Duck()
    engine.scan([tmp_path / "a.parquet", tmp_path / "b.parquet"])
    with pytest.raises(SourceError, match=r"'c\.parquet' has other columns .* lacks 'x' and has"):
        engine.scan(str(tmp_path / "*.parquet"))


def test_a_packed_file_that_breaks_off_is_refused(tmp_path: Path) -> None:
    rows = "".join(f"c{i},a{i},ordinary,none\n" for i in range(5000))
    packed = gzip.compress(b"case_id,account_id,account_class,action\n" + rows.encode(), mtime=0)
    path = tmp_path / "t.csv.gz"
    path.write_bytes(packed[:-12])
    with pytest.raises(SourceError, match=r"'t\.csv\.gz' breaks off"):
        audit.scan(path).faults()
