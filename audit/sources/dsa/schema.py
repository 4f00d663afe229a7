"""What a dump may hold: its columns, and the values of each column that has a closed list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from audit.errors import Fault
from audit.schema import near
from audit.sources.dsa.values import ADDED_IN_2025, REMOVED_IN_2025, VALUES

Version = Literal["2023-09", "2025-07"]
"""The month from which a schema was in force; the second follows the Implementing Regulation (EU)
2024/2835 and changed categories and keywords on 1 July 2025."""

COLUMNS = (
    "uuid",
    "decision_visibility",
    "decision_visibility_other",
    "end_date_visibility_restriction",
    "decision_monetary",
    "decision_monetary_other",
    "end_date_monetary_restriction",
    "decision_provision",
    "end_date_service_restriction",
    "decision_account",
    "end_date_account_restriction",
    "account_type",
    "decision_ground",
    "decision_ground_reference_url",
    "illegal_content_legal_ground",
    "illegal_content_explanation",
    "incompatible_content_ground",
    "incompatible_content_explanation",
    "incompatible_content_illegal",
    "category",
    "category_addition",
    "category_specification",
    "category_specification_other",
    "content_type",
    "content_type_other",
    "content_language",
    "content_date",
    "content_id_ean",
    "territorial_scope",
    "application_date",
    "decision_facts",
    "source_type",
    "source_identity",
    "automated_detection",
    "automated_decision",
    "platform_name",
    "platform_uid",
    "created_at",
)
"""The columns of a full dump since July 2025, in their order."""

NOT_IN_LIGHT = (
    "illegal_content_explanation",
    "incompatible_content_explanation",
    "territorial_scope",
    "decision_facts",
)
"""What a light dump leaves out."""

NEW_IN_2025 = ("content_id_ean",)
LISTS = ("decision_visibility", "category_addition", "category_specification", "content_type")
"""Columns whose cells are JSON arrays of values."""

REQUIRED = ("uuid", "platform_name", "category", "application_date", "created_at")
"""Columns that have a value in every statement."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of file that was published.

    Attributes
    ----------
    version : {"2023-09", "2025-07"}
    kind : {"full", "light"}
    columns : tuple of str
        In the order of the file.
    """

    version: Version
    kind: Literal["full", "light"]
    columns: tuple[str, ...]

    def __str__(self) -> str:
        """Name the layout: "full, 2025-07, 38 columns"."""
        return f"{self.kind}, {self.version}, {len(self.columns)} columns"

    def values(self, column: str, *, either: bool = False) -> frozenset[str]:
        """Return the values that `column` may hold; with `either`, those of both schemas."""
        now = VALUES[column]
        gone = REMOVED_IN_2025.get(column, frozenset())
        if either:
            return now | gone
        if self.version == "2025-07":
            return now
        return (now - ADDED_IN_2025.get(column, frozenset())) | gone


LAYOUTS = tuple(
    Layout(
        version,
        kind,
        tuple(
            name
            for name in COLUMNS
            if not (kind == "light" and name in NOT_IN_LIGHT)
            and not (version == "2023-09" and name in NEW_IN_2025)
        ),
    )
    for version in ("2025-07", "2023-09")
    for kind in ("full", "light")
)
"""Every layout that is read. A file from before April 2024 has the columns of 2023-09."""


def _hint(name: str, header: Sequence[str]) -> str:
    close = near(name, header)
    return f"{close!r} may be it" if close else "the dump as published, unedited"


def layout_of(header: Sequence[str]) -> tuple[Layout | None, list[Fault]]:
    """Return the layout that a header is of, in the header's own order, or what is wrong with it.

    A header that is of no layout is held against the nearest one: every column it lacks, has
    besides or has twice is named.
    """
    for layout in LAYOUTS:
        if len(header) == len(layout.columns) and set(header) == set(layout.columns):
            return Layout(layout.version, layout.kind, tuple(header)), []
    layout = min(LAYOUTS, key=lambda known: len(set(known.columns) ^ set(header)))
    in_file = f"the nearest published layout ({layout})"
    faults = [
        Fault(f"is missing against {in_file}", name, hint=_hint(name, header))
        for name in layout.columns
        if name not in header
    ]
    strange = list(dict.fromkeys(name for name in header if name not in layout.columns))
    faults += [
        Fault(f"is not a column of {in_file}", name, hint="read what the Commission has changed")
        for name in strange
    ]
    twice = list(dict.fromkeys(name for name in header if list(header).count(name) > 1))
    return None, faults + [Fault("occurs twice", name) for name in twice]
