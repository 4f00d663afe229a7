"""What the cells of an executed notebook contribute to its report."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from audit.claims.spoken import Licence
from audit.errors import ClaimError, ReportError
from audit.report.authored import typed_in
from audit.report.blocks import KINDS, MIME, Verbatim
from audit.report.claimed import Claimed
from audit.report.markdown import Source
from audit.report.typed import faults_in
from audit.report.worded import licence_of, unlicensed, unlicensed_in
from audit.text import visible

SILENT = frozenset({"hide", "injected-parameters", "parameters"})
HEADING = re.compile(r"^(#{1,6}[ \t]+.*?)[ \t]*(\{[^}\n]*\})?[ \t]*$", re.MULTILINE)
LONGEST_OUTPUT = 200  # lines


def claimed(notebook: Any) -> Claimed:
    """Return the claims that a notebook's cells recorded, those of hidden cells included."""
    return Claimed.of(_payloads(notebook))


def _payloads(notebook: Any) -> Iterator[dict[str, Any]]:
    """Yield every block that a notebook's cells showed, those of hidden cells included."""
    outputs = (o for cell in notebook.cells for o in cell.get("outputs", []))
    blocks = (o.get("data", {}).get(MIME) for o in outputs)
    yield from (b for b in blocks if b)


def add_cells(gathered: Source, notebook: Any, warnings: list[str]) -> None:
    """Add a notebook's Markdown and shown blocks in order; code is never printed.

    Cells tagged "hide" or "parameters" contribute nothing but the claims they record; Markdown
    tagged "appendix" opens the appendix. What a cell prints stays in the notebook; what it writes
    to stderr becomes a warning.

    Raises
    ------
    ClaimError
        For numbers typed into Markdown, or into prose shown by a code cell, that are no claim,
        date, citation, quotation or document number, and for claims that nobody recorded; all at
        once.
    """
    refuse_typed(notebook, gathered.claims)
    for number, cell in enumerate(notebook.cells, 1):
        tags = set(cell.get("metadata", {}).get("tags", []))
        for output in cell.get("outputs", []):
            if output["output_type"] == "stream" and output["name"] == "stderr":
                warnings.append(f"cell {number}: {visible(output['text'].strip(), 600)}")
        if tags & SILENT:
            for output in cell.get("outputs", []):
                if output.get("data", {}).get(MIME, {}).get("kind") == "claims":
                    gathered.add(output["data"][MIME])
            continue
        if cell["cell_type"] == "markdown":
            gathered.add_text(_appendix(cell["source"]) if "appendix" in tags else cell["source"])
        for output in cell.get("outputs", []):
            _add_output(gathered, output, number)


def refuse_typed(notebook: Any, claims: Claimed | None = None) -> None:
    """Refuse a notebook whose own text has numbers nobody can check, or words nobody may say.

    Parameters
    ----------
    claims : Claimed, optional
        What its cells recorded; None before it has run, when its slots cannot be filled yet.

    Raises
    ------
    ClaimError
        With the cell and the sentence of every such number and word, what was allowed and what to
        try.
    """
    faults: list[str] = []
    licence = licence_of(claims or Claimed(), _payloads(notebook))
    for number, cell in enumerate(notebook.cells, 1):
        tags = set(cell.get("metadata", {}).get("tags", []))
        if cell["cell_type"] == "markdown" and not tags & SILENT:
            found = [*claims.faults(cell["source"])] if claims else []
            found += faults_in(cell["source"])
            found += unlicensed(cell["source"], claims, licence) if claims else []
            faults += [f"cell {number}: {fault}" for fault in found]
        if not tags & SILENT:
            faults += [f"cell {number}: {fault}" for fault in _shown(cell, claims, licence)]
    if faults:
        n = len(faults)
        lines = "\n".join(f"  {i}. {fault}" for i, fault in enumerate(faults, 1))
        raise ClaimError(f"The notebook's text has {n} fault{'s' if n > 1 else ''}.\n{lines}")


def _shown(cell: Any, claims: Claimed | None, licence: Licence) -> Iterator[str]:
    """Yield the faults of the prose that a code cell showed."""
    for output in cell.get("outputs", []):
        payload = output.get("data", {}).get(MIME, {})
        if claims and payload.get("kind") == "prose":
            yield from claims.faults(payload["text"])
        yield from typed_in(payload)
        if claims:
            yield from unlicensed_in(payload, claims, licence)


def _appendix(text: str) -> str:
    def mark(match: re.Match[str]) -> str:
        marks = (match[2] or "{}")[1:-1].strip()
        return f"{match[1]} {{{marks} .appendix}}".replace("{ ", "{")

    return HEADING.sub(mark, text, count=1)


def _add_output(gathered: Source, output: Mapping[str, Any], number: int) -> None:
    if output["output_type"] == "error":
        raise ReportError(
            f"cell {number} failed: {output['ename']}: {visible(output['evalue'], 400)}"
        )
    data = output.get("data", {})
    if MIME in data:
        payload = data[MIME]
        if payload.get("kind") not in KINDS:
            raise ReportError(
                f"cell {number} shows a block of unknown kind {payload.get('kind')!r}."
            )
        gathered.add(payload)
    elif any(kind.startswith("image/") for kind in data):
        raise ReportError(
            f"cell {number} shows a bare picture; a report needs figure(…), with alternative text."
        )
    elif "text/plain" in data:
        lines = str(data["text/plain"]).split("\n")
        more = len(lines) - LONGEST_OUTPUT
        if more > 0:
            lines = [*lines[:LONGEST_OUTPUT], f"… and {more:,} more lines"]
        gathered.add(Verbatim(tuple(lines)).payload())
