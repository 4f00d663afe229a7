"""Single numbers as arguments: which values are one, and the words for those that are none."""

from __future__ import annotations

from math import isnan
from numbers import Real
from reprlib import repr as shortened

import numpy as np


def is_number(value: object, *, missing: bool = False) -> bool:
    """Return whether a value is one real number that a float can hold; text and flags never are.

    `missing` lets NaN pass, for those who have their own words for it.
    """
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, Real):
        return False
    try:
        return not isnan(float(value)) or missing
    except OverflowError:
        return False


def number_words(**values: object) -> list[str]:
    """Return, in words, which of the named values are not one number each; NaN is one here."""
    return [
        f"{name} is {shortened(value)}; allowed: one number"
        for name, value in values.items()
        if not is_number(value, missing=True)
    ]
