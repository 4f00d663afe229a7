"""A world of any size written to a file, a stretch of posts at a time."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import tomli_w

from audit.errors import SourceError
from audit.reading.digests import sha256
from audit.reading.engine import engine_in, pattern_of
from audit.sources.simulated.simuland import Census, reported
from audit.text import visible

if TYPE_CHECKING:
    import duckdb

    from audit.sources.simulated import Simulated

CHUNK = 500_000
"""Posts drawn at a time, reported or not; about half a gigabyte while they are drawn."""


def write_parquet(
    world: Simulated, path: str | Path, *, chunk: int = CHUNK, memory: str = "1GB"
) -> int:
    """Write the case table of a world as Parquet, with its origin beside it; return its rows.

    The table is the one that `Simulated.load` gives, row for row, whatever the chunk. It is drawn
    chunk by chunk, and sorted by time in the engine, on disk where it does not fit: memory holds
    two whole numbers for each account, one chunk, and what the engine is given; the disk holds
    the table twice for a while.

    Parameters
    ----------
    world : Simulated
    path : path
        Of the Parquet file; `origin.toml`, which says that it is simulated, goes beside it.
    chunk : int, 1 or more
        Posts drawn at a time.
    memory : str
        Of the engine, "1GB".

    Raises
    ------
    SourceError
        The folder is not there, or already says of other files where they come from; or chunk or
        memory is none.
    """
    target = Path(path)
    _refuse(target, chunk)
    census = Census.of(world)
    new = target.with_name(f".{target.name}.new")  # a run that is stopped leaves the old file whole
    try:
        with engine_in(memory) as (engine, folder):
            engine.execute("set TimeZone = 'UTC'")
            _draw(census, engine, folder, chunk)
            rows = _sorted(engine, folder, new)
        (target.parent / "origin.toml").write_text(_origin(world, sha256(new)), encoding="utf-8")
        new.replace(target)
    finally:
        new.unlink(missing_ok=True)
    return rows


def _refuse(target: Path, chunk: int) -> None:
    faults = []
    if isinstance(chunk, bool) or not isinstance(chunk, int) or chunk < 1:
        faults.append(f"chunk is {chunk!r}; a whole number, 1 or more.")
    if target.suffix != ".parquet":
        faults.append(f"{visible(target.name)} is no name of a .parquet file.")
    if not target.parent.is_dir():
        faults.append(f"There is no folder {visible(target.parent)!r}.")
    elif (target.parent / "origin.toml").exists() and not target.exists():
        faults.append(
            f"{visible(target.parent)} has an origin.toml already, which would speak of this file "
            "too. Try: a folder of its own."
        )
    if faults:
        raise SourceError("the simulated file: " + " ".join(faults))


def _draw(census: Census, engine: duckdb.DuckDBPyConnection, folder: Path, chunk: int) -> None:
    """Write the reported posts of each chunk, numbered by their place in the world."""
    for number, first in enumerate(range(0, census.rows, chunk)):
        frame, _ = reported(census, first, min(first + chunk, census.rows))
        engine.register("drawn", frame.assign(place=range(first, first + len(frame))))
        _copy(engine, "select * from drawn", folder / f"chunk-{number:06d}.parquet")
        engine.unregister("drawn")


def _sorted(engine: duckdb.DuckDBPyConnection, folder: Path, target: Path) -> int:
    """Put the chunks in the order of time and number the cases."""
    chunks = (pattern_of(folder) + "/chunk-*.parquet").replace("'", "''")
    drawn = f"(from read_parquet('{chunks}') order by posted_at, account_id, place)"
    numbered = "printf('case-%06d', row_number() over ()) as case_id, * exclude (place)"
    _copy(engine, f"select {numbered} from {drawn}", target)
    rows = engine.execute("select count(*) from read_parquet(?)", [pattern_of(target)]).fetchall()
    return int(rows[0][0])


def _copy(engine: duckdb.DuckDBPyConnection, query: str, target: Path) -> None:
    quoted = str(target).replace("'", "''")
    engine.execute(f"copy ({query}) to '{quoted}' (format parquet, compression zstd)")


def _origin(world: Simulated, digest: str) -> str:
    found = {**asdict(world.origin), "sha256": digest}
    said = {name: list(v) if isinstance(v, tuple) else v for name, v in found.items()}
    return tomli_w.dumps(said)
