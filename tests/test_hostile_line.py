"""A table whose every cell is hostile, through the whole line: inert, and still legible."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pikepdf
import pytest
from builders import HOSTILE, cases_of, hostile_table, platform, question
from PIL import Image

import audit
from audit.report.citations import METHODS
from audit.report.interactive import SCRIPT
from audit.text import FORMULA, visible

FOCAL = '<b>#read("/etc/passwd")</b> $x^2$'
REFERENCE = '=HYPERLINK("http://evil") [x](javascript:alert(1)) \u202egnp'
ORIGIN = audit.Origin(
    "<script>",
    HOSTILE["markdown"],
    HOSTILE["formula"],
    "javascript:alert(1)",
    "2026-01-01",
    HOSTILE["override"],
    notes=HOSTILE["typst"],
)
DOI = re.compile(r"doi = \{([^}]+)\}")
WORKS = {f"https://doi.org/{doi}" for doi in DOI.findall(METHODS.read_text(encoding="utf-8"))}
"""Where a report may lead: to the works that the package itself cites."""
HIDDEN = re.compile("[\u202a-\u202e\u2066-\u2069\x00-\x08\x1b]")
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff]")


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    """Return every noun of the line, from one hostile CSV file to one report."""
    folder = tmp_path_factory.mktemp("hostile")
    data = hostile_table(folder / "cases.csv", focal=FOCAL, reference=REFERENCE)
    cases = audit.read_cases(data, origin=ORIGIN)
    design = audit.Design(
        focal=FOCAL,
        reference=REFERENCE,
        frame="reported",
        outcome={"at_least": "remove"},
        strata=("rule",),
        margin=0.05,
        title=f"{HOSTILE['html']} {HOSTILE['typst']}",
    )
    study = audit.enroll(cases, design)
    comparison = audit.compare(study)
    evidence = audit.appraise(comparison)
    report = audit.compose(evidence, folder / "report")
    return {
        "cases": cases,
        "design": design,
        "study": study,
        "comparison": comparison,
        "evidence": evidence,
        "report": report,
    }


@pytest.fixture(scope="module")
def folder(line) -> Path:
    return line["report"].folder


@pytest.fixture(scope="module")
def words(folder) -> str:
    """Return the words of the PDF, without the invisible signs that let long runs break."""
    from pypdf import PdfReader

    pages = PdfReader(folder / "report.pdf").pages
    return squeezed("\n".join(page.extract_text() for page in pages))


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b\u200d\ufe0f\u2068\u2069]", "", text)


def files(folder: Path, *endings: str) -> list[Path]:
    found = sorted(p for p in folder.rglob("*") if p.suffix in endings)
    assert found
    return found


def test_nothing_was_lost_on_the_way_in(line) -> None:
    frame = line["cases"].to_frame()
    assert set(frame["rule"]) == set(HOSTILE.values())
    assert set(frame["account_class"]) == {FOCAL, REFERENCE}
    assert len(line["cases"]) == 52 * 12


def test_the_pdf_read_no_file_and_links_to_cited_works_alone(folder, words) -> None:
    assert "root:" not in words
    content = (folder / "report.pdf").read_bytes()
    for sign in (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/AA"):
        assert sign not in content
    with pikepdf.open(io.BytesIO(content)) as opened:
        for page in opened.pages:
            for note in page.get("/Annots", []):
                action = note.get("/A")
                if action is not None and str(action.S) == "/URI":
                    assert str(action.URI) in WORKS, action
                else:
                    assert action is None or str(action.S) == "/GoTo", action


@pytest.mark.parametrize("name", [n for n in HOSTILE if n not in ("chinese", "emoji")])
def test_every_stratum_can_be_read_in_the_pdf(name: str, words) -> None:
    shown = squeezed(visible(HOSTILE[name], 60).rstrip("…"))
    if RIGHT_TO_LEFT.search(shown):  # readers differ in the order they give such letters back
        assert RIGHT_TO_LEFT.search(words)
    else:
        assert shown[:40] in words


def test_letters_without_a_glyph_are_said(line) -> None:
    missing = set(line["report"].written.uncovered)
    assert missing <= set("".join(HOSTILE.values()))
    assert all(f"U+{ord(c):04X}" in str(line["report"]) for c in list(missing)[:12])


def test_the_page_has_no_other_script_or_address_and_every_stratum(folder) -> None:
    page = (folder / "report.html").read_text(encoding="utf-8")
    body = page.split("<main")[1]
    rest = page.replace(f'<script type="module">{SCRIPT}</script>', "", 1)  # ours, by its hash
    assert not re.search(r"<(script|iframe|object|embed|form|base|svg)\b", rest)
    assert not re.search(r"<[^>]*\son\w+\s*=", re.sub(r'"[^"]*"', '""', page))
    links = re.findall(r'href="((?!#|charts/|tables/)[^"]*)', page)
    assert set(map(html.unescape, links)) <= WORKS
    assert not HIDDEN.search(page.replace("\u2068", "").replace("\u2069", ""))
    text = squeezed(html.unescape(re.sub(r"<[^>]*>", "", body)))
    for name, value in HOSTILE.items():
        assert squeezed(visible(value, 40).rstrip("…")) in text, name


def test_pictures_are_pictures(folder) -> None:
    for path in files(folder, ".svg"):
        tree = ElementTree.parse(path)
        tags = {str(e.tag).split("}")[-1] for e in tree.iter()}
        assert not tags & {"script", "foreignObject", "a", "image", "iframe"}, path.name
        for element in tree.iter():
            for key, value in element.attrib.items():
                if key.endswith("href"):
                    assert value.startswith("#"), (path.name, value)
                assert not key.lower().startswith("on"), (path.name, key)
        assert not HIDDEN.search(path.read_text(encoding="utf-8"))
    for path in files(folder, ".png"):
        with Image.open(path) as picture:
            picture.verify()


def test_alternative_texts_hide_nothing_and_stay_short(folder) -> None:
    for path in files(folder, ".txt"):
        said = path.read_text(encoding="utf-8")
        assert not HIDDEN.search(said), path.name
        assert 30 < len(said) < 2000, path.name


def test_no_cell_of_a_table_is_a_formula(folder) -> None:
    csv.field_size_limit(10**7)
    for path in files(folder, ".csv"):
        with path.open(encoding="utf-8", newline="") as handle:
            for row in csv.reader(handle):
                for cell in row:
                    assert not HIDDEN.search(cell), (path.name, cell[:60])
                    if cell.startswith(FORMULA):
                        float(cell)  # a negative number is no formula


def test_tex_tables_run_nothing(folder) -> None:
    for path in files(folder, ".tex"):
        said = path.read_text(encoding="utf-8")
        commands = set(re.findall(r"\\([a-zA-Z]+)", said))
        assert not commands & {"input", "include", "write", "immediate", "openin", "href", "url"}
        assert not re.search(r"(?<!\\)\$", said), path.name
        assert not HIDDEN.search(said), path.name


def test_claims_are_plain_numbers_with_visible_words(folder) -> None:
    content = (folder / "claims.json").read_text(encoding="utf-8")
    claims = json.loads(content)
    assert {c["id"] for c in claims} >= {"n_focal", "observed", "expected", "gap", "margin"}
    assert not HIDDEN.search(content)
    assert not re.search("NaN|Infinity", content)


@pytest.mark.parametrize("noun", ["cases", "design", "study", "comparison", "evidence", "report"])
def test_jupyter_faces_are_inert(noun: str, line) -> None:
    face = line[noun]._repr_html_()
    tags = set(re.findall(r"<(\w+)", face))
    own = {"div", "style", "caption"}  # the style is one fixed text
    assert tags <= own | {"p", "table", "thead", "tbody", "tr", "th", "td"}, noun
    assert not HIDDEN.search(face), noun
    assert "$" not in face, noun
    assert len(face) < 200_000, noun


@pytest.mark.parametrize("noun", ["cases", "design", "study", "comparison", "evidence", "report"])
def test_a_terminal_is_told_nothing_hidden(noun: str, line) -> None:
    for said in (str(line[noun]), repr(line[noun])):
        assert not HIDDEN.search(said), noun
        assert len(said) < 100_000, noun


def test_no_ordinary_account_is_named(folder, words) -> None:
    """Their ids end in `=HY` and a number here; no file that people read may hold one."""
    assert not re.search(r"=HY\d", words)
    for path in files(folder, ".html", ".csv", ".tex", ".txt", ".json"):
        assert not re.search(r"=HY\d", path.read_text(encoding="utf-8")), path.name


def test_rules_of_joined_letters_reach_the_report(tmp_path) -> None:
    """One report of all such names: each alone once failed the PDF of the chart of traits."""
    frame = platform(leaders=6, ordinary=30, posts=8).frame
    names = [HOSTILE["emoji"], "हिन्दी", "Z\u0303a"]
    turn = pd.Series([names[k % 3] for k in range(len(frame))], index=frame.index)
    cases = cases_of(frame.assign(rule=frame["rule"].mask(frame["rule"] == "abuse", turn)))
    evidence = audit.appraise(audit.compare(audit.enroll(cases, question())))
    report = audit.compose(evidence, tmp_path / "report")
    assert report.written.pages > 3
    assert (report.folder / "charts" / "fig-love.svg").exists()


# --- tables at the edge of what can be compared ---------------------------------------------

NO_NUMBER = re.compile(r"\b(nan|NaN|inf|Infinity|None|NaT|<NA>)\b")
"""What a missing or infinite number looks like when nobody said what it means."""


@pytest.mark.filterwarnings("error::RuntimeWarning", "error::UserWarning")
@pytest.mark.parametrize("acted", ["nobody", "everybody", "leaders", "ordinary"])
def test_one_outcome_for_all_of_a_class_is_reported_in_words(acted: str, tmp_path) -> None:
    from pypdf import PdfReader

    frame = platform(leaders=6, ordinary=12, posts=8).frame
    hit = {"nobody": [], "everybody": ["leader", "ordinary"], "leaders": ["leader"]}
    on = frame["account_class"].isin(hit.get(acted, ["ordinary"]))
    cases = cases_of(frame.assign(action=on.map({True: "remove", False: "none"})))
    study = audit.enroll(cases, question(severity=True, families=[["rule"]]))
    report = audit.compose(audit.appraise(audit.compare(study)), tmp_path / "report")
    pages = PdfReader(report.folder / "report.pdf").pages
    texts = {"report.pdf": "\n".join(page.extract_text() for page in pages)}
    texts |= {
        p.name: p.read_text(encoding="utf-8") for p in files(report.folder, ".csv", ".txt", ".json")
    }
    page = re.sub(r"<style.*?</style>", "", (report.folder / "report.html").read_text("utf-8"))
    texts["report.html"] = re.sub(r"<[^>]*>", " ", page)
    assert not {name for name, text in texts.items() if NO_NUMBER.search(text)}
