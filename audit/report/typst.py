"""A document as a tagged, archivable PDF: data in, one fixed template, no generated source."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from audit.errors import ReportError
from audit.report.document import Document
from audit.report.fonts import font_files
from audit.report.layout import moved_figure, parted_tables
from audit.report.printed import printed
from audit.text import visible

TEMPLATE = Path(__file__).with_name("template.typ")
STANDARDS: Any = ["ua-1", "a-2a"]
NO_DAY = "1970-01-01"  # the stamp of a PDF whose report has no date
TRIES = 24  # times a document is set, at most, until its tables and figures are well placed


Pages = Mapping[str, int]
Spot = tuple[int, float]  # page, and points from its upper edge


@dataclass(frozen=True, slots=True)
class Pdf:
    """The bytes of a PDF, and what its making had to say.

    Attributes
    ----------
    content : bytes
    warnings : tuple of str
        What the compiler noticed.
    places : mapping of str to int
        The page, counted from 1, on which each node of the document begins, as the compiler set
        it: "front/3" is `document.front[3]`, "body/17" is `document.body[17]`; inside a table,
        "body/17/r4" is its row 4 (`cells[4]`), "body/17/g0" its first group label and
        "body/17/notes" its notes and source, where it has them.
    ends : mapping of str to int
        The page on which each node ends that may run over several.
    """

    content: bytes
    warnings: tuple[str, ...]
    places: Pages = field(default_factory=dict)
    ends: Pages = field(default_factory=dict)


def build_pdf(document: Document) -> Pdf:
    """Set `document` as PDF/UA-1 and PDF/A-2a.

    The bytes depend on the document, the template and the fonts alone: the time stamp is the
    document's date, system fonts are not looked at, and the compiler can read nothing but a
    temporary folder that holds the document.

    A document that knows its fingerprint prints it on page one and in its provenance, with the
    command that re-checks the report and both as a QR code.

    Raises
    ------
    ReportError
        When the fingerprint is none, page one does not fit on one page, a table fits no page, or
        the compiler refuses.
    """
    data, pictures = printed(document)
    day = datetime.fromisoformat(document.meta["date"] or NO_DAY).replace(tzinfo=UTC)
    with tempfile.TemporaryDirectory(prefix="audit-report-") as folder:
        root, typefaces = Path(folder).resolve() / "root", Path(folder).resolve() / "fonts"
        root.mkdir()
        typefaces.mkdir()
        for path in font_files():
            shutil.copyfile(path, typefaces / path.name)
        (root / "main.typ").write_bytes(TEMPLATE.read_bytes())
        for name, svg in pictures.items():
            (root / name).write_text(svg, encoding="utf-8")
        kept: list[str] = []
        placing: dict[str, str] = {}
        for _ in range(TRIES):
            asked = {**data, "kept": kept, "placing": placing}
            pdf, spots = _compile(root, typefaces, asked, day)
            parted = [k for k in parted_tables(data["body"], pdf.places) if k not in kept]
            moved = moved_figure(data["body"], spots, pdf.ends, placing)
            if not parted and not moved:
                break
            kept += parted
            placing |= moved
    return pdf


def _compile(
    root: Path, typefaces: Path, data: dict[str, Any], day: datetime
) -> tuple[Pdf, Mapping[str, Spot]]:
    """Return the PDF, and where on its page each node begins."""
    import typst

    (root / "doc.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    try:
        compiler: Any = typst.Compiler(
            str(root / "main.typ"),
            root=str(root),
            font_paths=[str(typefaces)],
            ignore_system_fonts=True,
        )
        content, said = compiler.compile_with_warnings(
            format="pdf", pdf_standards=STANDARDS, timestamp=day
        )
        starts, stops = json.loads(compiler.query("<places>", field="value", one=True))
    except typst.TypstError as error:
        raise ReportError(_refusal(error)) from error
    notes = [str(getattr(w, "message", w)) for w in said]
    kept = tuple(n for n in notes if "unknown font family" not in n)
    # What is printed twice (a group's label, over the page) begins where it first stands, and a
    # table that has notes ends after them, not after its last row.
    spots = {key: (page, y) for key, page, y in reversed(starts)}
    return Pdf(content, kept, _pages(starts, min), _pages(stops, max)), spots


def _pages(marks: Sequence[tuple[str, int, float]], choose: Callable[[int, int], int]) -> Pages:
    pages: dict[str, int] = {}
    for key, page, _ in marks:
        pages[key] = choose(page, pages.get(key, page))
    return MappingProxyType(pages)


def _refusal(error: Any) -> str:
    said = visible(getattr(error, "message", error), 600)
    if "PAGE-ONE" in said:
        return (
            "Page one does not fit on one page, even at the smallest size. Shorten what stands "
            "before the first heading: fewer facts, shorter points, a shorter note."
        )
    hints = "; ".join(visible(h, 300) for h in getattr(error, "hints", []))
    return f"The PDF cannot be set: {said}{'. Hint: ' + hints if hints else ''}."


def count_pages(content: bytes) -> int:
    """Return how many pages a PDF made by `build_pdf` has.

    Page objects are counted: the outline has a /Count of its own, and it can be the larger one.
    """
    return len(re.findall(rb"/Type\s*/Page\b", content))
