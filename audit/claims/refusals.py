"""What a number must be before it can be said, and how far it is rounded."""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from typing import Any, TypedDict

from audit.claims.forms import MOST_DECIMALS, decimals_for
from audit.errors import ClaimError
from audit.text import visible

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,60}")
SHARES = ("share",)
SIGNED = frozenset({"percentage points"})
"""Units in which a whole number below 0 is no count."""
HOUSE = {"share": 1, "percentage points": 1, "ratio": 2, "odds ratio": 2, "p": 3}
"""Unit to the decimals that it is said with where no error tells."""
LEVEL = re.compile(r"(?:\[[^\]]*\]|=.*)$")
"""What a dummy adds to its factor's name: "metro[T.Leeds]", "metro=Leeds"."""


class About(TypedDict, total=False):
    """What can be said of a stated number; see `claim`."""

    of: int
    unit: str
    source: str
    against: Any
    low: float
    high: float
    confidence: float
    error: float
    decimals: int
    who: str
    did: str
    baseline: str
    name: str


def number_of(what: Any) -> tuple[float, list[str]]:
    """Return a number, or how many different factors a collection of names holds, and faults."""
    if isinstance(what, Collection) and not isinstance(what, str | bytes):
        if not all(isinstance(name, str) for name in what):
            return math.nan, [f"{what!r} is no number and no collection of names"]
        return float(len({LEVEL.sub("", name).strip() for name in what})), []
    if isinstance(what, bool) or not hasattr(what, "__float__"):
        return math.nan, [f"{what!r} is no number; round nothing, give the value itself"]
    value = float(what)
    if not math.isfinite(value):
        return value, [f"{what!r} is not finite; say in words that it is not known"]
    return value, []


def name_faults(id: str) -> list[str]:
    """Return why an id cannot stand in a slot."""
    if NAME.fullmatch(id):
        return []
    allowed = "a letter, then up to 60 letters, digits, hyphens or underscores"
    return [f"the id {visible(id, 60)!r} cannot stand in {{claim:…}}; allowed: {allowed}"]


def unit_faults(value: float, unit: str) -> list[str]:
    """Return why a number cannot have its unit."""
    if unit in SHARES and not 0 <= value <= 1:
        return [f"a share lies between 0 and 1, and this is {value:g}; 28 % is 0.28"]
    if unit in ("ratio", "odds ratio") and value < 0:
        return [f"a ratio is not negative, and this is {value:g}"]
    if unit == "p" and not 0 <= value <= 1:
        return [f"a p-value lies between 0 and 1, and this is {value:g}"]
    if re.search(r"\d", unit):
        return [f"the unit {unit!r} holds a number, which is a claim of its own"]
    return []


def stated_faults(value: float, unit: str, about: About) -> list[str]:
    """Return what a number that the author gives lacks: a unit, a source, a sign that can be."""
    faults = []
    if not unit.strip():
        faults.append(f"{value:g} has no unit; say unit='share', 'percentage points', 'posts', …")
    elif value < 0 and unit not in SIGNED and float(value).is_integer() and "decimals" not in about:
        faults.append(f"a count of {unit} is not negative, and this is {value:g}")
    if not str(about.get("source", "")).strip():
        faults.append(
            f"{value:g} has no source; say where the number stands: source='Table 2 of …'"
        )
    return faults


def did_faults(one: str, other: str, about: About) -> list[str]:
    """Return why two claims of different things done have no difference that can be said."""
    given = [d for d in (one, other, str(about.get("did", ""))) if d]
    if len(dict.fromkeys(given)) < 2:
        return []
    said = " and ".join(map(repr, dict.fromkeys(visible(d, 60) for d in given)))
    return [f"did is {said}: shares of different things done are not subtracted; give one did"]


def of_faults(value: float, of: Any, unit: str) -> list[str]:
    """Return why a number cannot be a part of what it is said to be out of."""
    if of is None:
        return []
    if isinstance(of, bool) or not hasattr(of, "__index__"):
        return [f"of={of!r} is no whole number"]
    faults = [] if of >= 1 else [f"of={of!r} is nothing to count out of"]
    if not unit:
        faults.append("of needs a unit: what is counted, as a plural")
    if value < 0 or value > of or not float(value).is_integer():
        faults.append(f"{value:g} is no count out of {of!r}")
    return faults


def decimals_of(value: float, unit: str, about: About) -> int | None:
    """Return the rounding that the interval or the error bears; None where nothing says it."""
    if "decimals" in about:
        return about["decimals"]
    scale = 100 if unit in SHARES else 1
    if "error" in about:
        return decimals_for(about["error"] * scale)
    if "low" in about and "high" in about:
        return decimals_for((about["high"] - about["low"]) / 2 * scale)
    if unit in HOUSE:
        return HOUSE[unit]
    return 0 if math.isfinite(value) and float(value).is_integer() else None


def interval_faults(value: float, about: About) -> list[str]:
    """Return why an interval, its level, an error or a rounding cannot be a number's."""
    faults = []
    ends = [about[k] for k in ("low", "high") if k in about]  # type: ignore[literal-required]
    if len(ends) == 1:
        faults.append("an interval has two ends; say low and high")
    elif not all(isinstance(e, int | float) and math.isfinite(e) for e in ends):
        faults.append(f"the interval {ends!r} is not finite; leave it out")
    elif ends and not ends[0] <= value <= ends[1]:
        faults.append(f"{value:g} does not lie in its interval, {ends[0]:g} to {ends[1]:g}")
    level = about.get("confidence", 0.95)
    if not 0 < level < 1:
        faults.append(f"confidence is {level!r}; allowed: above 0 and below 1, such as 0.95")
    error = about.get("error", 1.0)
    if not (math.isfinite(error) and error > 0):
        faults.append(f"error is {error!r}; allowed: above 0")
    decimals = about.get("decimals", 0)
    if not isinstance(decimals, int) or not 0 <= decimals <= MOST_DECIMALS:
        faults.append(f"decimals is {decimals!r}; allowed: 0 to {MOST_DECIMALS}")
    return faults


def refuse(id: str, faults: list[str]) -> None:
    """Raise ClaimError with every fault."""
    if faults:
        raise ClaimError(f"claim {visible(id, 60)!r}: {'; '.join(faults)}.")
