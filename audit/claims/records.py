"""One number that a report prints, with everything needed to check it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

ORDER = [
    *("id", "text", "value", "unit", "sign", "baseline", "decimals"),
    *("conf_low", "conf_high", "confidence", "estimator", "cells", "design", "code"),
    *("rung", "pages", "kind", "rounded"),
]
"""The keys of a claim in `claims.json`, in their order."""
KINDS = ("estimate", "count", "constant", "stated", "cell", "printed")
"""What a claim may be.

estimate: computed from the cells · count: of rows, accounts, posts · constant: a number of the
method, fixed in the package's words · stated: given by the author, with a source · cell: of a
table, at the precision of its CSV · printed: in words whose fuller value is not known, so that the
value is the one printed.
"""
DIGITS = 12  # significant digits of a value in the file


@dataclass(frozen=True, slots=True)
class Claim:
    """One number that a report prints, with everything needed to check it.

    Attributes
    ----------
    id : str
        Unique in the report.
    text : str
        The number or label as printed.
    value : float
        At full precision (12 significant digits in the file) unless `rounded` says why not.
    unit : str
        "share", "percentage points", "posts", "accounts", "ratio", "p", "rung".
    sign : int
        Of focal − reference: −1, 0 or 1; 0 where none is meant.
    baseline : str
        What the number is against: "ordinary", "expected under ordinary treatment", "".
    decimals : int
        Of the printed form.
    conf_low, conf_high, confidence : float or None
        The interval in the unit of the value, and its level; None where there is none.
    estimator : str
        Dotted name of the function that computed it; of a stated number, its source.
    cells : str
        SHA-256 of the grouped counts it was computed from, "" where from none.
    design, code : str
        Hash of the design, and of the package's code; the code's is set when a report is written.
    rung : int
        Of the evidence it stands on.
    pages : tuple of int
        Pages of the PDF on which it is printed; set when a report is written.
    kind : str
        One of `KINDS`.
    rounded : str
        Why value and limits stand no finer than they are printed; "" where they are at full
        precision (`audit.disclosure.precision`).
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
    confidence: float | None = None
    estimator: str = ""
    cells: str = ""
    design: str = ""
    code: str = ""
    rung: int = 0
    pages: tuple[int, ...] = ()
    kind: str = "estimate"
    rounded: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the claim as plain values, floats at 12 significant digits, no NaN."""
        return {k: _plain(getattr(self, k)) for k in ORDER}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
    return value
