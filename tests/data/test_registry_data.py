"""The registry that ships: what its files promise, and that the committed script builds them."""

from __future__ import annotations

import hashlib
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from audit.errors import SchemaError, SourceError
from audit.origin import Origin
from audit.roster import Roster
from audit.schema import STANDARD_LADDER
from audit.sources.readme import readme, undefined

TABLES = ("decisions", "exemptions", "gaps", "platform_totals", "roster", "rules")
CITED = ("decisions", "rules", "platform_totals")
MASKED = ("ordinary_account", "non_office_political", "party_official")
BUILT = (*(f"{t}.csv" for t in TABLES), "codebook.csv", "origin.toml", "README.md")


@pytest.fixture(scope="module")
def folder(root: Path) -> Path:
    return root / "data" / "registry"


@pytest.fixture(scope="module")
def tables(folder: Path) -> dict[str, pd.DataFrame]:
    return {t: pd.read_csv(folder / f"{t}.csv", dtype="str", keep_default_na=False) for t in TABLES}


@pytest.fixture
def build(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(folder))
    names = ("build", "offices", "tables", "partial_dates")  # other data folders use them too
    for name in names:
        sys.modules.pop(name, None)
    yield importlib.import_module("build")
    for name in names:
        sys.modules.pop(name, None)


def test_the_script_builds_the_committed_files(folder: Path, shared: Path, tmp_path: Path) -> None:
    script = [
        sys.executable,
        str(folder / "build.py"),
        str(shared / "facts"),
        "--to",
        str(tmp_path),
    ]
    subprocess.run(script, check=True, cwd=tmp_path)
    for name in BUILT:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name


def test_no_withheld_name_or_handle_is_in_any_file(folder: Path, shared: Path) -> None:
    facts = pd.read_csv(shared / "facts" / "cases.csv", dtype="str", keep_default_na=False)
    rows = facts[facts["account_class"].isin(MASKED)]
    secrets = {s.lstrip("@").lower() for c in ("account", "person") for s in rows[c]}
    secrets = {s for s in secrets if s and not s.startswith("(")}
    assert len(secrets) == 5
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix in (".csv", ".md", ".toml", ".py"):
            text = path.read_text(encoding="utf-8").lower()
            assert not [s for s in secrets if s in text], path.name


def test_no_recalled_row_ships_and_every_other_row_does(
    tables: dict[str, pd.DataFrame], shared: Path
) -> None:
    names = {"decisions": "cases", "rules": "policies", "platform_totals": "base_rates"}
    for table, name in names.items():
        facts = pd.read_csv(shared / "facts" / f"{name}.csv", dtype="str", keep_default_na=False)
        ships = facts["verification"].isin(["verified", "derived"])
        assert set(tables[table].iloc[:, 0]) == set(facts[ships].iloc[:, 0])
    assert tables["gaps"]["rate_id"].tolist() == ["R053"]


def test_readme_is_generated_and_the_codebook_complete(folder: Path) -> None:
    assert readme(folder) == (folder / "README.md").read_text(encoding="utf-8")
    assert undefined(folder).empty, undefined(folder).to_string()


def test_origin_reads_and_holds_the_hash_of_the_tables(folder: Path) -> None:
    origin = Origin.read(folder)
    text = b"".join((folder / f"{t}.csv").read_bytes() for t in TABLES)
    assert origin.sha256 == hashlib.sha256(text).hexdigest()
    assert origin.licence.startswith("CC BY 4.0")
    assert not origin.simulated


@pytest.mark.parametrize("table", CITED)
def test_every_row_has_a_source_and_a_tier(table: str, tables: dict[str, pd.DataFrame]) -> None:
    frame = tables[table]
    assert frame["source_url"].str.match(r"https?://\S+$").all()
    assert frame["source_tier"].isin(["official", "news_outlet", "copy_blog_or_partisan"]).all()
    assert frame["source_publisher"].ne("").all()
    assert frame.iloc[:, 0].is_unique


