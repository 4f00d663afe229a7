"""How far rounding may have gone, by how a number is typed and hedged."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

HEDGES = {
    "near": ("about", "around", "roughly", "approximately", "some", "close to", "an estimated"),
    "under": ("nearly", "almost", "just under", "under", "less than", "fewer than", "up to")
    + ("at most", "below"),
    "over": ("just over", "over", "more than", "above", "at least", "upwards of"),
}
"""Words before a number that loosen it: on both sides, or say on which side the value lies."""
PLAIN, LOOSE = 0.05, 0.10
"""How far a fraction in words may be from the value, as a share of it: bare, and with a hedge."""
NEAR = 40  # characters before a number in which its hedge, or the name it is part of, stands


@dataclass(frozen=True, slots=True)
class Typed:
    """A number as typed: its digits ("" where none), what it is worth, whether in words."""

    text: str
    value: float
    words: bool


def hedged(sentence: str, start: int) -> tuple[str, int]:
    """Return which way a number is loosened ("near", "under", "over", ""), and from where."""
    before = sentence[max(0, start - NEAR) : start].lower()
    for way, hedges in HEDGES.items():
        for words in sorted(hedges, key=len, reverse=True):
            if re.search(rf"(?<!\w){words} $", before):
                if way == "over" and before.endswith("just over "):
                    words = "just over"
                return way, start - len(words) - 1
    return "", start


def room(number: Typed, way: str) -> tuple[float, float]:
    """Return the values that may have been rounded to a number."""
    value, said = abs(number.value), number.text
    if number.words:
        near = value * (LOOSE if way else PLAIN)
        if not way and 1 <= value < math.inf and value == int(value):
            near = min(near, 0.5)
        step = 0.0
    else:
        step = 0.5 * 10.0 ** -_decimals(said)
        near = max(step, min(0.5 * 10.0 ** _zeros(said), LOOSE * value)) if way else step
        near = max(near, LOOSE * value) if way in ("under", "over") else near
    if way == "under":
        return value - near, value + step
    if way == "over":
        return value - step, value + near
    return value - near, value + near


def _decimals(said: str) -> int:
    return len(said.rpartition(".")[2].rstrip("%")) if "." in said else 0


def _zeros(said: str) -> int:
    whole = said.replace(",", "").rstrip("%")
    return 0 if "." in whole else len(whole) - len(whole.rstrip("0"))
