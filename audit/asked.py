"""What the terms of a design may be: their kinds, and which columns can make cases alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

from audit.cases import NEVER_NAMED
from audit.outcome import Outcome
from audit.plain import is_number
from audit.population import faults
from audit.schema import UNKNOWN

if TYPE_CHECKING:
    from audit.design import Design

SamplingFrame = Literal[
    "reported", "reviewed", "random_sample", "all_posts", "enforced_only", "amplified_by_focal"
]
Primary = Literal["raw", "standardised"]

FRAME_WORDS: Mapping[str, str] = {
    "reported": "posts that were reported",
    "reviewed": "posts that the platform reviewed",
    "random_sample": "a random sample of posts",
    "all_posts": "all posts of the accounts",
    "enforced_only": "posts that were acted on or noticed, and no others",
    "amplified_by_focal": "posts that the focal account wrote or chose to amplify",
}

FROZEN_FIELDS = (
    "reference",
    "strata",
    "pre_treatment",
    "population",
    "families",
    "multiverse",
    "negative_controls",
    "timing",
    "policy_change",
    "within_account",
    "label_error",
    "selective_reporting",
    "exemptions",
    "source",
    "officials",
)
"""Fields that hold lists or tables; a design keeps its own copies, which cannot be changed."""

FOLLOWS_ACTION = {
    "action": "the outcome itself",
    "acted_at": "known only once acted on",
    "ended_by": "known only once acted on",
    "appealed": "known only once acted on",
    "reversed": "known only once acted on",
    "reversed_at": "known only once acted on",
    "by_cao": "the outcome as another coder has it",
    "by_smapp": "the outcome as another coder has it",
    "by_trump_archive": "the outcome as another coder has it",
    "by_civicmachines": "the outcome as another coder has it",
}
NO_COVARIATE = {
    "case_id": "an id",
    "account_id": "an id",
    "pair_id": "an id",
    "account_class": "what is compared",
    "count": "a number of rows",
    "sampling_weight": "a weight",
}
CAN_FOLLOW = ("reach", "reports", "raw_favorites", "raw_retweets")
"""Measured after an action, these carry its effect; only the asker can know when they were."""

SMALLEST_CELL = 10
"""Fewest accounts whose counts are shown; W33, and the threshold of most statistical offices."""

LISTS = ("strata", "pre_treatment", "families", "negative_controls", "officials")
TEXTS = ("focal", "frame", "unit", "primary", "title", "notebook")
TABLES = {
    "population": "a table; give column = [allowed values] or { min, max }",
    "multiverse": "a table of terms and their choices",
    "source": 'a table; write source = { name = "table", path = "cases.csv" }',
}


def kind_faults(d: Design) -> list[str]:
    """Return which terms are of the wrong kind, one sentence each."""
    out = [_said(d, n, "a text") for n in TEXTS if not isinstance(getattr(d, n), str)]
    out += [_said(d, n, "a list") for n in LISTS if not _listed(getattr(d, n))]
    for name, allowed in TABLES.items():
        value = getattr(d, name)
        if value is not None and not isinstance(value, Mapping):
            out.append(_said(d, name, allowed))
    if not isinstance(d.reference, str) and not _listed(d.reference):
        out.append(_said(d, "reference", "a class or a list of classes"))
    if not isinstance(d.outcome, (Mapping, Outcome)):
        out.append(_said(d, "outcome", 'a table such as { at_least = "remove" }'))
    for name in ("seed", "unknown_focal_max", "smallest_cell"):
        value = getattr(d, name)
        if value is not None and (not is_number(value) or int(value) != value):
            out.append(_said(d, name, "a whole number ≥ 0"))
    return out


def term_faults(d: Design) -> list[str]:
    """Return which terms have a value that is not allowed, one sentence each."""
    out = []
    for name in (d.focal, *d.references):
        if not isinstance(name, str) or not name:
            out.append(f"a class is {name!r}; it must be a non-empty text.")
        if name == UNKNOWN:
            out.append(f"{UNKNOWN!r} is not a class that can be compared; it is bounded instead.")
    if d.focal in d.references:
        out.append(f"focal and reference are both {d.focal!r}; they must differ.")
    if not d.references or len(set(d.references)) != len(d.references):
        out.append(f"reference is {d.reference!r}; name at least one class, each once.")
    if d.frame not in get_args(SamplingFrame):
        allowed = ", ".join(get_args(SamplingFrame))
        out.append(f"frame is {d.frame!r}; allowed: {allowed}.")
    if not is_number(d.margin) or not 0 < d.margin < 1:
        out.append(
            f"margin is {d.margin!r}; it must lie in (0, 1), as a risk difference: "
            "0.05 means five percentage points."
        )
    if not is_number(d.confidence) or not 0.5 < d.confidence < 1:
        out.append(f"confidence is {d.confidence!r}; it must lie in (0.5, 1).")
    if d.primary not in get_args(Primary):
        out.append(f"primary is {d.primary!r}; allowed: {', '.join(get_args(Primary))}.")
    if d.unit != "account_id":
        out.append(f"unit is {d.unit!r}; the unit of inference is 'account_id'.")
    if d.unknown_focal_max is not None and (
        not isinstance(d.unknown_focal_max, int) or d.unknown_focal_max < 0
    ):
        out.append(f"unknown_focal_max is {d.unknown_focal_max!r}; a whole number ≥ 0.")
    if not isinstance(d.seed, int) or d.seed < 0:
        out.append(f"seed is {d.seed!r}; a whole number ≥ 0.")
    out += _disclosure_faults(d) + strata_faults(d.strata, d.pre_treatment)
    return out + faults({} if d.population is None else d.population)


def strata_faults(strata: Sequence[Any], pre_treatment: Sequence[Any]) -> list[str]:
    """Return which strata cannot make two cases alike (METHODS §5), one sentence each."""
    if any(not isinstance(s, str) for s in strata) or len(set(strata)) != len(strata):
        return [f"strata is {list(strata)!r}; a list of column names, each once."]
    out = [
        f"stratum {s!r} is {why}, so it cannot make two cases alike; leave it out."
        for s in strata
        if (why := {**FOLLOWS_ACTION, **NO_COVARIATE}.get(s))
    ]
    out += [
        f"stratum {s!r} can follow from an action; declare pre_treatment = [{s!r}] if it was "
        "measured before, or leave it out."
        for s in strata
        if s in CAN_FOLLOW and s not in pre_treatment
    ]
    return out


def _disclosure_faults(d: Design) -> list[str]:
    """Return which terms would show small counts of people who hold no office."""
    out = []
    if d.smallest_cell < SMALLEST_CELL:
        out.append(
            f"smallest_cell is {d.smallest_cell!r}; at least {SMALLEST_CELL}. It may be raised. "
            "Tables that are public already are shown in full where their origin.toml says why "
            "(disclosure)."
        )
    named = [c for c in d.officials if not isinstance(c, str) or c in (*NEVER_NAMED, "")]
    if named:
        out.append(f"officials names {named!r}; only classes of people who hold a public office.")
    return out


def _said(d: Design, name: str, allowed: str) -> str:
    return f"{name} is {getattr(d, name)!r}; it must be {allowed}."


def _listed(value: object) -> bool:
    return isinstance(value, (list, tuple))