@pytest.mark.parametrize("table", TABLES)
def test_nothing_rests_on_memory(table: str, tables: dict[str, pd.DataFrame]) -> None:
    for column in tables[table]:
        assert not tables[table][column].str.contains(r"\brecalled\b", case=False).any(), column


@pytest.mark.parametrize(("table", "column"), [("decisions", "action_date"), ("rules", "date")])
def test_a_date_is_no_finer_than_its_precision(
    table: str, column: str, tables: dict[str, pd.DataFrame]
) -> None:
    frame, shapes = tables[table], {"day": r"\d{4}-\d\d-\d\d", "week": r"\d{4}-W\d\d"}
    shapes |= {"month": r"\d{4}-\d\d", "year": r"\d{4}", "": ""}
    for precision, rows in frame.groupby("date_precision"):
        assert rows[column].str.fullmatch(shapes[str(precision)]).all(), precision


def test_bounds_hold_the_date_and_follow_the_post(tables: dict[str, pd.DataFrame]) -> None:
    frame = tables["decisions"]
    day = frame["date_precision"] == "day"
    assert (frame["action_earliest"] <= frame["action_latest"]).all()
    assert (frame["action_earliest"] == frame["action_date"])[day].all()
    assert (frame["action_latest"] == frame["action_date"])[day].all()
    known = frame["content_date"].str.len().eq(10) & frame["action_earliest"].ne("")
    assert (frame["action_earliest"] >= frame["content_date"])[known].all()


def test_reversals_have_no_latency_and_no_rung(tables: dict[str, pd.DataFrame]) -> None:
    frame = tables["decisions"]
    back = frame["unit"] == "reversal"
    assert back.equals(frame["action"] == "reinstated")
    for column in ("content_date", "days_to_action", "rung"):
        assert frame.loc[back, column].eq("").all()
    for column in ("sanction_start", "sanction_days"):
        assert frame.loc[back, column].ne("").all()
        assert frame.loc[~back, column].eq("").all()
    assert frame.loc[~back, "rung"].isin(STANDARD_LADDER.rungs).all()


def test_persons_without_office_are_withheld(tables: dict[str, pd.DataFrame]) -> None:
    for frame in (tables["decisions"], tables["roster"]):
        masked = frame["office_class"].isin(MASKED)
        assert masked.any()
        assert frame.loc[masked, "account"].str.fullmatch(r"withheld-\d").all()
        assert frame.loc[masked, "person"].str.startswith("[withheld]").all()
        assert frame.loc[frame["account_class"] == "ordinary", "office_class"].isin(MASKED).all()


def test_spells_of_one_account_never_overlap(tables: dict[str, pd.DataFrame]) -> None:
    frame = tables["roster"].sort_values(["account_id", "start"])
    assert frame["start"].str.fullmatch(r"\d{4}-\d\d-\d\d").all()
    assert (frame["start"] < frame["end"]).all()
    before = frame.groupby("account_id")["end"].shift()
    assert (before.isna() | (frame["start"] >= before)).all()
    assert len(Roster(tables["roster"]).frame) == len(frame)


def test_the_roster_knows_every_dated_decision(tables: dict[str, pd.DataFrame]) -> None:
    roster, lost = tables["roster"], []
    for row in tables["decisions"].query("action_earliest != ''").itertuples():
        spells = roster[roster["account_id"] == row.account_id]
        meet = (spells["start"] <= row.action_latest) & (spells["end"] > row.action_earliest)
        if set(spells.loc[meet, "account_class"]) != {row.account_class}:
            lost.append(row.case_id)
    assert lost == []


def test_office_dates_name_the_roster_that_bears_them_out(tables: dict[str, pd.DataFrame]) -> None:
    frame = tables["decisions"]
    status, against = frame["office_dates_verification"], frame["office_dates_checked_against"]
    assert (status.eq("") == frame["office_start"].eq("")).all()
    checked = status.isin(["verified", "start_verified", "conflict"])
    assert against[checked].ne("").all()
    assert against[~checked].eq("").all()
    conflicts = frame.loc[status == "conflict", "person"].unique()
    assert set(conflicts) == {
        "Ali Khamenei",
        "Ali Khamenei (linked account)",
        "Alvaro Uribe",
        "Hun Sen",
        "Nicolas Maduro",
        "Vladimir Putin and others",
    }


