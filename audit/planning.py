"""Before any data: what a design could find, what to ask a platform for, and a form to fill in."""

from __future__ import annotations

import math
from dataclasses import dataclass

from audit.claims import Verdict
from audit.design import Design, words
from audit.errors import DesignError
from audit.gates import FEW_FOCAL_ACCOUNTS
from audit.numerals import count, percent, points


@dataclass(frozen=True, slots=True)
class Plan:
    """What a study of this size could conclude.

    Attributes
    ----------
    detectable : float
        The smallest gap seen four times in five, as a probability; NaN where none is.
    reachable : tuple of Verdict
    says : tuple of str
        The plan in sentences.
    """

    detectable: float
    reachable: tuple[Verdict, ...]
    says: tuple[str, ...]

    def __str__(self) -> str:
        """Print the plan, one sentence a line."""
        return "\n".join(self.says)


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
    focal_accounts, reference_accounts : int, at least 1
    posts, reference_posts : float, at least 1
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
    from audit.checks.power import detectable_gap

    faults = _plan_faults(focal_accounts, reference_accounts, posts, rate, icc)
    if faults:
        raise DesignError("the plan cannot be computed: " + " ".join(faults))
    lines = [design.question]
    if focal_accounts <= FEW_FOCAL_ACCOUNTS:
        lines.append(
            f"With {count(focal_accounts)} focal account(s) no interval or p-value can stand for a "
            "class, and the rung is at most 2. Verdicts within reach: unclear."
        )
        return Plan(math.nan, (Verdict.UNCLEAR,), tuple(lines))
    gap = detectable_gap(
        focal_accounts,
        reference_accounts,
        round(posts),
        round(reference_posts or posts),
        rate=rate,
        icc=icc,
        seed=design.seed,
    )
    seen = math.isfinite(gap)
    lines.append(
        f"{count(focal_accounts)} focal and {count(reference_accounts)} reference accounts, "
        f"{posts:g} posts each, an ordinary rate of {percent(rate)}, intraclass correlation {icc:g}."
    )
    lines.append(
        f"Smallest gap seen four times in five: {points(gap, signed=False)}."
        if seen
        else "No gap, however large, would be seen four times in five."
    )
    reachable = _reachable(design, gap, rate)
    lines.append("Verdicts within reach: " + ", ".join(map(str, reachable)) + ".")
    if design.margin >= rate:
        lines.append(
            f"The margin of {points(design.margin, signed=False)} is at least the rate itself: even "
            "total immunity would count as alike, so ‘alike’ is refused. Set a smaller margin."
        )
    elif seen and gap > design.margin:
        lines.append(
            f"A gap as small as the margin of {points(design.margin, signed=False)} would be missed "
            "more than one time in five. Seek more focal accounts; more posts help little."
        )
    return Plan(gap, reachable, tuple(lines))


def _plan_faults(focal: int, reference: int, posts: float, rate: float, icc: float) -> list[str]:
    out = []
    if focal < 1 or reference < 2:
        out.append(
            f"accounts are {focal} focal and {reference} reference; at least 1 and 2 are needed."
        )
    if not posts >= 1:
        out.append(f"posts is {posts}; at least 1 post per account.")
    if not 0 < rate < 1:
        out.append(f"rate is {rate}; it must lie in (0, 1), 0.02 for two in a hundred.")
    if not 0 <= icc < 1:
        out.append(f"icc is {icc}; it must lie in [0, 1).")
    return out


def _reachable(design: Design, gap: float, rate: float) -> tuple[Verdict, ...]:
    out = []
    if math.isfinite(gap):
        neither = design.outcome.lenient_sign == 0
        out += [Verdict.LESS, Verdict.MORE] if neither else [Verdict.LENIENT, Verdict.STRICT]
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


def draft() -> str:
    """Return a commented design to fill in."""
    return """# A design is the question, written before the answer is seen. Unknown keys are refused.
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
"""
