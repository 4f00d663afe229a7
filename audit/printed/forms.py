"""How one cell is printed: shares, points, counts, p-values and text, each with its rounding."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar

from audit.numerals import MINUS, p_value
from audit.text import visible

MISSING = "–"
ENDLESS = "∞"
LONGEST = 240  # characters of a cell
LONGEST_TEXT = 4000  # of anything else


def shown(text: str) -> str:
    """Return a text of a face with nothing hidden in it."""
    return visible(text, LONGEST_TEXT)


def _missing(value: Any) -> bool:
    return value is None or (not isinstance(value, str) and str(value) in ("nan", "NaT", "<NA>"))


def _number(value: float, form: str) -> str:
    if math.isinf(value):
        return ENDLESS if value > 0 else MINUS + ENDLESS
    shown = f"{value:{form}}"
    if not shown.strip("-+0.,"):
        shown = shown.lstrip("-+")  # a sign of nothing is none
    return shown.replace("-", MINUS)


def _text(value: Any) -> str:
    return visible(value, LONGEST) or MISSING


def _words(value: Any) -> str:
    return visible(str(value).replace("_", " "), LONGEST) or MISSING


def _whole(value: Any) -> str:
    number = float(value)
    return _number(number, ",.0f" if number.is_integer() else ",.1f")


def _share(value: Any) -> str:
    return f"{_number(100 * float(value), '.1f')} %"


def _p(value: Any) -> str:
    return p_value(float(value)).removeprefix("p = ").removeprefix("p ") or MISSING


def _time(value: Any) -> str:
    day = value == value.normalize()
    return str(value.strftime("%Y-%m-%d" if day else "%Y-%m-%d %H:%M"))


class FORMS:
    """The forms of a cell by name, and those that stand at the right."""

    of: ClassVar[dict[str, Callable[[Any], str]]] = {
        "text": _text,
        "said": _text,
        "words": _words,
        "whole": _whole,
        "number": lambda v: _number(float(v), ",.4g"),
        "share": _share,
        "points": lambda v: _number(100 * float(v), "+.1f"),
        "ratio": lambda v: _number(float(v), ",.2f"),
        "p": _p,
        "flag": lambda v: "yes" if v else "no",
        "time": _time,
    }
    right: ClassVar[frozenset[str]] = frozenset(
        {"said", "whole", "number", "share", "points", "ratio", "p"}
    )


def form_of(name: str) -> Callable[[Any], str]:
    """Return how a value is printed in the form of this name; a missing one is "–"."""
    make = FORMS.of[name]
    return lambda value: MISSING if _missing(value) else make(value)
