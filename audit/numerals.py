"""How a number is said: shares, points, counts and p-values, each with its rounding."""

from __future__ import annotations

import math

MINUS = "−"


def percent(share: float, *, decimals: int = 1) -> str:
    """Return a share as a percentage: 0.1191 is "11.9 %"; "not known" for NaN."""
    return f"{_number(100 * share, decimals)} %" if math.isfinite(share) else "not known"


def points(difference: float, *, decimals: int = 1, signed: bool = True) -> str:
    """Return a difference of shares in percentage points: −0.126 is "−12.6 points"."""
    if not math.isfinite(difference):
        return "not known"
    shown = _number(100 * difference if signed else abs(100 * difference), decimals)
    plus = "+" if signed and difference > 0 and float(f"{100 * difference:.{decimals}f}") else ""
    return f"{plus}{shown} percentage points"


def margin_points(margin: float) -> str:
    """Return a margin exactly as it was set: 0.0149 is "1.49 percentage points"."""
    return f"{float(f'{100 * margin:.12g}'):g} percentage points"


def interval(low: float, high: float, *, decimals: int = 1, confidence: float = 0.95) -> str:
    """Return an interval of a difference: "95 % interval −18.2 to −3.1"; "" where there is none."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return ""
    ends = f"{_number(100 * low, decimals)} to {_number(100 * high, decimals)}"
    return f"{100 * confidence:g} % interval {ends}"


def count(n: float) -> str:
    """Return a whole number with thousands separated: 2343 is "2,343"."""
    return f"{round(n):,}".replace("-", MINUS)


def posts(expected: float) -> str:
    """Return a number of posts that need not be whole: one decimal below a hundred."""
    return count(expected) if expected >= 100 or expected == int(expected) else f"{expected:.1f}"


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
        return "p < 0.001"
    return f"p = {p:.4f}" if 0.0495 <= p < 0.0505 and p != 0.05 else f"p = {p:.3f}"


def ratio(value: float, *, decimals: int = 2) -> str:
    """Return a ratio of rates as a plain number: never "times higher"."""
    return _number(value, decimals) if math.isfinite(value) else "not defined"


def _number(value: float, decimals: int) -> str:
    text = f"{value:,.{decimals}f}"
    if not text.strip("-0.,"):
        text = text.lstrip("-")  # −0.0 would print a sign that is not there
    return text.replace("-", MINUS)
