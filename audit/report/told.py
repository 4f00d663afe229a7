"""What a design says about its report, as compose and publish take it up alike."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from audit.corrections import Edition
from audit.report.blocks import Bibliography
from audit.report.citations import bibliography

if TYPE_CHECKING:
    from audit.design import Design


def works(design: Design | None) -> list[Bibliography]:
    """Return the works that a design lets its report cite, none where it names no file.

    Raises
    ------
    DesignError
        When the file is nowhere in the project.
    ReportError
        As for `audit.report.citations.bibliography`.
    """
    if design is None or design.report is None or not design.report.bibliography:
        return []
    return [bibliography(design.report.find("bibliography"))]


def earlier(design: Design | None, previous: str | Path | Edition = "") -> str | Path | Edition:
    """Return the earlier version of a report: the one given, else the one its design names.

    Raises
    ------
    DesignError
        When the folder that the design names is nowhere in the project.
    ClaimError
        When it holds no report.
    """
    if str(previous) or design is None or design.report is None or not design.report.previous:
        return previous
    found = design.report.find("previous")
    return replace(Edition.read(found), path=design.report.named(found))
