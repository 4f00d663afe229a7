"""Faults of all parts of a dump, each said once, with how often it occurs and where it began."""

from __future__ import annotations

from dataclasses import dataclass, field

from audit.errors import Fault
from audit.ledger import counted
from audit.text import visible

SHOWN = 5  # values named per fault; the rest are counted


@dataclass(slots=True)
class Entry:
    """One kind of fault: its values, the statements each is in, and the parts it was seen in."""

    allowed: str
    hint: str
    first: str
    values: dict[str, int] = field(default_factory=dict)
    statements: int = 0
    parts: int = 0


@dataclass(slots=True)
class Tally:
    """What is wrong with a dump so far, by column and what is wrong with it."""

    entries: dict[tuple[str, str], Entry] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Return whether anything is wrong."""
        return bool(self.entries)

    def note(self, fault: Fault, part: str, statements: dict[str, int] | None = None) -> None:
        """Count a fault of one part: by value, the statements that it is in."""
        new = Entry(fault.allowed, fault.hint, part)
        entry = self.entries.setdefault((fault.column, fault.what), new)
        entry.parts += 1
        for value, rows in (statements or {}).items():
            entry.statements += rows
            entry.values[value] = entry.values.get(value, 0) + rows

    def faults(self) -> list[Fault]:
        """Return every kind of fault, once."""
        return [_fault(*key, entry) for key, entry in self.entries.items()]


def _fault(column: str, what: str, entry: Entry) -> Fault:
    where = entry.first if entry.parts == 1 else f"{entry.parts:,} parts, first {entry.first}"
    many = f"{counted(entry.statements, 'statement')} of " if entry.statements else ""
    values = [(value, rows) for value, rows in entry.values.items() if value]
    shown = ", ".join(
        f"{visible(value, 80)!r} in {counted(rows, 'statement')}" for value, rows in values[:SHOWN]
    )
    more = f" and {len(values) - SHOWN:,} more" if len(values) > SHOWN else ""
    return Fault(f"{what} in {many}{where}", column, (), shown + more, entry.allowed, entry.hint)
