"""What was said, and of which number: every printed number's value at full precision.

`numerals` is the one door through which a number becomes text. It leaves here what it said and of
what, so that a number in a sentence put together long afterwards is traced to the value it was
rounded from.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count

KEPT = 8
"""Places remembered of the same words for the same value: the latest are nearest to what reads."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """One number as it was said.

    Attributes
    ----------
    text : str
        The words as printed: "11.9 %".
    value : float
        What they were made from, in `unit`, at full precision.
    unit : str
        "share", "percentage points", "count", "ratio", "p", "confidence"; "" where none.
    decimals : int
        Of the printed form.
    """

    text: str
    value: float
    unit: str
    decimals: int


_SAID: dict[str, dict[Utterance, list[int]]] = {}
_CLOCK = count()


def uttered(text: str, value: float, unit: str, decimals: int = 0) -> str:
    """Remember that `text` says `value`, and return `text`."""
    if not any(c.isdigit() for c in text):
        return text
    places = _SAID.setdefault(text, {}).setdefault(
        Utterance(text, float(value), unit, decimals), []
    )
    places.append(next(_CLOCK))
    del places[:-KEPT]
    return text


def recalled(texts: Iterable[str]) -> dict[str, Utterance]:
    """Return what each of the texts of one sentence was said of.

    The same words may have been said of several values: 0.1191 and 0.1194 are both "11.9 %". Then
    the value said nearest in time to the sentence's other numbers is meant; where nothing tells
    them apart, the text is left out, and nobody can claim a precision that is not known.
    """
    known = {t: _SAID[t] for t in texts if t in _SAID}
    out = {t: next(iter(said)) for t, said in known.items() if len(said) == 1}
    anchors = [place for t in out for place in known[t][out[t]]]
    for text, said in known.items():
        if text in out or not anchors:
            continue
        near = sorted(
            (min(abs(p - a) for p in ps for a in anchors), i) for i, ps in enumerate(said.values())
        )
        if near[0][0] < near[1][0]:
            out[text] = list(said)[near[0][1]]
    return out


def forget() -> None:
    """Forget all that was said: a new report starts with nothing remembered."""
    _SAID.clear()
