"""A correction does not repeat what the newer version of a report hides."""

from __future__ import annotations

from typing import Any

import pytest

from audit.corrections import Correction, Corrections, Edition
from audit.report.corrected import unrepeated
from audit.report.document import Document

ROWS = (
    Correction("tbl-strata/r4/n_reference", "3", "120", "The design changed."),
    Correction("tbl-strata/r9/n_reference", "2", "–", "The design changed."),
    Correction("tbl-strata/r2/n_reference", "–", "40", "The design changed."),
    Correction("tbl-gone/r1/n_reference", "4", "–", "The design changed."),
    Correction("tbl-rates/r1/n", "300", "310", "The design changed."),
    Correction("gap", "−5.0", "−4.0", "The design changed."),
)


def document(symbol: str, csv: str) -> Document:
    def table(name: str, cells: list[list[str]], text: str) -> dict[str, Any]:
        return {"kind": "table", "id": name, "cells": cells, "files": {"csv": text}}

    body = (table("tbl-strata", [["120"], [symbol]], csv), table("tbl-rates", [["310"]], "n\n310"))
    return Document({"simulated": False}, (), body)


@pytest.mark.parametrize(("symbol", "csv"), [("▒", ""), ("–", "n,cells_hidden\nhidden,n")])
def test_what_is_hidden_now_is_not_told_as_what_it_was(symbol: str, csv: str) -> None:
    found = Corrections(Edition({}), Edition({}), ROWS)
    was = [row.was for row in unrepeated(found, document(symbol, csv)).rows]
    assert was == ["▒", "▒", "–", "▒", "300", "−5.0"]


def test_corrections_of_a_report_that_hides_nothing_are_told_in_full() -> None:
    found = Corrections(Edition({}), Edition({}), ROWS)
    assert unrepeated(found, document("7", "n\n7")).rows == ROWS
