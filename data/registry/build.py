"""Build the registry that ships from the compiled facts: `python data/registry/build.py FACTS`.

FACTS is a folder with cases.csv, policies.csv and base_rates.csv. The rosters that office dates
are checked against are looked for in FACTS/../data/rosters. Identical input gives identical bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import re
from pathlib import Path

import pandas as pd
from offices import checked_offices, roster
from partial_dates import bounds
from tables import CASE_CLASS, MASKED, METHODS, RUNG, SHIPPED

from audit.errors import Fault, SchemaError, SourceError
from audit.sources.readme import readme

HERE = Path(__file__).parent
INPUTS = {
    "decisions": ("cases.csv", "case_id"),
    "rules": ("policies.csv", "policy_id"),
    "platform_totals": ("base_rates.csv", "rate_id"),
}
SHIPS = ("verified", "derived")  # a recalled row was never seen in a source
WITHHELD = "[withheld]"


def read(facts: Path, table: str) -> pd.DataFrame:
    """Return one compiled table as text, every cell as written."""
    name, key = INPUTS[table]
    if not (facts / name).exists():
        raise SourceError(f"There is no {name!r} in {str(facts)!r}. Try: the folder of the facts.")
    frame = pd.read_csv(facts / name, dtype="str", keep_default_na=False)
    if frame[key].duplicated().any():
        raise SchemaError(name, [Fault("is not unique", key)])
    return frame


def fingerprint(cell: str) -> str:
    """Return the first 8 hexadecimal digits of the SHA-256 of a cell."""
    return hashlib.sha256(cell.encode()).hexdigest()[:8]


def corrected(frame: pd.DataFrame, table: str, corrections: pd.DataFrame) -> pd.DataFrame:
    """Return the table with every coded correction; the cell must be the one that was judged."""
    key = INPUTS[table][1]
    frame, faults = frame.set_index(key), []
    for row in corrections[corrections["table"] == table].itertuples():
        if row.id not in frame.index or row.column not in frame:
            faults.append(Fault(f"corrects {row.id}, which is not there", str(row.column)))
        elif fingerprint(frame.loc[row.id, row.column]) != row.replaces:
            now = repr(frame.loc[row.id, row.column])
            faults.append(Fault(f"of {row.id} changed since it was judged", row.column, (), now))
        else:
            frame.loc[row.id, row.column] = row.shipped
    if faults:
        raise SchemaError("corrections.csv", faults)
    return frame.reset_index()


def verified(frame: pd.DataFrame, table: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows that ship and the others; refuse what still rests on memory."""
    ships = frame["verification"].isin(SHIPS)
    kept = frame[ships].reset_index(drop=True)
    texts = kept.drop(columns=["verification", "office_dates_verification"], errors="ignore")
    hits = texts.apply(lambda c: c.str.contains(r"\brecalled\b", case=False, regex=True))
    faults = [
        Fault("still rests on memory", c, tuple(int(i) + 1 for i in hits.index[hits[c]]))
        for c in hits.columns[hits.any()]
    ]
    unsourced = kept["source_url"].eq("") | kept["source_tier"].eq("")
    if unsourced.any():
        rows = tuple(int(i) + 1 for i in kept.index[unsourced])
        faults.append(Fault("ships without a source", "source_url", rows))
    if faults:
        raise SchemaError(f"{table} to ship", faults)
    return kept, frame[~ships].reset_index(drop=True)


def shortened(frame: pd.DataFrame, column: str, precision: str) -> pd.Series:
    """Return dates no finer than their precision: a month never carries a day."""
    cut = frame[column].where(frame[precision] != "month", frame[column].str[:7])
    week = frame[precision].eq("week") & cut.str.fullmatch(r"\d{4}-\d\d-\d\d")
    iso = pd.to_datetime(cut.where(week), errors="coerce").dt.strftime("%G-W%V")
    return cut.where(~week, iso)


