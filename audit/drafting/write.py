"""The draft of a design whose source reads a table as guessed, as TOML and as words."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from audit.design import FRAME_WORDS
from audit.drafting.contents import look
from audit.drafting.roles import Guess, guess_roles
from audit.drafting.vocabulary import AUTHOR_MAY_HAVE, plain_words, rung_of
from audit.errors import SchemaError
from audit.printed import Face, Shown
from audit.reading.opening import open_table
from audit.schema import CASE_COLUMNS, STANDARD_LADDER
from audit.text import visible

WIDEST = 400  # characters of one line of a comment
CAUTIONS: Mapping[str, str] = {
    "reach": "it must be the audience before any measure",
    "reports": "it must not count reports that came after the measure",
    "violating": "it must be coded by others than the platform, blind to the account",
    "account_class": "it must be what the account was when it posted; a dated roster is safer",
    "severity": "it must be judged without knowing the account",
}
"""What a person must know to confirm a role, beyond the meaning that the codebook gives."""


@dataclass(frozen=True, slots=True, repr=False)
class Draft(Shown):
    """A draft of a design's source.

    Attributes
    ----------
    guesses : tuple of Guess
        One for every column of the table.
    source : mapping
        The design's `source`, as guessed.
    notes : tuple of str
        What stands in the way, or must be decided, a sentence each.
    classes : tuple of str
        The levels of the class column, the most frequent first; what focal and reference can be.
    """

    guesses: tuple[Guess, ...]
    source: Mapping[str, Any]
    notes: tuple[str, ...]
    classes: tuple[str, ...]

    def face(self) -> Face:
        """Return every guess with its reason and confidence, then what is left to decide."""
        head, *says = self.lines()
        return Face(head, tuple(says))

    def lines(self) -> list[str]:
        """Return the draft in words, a line each, with nothing hidden in them."""
        taken = [guess for guess in self.guesses if guess.role]
        rest = [guess for guess in self.guesses if not guess.role]
        said = ["Guesses, each to be confirmed:", *map(_said, taken)]
        said += ["Passed through as they are:", *map(_said, rest)] if rest else []
        said += ["To decide:", *(f"  {note}" for note in self.notes)] if self.notes else []
        return [visible(line, WIDEST) for line in said]

    def to_toml(self) -> str:
        """Return the design as TOML: guesses as comments, the required fields still to fill in.

        Raises
        ------
        ValueError
            The text does not say what the draft says: a fault of this module, never of the data.
        """
        import tomli_w

        body = tomli_w.dumps({"source": dict(self.source)})
        comments = "".join(f"# {line}\n" for line in self.lines())
        text = f"{HEAD}{comments}#\n{self._required()}\n{body}"
        if tomllib.loads(text) != {"source": dict(self.source)}:
            raise ValueError("the draft does not read back as it was written")
        return text

    def _required(self) -> str:
        known = ", ".join(repr(visible(name)) for name in self.classes)
        classes = f"  # of: {known}" if known else ""
        return REQUIRED + "".join(
            f"# {visible(line, WIDEST)}\n"
            for line in (f'focal     = ""{classes}', f'reference = ""{classes}')
        )


HEAD = """# A draft, guessed from a table by `audit check --draft`. Confirm every guess, then take
# the sign away from the five required lines and fill them in; `audit new` writes a commented one.
#
"""
REQUIRED = f"""# frame     = ""  # of: {", ".join(FRAME_WORDS)}
# outcome   = {{ at_least = "remove" }}  # or any_of = ["label"]
# margin    = 0.05  # the smallest difference of rates that matters: an example, not a default
"""


def draft_source(
    data: str | Path | Sequence[str],
    *,
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
    actions: Mapping[str, str] | None = None,
    **given: str | None,
) -> Draft:
    """Return a draft of how a table is read.

    Parameters
    ----------
    data : path or list of paths
        As in `read_cases`.
    sheet, columns, actions :
        As in `read_cases`: what the user knows already, and is not guessed.
    given : str
        Further parameters of the source `table` (roster, unlisted, time_zone), as they are.

    Raises
    ------
    SourceError, SchemaError
        The table cannot be read at all, or has malformed rows.
    """
    table, where = open_table(data, sheet=sheet)
    if table.faults:
        raise SchemaError(where, table.faults)
    guesses = guess_roles(table.frame, columns)
    guessed = {g.column: g.role for g in guesses if g.role not in ("", g.column)}
    mapped = {**(columns or {}), **guessed}
    words, unknown = _actions(table.frame, guesses, actions or {})
    source: dict[str, Any] = {"name": "table", "path": _path(data), "sheet": sheet, **given}
    source |= {"columns": mapped, "actions": words}
    notes = [*_missing(guesses, given), *unknown, *_zone(table.frame, guesses, given)]
    notes += [f"{g.role}: {CAUTIONS[g.role]}." for g in guesses if g.role in CAUTIONS]
    kept = {key: value for key, value in source.items() if value}
    return Draft(guesses, kept, tuple(notes), _classes(table.frame, guesses))


def _path(data: str | Path | Sequence[str]) -> str | list[str]:
    return str(data) if isinstance(data, str | Path) else [str(path) for path in data]


def _said(guess: Guess) -> str:
    name = repr(visible(guess.column, 60))
    if not guess.role:
        return f"  {name}: {guess.why}"
    return f"  {name} → {guess.role} (confidence {guess.confidence:.2f}): {guess.why}"


def _column(guesses: Sequence[Guess], role: str) -> str:
    return next((guess.column for guess in guesses if guess.role == role), "")


def _actions(
    frame: pd.DataFrame, guesses: Sequence[Guess], given: Mapping[str, str]
) -> tuple[dict[str, str], list[str]]:
    """Return the table's words for actions with their rungs, and what must be said of them."""
    name = _column(guesses, "action")
    if not name:
        return dict(given), []
    words, notes = dict(given), []
    for level in look(frame[name]).levels:
        rung = rung_of(level)
        if level in STANDARD_LADDER.rungs or level in words:
            continue
        if not rung:
            notes.append(f"actions: {level!r} is no known word; map it to a rung of the ladder.")
            continue
        words[level] = rung
        notes.append(f"actions: {level!r} is guessed to be {rung!r}.")
        if plain_words(level) in AUTHOR_MAY_HAVE:
            notes.append(f"actions: {level!r} must be the platform's doing, not the author's own.")
    return words, notes


def _missing(guesses: Sequence[Guess], given: Mapping[str, str | None]) -> list[str]:
    found = {guess.role for guess in guesses}
    needed = {
        column.name: column.about
        for column in CASE_COLUMNS
        if column.need in ("yes", "or a roster", "or count") and column.name not in found
    }
    if given.get("roster"):
        needed.pop("account_class", None)
    if "count" in found:
        needed.pop("account_id", None)
    return [f"no column looks like {name}: {about}." for name, about in needed.items()]


def _zone(
    frame: pd.DataFrame, guesses: Sequence[Guess], given: Mapping[str, str | None]
) -> list[str]:
    if given.get("time_zone"):
        return []
    kinds = {column.name: column.kind for column in CASE_COLUMNS}
    bare = [
        guess.column
        for guess in guesses
        if kinds.get(guess.role) == "time" and look(frame[guess.column]).zoneless > 0
    ]
    if not bare:
        return []
    names = ", ".join(repr(visible(name, 60)) for name in bare)
    return [f"time_zone: times without a zone in {names}; nobody can tell it from the data."]


def _classes(frame: pd.DataFrame, guesses: Sequence[Guess]) -> tuple[str, ...]:
    name = _column(guesses, "account_class")
    return look(frame[name]).levels if name else ()
