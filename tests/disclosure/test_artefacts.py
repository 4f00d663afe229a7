"""Nobody is found again from any file of a report."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import numpy as np
import pytest
from attack import leaks
from needs import ROOT
from planted import cases, design, evidence, planted
from solving import HIDDEN, SHOWN, claims, csv, fillings, finest, officials_posts, too_fine
from test_editions import NEWCOMER, second

import audit
from audit.comparison import compare
from audit.corrections import Edition, corrected
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
study = audit.enroll(cases(), design())

# %% [markdown]
# # What happened
# {words}

# %%
display(report.Cover(title="A planted platform", date="2026-01-01", simulated=True))
{code}
"""
TABLES = """comparison = audit.compare(study)
display(report.table(comparison.rates(), id="tbl-rates", title="Rates"))
display(report.strata_table(audit.appraise(comparison)))
display(report.effects_table(comparison))
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
    return compose(evidence(), tmp_path_factory.mktemp("planted") / "report").folder


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


DIGITS = {"standardised": 1, "mantel haenszel": 1, "ratio": 2, "odds": 2}
"""Decimals at which the estimates of a class are printed: points, then ratios."""
LEFT = 100
"""Ways to fill the hidden cells that a reader must be left with."""


def test_no_file_has_an_estimate_that_rests_on_hidden_cells_finer_than_print(report: Path) -> None:
    files = [path for path in report.rglob("*") if path.is_file()]
    assert too_fine(files) == []
    fine = report.parent / "fine.txt"
    fine.write_text(f"gap {evidence().comparison.primary().estimate:.12g}")
    assert too_fine([fine]) == [f"fine.txt: {fine.read_text()[5:]}"]  # the attack finds one
    assert len(finest()) > 20


def test_a_search_over_whole_numbers_does_not_fill_the_hidden_cells(report: Path) -> None:
    """Every estimate of the class that strata alone decide, as published; and as it would be."""
    effects = csv(report / "tables", "tbl-effects").query("weighting == 'post'")
    given = effects.set_index(["scale", "estimator"])["estimate"]
    said = {str(scale)[:3]: scale for scale, _ in given.index}
    published = {
        "standardised": given[said["Gap"], "standardised"],
        "mantel haenszel": given[said["Gap"], "Mantel–Haenszel"],
        "ratio": given[said["Rat"], "Mantel–Haenszel"],
        "odds": given[said["Odd"], "Mantel–Haenszel"],
    }
    ways = fillings()
    fits = ways.fit(published, DIGITS)
    assert fits.sum() >= LEFT
    for cell in range(len(HIDDEN)):
        assert np.ptp(ways.e[fits, cell]) >= 5
        assert len(np.unique(ways.n[fits, cell])) >= 5
    frame = evidence().comparison.to_frame().query("weighting == 'post'")
    full = frame.set_index(["scale", "estimator"])["estimate"]
    fine = {
        "standardised": 100 * full["difference", "standardised"],
        "mantel haenszel": 100 * full["difference", "mantel_haenszel"],
    }
    assert ways.fit(fine, dict.fromkeys(fine, 9)).sum() == 1  # at full precision it would


def test_what_is_said_of_single_leaders_solves_for_no_hidden_rate(report: Path) -> None:
    """Expected numbers are sums over rates: published ones rest on those that are shown."""
    held = officials_posts()
    strata = csv(report / "tables", "tbl-strata").set_index("stratum")
    rates = strata["events_reference"] / strata["n_reference"]
    assert rates[[*HIDDEN]].isna().all()
    leaders = csv(report / "tables", "tbl-leaders").set_index("account")
    shown = held[[*SHOWN]] @ rates[[*SHOWN]]
    assert np.allclose(leaders["expected"], shown[leaders.index], atol=0.05)  # as printed
    assert leaders["gap_without"].isna().all()  # each of them has posts in hidden strata
    whole = evidence().docket().leaders.set_index("account")
    rest = whole["expected"] - shown[whole.index]
    solved, *_ = np.linalg.lstsq(held.loc[whole.index, [*HIDDEN]], rest, rcond=None)
    counts = evidence().comparison.study.cells.counts().loc[[*HIDDEN]]
    assert np.allclose(solved, counts["events_reference"] / counts["n_reference"])  # it would


def test_the_strip_of_gaps_without_each_leader_has_its_ends_alone(report: Path) -> None:
    strip = csv(report / "charts", "fig-leave-one-out")["estimate"]
    assert strip.notna().tolist() == [True, *[False] * (len(strip) - 2), True]
    assert (strip.dropna() == strip.dropna().round(3)).all()


def test_claims_say_that_they_are_rounded_and_agree_with_print(report: Path) -> None:
    found = json.loads((report / "claims.json").read_text(encoding="utf-8"))
    by = {c["id"]: c for c in found}
    for name in ("gap", "expected", "expected_rate", "gap_tight", "detectable_gap"):
        assert by[name]["rounded"].startswith("as printed")
        assert by[name]["value"] == round(by[name]["value"], 3)
    assert by["gap"]["value"] == -33.2
    assert by["gap"]["text"].startswith("−33.2")
    assert by["rate_reference"]["rounded"] == ""
    assert by["rate_reference"]["value"] == float(f"{160 / 301:.12g}")
    assert claims(report)["expected"] == 147
    cells = [c for c in found if c["id"].startswith("tbl-effects/")]
    assert all(c["rounded"] for c in cells if c["value"] != round(c["value"]))


@pytest.fixture(scope="module")
def edition(report: Path) -> Path:
    """A later version, in which one ordinary account came with three posts of one stratum."""
    return compose(second(), report.parent / "second", previous=report).folder


def test_a_later_version_gives_no_newcomer_away(report: Path, edition: Path) -> None:
    for name, row in (("tbl-strata", "stratum"), ("tbl-subgroups", "subgroup")):
        was, now = (csv(f / "tables", name).set_index(row) for f in (report, edition))
        moved = (now["n_reference"] - was["n_reference"]).dropna()
        assert (moved == 0).all()
    strata = csv(edition / "tables", "tbl-strata").set_index("stratum")
    assert np.isnan(strata.loc[NEWCOMER, "n_reference"])


def test_no_file_of_a_later_version_tells_what_it_hides_as_what_it_was(
    report: Path, edition: Path
) -> None:
    """The earlier count of a cell that is hidden now, in corrections, audit diff aside."""
    was = csv(report / "tables", "tbl-strata").set_index("stratum").loc[NEWCOMER]
    record = json.loads((edition / "record.json").read_text(encoding="utf-8"))
    rows = [r for r in record["corrections"] if r["claim"].startswith("tbl-strata/")]
    assert rows
    assert str(int(was["n_reference"])) not in {r["was"] for r in rows}
    assert leaks([p for p in edition.rglob("*") if p.is_file()], secrets()) == []


def test_what_two_versions_say_apart_says_what_both_show_and_no_more(
    report: Path, edition: Path
) -> None:
    found = corrected(Edition.read(report), Edition.read(edition)).to_csv()
    (edition.parent / "diff.csv").write_text(found)
    assert leaks([edition.parent / "diff.csv"], secrets()) == []
    held = [row for row in found.splitlines() if "/n_reference" in row]
    assert all(",–," in row or "▒" in row for row in held)


def test_verify_passes_a_report_whose_claims_are_rounded(report: Path) -> None:
    assert audit.verify(report / "report.html", evidence=evidence()).verified


def test_a_published_notebook_leads_to_nobody_either(tmp_path: Path) -> None:
    made = publish(written(tmp_path, code=TABLES), tmp_path / "out", progress=False)
    files = [path for path in made.folder.rglob("*") if path.is_file()]
    assert (made.folder / "report.ipynb") in files
    assert leaks(files, secrets()) == []
    ran = nbformat.read(made.folder / "report.ipynb", as_version=4)
    assert "disclosure" not in [cell["id"] for cell in ran.cells]
    assert too_fine(files) == []


@pytest.mark.parametrize(
    "code",
    [
        'print(study.loaded.frame["account_id"].iloc[-1])',
        'import warnings; warnings.warn(study.loaded.frame["raw_screen_name"].iloc[-1])',
        'said = study.loaded.frame["text"].iloc[-1]\n'
        'display(report.prose("One wrote: {said}", said=said))',
        'display(report.table(study.loaded.frame[["case_id", "action"]].tail(3), '
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


def test_a_category_and_a_column_named_after_accounts_stop_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three names in one report, and the refusal has each."""
    monkeypatch.setattr("audit.disclosure.traces.SHOWN", 50)
    frame = planted().assign(zq_handle_004="x")
    frame["rule"] = frame["rule"].replace({"spam": "posts by zq_handle_005"})
    frame["severity"] = frame["severity"].replace({"high": "zq_handle_006"})
    found = cases().__class__(frame, cases().origins)
    with pytest.raises(DisclosureError) as refused:
        compose(appraise(compare(enroll(found, design()))), tmp_path / "report")
    for name in ("zq_handle_004", "zq_handle_005", "zq_handle_006"):
        assert name in str(refused.value)
    assert not (tmp_path / "report").exists()


def written(folder: Path, *, code: str = "", words: str = "Rates by class.") -> Path:
    path = folder / "planted.py"
    tests = str(ROOT / "tests" / "disclosure")
    path.write_text(NOTEBOOK.format(tests=tests, code=code, words=words), encoding="utf-8")
    return path


def test_the_public_names_are_there() -> None:
    assert audit.compare is compare