def test_exemptions_follow_verified_rules(tables: dict[str, pd.DataFrame]) -> None:
    frame, rules = tables["exemptions"], tables["rules"].set_index("policy_id")
    assert frame["policy_id"].isin(rules.index).all()
    assert (frame["start"] == frame["policy_id"].map(rules["date"])).all()
    assert (frame["summary"] == frame["policy_id"].map(rules["what_changed"])).all()
    assert frame["wording"].eq("summary").all()
    assert frame["ceiling"].isin([*STANDARD_LADDER.rungs, ""]).all()
    assert frame["ceiling_basis"].ne("").all()
    assert (frame["end"].eq("") | (frame["end"] > frame["start"])).all()


def test_a_stated_ceiling_lies_below_what_is_ruled_out(tables: dict[str, pd.DataFrame]) -> None:
    frame = tables["exemptions"].query("ceiling != '' and rules_out != ''")
    ceiling, out = (STANDARD_LADDER.rank(frame[c]) for c in ("ceiling", "rules_out"))
    assert len(frame) > 0
    assert (ceiling < out).all()


def test_methods_follow_the_note_and_the_time(tables: dict[str, pd.DataFrame]) -> None:
    frame = tables["platform_totals"]
    old = frame["method_note"].str.startswith("OLD")
    assert (frame["method"].eq("twitter_until_2020_08") == old).all()
    assert (frame.loc[old, "period_end"] < "2020-08-01").all()


def test_a_row_that_rests_on_memory_is_refused(build: ModuleType) -> None:
    row = {"id": ["A1"], "verification": ["verified"], "notes": ["day recalled"]}
    source = {"source_url": ["https://example.org"], "source_tier": ["official"]}
    with pytest.raises(SchemaError, match="column 'notes': still rests on memory"):
        build.verified(pd.DataFrame(row | source), "rules")


def test_a_row_without_a_source_is_refused(build: ModuleType) -> None:
    row = {"id": ["A1"], "verification": ["verified"], "source_url": [""], "source_tier": [""]}
    with pytest.raises(SchemaError, match="ships without a source"):
        build.verified(pd.DataFrame(row), "rules")


def test_a_correction_of_a_cell_that_changed_is_refused(build: ModuleType) -> None:
    frame = pd.DataFrame({"policy_id": ["P1"], "notes": ["new words"]})
    names = ["table", "id", "column", "replaces", "shipped", "because"]
    row = ["rules", "P1", "notes", build.fingerprint("old words"), "", "why"]
    with pytest.raises(SchemaError, match="of P1 changed since it was judged"):
        build.corrected(frame, "rules", pd.DataFrame([row], columns=names))
    lost = ["rules", "P2", "notes", "", "", "why"]
    with pytest.raises(SchemaError, match="corrects P2, which is not there"):
        build.corrected(frame, "rules", pd.DataFrame([lost], columns=names))


def test_partial_dates(build: ModuleType) -> None:
    dates = importlib.import_module("partial_dates")
    assert dates.span("2020") == ("2020-01-01", "2020-12-31")
    assert dates.span("2021-W29") == ("2021-07-19", "2021-07-25")
    assert dates.bounds("2020-W25", "2020-06-20") == ("2020-06-20", "2020-06-21")
    assert dates.bounds("") == ("", "")
    assert dates.certainly_from("2020-02") == "2020-03-01"
    assert dates.certainly_until("2023-01") == "2023-01-01"
    assert dates.certainly_from("2017-01-20") == "2017-01-20"
    with pytest.raises(SourceError, match="'20-1' is no date"):
        dates.span("20-1")
