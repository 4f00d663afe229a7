"""What can be asked of each source, read off its fields and its docstring."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import pytest

from audit.sources import SOURCES
from audit.sources.pages import page
from audit.sources.parameters import MUST_BE_GIVEN, Parameter, parameters_of


@pytest.mark.parametrize("name", SOURCES)
def test_every_field_has_a_meaning_and_stands_on_the_page(name: str) -> None:
    found = parameters_of(SOURCES[name])
    assert [one.name for one in found] == [one.name for one in fields(SOURCES[name])]
    says = page(SOURCES[name])
    for one in found:
        assert one.kind
        assert one.meaning.endswith((".", "}.")), one
        assert says.count(f"\n| `{one.name}` | ") == 1
    assert all(
        line.count("|") - line.count(r"\|") == 4 for line in says.splitlines() if "|" in line
    )


@dataclass(frozen=True)
class Made:
    """A source made for the test.

    Parameters
    ----------
    path : path | frame
        Where it lies; a second line
        follows.

        And a second paragraph: of it.
    first, second : int, 1 or more
        Counts.
    words : str
        Said.
    more : mapping
        Others.

    Notes
    -----
    words : str
        Is no parameter here.
    """

    path: Any
    first: int = 3
    second: int | None = None
    words: str = 'a "b"'
    more: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Undocumented(Made):
    """A source made for the test, of which nothing is said."""


def test_a_docstring_is_read_entry_by_entry() -> None:
    assert parameters_of(Made) == (  # type: ignore[arg-type]
        Parameter(
            "path",
            "path | frame",
            MUST_BE_GIVEN,
            "Where it lies; a second line follows. And a second paragraph: of it.",
        ),
        Parameter("first", "int, 1 or more", "3", "Counts."),
        Parameter("second", "int, 1 or more", "not given", "Counts."),
        Parameter("words", "str", '"a \\"b\\""', "Said."),
        Parameter("more", "mapping", "not given", "Others."),
    )


def test_a_field_without_a_word_is_named() -> None:
    with pytest.raises(ValueError, match=r"Undocumented: .* differ in \['first', 'more', 'path'"):
        parameters_of(Undocumented)  # type: ignore[arg-type]
