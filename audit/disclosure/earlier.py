"""What an earlier version of a report shows: cells that a later one may not be taken from.

Two versions are two tables of nearly the same rows. A cell that both show tells, as the difference,
the posts of those who came or went: of three accounts, of one. So a later version hides the cells
that differ by few from what the earlier one shows, and those that the earlier one hides, and closes
rows and columns around them (`closure`). The totals of a class are shown in both: that some posts
came, and how many of them were acted on, is not kept from anyone who holds both versions.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from audit.design import words
from audit.disclosure.masks import TOKEN
from audit.errors import DesignError, DisclosureError
from audit.schema import NOT_RECORDED
from audit.text import csv_safe, visible

TABLES: Mapping[str, str] = {"tbl-strata": "stratum", "tbl-subgroups": "subgroup"}
"""Tables of a report whose cells are held against each other, and the column that names a row."""
COUNTS = ("n", "events", "accounts")
Cell = Mapping[str, int | None]
"""Posts, posts acted on and accounts, None where hidden; those that the table has."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """The cells of an earlier version: table, row and group to its counts.

    Attributes
    ----------
    cells : mapping of (table, label, group) to Cell
    """

    cells: Mapping[tuple[str, str, str], Cell] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: str | Path) -> Earlier:
        """Read the tables of a report's folder (or of the folder of a claims.json).

        Raises
        ------
        DisclosureError
            When one is there and cannot be read.
        """
        given = Path(folder)
        tables = (given if given.is_dir() else given.parent) / "tables"
        texts = {}
        for name in TABLES:
            path = tables / f"{name}.csv"
            try:
                if path.is_file():
                    texts[name] = path.read_text(encoding="utf-8")
                    cls.of({name: texts[name]})
            except (OSError, ValueError, csv.Error) as error:
                why = visible(error, 120)
                raise DisclosureError(
                    f"The earlier version's {visible(path)} cannot be read ({why}), so it cannot "
                    "be seen which cells may be shown beside it. Give the folder as it was written."
                ) from error
        return cls.of(texts)

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> Earlier:
        """Read the tables of a report from their CSVs, by id."""
        cells: dict[tuple[str, str, str], Cell] = {}
        for name in TABLES:
            for row in csv.DictReader(io.StringIO(texts.get(name, ""))):
                for group in ("focal", "reference"):
                    held = {c: row.get(f"{c}_{group}") for c in COUNTS}
                    known = {c: _number(v) for c, v in held.items() if v is not None}
                    if known:
                        cells[name, str(row.get(TABLES[name])), group] = known
        return cls(cells)

    def telling(self, now: Earlier, *, least: int) -> list[str]:
        """Return the rows of a later version that should not be shown beside this one, in words."""
        return [
            f"{table}, {visible(label, 80)}"
            for (table, label, group), counts in now.cells.items()
            if counts.get("n") is not None
            and self.tells(table, label, group, counts, least=least, written=True)
        ]

    def tells(
        self,
        table: str,
        label: str,
        group: str,
        now: Cell,
        *,
        least: int,
        written: bool = False,
    ) -> bool:
        """Return whether a cell, shown beside the earlier version, would tell of few accounts.

        It does where the earlier version hides it; and where it differs by fewer than `least`
        posts, or by some accounts and fewer than `least`. One that the earlier version has not is
        compared with nothing.

        Parameters
        ----------
        label : str
            The row's name; `written` where it is as a CSV has it.
        """
        name = label if written else str(csv_safe(visible(label, 100_000)))
        was = self.cells.get((table, name, group))
        if was is None:
            return False
        if was.get("n") is None:
            return True
        pairs = {c: (was[c], n) for c, n in now.items() if was.get(c) is not None}
        moved = {c: abs((new or 0) - (old or 0)) for c, (old, new) in pairs.items()}
        if not any(moved.values()):
            return False
        return moved["n"] < least or 0 < moved.get("accounts", 0) < least


def _number(text: str) -> int | None:
    return None if text in ("", TOKEN) else int(float(text))


KNOWN: ContextVar[Earlier | None] = ContextVar("earlier", default=None)


@contextmanager
def beside(previous: Earlier | None) -> Iterator[None]:
    """Hold what is shown in this block against an earlier version."""
    token = KNOWN.set(previous)
    try:
        yield
    finally:
        KNOWN.reset(token)


def earlier_of(design: object) -> Earlier | None:
    """Return the earlier version that is known: that of the block, else the one a design names."""
    if (known := KNOWN.get()) is not None:
        return known
    telling = getattr(design, "report", None)
    if telling is None or not telling.previous:
        return None
    try:
        return Earlier.read(telling.find("previous"))
    except DesignError:
        return None  # whoever writes the report is told (`audit.report.told`)


def subgroup_name(family: tuple[str, ...], values: tuple[object, ...]) -> str:
    """Return what a subgroup is called: "rule ‘spam’"."""
    return ", ".join(f"{words(c)} ‘{_level(v)}’" for c, v in zip(family, values, strict=True))


def _level(value: object) -> str:
    return NOT_RECORDED if pd.isna(value) else visible(value, 60)  # type: ignore[call-overload]
