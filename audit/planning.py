"""Before any data: what a design could find, what to ask a platform for, and a form to fill in."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
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
    lines = [design.question]
    if focal_accounts <= FEW_FOCAL_ACCOUNTS:
        return _description(focal_accounts, lines)
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
    lines.append(
        f"{count(focal_accounts)} focal accounts with {count(posts)} posts each, "
        f"{count(reference_accounts)} reference accounts with {count(each)} each, "
        f"a rate of {percent(rate)} among {reference} posts, intraclass correlation {icc:g}."
    )
    lines += _smallest_gaps(table, reference)
    reachable = _reachable(design, table, rate)
    lines.append("Verdicts within reach: " + ", ".join(map(str, reachable)) + ".")
    gap = gap_in_direction(table, towards(design.outcome.lenient_sign))
    lines += _advice(design, gap, rate)
    return Plan(gap if math.isfinite(gap) else math.nan, reachable, tuple(lines))


def _description(focal_accounts: int, lines: list[str]) -> Plan:
    """Return the plan of a study of so few focal accounts that it can only describe them."""
    says = (
        f"With {many(focal_accounts, 'focal account')} no interval or p-value can stand for "
        "a class, and the rung is at most 2. Verdicts within reach: unclear."
    )
    return Plan(math.nan, (Verdict.UNCLEAR,), (*lines, says))


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


def request(design: Design) -> str:
    """Return the wording with which to ask a platform for the data that the design needs."""
    from audit.schema import CASE_COLUMNS

    wanted = {"case_id", "account_id", "account_class", "action", "posted_at", "reported_at"}
    wanted |= {
        "acted_at",
        "observed_until",
        "violating",
        *design.strata,
        *(design.population or {}),
    }
    if design.outcome.reversed:
        wanted |= {"appealed", "reversed", "reversed_at"}
    lines = [f"  - {c.name}: {c.about}" for c in CASE_COLUMNS if c.name in wanted]
    known = {c.name for c in CASE_COLUMNS}
    lines += [f"  - {name}: as in your own records" for name in sorted(wanted - known)]
    classes = (
        f"{words(design.focal)} accounts and {' and '.join(map(words, design.references))} accounts"
    )
    return f"""Request for enforcement records

We ask for records that answer one question: {design.question}

Please provide one row for every post that was reported, reviewed or sampled, whether or not it was
acted on, for {classes}. Posts that were left up are as necessary as those
that were not: without them there is no rate.

Columns (account numbers may be replaced by pseudonyms, the same one for all posts of an account):
{chr(10).join(lines)}

Times in UTC with their zone. Numbers of posts and accounts as text, not as numbers: spreadsheets
round long ones. Please state how the rows were chosen, and over which period.
"""


def write_draft(path: str | Path) -> Path:
    """Write the draft to a new file, with the folders above it; see `write_new`."""
    return write_new(path, draft)


def write_new(path: str | Path, text: Callable[[], str]) -> Path:
    """Write the text of a design to a new file, with the folders above it.

    Raises
    ------
    DesignError
        When something is there already.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with target.open("x", encoding="utf-8") as handle:
            handle.write(text())
    except FileExistsError as error:
        raise DesignError(
            f"{target} is there already; choose another name or delete it first."
        ) from error
    except OSError:
        target.unlink(missing_ok=True)  # half a draft would be in the way of the next
        raise
    return target


def draft() -> str:
    """Return a commented design to fill in."""
    return """# A design is the question, written before the answer. Unknown keys are refused.
title     = "Are world leaders' rule-breaking posts removed less often?"

# Where the cases come from: `audit list sources` says which there are.
source    = { name = "table", path = "cases.csv" }

# How the rows came to be in the table. Required:
# reported | reviewed | random_sample | all_posts | enforced_only | amplified_by_focal
frame     = "reported"

# Every estimate is focal against reference. A list of references: the first is primary.
focal     = "world_leader"
reference = "ordinary"

# Which cases the question is about: allowed values, or { min = …, max = … }.
population = { violating = ["yes"] }

# What counts as acted on: at_least a rung of the ladder, or any_of = ["label"].
outcome   = { at_least = "remove" }

# What makes two cases comparable. Leave out what can follow from an action, such as reach.
strata    = ["rule", "severity", "language"]

# The smallest difference of rates that matters: 0.05 is five percentage points. No default.
margin    = 0.05

confidence = 0.95
primary    = "standardised"
seed       = 20180105

# What can be asked beyond that; take the sign away to ask it.
# families  = [["rule"], ["language"]]       # subgroups, corrected together
# timing    = { within_hours = [24], restricted_mean_hours = 168 }
# severity  = true                           # how far up the ladder
# reversal  = true                           # how often it was taken back
# pairs     = true                           # the same words by both classes: pair_id
# policy_change  = { at = 2021-09-01, per = "month", title = "what was announced" }
# within_account = { per = "month" }         # the same accounts in and out of the class
# exemptions     = { path = "exemptions.csv" }
# multiverse     = { strata = [["rule"], ["rule", "severity"]] }

# What the result is held to for rungs 4 and 5: your limits, and where no difference can be.
# label_error         = { sensitivity = [0.9, 1.0], specificity = [0.95, 1.0] }
# selective_reporting = { share_reported_focal = [0.5, 0.9], share_reported_reference = [0.3, 0.6] }
# negative_controls   = [{ population = { rule = ["spam"] } }]
"""
