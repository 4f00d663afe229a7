"""The lexicon: how a number is said, and which verbs each rung of evidence licenses."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from audit.errors import ClaimError
from audit.numerals import count, interval, p_value, percent, points, ratio

__all__ = [
    "NEVER",
    "RUNGS",
    "VERBS",
    "Claim",
    "Verdict",
    "count",
    "interval",
    "licensed",
    "p_value",
    "percent",
    "points",
    "ratio",
    "said",
    "verb",
]


class Verdict(StrEnum):
    """The only conclusions a report may draw (METHODS §4)."""

    INADMISSIBLE = "inadmissible"
    SMALL = "different, but smaller than the margin"
    LENIENT = "treated more leniently"
    STRICT = "treated more strictly"
    MORE = "acted on more often"
    LESS = "acted on less often"
    ALIKE = "treated alike"
    UNCLEAR = "unclear"


RUNGS: Mapping[int, str] = {
    0: "inadmissible: the data cannot answer the question",
    1: "a raw gap",
    2: "a gap among like cases",
    3: "holds with inference by account, family correction and leave-one-leader-out",
    4: "holds under the bounds on unknown class, label error and selective reporting",
    5: "negative controls are null, and the same accounts differ in and out of office",
}

VERBS: Mapping[int, tuple[str, str]] = {
    1: ("were {verb} less often", "were {verb} more often"),
    2: (
        "were {verb} less often than comparable posts",
        "were {verb} more often than comparable posts",
    ),
    3: (
        "were treated more leniently than comparable posts",
        "were treated more strictly than comparable posts",
    ),
}
"""Rung to the licensed verbs (less, more), for a higher rate that means stricter treatment.

A rung licenses its own verbs and those below it; from 3 on, the words of treatment."""

NEVER = ("because", "due to", "caused", "times higher", "times more likely", "proves")
"""Words that no rung licenses."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One number that a report prints, with everything needed to check it.

    Attributes
    ----------
    id : str
        Unique in the report.
    text : str
        The sentence or label as printed.
    value : float
        At full precision (12 significant digits in the file).
    unit : str
        "share", "percentage points", "posts", "accounts", "ratio", "p", "rung".
    sign : int
        Of focal − reference: −1, 0 or 1; 0 where none is meant.
    baseline : str
        What the number is against: "ordinary", "expected under ordinary treatment", "".
    decimals : int
        Of the printed form.
    conf_low, conf_high : float or None
    computed_by : str
        Dotted name of the function.
    rung : int
        Of the evidence it stands on.
    """

    id: str
    text: str
    value: float
    unit: str
    sign: int = 0
    baseline: str = ""
    decimals: int = 0
    conf_low: float | None = None
    conf_high: float | None = None
    computed_by: str = ""
    rung: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the claim as plain values, floats at 12 significant digits, no NaN."""
        return {k: _finite(v) for k, v in asdict(self).items()}


def verb(difference: float, *, rung: int, participle: str, more_is: str) -> str:
    """Return the strongest verb phrase that the rung licenses for this difference.

    Parameters
    ----------
    difference : float
        focal − reference, on the risk scale.
    rung : int
        1 to 5. At rung 0 nothing may be said.
    participle : str
        The outcome, as `Outcome.verb` has it: "labelled", "met with ‘remove’ or …".
    more_is : {"stricter", "lenient", "neither"}
        With "neither" the words stay "more often" and "less often" at every rung.

    Raises
    ------
    ClaimError
        At rung 0.
    """
    if rung < 1:
        raise ClaimError("rung 0 licenses no comparison: the audit is inadmissible.")
    level = min(rung, 2 if more_is == "neither" else 3)
    less, more = VERBS[level]
    if level == 3 and more_is == "lenient":
        less, more = more, less
    return (less if difference < 0 else more).format(verb=participle)


def said(verdict: Verdict, *, rung: int, difference: float, reversal: bool = False) -> str:
    """Return a verdict in words that the rung licenses.

    "Treated more leniently" needs rung 3; below it the same verdict is said as "acted on less
    often" or "more often", by the sign of focal − reference. Of a `reversal` it is said as "let
    back more often": "acted on more often" would say the opposite of what happened.
    """
    plain = (Verdict.MORE, Verdict.LESS)
    if verdict not in (Verdict.LENIENT, Verdict.STRICT, *plain):
        return str(verdict)
    if rung >= 3 and verdict not in plain:
        return str(verdict)
    word = str(Verdict.MORE if difference > 0 else Verdict.LESS)
    return word.replace("acted on", "let back") if reversal else word


def licensed(sentence: str, *, rung: int) -> None:
    """Raise ClaimError when a sentence uses a word that no rung, or not this one, licenses."""
    low = sentence.lower()
    wrong = [w for w in NEVER if w in low]
    if rung < 3:
        wrong += [w for w in ("lenient", "strictly", "favour") if w in low]
    if wrong:
        raise ClaimError(
            f"rung {rung} does not license {', '.join(map(repr, wrong))}: {sentence!r}."
        )


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.12g}") if math.isfinite(value) else None
    return value
