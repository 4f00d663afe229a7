"""At how many digits a number is published that rests on hidden cells: those that are printed.

An estimate of a whole class mixes the rates of its strata, hidden ones too. At 12 digits it is one
equation in whole numbers, and few fillings of the hidden cells solve it; as printed (a tenth of a
point, two decimals of a ratio) hundreds do (`tests/disclosure/test_precision.py`). So where a study
hides cells, such numbers stand in claims.json, record.json, CSVs and drawings as they are printed,
and say why. What rests on no hidden cell, and every number of a study that hides nothing, stands at
full precision. p-values are kept: they rest on how posts lie in accounts, which nobody is shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from pandas.api import types

from audit.disclosure.protection import STRATA, protection

if TYPE_CHECKING:
    from audit.study import Study

WHY = "as printed: the study hides cells, and its estimates at full precision would tell them"
DECIMALS = 3
"""Of a share: a tenth of a percentage point, as it is printed."""
SIGNIFICANT = 3
"""Digits of a number whose printed form is no number of digits: "a third", "< 0.001"."""
NUMBER = re.compile(r"\d[\d,]*(?:\.(\d+))?")
KEPT_UNITS = frozenset({"p", "confidence", "setting", "rung"})
COUNTED = "audit.cells.group"
FORMAT = re.compile(r"\.(\d+)([f%g])$")


def why_rounded(study: Study) -> str:
    """Return why estimates of a study are published as printed; "" where it hides no stratum."""
    hidden = protection(study).hidden.values()
    return WHY if any(tables.get(STRATA) for tables in hidden) else ""


def share(value: float, study: Study) -> float:
    """Return a share or a difference of shares as it is published."""
    return round(float(value), DECIMALS) if why_rounded(study) else float(value)


def published(
    frame: pd.DataFrame, study: Study, *, shares: Sequence[str] = (), posts: Sequence[str] = ()
) -> pd.DataFrame:
    """Return a copy of what a chart draws, at the digits at which it is published in a study.

    Parameters
    ----------
    shares, posts : sequence of str
        Columns that rest on hidden cells, where there are any: shares and their differences; posts
        that need not be whole, which print one decimal below a hundred. Those that the frame has.
    """
    return as_published(frame, shares, posts) if why_rounded(study) else frame.copy()


def as_published(
    frame: pd.DataFrame, shares: Sequence[str] = (), posts: Sequence[str] = ()
) -> pd.DataFrame:
    """Return a copy of a frame with columns at the digits at which they are printed."""
    out = frame.copy()
    for name in (c for c in shares if c in out):
        out[name] = out[name].astype(float).round(DECIMALS)
    for name in (c for c in posts if c in out):
        whole = out[name].astype(float)
        out[name] = whole.round(0).where(whole.abs() >= 100, whole.round(1))
    return out


def as_formatted(values: pd.Series, form: str) -> pd.Series:
    """Return the numbers that a column of a table prints; others, and whole ones, as they are."""
    found = FORMAT.search(form or ",.4g")
    if not types.is_float_dtype(values) or found is None:
        return values
    digits, kind = int(found[1]), found[2]
    if kind == "g":
        return values.map(lambda v: float(f"{v:.{digits}g}"))
    return values.round(digits + (2 if kind == "%" else 0))


def as_printed(claim: Mapping[str, Any]) -> dict[str, Any]:
    """Return a claim with value and limits rounded to what its text prints, and the reason.

    A whole number, a count of the cells themselves, a p-value and what was set stay as they are,
    and so do the numbers of a CSV, which were rounded with it.
    """
    value, kind = claim.get("value"), claim.get("kind")
    # A number in the words of a cell has none in a CSV to agree with.
    worded = kind == "cell" and not str(claim.get("estimator", "")).startswith("tables/")
    fixed = not (worded or kind in ("estimate", "count")) or claim.get("unit") in KEPT_UNITS
    counted = claim.get("estimator") == COUNTED
    if fixed or counted or not isinstance(value, float) or _is_whole(claim):
        return dict(claim)
    decimals = _decimals(str(claim.get("text", "")), value)

    def cut(number: Any) -> Any:
        if not isinstance(number, float):
            return number
        if decimals is None:
            return float(f"{number:.{SIGNIFICANT}g}")
        return round(number, decimals) + 0.0  # no −0.0

    ends = {k: cut(claim.get(k)) for k in ("conf_low", "conf_high")}
    return {**claim, "value": cut(value), **ends, "rounded": WHY}


def _is_whole(claim: Mapping[str, Any]) -> bool:
    ends = (claim.get("value"), claim.get("conf_low"), claim.get("conf_high"))
    return all(float(v).is_integer() for v in ends if v is not None)


def _decimals(text: str, value: float) -> int | None:
    """Return to how many decimals of its own unit a value is printed; None where that is unknown.

    A share of 0.193 is printed 19.3 %: three decimals.
    """
    found = NUMBER.search(text)
    if found is None:
        return None
    said, digits = float(found[0].replace(",", "")), len(found[1] or "")
    for hundred in (0, 2):
        if abs(abs(value) * 10**hundred - said) <= 0.5000001 * 10**-digits:
            return digits + hundred
    return None
