"""A report of a scan says which files were counted, and names nobody it must not."""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import audit
from audit import cells
from audit.charts.flow import flow_data
from audit.disclosure.guard import refuse
from audit.errors import DisclosureError, SourceError
from audit.report.front import last_day
from audit.scanned import facts
from scanned.platforms import design, table


def posts(folder: Path, seed: int = 1, **columns: bool) -> Path:
    path = folder / "posts.csv"
    table(seed, **columns).to_csv(path, index=False)
    return path


def appraised(path: Path) -> Any:
    scan = audit.scan(path, checked="made for a test")
    return audit.appraise(
        audit.compare(audit.enroll(scan, audit.Design.of(design(strata=["rule"]))))
    )


@pytest.mark.parametrize("most", [None, -1], ids=["fetched", "pushed"])
def test_a_report_of_a_scan_names_its_files(
    most: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if most is not None:
        monkeypatch.setattr(cells, "MOST_FETCHED", most)
    path = posts(tmp_path)
    audit.compose(appraised(path), tmp_path / "report")
    record = json.loads((tmp_path / "report" / "record.json").read_text())
    expected = hashlib.sha256(path.read_bytes()).hexdigest()
    assert record["hashes"]["cases"] == expected
    whole = (tmp_path / "report" / "report.html").read_text()
    page = re.sub("<[^>]+>", "", whole)
    assert f"posts.csv; {path.stat().st_size:,} bytes; SHA-256 {expected[:16]}" in page
    assert "The docket of single posts is not in this report: it takes rows" in page
    assert ("One chart is not drawn (flow): it takes rows" in page) == (most is not None)
    assert page.count("is not drawn") == (most is not None)
    assert "Every optional field is absent" not in page  # nobody looked
    for drawn in ("observed-expected", "forest", "rates"):
        assert f'id="fig-{drawn}"' in whole


def test_the_flow_of_a_scan_is_that_of_its_rows(tmp_path: Path) -> None:
    path, asks = posts(tmp_path, counted=True), audit.Design.of(design(strata=["rule"]))
    one, other = (
        flow_data(audit.enroll(given, asks))
        for given in (audit.scan(path, checked="made for a test"), audit.read_cases(path))
    )
    pd.testing.assert_frame_equal(one, other)


def test_files_are_read_once_and_must_be_those_that_were_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = posts(tmp_path)
    scan = audit.scan(path, checked="made for a test")
    seen: list[Path] = []
    own = facts.sha256
    monkeypatch.setattr(facts, "sha256", lambda p: seen.append(p) or own(p))
    assert len(scan)
    assert seen == []  # counting does not wait for it
    (one,) = facts.files_read(scan)
    assert facts.files_read(scan) == (one,)
    assert seen == [path]
    assert (one.name, one.size) == (path.name, path.stat().st_size)
    os.utime(path, ns=(1, 1))
    with pytest.raises(SourceError, match=r"posts\.csv changed since the scan began"):
        facts.files_read(scan)
    assert facts.files_read(audit.scan(table(1))) == ()


def test_two_files_have_one_hash(tmp_path: Path) -> None:
    for i in range(2):
        table(i).to_csv(tmp_path / f"{i}.csv", index=False)
    scan = audit.scan(str(tmp_path / "*.csv"), checked="made for a test")
    lines = [f"{f.sha256}  {f.name}\n" for f in facts.files_read(scan)]
    assert facts.digest(scan) == hashlib.sha256("".join(lines).encode()).hexdigest()


def test_the_last_day_is_that_of_the_rows(tmp_path: Path) -> None:
    path = posts(tmp_path)
    assert last_day(audit.scan(path)) == last_day(audit.read_cases(path)) != ""  # type: ignore[arg-type]
    plain = table(2).drop(columns=["posted_at", "acted_at", "observed_until"])
    assert facts.last_day(audit.scan(plain, checked="made for a test")) == ""


def test_a_report_that_names_an_ordinary_account_of_a_scan_is_refused() -> None:
    frame = table(3)
    frame["account_id"] = "name-" + frame["account_id"]
    frame["account_class"] = frame["account_class"].replace("leader", "world_leader")
    scan = audit.scan(frame, checked="made for a test")
    refuse({"title": "as “Name-a1” posted, in 1,500 cases"}, cases=[scan])  # type: ignore[list-item]
    with pytest.raises(DisclosureError, match=r"title: an account or post, “name-a30”"):
        refuse({"title": "as (Name-A30) posted"}, cases=[scan])  # type: ignore[list-item]
