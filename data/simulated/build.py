"""Write the simulated platform that ships: `python data/simulated/build.py [FOLDER]`."""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import pandas as pd

from audit.sources.readme import readme
from audit.sources.simulated import Simulated, simuland

HERE = Path(__file__).parent
DIGITS = 12  # significant digits of a written number, so that no machine's last bit is kept
MADE_UP = "made up; see audit/sources/simulated/simuland.py"


def roster(world: Simulated) -> pd.DataFrame:
    """Return the class of every account that anybody knows, with and without reported posts."""
    people = simuland.accounts(world)
    known = people.loc[people["account_class"] != simuland.UNKNOWN, ["account_id", "account_class"]]
    return known.sort_values("account_id").assign(start=simuland.REGIME, end="", source=MADE_UP)


def rules(world: Simulated) -> pd.DataFrame:
    """Return what was announced when: every rule before the window, one exemption within it."""
    rows = [
        (simuland.PLATFORM, rule, simuland.REGIME, f"Rule on {rule}", MADE_UP, "rule")
        for rule in simuland.RULES
    ]
    if world.exemption:
        title = f"Posts by world leaders that break the rule on {simuland.EXEMPT_RULE} stay up"
        start = simuland.EXEMPT_FROM.date().isoformat()
        place = (simuland.PLATFORM, simuland.EXEMPT_RULE, start)
        rows.append((*place, title, MADE_UP, "exemption"))
    return pd.DataFrame(rows, columns=["platform", "rule", "start", "title", "source", "effect"])


def exemptions(world: Simulated) -> pd.DataFrame:
    """Return whom the platform said it would spare, from when, and down to which rung."""
    names = ["platform", "rule", "account_class", "ceiling", "start", "end", "quote", "source"]
    row = (
        simuland.PLATFORM,
        simuland.EXEMPT_RULE,
        simuland.LEADER,
        simuland.CEILING,
        simuland.EXEMPT_FROM.date().isoformat(),
        "",
        "",
        MADE_UP,
    )
    return pd.DataFrame([row] if world.exemption else [], columns=names)


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write the cases, in their order, with times in UTC."""
    import duckdb

    with duckdb.connect() as engine:
        engine.execute("SET threads = 1; SET TimeZone = 'UTC'")
        engine.register("cases", frame)
        target = str(path).replace("'", "''")
        engine.execute(f"COPY cases TO '{target}' (FORMAT parquet, COMPRESSION zstd)")


def origin(world: Simulated, digest: str) -> str:
    """Return origin.toml, the same origin as that of `Simulated.load`."""
    found = world.origin
    lines = {
        "name": found.name,
        "title": found.title,
        "producer": found.producer,
        "url": found.url,
        "accessed": found.accessed,
        "licence": found.licence,
        "sha256": digest,
    }
    text = "".join(f"{k} = {json.dumps(v, ensure_ascii=False)}\n" for k, v in lines.items())
    notes = f"{found.notes} The sha256 is that of cases.parquet."
    return text + f"simulated = true\nnotes = {json.dumps(notes, ensure_ascii=False)}\n"


def main() -> None:
    """Write every table, origin.toml and the README."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=HERE)
    folder, world = parser.parse_args().folder, Simulated()
    write_parquet(world.load().frame, folder / "cases.parquet")
    tables = {
        "roster": roster(world),
        "rules": rules(world),
        "exemptions": exemptions(world),
        "truth": world.truth(),
    }
    for name, frame in tables.items():
        text = frame.to_csv(index=False, lineterminator="\n", float_format=f"%.{DIGITS}g")
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    digest = hashlib.sha256((folder / "cases.parquet").read_bytes()).hexdigest()
    (folder / "origin.toml").write_text(origin(world, digest), encoding="utf-8")
    if folder != HERE:
        (folder / "codebook.csv").write_bytes((HERE / "codebook.csv").read_bytes())
    (folder / "README.md").write_text(readme(folder), encoding="utf-8")


if __name__ == "__main__":
    main()
