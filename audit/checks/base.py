"""What a check says: a value, the threshold it is held to, and the step of the ladder it guards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from audit.printed import Face, Grid, Head, Shown
from audit.printed.forms import form_of
from audit.text import visible

if TYPE_CHECKING:
    from audit.comparison import Comparison

NO_GAP = 1e-12
"""Gaps smaller than this are sums of rounding errors."""


RESULTS = {True: "passed", False: "failed", None: "nothing to say of this study"}
IDLE = "does not apply"
"""Of a check that finds nothing to hold: the step does not wait for it, and nothing is shown."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Finding(Shown):
    """What one check found.

    Attributes
    ----------
    check : str
        Its name in `CHECKS`.
    value : float
    threshold : str
        What the value is held to, in words.
    passed : bool or None
        None where the check has nothing to say of this study.
    says : str
        The finding in a sentence.
    step : int
        The rung it guards; 0 for a note that guards none.
    reverses : bool
        Whether it shows a reversed sign, which makes the verdict unclear (METHODS §4).
    table : DataFrame or None
        The numbers behind it.
    idle : bool
        True where there was nothing to hold the result to (one reference class and so no family,
        no event, nobody in both classes): the step does not wait for it, and nothing is shown.
    """

    check: str
    value: float
    threshold: str
    passed: bool | None
    says: str
    step: int = 0
    reverses: bool = False
    table: pd.DataFrame | None = field(default=None)
    idle: bool = False

    def result(self, marks: Mapping[bool | None, str]) -> str:
        """Return how it came out, in the words of `marks`; a check that idles says so."""
        return IDLE if self.idle else marks[self.passed]

    def to_frame(self) -> pd.DataFrame:
        """Return one row: check, step, value, threshold, passed, says."""
        names = ("check", "step", "value", "threshold", "passed", "says")
        return pd.DataFrame([[getattr(self, n) for n in names]], columns=list(names))

    def face(self) -> Face:
        """Return what was found, and what it is held to."""
        value = form_of("number")(self.value)
        row = (visible(self.threshold, 300), value, self.result(RESULTS), str(self.step or "–"))
        heads = (Head("Held to"), Head("Value", "right"), Head("Result"), Head("Step"))
        return Face(f"Check: {self.check}", (visible(self.says, 2000),), (Grid("", heads, (row,)),))


def reads_alike(comparison: Comparison) -> bool:
    """Return whether the 1 − 2α interval of the primary effect lies inside the margin.

    Where it does, robustness is judged on staying inside the margin, not on keeping a sign.
    """
    design = comparison.study.design
    tight = comparison.primary(confidence=design.equivalence_confidence)
    wide = comparison.primary()
    excludes = wide.conf_low > 0 or wide.conf_high < 0
    rejects = excludes and wide.p_value <= alpha(design.confidence)
    inside = -design.margin < tight.conf_low and tight.conf_high < design.margin
    return bool(inside and not rejects)


def same_sign(a: float, b: float) -> bool:
    """Return whether two gaps point the same way; zero, to rounding error, points no way."""
    return min(abs(a), abs(b)) > NO_GAP and a * b > 0


def opposite(a: float, b: float) -> bool:
    """Return whether two gaps point opposite ways, beyond rounding error."""
    return min(abs(a), abs(b)) > NO_GAP and a * b < 0


def alpha(confidence: float) -> float:
    """Return 1 − confidence without the rounding error of binary fractions."""
    return round(1 - confidence, 12)
