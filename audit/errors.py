"""What can go wrong, said in words a person can act on.

AuditError                 everything raised on purpose; the command line prints it and exits 2
├── SchemaError            a table does not hold what it must (`.faults` has all of them)
├── RosterError            spells of class membership overlap or contradict each other
├── RegimeError            a number would mix rules that were never in force together
├── DesignError            the question contradicts itself, or the data it is asked of
├── UnknownName            a name that no table of the package holds
├── SourceError            a source cannot be read, or cannot support what is asked of it
│   ├── FetchError         a file of a public source cannot be had whole from its host
│   └── RowsNeeded         a question needs rows or cells that stay in an engine
├── EstimationError        data on which a method has no answer
│   ├── SupportError       no stratum holds both classes
│   ├── TooFewAccounts     the method needs more accounts than there are
│   └── SeparationError    an outcome that X predicts perfectly: no finite coefficient
├── ClaimError             a sentence would say more than the evidence licenses
├── ReportError            a report cannot be written
│   └── DisclosureError    a report would lead to an account of somebody who holds no office
└── VerifyError            a report or a draft cannot be read again, or computed again
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

SHOWN_ROWS = 5  # row numbers printed per fault; the rest are counted


class AuditError(ValueError):
    """Base of all errors raised on purpose; catch this one at the edges."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a table.

    Parameters
    ----------
    what : str
        What is wrong, as a clause: "was acted on before it was posted".
    column : str
        The column at fault, "" for the table as a whole.
    rows : tuple of int
        Row numbers as a person counts them in the file, first row of data = 1; may be empty.
    value : str
        The offending value of the first such row.
    allowed : str
        What would have been accepted.
    hint : str
        What to try.
    files : tuple of str
        Of a table in several files: the file of each row, whose number then counts within that
        file; of a fault without rows, the files at fault. Empty for a table in one.
    """

    what: str
    column: str = ""
    rows: tuple[int, ...] = ()
    value: str = ""
    allowed: str = ""
    hint: str = ""
    files: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Say the fault in one sentence, with rows, value, what was allowed and what to try."""
        head = f"column {self.column!r}: {self.what}" if self.column else self.what
        if self.files and not self.rows:
            shown = ", ".join(repr(name) for name in self.files[:SHOWN_ROWS])
            more = len(self.files) - SHOWN_ROWS
            head = f"in {shown}{f' and {more:,} more files' if more > 0 else ''}: {head}"
        if self.rows:
            first = ", ".join(self._places())
            more = len(self.rows) - SHOWN_ROWS
            tail = f" and {more:,} more" if more > 0 else ""
            n = len(self.rows)
            head += f" ({n:,} row{'s' if n > 1 else ''}: {first}{tail})"
        if self.value:
            head += f"; found {self.value}"
        if self.allowed:
            head += f"; allowed: {self.allowed}"
        return head + "." + (f" Try: {self.hint}." if self.hint else "")

    def _places(self) -> list[str]:
        """Return the first rows as words, the name of a file before the first of its rows."""
        shown = [str(row) for row in self.rows[:SHOWN_ROWS]]
        last = ""
        for i, name in enumerate(self.files[: len(shown)]):
            shown[i] = shown[i] if name == last else f"{name!r} {shown[i]}"
            last = name
        return shown


class SchemaError(AuditError):
    """A table does not hold what a case table must hold; `faults` has every fault found."""

    def __init__(self, where: str, faults: Sequence[Fault]) -> None:
        self.where, self.faults = where, tuple(faults)
        n = len(self.faults)
        lines = "\n".join(f"  {i}. {f}" for i, f in enumerate(self.faults, 1))
        super().__init__(f"{where}: {n} fault{'s' if n != 1 else ''} found.\n{lines}")


class RosterError(AuditError):
    """Spells of class membership overlap or contradict each other."""


class RegimeError(AuditError):
    """A number would mix rules that were never in force together."""


class DesignError(AuditError):
    """The question contradicts itself, or the data it is asked of."""


class UnknownName(AuditError):
    """A name that no table of the package holds."""

    def __init__(self, what: str, name: object, known: Iterable[str]) -> None:
        known = sorted(known)
        near = get_close_matches(str(name), known, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        super().__init__(f"No {what} is called {name!r}.{hint} Known: {', '.join(known)}.")


class SourceError(AuditError):
    """A source cannot be read, or cannot support what is asked of it."""


class FetchError(SourceError):
    """A file of a public source cannot be had whole from its host."""


class RowsNeeded(SourceError):
    """A question needs rows, or the cells of every account, and they stay in an engine."""


class EstimationError(AuditError):
    """Data on which a method has no answer."""


class SupportError(EstimationError):
    """No stratum holds both classes."""


class TooFewAccounts(EstimationError):
    """The method needs more accounts than there are."""


class SeparationError(EstimationError):
    """X predicts the outcome perfectly in some rows: a coefficient has no finite estimate."""


class ClaimError(AuditError):
    """A sentence would say more than the evidence licenses."""


class ReportError(AuditError):
    """A report cannot be written."""


class DisclosureError(ReportError):
    """A report would lead to an account of somebody who holds no office."""


class VerifyError(AuditError):
    """A report or a draft cannot be read again, or computed again."""
