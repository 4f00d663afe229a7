"""Nobody is found again from any file of a report."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from attack import leaks
from needs import ROOT
from planted import cases, design, planted

import audit
from audit.comparison import compare
from audit.errors import DisclosureError, ReportError
from audit.evidence import appraise
from audit.report import compose, publish
from audit.study import enroll

NOTEBOOK = """# %%
import sys
sys.path.insert(0, {tests!r})
import audit
from audit import report
from planted import cases, design
comparison = audit.compare(audit.enroll(cases(), design()))

# %% [markdown]
# # What happened
# {words}

# %%
display(report.Cover(title="A planted platform", date="2026-01-01", simulated=True))
display(report.table(comparison.rates(), id="tbl-rates", title="Rates"))
display(report.strata_table(audit.appraise(comparison)))
{code}
"""


def secrets() -> list[str]:
    """Return every value that leads to an ordinary account, its texts in pieces of five words."""
    frame = planted()
    mine = frame[frame["account_class"] == "ordinary"]
    out = set()
    for column in ("account_id", "raw_screen_name", "mail", "url", "case_id"):
        out |= set(mine[column])
    for text in mine["text"].unique():
        words = text.split()
        out |= {" ".join(words[at : at + 5]) for at in range(len(words) - 4)}
    return sorted(out)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    evidence = appraise(compare(enroll(cases(), design())))
    return compose(evidence, tmp_path_factory.mktemp("planted") / "report").folder


def test_no_file_of_a_report_leads_to_an_ordinary_account(report: Path) -> None:
    files = [path for path in report.rglob("*") if path.is_file()]
    assert {p.suffix for p in files} >= {".pdf", ".html", ".json", ".csv", ".tex", ".svg", ".png"}
    assert leaks(files, secrets()) == []


def test_the_attack_finds_what_is_there(report: Path, tmp_path: Path) -> None:
    import base64
    import hashlib

    name = secrets()[-1]
    for place, text in enumerate(
        (
            name.upper(),
            hashlib.sha256(name.encode()).hexdigest(),
            f"{base64.b64encode(name.encode())!r}",
        )
    ):
        bad = tmp_path / f"{place}.txt"
        bad.write_text(f"see {text}.")
        assert leaks([bad], [name])
    # and in a compressed stream of a PDF, where the report's own words are found
    assert leaks([report / "report.pdf"], ["posts and actions in every"])


def test_a_published_notebook_leads_to_nobody_either(tmp_path: Path) -> None:
    made = publish(written(tmp_path), tmp_path / "out", progress=False)
    files = [path for path in made.folder.rglob("*") if path.is_file()]
    assert (made.folder / "report.ipynb") in files
    assert leaks(files, secrets()) == []
    ran = nbformat.read(made.folder / "report.ipynb", as_version=4)
    assert "disclosure" not in [cell["id"] for cell in ran.cells]


@pytest.mark.parametrize(
    "code",
    [
        'print(comparison.study.loaded.frame["account_id"].iloc[-1])',
        'import warnings; warnings.warn(comparison.study.loaded.frame["raw_screen_name"].iloc[-1])',
        'said = comparison.study.loaded.frame["text"].iloc[-1]\n'
        'display(report.prose("One wrote: {said}", said=said))',
        'display(report.table(comparison.study.loaded.frame[["case_id", "action"]].tail(3), '
        'id="tbl-rows", title="Rows"))',
        'import hashlib; print(hashlib.sha256(b"zq_handle_007").hexdigest())',
        'print("write to zq.person003@mailbox.test")',
    ],
    ids=["id", "warning", "text", "table", "hash", "address"],
)
def test_a_notebook_that_shows_an_ordinary_account_is_not_published(
    tmp_path: Path, code: str
) -> None:
    with pytest.raises(ReportError, match="lead to accounts of people who hold no office"):
        publish(written(tmp_path, code=code), tmp_path / "out", progress=False)
    assert not (tmp_path / "out").exists()


def test_a_quotation_in_the_authors_own_words_is_found_too(tmp_path: Path) -> None:
    frame = planted()
    text = frame.loc[frame["account_class"] == "ordinary", "text"].iloc[0]
    quoted = " ".join(text.split()[1:7])
    with pytest.raises(ReportError, match="the words of a post"):
        publish(written(tmp_path, words=f"One post said: “{quoted}”."), tmp_path / "out")


@pytest.mark.parametrize("column", ["rule", "severity"])
def test_a_category_named_after_an_account_stops_the_report(tmp_path: Path, column: str) -> None:
    frame = planted()
    frame[column] = frame[column].replace(
        {"spam": "posts by zq_handle_005", "high": "zq_handle_006"}
    )
    found = cases().__class__(frame, cases().origins)
    evidence = appraise(compare(enroll(found, design())))
    with pytest.raises(DisclosureError, match="zq_handle_00"):
        compose(evidence, tmp_path / "report")
    assert not (tmp_path / "report").exists()


def test_a_column_named_after_an_account_stops_the_report(tmp_path: Path) -> None:
    frame = planted().assign(zq_handle_004="x")
    found = cases().__class__(frame, cases().origins)
    evidence = appraise(compare(enroll(found, design())))
    with pytest.raises(DisclosureError, match="zq_handle_004"):
        compose(evidence, tmp_path / "report")


def written(folder: Path, *, code: str = "", words: str = "Rates by class.") -> Path:
    path = folder / "planted.py"
    tests = str(ROOT / "tests" / "disclosure")
    path.write_text(NOTEBOOK.format(tests=tests, code=code, words=words), encoding="utf-8")
    return path


def test_the_public_names_are_there() -> None:
    assert audit.compare is compare
