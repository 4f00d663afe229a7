"""Every number of the standard report is said through `numerals`, so that its claim is exact."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from builders import platform, question

import audit
from audit.report.document import Document, document
from audit.report.standard import standard_blocks

DRAWN = ("chart", "alt")
"""Parts in which two numbers of one chart may print alike, so that the words cannot tell which."""


@pytest.fixture(scope="module")
def standard() -> Document:
    evidence = audit.appraise(audit.compare(audit.enroll(platform(), question())))
    return document(standard_blocks(evidence))


def left(doc: Document) -> Iterator[tuple[str, str, str]]:
    """Yield where a number stands, in which part, and how it is printed, if that is all we know."""
    kinds = {claim["id"]: claim["kind"] for claim in doc.claims}
    for entry in doc.tokens:
        for token, _, name in entry["tokens"]:
            if name and kinds[name] == "printed":
                yield entry["at"], entry["part"], token


def values(doc: Document, at: str) -> list[float]:
    """Return the numbers of the chart at a place of the body."""
    rows = csv.reader(io.StringIO(doc.body[int(at.split("/")[1])]["files"]["csv"]))
    out = []
    for cell in (c for row in rows for c in row):
        try:
            out.append(float(cell))
        except ValueError:
            continue
    return out


def test_no_number_is_known_by_its_print_alone(standard: Document) -> None:
    assert [found for found in left(standard) if found[1] not in DRAWN] == []


def test_in_a_chart_only_numbers_that_another_of_it_prints_alike_are(standard: Document) -> None:
    for at, part, token in left(standard):
        assert part in DRAWN
        decimals = len(token.partition(".")[2])
        shown = float(token.replace("−", "-").replace(",", ""))
        drawn = {v for v in values(standard, at) if round(v, decimals) == shown}
        assert len(drawn) != 1, (at, part, token)