def withhold(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table without the name or handle of anyone who holds no office."""
    frame = frame.copy()
    for number, (account, rows) in enumerate(
        frame[frame["office_class"].isin(MASKED)].groupby("account", sort=False), 1
    ):
        person = rows["person"].iloc[0]
        for secret in {str(account).lstrip("@"), person} - {""}:
            if not secret.startswith("("):
                pattern = re.escape(secret)
                frame = frame.apply(
                    lambda c, p=pattern: c.str.replace(p, WITHHELD, case=False, regex=True)
                )
        frame.loc[rows.index, "account"] = f"withheld-{number}"
        frame.loc[rows.index, "person"] = f"{WITHHELD} {MASKED[rows['office_class'].iloc[0]]}"
    return frame


def decisions(frame: pd.DataFrame, rosters: Path) -> pd.DataFrame:
    """Return the decisions as they ship."""
    frame = frame.rename(columns={"account_class": "office_class"})
    frame["action_date"] = shortened(frame, "action_date", "date_precision")
    frame.loc[frame["action_date"] == "", "date_precision"] = ""
    back = frame["unit"] == "reversal"
    for old, new in (("content_date", "sanction_start"), ("days_to_action", "sanction_days")):
        frame[new] = frame[old].where(back, "")
        frame[old] = frame[old].where(~back, "")
    frame["action_earliest"], frame["action_latest"] = zip(
        *(bounds(a, c) for a, c in zip(frame["action_date"], frame["content_date"], strict=True)),
        strict=True,
    )
    frame = withhold(frame)
    site = frame["platform"].replace("x", "twitter")  # one platform under two names, one account
    frame["account_id"] = site + ":" + frame["account"]
    frame["account_class"] = frame["office_class"].map(CASE_CLASS)
    frame["rung"] = frame["action"].map(RUNG)
    frame = checked_offices(frame, rosters)
    return frame[list(SHIPPED["decisions"])]


def platform_totals(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the totals with the subject split off the metric and the method named."""
    parts = frame["metric"].str.split("__", n=1, expand=True)
    frame = frame.assign(metric=parts[0], subject=parts[1].fillna(""))
    frame["method"] = [
        next((m for m, start in METHODS.items() if note.startswith(start)), "single_figure")
        for note in frame["method_note"]
    ]
    return frame[list(SHIPPED["platform_totals"])]


def dated(rules: pd.DataFrame) -> pd.DataFrame:
    """Return the rules with the first and last day their date may mean."""
    first, last = zip(*(bounds(date) for date in rules["date"]), strict=True)
    return rules.assign(date_earliest=first, date_latest=last)


def exemptions(coded: pd.DataFrame, rules: pd.DataFrame) -> pd.DataFrame:
    """Return the exemptions, each with the summary, source and tier of its rule."""
    rules = rules.set_index("policy_id")
    lost = sorted(set(coded["policy_id"]) - set(rules.index))
    if lost:
        raise SchemaError("exemptions", [Fault("has no verified rule", "policy_id", (), str(lost))])
    wrong = coded["start"].ne(coded["policy_id"].map(rules["date"]))
    if wrong.any():
        rows = tuple(int(i) + 1 for i in coded.index[wrong])
        raise SchemaError("exemptions", [Fault("is not the date of its rule", "start", rows)])
    found = coded.assign(summary=coded["policy_id"].map(rules["what_changed"]), wording="summary")
    found["applies_to"] = coded["policy_id"].map(rules["applies_to"])
    for column in ("source_url", "source_tier"):
        found[column] = coded["policy_id"].map(rules[column])
    return found[list(SHIPPED["exemptions"])]


def origin(tables: dict[str, pd.DataFrame], left: dict[str, pd.DataFrame]) -> str:
    """Return origin.toml: what the tables are, what was left out, and their hash."""
    counts = ", ".join(
        f"{(f['verification'] == 'recalled').sum()} of {name}" for name, f in left.items()
    )
    digest = hashlib.sha256("".join(map(written, tables.values())).encode()).hexdigest()
    cited = ("decisions", "rules", "platform_totals")
    newest = max(d for t in cited for d in tables[t]["source_date"] if len(d) == 10)
    notes = (
        "Facts compiled by hand from public reports, each with its source. Rows never seen in a "
        f"source were left out ({counts}). accessed is the date of the newest source cited; every "
        "row has its own source_date. sha256 is that of the tables below, joined in alphabetical "
        "order. The platforms, the publishers and the persons named endorse none of it."
    )
    values = {
        "name": "registry",
        "title": "Registry of documented enforcement decisions about leaders and officials",
        "producer": "this project",
        "url": "data/registry",
        "accessed": newest,
        "licence": "CC BY 4.0 for this compilation; the facts are free and the sources keep theirs",
        "sha256": digest,
        "notes": notes,
        "disclosure": (
            "public aggregate: every row is a decision that was reported in public, with its "
            "source; the persons named held a public office or were candidates for one, and "
            "counts of other accounts are those that a platform or a court published."
        ),
    }
    return "".join(f'{key} = "{value}"\n' for key, value in values.items())


def written(frame: pd.DataFrame) -> str:
    """Return a table as CSV."""
    return str(frame.to_csv(index=False, lineterminator="\n"))


def build(facts: Path, rosters: Path) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    """Return the tables that ship, by file name, and the rows left out of each."""
    coding = {
        n: pd.read_csv(HERE / "coding" / f"{n}.csv", dtype="str", keep_default_na=False)
        for n in ("corrections", "exemptions")
    }
    kept, left = {}, {}
    for table in INPUTS:
        frame = corrected(read(facts, table), table, coding["corrections"])
        kept[table], left[table] = verified(frame, table)
    rules = kept["rules"].assign(date=shortened(kept["rules"], "date", "date_precision"))
    made = decisions(kept["decisions"], rosters)
    gaps = left["platform_totals"].query("verification == 'not_found'")
    tables = {
        "decisions": made,
        "exemptions": exemptions(coding["exemptions"], rules),
        "gaps": gaps[list(SHIPPED["gaps"])],
        "platform_totals": platform_totals(kept["platform_totals"]),
        "roster": roster(made)[list(SHIPPED["roster"])],
        "rules": dated(rules)[list(SHIPPED["rules"])],
    }
    return tables, left


def main() -> None:
    """Build and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("facts", type=Path)
    parser.add_argument("--to", type=Path, default=HERE, help="folder to write (default: its own)")
    given = parser.parse_args()
    tables, left = build(given.facts, given.facts.parent / "data" / "rosters")
    given.to.mkdir(parents=True, exist_ok=True)
    files = {f"{name}.csv": written(frame) for name, frame in tables.items()}
    files["origin.toml"] = origin(tables, left)
    files["codebook.csv"] = (HERE / "codebook.csv").read_text(encoding="utf-8")
    for name, text in files.items():
        (given.to / name).write_text(text, encoding="utf-8", newline="\n")
    (given.to / "README.md").write_text(readme(given.to), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
