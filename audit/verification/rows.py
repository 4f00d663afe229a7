"""The rows of a report's tables that a sentence names: its strata, its subgroups, its accounts."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from audit.verification.candidates import ENDS, POINTS, Claim, sign_of, unit_of
from audit.verification.classes import Classes, class_said

LARGEST = 20 * 2**20  # bytes of a table that is read
QUOTED = re.compile(r"‘([^’]+)’")
LETTERS = re.compile(r"[^\W\d_]{2}")
COMMON = frozenset(
    ("post", "posts", "account", "accounts", "yes", "none", "all", "rate", "gap", "rule", "rules")
    + ("total", "raw", "other", "others", "class", "removed", "remove", "label", "platform")
)
"""Labels of rows that are met in any sentence: they name no row."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table.

    Attributes
    ----------
    id : str
        What the ids of its claims begin with: "tbl-subgroups/r0/".
    labels : frozenset of str
        What must all be said to name it, in small letters.
    """

    id: str
    labels: frozenset[str]

    def named(self, sentence: str) -> bool:
        """Return whether a sentence names the row: all its labels stand there as words."""
        low = sentence.casefold()
        return all(re.search(rf"(?<!\w){re.escape(n)}(?!\w)", low) for n in self.labels)


class Rows:
    """The rows of all tables beside a report, and the claims in them.

    A row that is called after a class is no subgroup: every sentence names it.
    """

    def __init__(self, folder: Path, claims: Sequence[Claim], classes: Classes = ("", "")) -> None:
        found = _rows_under(folder / "tables")
        self.rows = tuple(r for r in found if not any(class_said(n, classes) for n in r.labels))
        self.cells: dict[str, list[Claim]] = {}
        for claim in claims:
            table, _, rest = str(claim.get("id")).partition("/")
            row = rest.partition("/")[0]
            if claim.get("kind") == "cell":
                self.cells.setdefault(f"{table}/{row}/", []).append(claim)

    def named(self, sentence: str) -> list[Row]:
        """Return the rows that a sentence names, those with the most labels."""
        found = [row for row in self.rows if row.named(sentence)]
        most = max((len(row.labels) for row in found), default=0)
        return [row for row in found if len(row.labels) == most]

    def gaps(self, rows: Sequence[Row]) -> list[Claim]:
        """Return the gaps in points of rows, ends of intervals left out."""
        return [
            c
            for row in rows
            for c in self.cells.get(row.id, [])
            if unit_of(c) in POINTS and not str(c["id"]).endswith(ENDS)
        ]

    def signs(self, rows: Sequence[Row]) -> set[int]:
        """Return the signs of the gaps of rows."""
        return {sign_of(c) for c in self.gaps(rows)} - {0}

    def p_values(self, rows: Sequence[Row]) -> list[float]:
        """Return the p-values of rows, corrected ones where there are such."""
        found = [c for row in rows for c in self.cells.get(row.id, []) if unit_of(c) == "p"]
        whole = [c for c in found if "corrected" in str(c["id"])] or found
        return [float(c["value"]) for c in whole]


def _rows_under(folder: Path) -> Iterator[Row]:
    for path in sorted(folder.glob("*.csv")):
        if path.is_symlink() or path.stat().st_size > LARGEST:
            continue
        with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
            for place, cells in enumerate(list(csv.reader(file))[1:]):
                labels = _labels(cells)
                if labels:
                    yield Row(f"{path.stem}/r{place}/", labels)


def _labels(cells: Sequence[str]) -> frozenset[str]:
    """Return what names a row: its cells of words, of a quoted value the value alone.

    A word that another cell holds is no label of its own: "rule" beside "rule ‘abuse’".
    """
    said = [c.casefold().strip() for c in cells if LETTERS.search(c)]
    bare = [QUOTED.findall(c) or [c] for c in said]
    alone = [
        name
        for c, names in zip(said, bare, strict=True)
        for name in names
        if not any(
            c != other and re.search(rf"(?<!\w){re.escape(c)}(?!\w)", other) for other in said
        )
    ]
    return frozenset(alone) if not set(alone) & COMMON else frozenset()
