"""Query text of which names are quoted and values bound: nothing from data is ever text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from string import Formatter
from typing import Any


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a table or column, quoted as the engine at hand quotes names."""

    text: str


@dataclass(frozen=True, slots=True)
class Value:
    """A value, bound to the query and never written into it."""

    value: Any


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of query: text of this package's own, names and values, in order."""

    parts: tuple[str | Name | Value, ...] = ()

    def render(self, quote: Callable[[str], str]) -> tuple[str, list[Any]]:
        """Return the text with `?` for each value, and the values."""
        text, values = [], []
        for part in self.parts:
            if isinstance(part, Value):
                text.append("?")
                values.append(part.value)
            else:
                text.append(quote(part.text) if isinstance(part, Name) else part)
        return "".join(text), values


def sql(template: str, **given: Sql | Name | Value) -> Sql:
    """Return a template with its `{fields}` filled by pieces, names and values.

    Raises
    ------
    TypeError
        A field is filled with plain text: it must say whether it is a name or a value.
    """
    parts: list[str | Name | Value] = []
    for literal, field, _, _ in Formatter().parse(template):
        if literal:
            parts.append(literal)
        if field is None:
            continue
        piece = given[field]
        if isinstance(piece, Sql):
            parts += piece.parts
        elif isinstance(piece, Name | Value):
            parts.append(piece)
        else:
            raise TypeError(f"{field} is {piece!r}; give it as Name, Value or Sql")
    return Sql(tuple(parts))


def joined(pieces: Iterable[Sql | Name | Value], between: str = ", ") -> Sql:
    """Return pieces one after the other."""
    parts: list[str | Name | Value] = []
    for piece in pieces:
        if parts:
            parts.append(between)
        parts += piece.parts if isinstance(piece, Sql) else (piece,)
    return Sql(tuple(parts))
