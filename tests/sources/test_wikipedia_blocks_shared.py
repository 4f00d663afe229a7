"""The block log of the English Wikipedia: counts held to plain readings of the same files."""

from __future__ import annotations

import ast
import csv
import gzip
import ipaddress
import re
from collections import defaultdict

import pandas as pd
import pytest

from audit import run
from audit.design import Design
from audit.sources.wikipedia_blocks import WikipediaBlocks
from audit.sources.wikipedia_blocks.expiry import block_end
from audit.sources.wikipedia_blocks.summary import by_burn_in, by_class

DESIGN = "designs/who-gets-unblocked.toml"


@pytest.fixture(scope="module")
def folder(root):
    path = root.parent / "shared" / "data" / "wikipedia_blocks"
    return path if path.exists() else None


@pytest.fixture
def files(shared):
    return sorted((shared / "data" / "wikipedia_blocks").glob("*.csv.gz"))


@pytest.fixture(scope="module")
def cases(folder):
    return WikipediaBlocks(str(folder)).load() if folder else None


@pytest.fixture(scope="module")
def entries(folder) -> list[dict[str, str]]:
    """Return every entry, read without any of the package's code."""
    out, header = [], []
    for path in sorted(folder.glob("*.csv.gz")) if folder else []:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
            for row in csv.reader(stream):
                if "logid" in row:
                    header = row
                else:
                    out.append(dict(zip(header, row, strict=True)))
    return out


def test_every_entry_is_a_case_or_in_the_ledger(files, cases, entries) -> None:
    assert len(entries) == 89_101
    assert len(cases) + sum(r.cases_removed for r in cases.ledger) == 89_101
    removed: dict[str, int] = defaultdict(int)
    for r in cases.ledger:
        removed[r.because] += r.cases_removed
    assert removed["the target is hidden"] == sum(not e["title"] for e in entries) == 623
    assert removed["a self-block: set by the target itself"] == 5
    blocks = [e for e in entries if e["action"] == "block" and e["title"]]
    own = [e for e in blocks if e["title"].removeprefix("User:") == e["user"]]
    assert len(own) == 5


def test_hidden_targets_and_users_would_have_made_administrators(files, entries) -> None:
    """The trap: an entry without a target matches the entries without a user."""
    first = min(e["timestamp"] for e in entries if not e["user"])
    fake = [e for e in entries if not e["title"] and e["timestamp"] > first]
    assert len(fake) > 400


def test_lengths_in_words_come_to_the_ends_that_the_log_gives(files, entries) -> None:
    """61,142 lengths, each read by MediaWiki and by `block_end`, to the second."""
    read = 0
    for e in entries:
        params = ast.literal_eval(e["params"]) if e["params"] else {}
        if "expiry" not in params:
            continue
        found = block_end(params["duration"], pd.Timestamp(e["timestamp"]).to_pydatetime())
        if found is not None:
            read += 1
            assert found == pd.Timestamp(params["expiry"]).to_pydatetime(), params
    assert read == 61_142


def test_classes_and_reversals_are_those_of_a_plain_walk(files, cases, entries) -> None:
    """Walk the entries in order: who has acted, what block stands, what an unblock ends."""
    acted: dict[str, str] = {}
    standing: dict[str, tuple[str, str]] = {}
    classes, lifted = {}, set()
    for e in sorted(entries, key=lambda e: (e["timestamp"], int(e["logid"]))):
        target = e["title"].removeprefix("User:")
        year = e["timestamp"][:4]
        if target and e["action"] == "block":
            classes[e["logid"]] = _class(target, acted, e["timestamp"])
            standing[target, year] = (e["logid"], _end(e))
        elif target and (target, year) in standing:
            block, end = standing[target, year]
            if e["action"] == "reblock":
                standing[target, year] = (block, _end(e))
            else:
                del standing[target, year]
                if e["timestamp"] < end:
                    lifted.add(block)
        if e["user"]:
            acted.setdefault(e["user"], e["timestamp"])
    frame = cases.frame
    assert dict(zip(frame["case_id"], frame["account_class"], strict=True)) == {
        k: classes[k] for k in frame["case_id"]
    }
    assert set(frame.loc[frame["reversed"], "case_id"]) == lifted & set(frame["case_id"])


def _end(e: dict[str, str]) -> str:
    return ast.literal_eval(e["params"]).get("expiry", "9999")


def _class(target: str, acted: dict[str, str], when: str) -> str:
    if acted.get(target, "9999") < when:
        return "administrator"
    try:
        ipaddress.ip_network(target, strict=False)
    except ValueError:
        return "registered"
    return "ip"


def test_the_table_of_classes(files, cases) -> None:
    found = by_class(cases, within_hours=168).set_index("account_class")
    assert found["blocks"].to_dict() == {"administrator": 13, "registered": 22_649, "ip": 50_200}
    assert found["lifted"].to_dict() == {"administrator": 9, "registered": 348, "ip": 132}
    assert found.loc["administrator", "at_once"] == 6


def test_few_administrators_are_found_however_long_the_burn_in(files, cases) -> None:
    found = by_burn_in(cases, days=(0, 14))
    assert found["administrator_blocks"].tolist() == [14, 10]
    assert found["per_1000"].between(0.4, 0.6).all()


def test_the_report_is_written_and_names_nobody(files, root, tmp_path, entries) -> None:
    design = Design.read(root / DESIGN)
    source = {**design.source, "path": str(files[0].parent)}
    path = Design.of({**design.to_dict(), "source": source}).write(tmp_path / "asked.toml")
    run.report(path, out=tmp_path, progress=False)
    folder = tmp_path / "asked"
    assert (folder / "report.pdf").read_bytes().startswith(b"%PDF")
    page = (folder / "report.html").read_text(encoding="utf-8")
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "9 of 13 were let back after a sanction within 168 hours" in text
    assert "A post, here, is a block" in text
    written = "".join(
        p.read_text(encoding="utf-8") for p in folder.rglob("*") if p.suffix in NAMES_COULD_BE_IN
    )
    tokens = set(re.findall(r"[^\s\"'<>(){},;|=]+", written))
    names = {e["title"].removeprefix("User:") for e in entries} | {e["user"] for e in entries}
    spaced = {n for n in names if " " in n and len(n) > 8 and n in written}
    assert spaced == set()
    assert {n for n in names & tokens if n.casefold() not in ORDINARY_WORDS} == set()
    assert not {e["logid"] for e in entries} & tokens


NAMES_COULD_BE_IN = {".html", ".json", ".csv", ".tex", ".txt", ".svg"}
ORDINARY_WORDS = {"only", "january", "b", "7"}
"""Names in the log that are also words of any report."""
