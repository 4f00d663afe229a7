"""What was said, and of which number: every printed number's value at full precision.

`numerals` is the one door through which a number becomes text. It leaves here what it said and of
what, so that a number in a sentence put together long afterwards is traced to the value it was
rounded from.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

KEPT = 256
"""Places remembered of the same words for the same value, the latest."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """One number as it was said.

    Attributes
    ----------
    text : str
        The words as printed: "11.9 %".
    value : float
        What they were made from, in `unit`, at 12 significant digits.
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
        Utterance(text, float(f"{value:.12g}"), unit, decimals), []
    )
    places.append(next(_CLOCK))
    del places[:-KEPT]
    return text


def recalled(texts: Iterable[str]) -> dict[str, Utterance]:
    """Return what each of the texts of one sentence was said of.

    The same words may have been said of several values: 0.1191 and 0.1194 are both "11.9 %". A
    sentence is said in one breath, so that the values meant are those said nearest to one another;
    where two readings are as near, a text is left out, and nobody claims a precision that is not
    known.
    """
    known = {t: _SAID[t] for t in dict.fromkeys(texts) if t in _SAID}
    one = {t: u for t, said in known.items() if (u := _of_one_value(list(said)))}
    if len(one) == len(known) or len(known) < 2:
        return one
    places = {
        t: sorted((place, n) for n, found in enumerate(said.values()) for place in found)
        for t, said in known.items()
    }
    rarest = min(places.values(), key=len)
    breaths = [_breath(place, places) for place, _ in rarest]
    least = min(total for total, _ in breaths)
    chosen = [reading for total, reading in breaths if total == least]
    out = dict(one)
    for t, said in known.items():
        meant = {reading[t] for reading in chosen}
        if len(meant) == 1 and -1 not in meant:
            out[t] = list(said)[meant.pop()]
    return out


def _of_one_value(said: Sequence[Utterance]) -> Utterance | None:
    """Return what a text says where it was never said of two values.

    One value may have been said in two units: ten accounts, and the ten that a table asks for. A
    count goes before any other, and what was set comes last.
    """
    if len({(u.value, u.decimals) for u in said}) > 1:
        return None
    return min(said, key=lambda u: (u.unit != "count", u.unit == "setting", u.unit))


def _breath(
    place: int, places: Mapping[str, Sequence[tuple[int, int]]]
) -> tuple[int, dict[str, int]]:
    """Return how far from a place each text was last or next said, in all, and of which value.

    A value is −1 where two are as near.
    """
    total, reading = 0, {}
    for text, said in places.items():
        right = bisect_left(said, (place, -1))
        near = [said[i] for i in (right - 1, right) if 0 <= i < len(said)]
        least = min(abs(at - place) for at, _ in near)
        values = {n for at, n in near if abs(at - place) == least}
        total += least
        reading[text] = values.pop() if len(values) == 1 else -1
    return total, reading


def forget() -> None:
    """Forget all that was said: a new report starts with nothing remembered."""
    _SAID.clear()


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """All that had been said at one moment."""

    said: Mapping[str, Mapping[Utterance, tuple[int, ...]]]
    time: int


def moment() -> Moment:
    """Return all that has been said so far."""
    said = {t: {u: tuple(at) for u, at in found.items()} for t, found in _SAID.items()}
    return Moment(said, next(_CLOCK))


@contextmanager
def back_at(then: Moment | None) -> Iterator[None]:
    """Speak as if nothing had been said since a moment, and as before afterwards.

    A report composed twice traces its numbers the same way, whatever was said in between.
    """
    global _CLOCK
    if then is None:
        yield
        return
    now = moment()
    _take(then)
    try:
        yield
    finally:
        later = next(_CLOCK)
        _take(now)
        _CLOCK = count(max(now.time, later))


def _take(then: Moment) -> None:
    global _CLOCK
    _SAID.clear()
    _SAID.update({t: {u: list(at) for u, at in f.items()} for t, f in then.said.items()})
    _CLOCK = count(then.time)
