"""Reports of designs whose data lie outside the project, written once for a file of tests."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from needs import ROOT, SHARED, missing

from audit.cli import main


def report_of(design: str, folder: Path, monkeypatch: Any) -> Path:
    """Return the folder of the report that the command line writes of a design, or skip."""
    if not (SHARED / "golden" / "golden.json").exists():
        missing("shared", "needs ../shared (outside data beside the checkout), which is absent")
    monkeypatch.chdir(ROOT)
    assert main(["report", f"designs/{design}.toml", "--out", str(folder)]) == 0
    return folder / design


def words_of(path: Path) -> str:
    """Return the text of a PDF on one line."""
    from pypdf import PdfReader

    pages = [page.extract_text() for page in PdfReader(path).pages]
    return re.sub(r"\s+", " ", " ".join(pages))


def published(folder: Path) -> str:
    """Return everything readable that a report publishes, in lower case."""
    kinds = {".html", ".csv", ".json", ".txt", ".svg", ".tex"}
    texts = [p.read_text(encoding="utf-8") for p in folder.rglob("*") if p.suffix in kinds]
    return " ".join([*texts, words_of(folder / "report.pdf")]).lower()
