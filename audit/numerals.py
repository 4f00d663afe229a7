"""How a number is said: shares, points, counts and p-values, each with its rounding.

Every number that becomes words passes through here, and leaves its full value in `utterances`.
"""

from __future__ import annotations

import math

from audit.utterances import uttered

MINUS = "−"


def percent(share: float, *, decimals: int = 1) -> str:
    """Return a share as a percentage: 0.1191 is "11.9 %"; "not known" for NaN."""
    if not math.isfinite(share):
        return "not known"
    return uttered(f"{_number(100 * share, decimals)} %", share, "share", decimals)


def points(difference: float, *, decimals: int = 1, signed: bool = True) -> str:
    """Return a difference of shares in percentage points: −0.126 is "−12.6 points"."""
    if not math.isfinite(difference):
        return "not known"
    value = 100 * difference if signed else abs(100 * difference)
    shown = _number(value, decimals)
    plus = "+" if signed and difference > 0 and float(f"{100 * difference:.{decimals}f}") else ""
    said = uttered(f"{plus}{shown}", value, "percentage points", decimals)
    return f"{said} percentage points"


def margin_points(margin: float) -> str:
    """Return a margin exactly as it was set: 0.0149 is "1.49 percentage points"."""
    shown = f"{float(f'{100 * margin:.12g}'):g}"
    decimals = len(shown.partition(".")[2])
    return f"{uttered(shown, 100 * margin, 'percentage points', decimals)} percentage points"


def interval(low: float, high: float, *, decimals: int = 1, confidence: float = 0.95) -> str:
    """Return an interval of a difference: "95 % interval −18.2 to −3.1"; "" where there is none."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return ""
    ends = (
        uttered(_number(100 * end, decimals), 100 * end, "percentage points", decimals)
        for end in (low, high)
    )
    return f"{level(confidence)} interval {' to '.join(ends)}"


def level(confidence: float) -> str:
    """Return a confidence level as a percentage: 0.95 is "95 %", 0.999 is "99.9 %"."""
    shown = f"{100 * confidence:g}"
    return uttered(f"{shown} %", confidence, "confidence", len(shown.partition(".")[2]))


def setting(value: float, *, sign: str = "") -> str:
    """Return a number that was set and not computed, as it was set: a threshold, a window.

    Parameters
    ----------
    sign : str
        What is read with it: "≤ " for 0.05 gives "≤ 0.05".
    """
    shown = f"{value:g}".replace("-", MINUS)
    return uttered(f"{sign}{shown}", value, "setting", len(shown.partition(".")[2]))


def around(value: float, *, decimals: int = 2) -> str:
    """Return how far a number may lie on either side of nought: 0.566 is "±0.57"."""
    return uttered(f"±{_number(abs(value), decimals)}", abs(value), "", decimals)


def count(n: float) -> str:
    """Return a whole number with thousands separated: 2343 is "2,343"."""
    return uttered(f"{round(n):,}".replace("-", MINUS), n, "count")


def posts(expected: float) -> str:
    """Return a number of posts that need not be whole: one decimal below a hundred."""
    if expected >= 100 or expected == int(expected):
        return count(expected)
    return uttered(f"{expected:.1f}", expected, "count", 1)


def many(n: float, noun: str) -> str:
    """Return a count with its noun: "1 account", "2,343 accounts"."""
    return f"{count(n)} {noun}{'' if round(n) == 1 else 's'}"


def p_value(p: float) -> str:
    """Return a p-value to three decimals: "p = 0.041", "p < 0.001"; "" for none.

    Near one in twenty it has four, so that 0.0504 is never printed as 0.050.
    """
    if not math.isfinite(p):
        return ""
    if p < 0.001:
        return f"p {uttered('< 0.001', p, 'p', 3)}"
    decimals = 4 if 0.0495 <= p < 0.0505 and p != 0.05 else 3
    return f"p = {uttered(f'{p:.{decimals}f}', p, 'p', decimals)}"


def ratio(value: float, *, decimals: int = 2) -> str:
    """Return a ratio of rates as a plain number: never "times higher"."""
    if not math.isfinite(value):
        return "not defined"
    return uttered(_number(value, decimals), value, "ratio", decimals)


def plain(value: float, *, decimals: int = 1, unit: str = "", signed: bool = False) -> str:
    """Return any other number, in a unit of its own: 1234.56 is "1,234.6"; "not known" for NaN.

    Parameters
    ----------
    decimals : int, at least 0
    unit : str
        What it counts or measures: "hours", "standard deviations".
    signed : bool
        Whether a positive number says its plus.
    """
    if not math.isfinite(value):
        return "not known"
    shown = _number(value, decimals)
    plus = "+" if signed and value > 0 and shown.strip("0.,") else ""
    return uttered(f"{plus}{shown}", value, unit, decimals)


def _number(value: float, decimals: int) -> str:
    text = f"{value:,.{decimals}f}"
    if not text.strip("-0.,"):
        text = text.lstrip("-")  # −0.0 would print a sign that is not there
    return text.replace("-", MINUS)
