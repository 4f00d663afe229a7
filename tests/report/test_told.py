"""What a design says of its report is taken up by compose and by publish alike."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from builders import platform, question

import audit
from audit.corrections import Edition
from audit.errors import DesignError
from audit.report import compose, prose, publish
from audit.report.document import document
from audit.report.numbering import plain, walk
from audit.report.reply import right_of_reply
from audit.report.told import earlier, works
from audit.telling import Telling

BIB = "@book{own2020, author = {Doe, Jane}, title = {A book}, year = {2020}}"
NOTEBOOK = """# %% tags=["parameters"]
design = ""

# %% tags=["hide"]
from audit import report

# %%
display(report.Cover("A title", date="2026-01-01"))

# %% [markdown]
# # What was asked
#
# As in @own2020.
"""


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Path("answer.md").write_text("We *checked*.", encoding="utf-8")
    Path("own.bib").write_text(BIB, encoding="utf-8")
    given = {"path": "answer.md", "who": "An Officer", "on": "2026-02-01"}
    return replace(question(), report=Telling(reply=given, bibliography="own.bib"))


def evidence_of(design):
    return audit.appraise(audit.compare(audit.enroll(platform(), design)))


def test_the_answer_that_a_design_names_is_printed(told):
    blocks = right_of_reply(evidence_of(told))
    doc = document([audit.report.Cover("T", date="2026-01-01"), *blocks])
    quotes = [n for n in doc.body if n["k"] == "quote"]
    assert "".join(plain([n]) for n in walk(quotes) if n["k"] == "t") == "We checked."


def test_the_works_that_a_design_names_can_be_cited(told):
    cover = audit.report.Cover("T", date="2026-01-01")
    doc = document([cover, prose("# One\n\nBy @own2020."), *works(told)])
    assert plain(doc.body[1]["c"]) == "By Doe (2020)."
    assert works(question()) == works(None) == []


def test_the_earlier_version_that_a_design_names_is_corrected(told, tmp_path):
    first = compose(evidence_of(told), tmp_path / "v1").folder
    again = replace(told, report=replace(told.report, previous="v1"))
    record = json.loads(
        (compose(evidence_of(again), tmp_path / "v2").folder / "record.json").read_text()
    )
    assert record["predecessor"]["path"] == "v1"
    assert record["corrections"] is not None
    other = Edition.read(first)
    assert earlier(again, other) is other
    assert earlier(told) == ""
    with pytest.raises(DesignError, match="previous is 'v0'"):
        earlier(replace(told, report=replace(told.report, previous="v0")))


def test_a_notebook_cites_and_follows_what_its_design_names(told, tmp_path):
    Path("tell.py").write_text(NOTEBOOK, encoding="utf-8")
    told.write("asked.toml")
    publish("tell.py", "v1", design="asked.toml", progress=False)
    page = Path("v1/report.html").read_text(encoding="utf-8")
    assert "Doe, Jane. 2020." in page
    replace(told, report=replace(told.report, previous="v1")).write("asked.toml")
    publish("tell.py", "v2", design="asked.toml", progress=False)
    page = Path("v2/report.html").read_text(encoding="utf-8")
    assert "Every number is printed as in" in page
    assert json.loads(Path("v2/record.json").read_text())["predecessor"]["path"] == "v1"
    Path("own.bib").unlink()
    with pytest.raises(DesignError, match=r"own\.bib"):
        publish("tell.py", "v3", design="asked.toml", progress=False)
