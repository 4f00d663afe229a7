"""What a study of a given size could find, before any data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.claims import Verdict
from audit.design import Design, words
from audit.errors import DesignError
from audit.gates import FEW_FOCAL_ACCOUNTS
from audit.numerals import count, many, margin_points, percent, points
from audit.printed import Face, Shown

if TYPE_CHECKING:
    import pandas as pd

MOST = 10_000
"""Accounts, and posts of one account, that a plan simulates; a larger study sees no less."""


@dataclass(frozen=True, slots=True, repr=False)
class Plan(Shown):
    """What a study of this size could conclude.

    Attributes
    ----------
    detectable : float
        The smallest gap seen four times in five, as a probability; NaN where none is. Where the
        outcome has a lenient direction, the smallest in that direction.
    reachable : tuple of Verdict
    says : tuple of str
        The plan in sentences.
    """

    detectable: float
    reachable: tuple[Verdict, ...]
    says: tuple[str, ...]

    def face(self) -> Face:
        """Return the plan, one sentence a line."""
        return Face(self.says[0], self.says[1:])


def plan(
    design: Design,
    *,
    focal_accounts: int,
    posts: float,
    rate: float,
    icc: float = 0.1,
    reference_accounts: int = 300,
    reference_posts: float | None = None,
) -> Plan:
    """Return what a study of this size could see, by simulation of the primary analysis.

    Parameters
    ----------
    focal_accounts : int, 1 to MOST
    reference_accounts : int, 2 to MOST
    posts, reference_posts : whole number, 1 to MOST
        Posts per account; the reference's default to the focal's.
    rate : float, in (0, 1)
        The rate expected among the reference accounts.
    icc : float, in [0, 1)
        How alike the posts of one account are.

    Raises
    ------
    DesignError
        With every value that is out of range.
    """
    from audit.checks.power import detectable_gap_table, gap_in_direction, towards

    each = posts if reference_posts is None else reference_posts
    faults = _plan_faults(
        {"focal accounts": focal_accounts, "posts per focal account": posts},
        {"reference accounts": reference_accounts, "posts per reference account": each},
        rate=rate,
        icc=icc,
    )
    if faults:
        raise DesignError("the plan cannot be computed: " + " ".join(faults))
    if focal_accounts <= FEW_FOCAL_ACCOUNTS:
        return _description(design, focal_accounts)
    table = detectable_gap_table(
        focal_accounts,
        reference_accounts,
        int(posts),
        int(each),
        rate=rate,
        icc=icc,
        seed=design.seed,
        confidence=design.confidence,
    )
    reference = words(design.references[0])
    reachable = _reachable(design, table, rate)
    gap = gap_in_direction(table, towards(design.outcome.lenient_sign))
    says = (
        design.question,
        f"{count(focal_accounts)} focal accounts with {count(posts)} posts each, "
        f"{count(reference_accounts)} reference accounts with {count(each)} each, "
        f"a rate of {percent(rate)} among {reference} posts, intraclass correlation {icc:g}.",
        *_smallest_gaps(table, reference),
        "Verdicts within reach: " + ", ".join(map(str, reachable)) + ".",
        *_advice(design, gap, rate),
    )
    return Plan(gap if math.isfinite(gap) else math.nan, reachable, says)


def _description(design: Design, focal_accounts: int) -> Plan:
    """Return the plan of a study of so few focal accounts that it can only describe them."""
    says = (
        f"With {many(focal_accounts, 'focal account')} no interval or p-value can stand for "
        "a class, and the rung is at most 2. Verdicts within reach: unclear."
    )
    return Plan(math.nan, (Verdict.UNCLEAR,), (design.question, says))


def _smallest_gaps(table: pd.DataFrame, reference: str) -> list[str]:
    sides = {"lower": f"below the {reference} rate", "higher": f"above the {reference} rate"}
    return [
        f"Smallest gap {sides[side]} seen four times in five: {points(gap, signed=False)}."
        if math.isfinite(gap)
        else f"No gap {sides[side]}, however large, would be seen four times in five."
        for side, gap in zip(table["direction"], table["gap"], strict=True)
    ]


def _advice(design: Design, gap: float, rate: float) -> list[str]:
    margin = margin_points(design.margin)
    if design.margin >= rate:
        return [
            f"The margin of {margin} is at least the rate itself: even total immunity would count "
            "as alike, so ‘alike’ is refused. Set a smaller margin."
        ]
    if math.isfinite(gap) and gap > design.margin:
        return [
            f"A gap as small as the margin of {margin} would be missed more than one time in five. "
            "Seek more focal accounts; more posts help little."
        ]
    return []


def _plan_faults(*sizes: Mapping[str, float], rate: float, icc: float) -> list[str]:
    out = [
        f"{name} is {value:g}; a whole number from {2 if name == 'reference accounts' else 1} "
        f"to {MOST:,}."
        for size in sizes
        for name, value in size.items()
        if not (2 if name == "reference accounts" else 1) <= value <= MOST or value != int(value)
    ]
    if not 0 < rate < 1:
        out.append(f"rate is {rate:g}; it must lie in (0, 1), 0.02 for two in a hundred.")
    if not 0 <= icc < 1:
        out.append(f"icc is {icc:g}; it must lie in [0, 1).")
    return out


def _reachable(design: Design, table: pd.DataFrame, rate: float) -> tuple[Verdict, ...]:
    sign = design.outcome.lenient_sign
    named = {"lower": Verdict.LESS, "higher": Verdict.MORE}
    if sign:
        strict = {"lower": Verdict.STRICT, "higher": Verdict.STRICT}
        named = {**strict, ("lower" if sign < 0 else "higher"): Verdict.LENIENT}
    out = [
        named[side]
        for side, gap in zip(table["direction"], table["gap"], strict=True)
        if math.isfinite(gap)
    ]
    gap = float(table["gap"].min())
    if gap < design.margin:
        out.append(Verdict.SMALL)
    # The 1 − 2α interval of a true zero is about 1.65/2.8 as wide as the gap seen 4 in 5 times.
    if design.margin < rate and gap * 1.65 / 2.8 < design.margin:
        out.append(Verdict.ALIKE)
    return (*out, Verdict.UNCLEAR)
