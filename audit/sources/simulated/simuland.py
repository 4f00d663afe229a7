"""How Simuland works: its accounts, their posts, and what the platform does to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from audit.schema import UNKNOWN
from audit.sources.simulated.accounts import (
    ACCOUNT_DRAWS,
    LEADER,
    MIX,
    ORDINARY,
    Array,
    Census,
    accounts,
    pick,
    uniforms,
)

__all__ = ["LEADER", "ORDINARY", "UNKNOWN", "Census", "accounts", "posts", "reported"]

if TYPE_CHECKING:
    from audit.sources.simulated import Simulated

PLATFORM = "Simuland"
START, DAYS = pd.Timestamp("2021-01-01", tz="UTC"), 365
UNTIL = pd.Timestamp("2022-02-01", tz="UTC")  # later than any decision or reversal can come
RULES = ("abuse", "threats", "elections", "spam")
CONTROL_RULE = "spam"  # no double standard: the negative control
EXEMPT_RULE, EXEMPT_FROM, CEILING = "abuse", pd.Timestamp("2021-09-01", tz="UTC"), "restrict"
EXEMPTION_WORDS = "World leaders' posts under this rule are restricted at most."
REGIME = "2020-01-01"  # one version of every rule, in force before the window opens
SEVERITIES, LANGUAGES, PROVINCES = (
    ("low", "medium", "high"),
    ("qaa", "qab", "qac"),
    ("XA", "XB", "XC"),
)
REMOVAL = np.array([0.34, 0.50, 0.28, 0.54])  # of a violating post of low severity, by rule
BY_SEVERITY, BY_LANGUAGE = np.array([0.0, 0.14, 0.28]), np.array([0.0, -0.04, -0.08])
NOT_VIOLATING = 0.05  # removal of a post that breaks no rule, whoever wrote it
REPORTED = np.array([[0.20, 0.50], [0.35, 0.90]])  # [leader][violating]: leaders are watched
LABELLED, RESTRICTED = 0.08, 0.04  # of the violating posts that are not removed
UNSURE = 0.03  # of all posts, by the coders
EVENT_DAYS = np.array([40, 130, 215, 300])  # something happened, and posts followed
DRAWS = (
    "day",
    "rule",
    "severity",
    "violates",
    "deleted",
    "shared",
    "decision",
    "rung",
    "mild",
    "reported",
    "reported_after",
    "acted_after",
    "reports",
    "coded",
    "unsure",
    "appealed",
    "reversed",
    "reversed_after",
    "event",
)


def posts(world: Simulated) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the case table and, row by row, what only the generator knows.

    The second frame holds leader, violates, exempt, p_treated (probability of removal), p_ordinary
    (of the same post by an ordinary account), removed and removed_if_ordinary (the same draws).
    """
    census = Census.of(world)
    frame, hidden = reported(census, 0, census.rows)
    order = frame.sort_values(["posted_at", "account_id"], kind="stable").index
    frame = frame.loc[order].reset_index(drop=True)
    frame.insert(0, "case_id", [f"case-{i:06d}" for i in range(1, len(frame) + 1)])
    return frame, hidden.loc[order].reset_index(drop=True)


def reported(census: Census, first: int, last: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the reported ones of posts first … last − 1, account by account, and what they hide.

    However a world is cut, each of its posts comes out the same.
    """
    world = census.world
    owner = np.searchsorted(census.ends, np.arange(first, last), side="right")
    low, high = int(owner[0]), int(owner[-1]) + 1
    row = census.people(low, high).iloc[owner - low].reset_index(drop=True)
    before = len(ACCOUNT_DRAWS) * len(census.ends)
    u = {
        name: uniforms(world.seed, before + place * census.rows + first, last - first)
        for place, name in enumerate(DRAWS)
    }
    seconds = np.floor(u["day"] * DAYS * 86_400).astype(np.int64)
    row["posted_at"] = (START + pd.to_timedelta(seconds, unit="s")).as_unit("us")
    hidden = decide(world, row, u)
    seen = u["reported"] < REPORTED[row["leader"], hidden["violates"].astype(int)]
    row, hidden = (frame[seen].reset_index(drop=True) for frame in (row, hidden))
    return observe(world, row, hidden, {name: drawn[seen] for name, drawn in u.items()}), hidden


def decide(world: Simulated, row: pd.DataFrame, u: dict[str, Array]) -> pd.DataFrame:
    """Return what each post is, and how likely its removal, as treated and if ordinary."""
    leader = row["leader"].to_numpy() == 1
    rule, severity = (pick(MIX[k][row["leader"]], u[k]) for k in ("rule", "severity"))
    violates, deleted = u["violates"] < 0.5, u["deleted"] < world.deletion
    fair = REMOVAL[rule] + BY_SEVERITY[severity] + BY_LANGUAGE[row["language"].to_numpy()]
    fair = np.where(violates, fair, NOT_VIOLATING)
    spared = leader & violates & (rule != RULES.index(CONTROL_RULE))
    lenient = np.where(spared, fair - world.double_standard, fair)
    late = (row["posted_at"] >= EXEMPT_FROM).to_numpy()
    exempt = leader & late & (rule == RULES.index(EXEMPT_RULE)) & world.exemption
    # an account's own uniform makes its decisions alike and leaves every probability as it is
    uniform = np.where(u["shared"] < np.sqrt(world.icc), row["own"].to_numpy(), u["decision"])
    stays = 1.0 - world.deletion
    return pd.DataFrame(
        {
            "leader": leader,
            "rule": rule,
            "severity": severity,
            "violates": violates,
            "deleted": deleted,
            "exempt": exempt,
            "p_treated": stays * np.where(exempt, 0.0, lenient),
            "p_ordinary": stays * fair,
            "judged": (uniform < lenient) & ~deleted,
            "removed": (uniform < lenient) & ~deleted & ~exempt,
            "removed_if_ordinary": (uniform < fair) & ~deleted,
        }
    )


def observe(
    world: Simulated, row: pd.DataFrame, hidden: pd.DataFrame, u: dict[str, Array]
) -> pd.DataFrame:
    """Return every post, reported or not, as the case table would show it."""
    frame = row[["account_id", "account_class"]].copy()
    frame["action"] = actions(hidden, u)
    frame["posted_at"] = row["posted_at"]
    frame["reported_at"] = row["posted_at"] + hours(0.1 + 72 * u["reported_after"] ** 3)
    acted_at = frame["reported_at"] + hours(0.2 + 96 * u["acted_after"] ** 3)
    frame["acted_at"] = acted_at.where(frame["action"] != "none")
    frame["observed_until"] = UNTIL.as_unit("us")
    frame["platform"] = PLATFORM
    frame["rule"] = np.array(RULES)[hidden["rule"]]
    frame["regime"] = REGIME
    frame["severity"] = np.array(SEVERITIES)[hidden["severity"]]
    frame["language"] = np.array(LANGUAGES)[row["language"]]
    frame["country"] = np.array(PROVINCES)[row["language"]]
    frame["reach"] = row["reach"]
    attention = (1 + 4 * row["leader"]) * (1 - u["reports"]) ** -0.6
    frame["reports"] = np.floor(attention).astype(np.int64)
    frame["violating"] = coded(world, hidden["violates"].to_numpy(), u)
    online = np.where(hidden["deleted"], "deleted_by_author", "still_up")
    frame["ended_by"] = np.where(hidden["removed"], "enforcement", online)
    return frame.assign(**appeals(frame, hidden, u), event_id=events(u))


def actions(hidden: pd.DataFrame, u: dict[str, Array]) -> Array:
    """Return the rung of each post; an exempt post that would have gone is only restricted."""
    mild = np.select(
        [u["mild"] < LABELLED, u["mild"] < LABELLED + RESTRICTED], ["label", "restrict"], "none"
    )
    mild = np.where(hidden["violates"] & ~hidden["deleted"], mild, "none")
    grave = np.select([u["rung"] < 0.80, u["rung"] < 0.95], ["remove", "lock"], "suspend")
    capped = np.where(hidden["exempt"], CEILING, grave)
    return np.where(hidden["judged"], capped, mild)


def coded(world: Simulated, violates: Array, u: dict[str, Array]) -> Array:
    """Return what the coders say: mostly right, sometimes wrong, now and then nothing."""
    right = np.where(violates, world.coder_sensitivity, world.coder_specificity)
    says_yes = violates == (u["coded"] < right)
    return np.where(u["unsure"] < UNSURE, UNKNOWN, np.where(says_yes, "yes", "no"))


def appeals(frame: pd.DataFrame, hidden: pd.DataFrame, u: dict[str, Array]) -> dict[str, Any]:
    """Return who appealed against a removal, and who was given it back when."""
    leader = hidden["leader"].to_numpy()
    appealed = hidden["removed"].to_numpy() & (u["appealed"] < np.where(leader, 0.5, 0.25))
    back = appealed & (u["reversed"] < np.where(leader, 0.3, 0.2))
    when = frame["acted_at"] + hours(24 + 480 * u["reversed_after"])
    return {"appealed": appealed, "reversed": back, "reversed_at": when.where(back)}


def events(u: dict[str, Array]) -> pd.Series:
    """Return the event that a post of the three days after it may belong to."""
    since = u["day"][:, None] * DAYS - EVENT_DAYS
    near = (since >= 0) & (since < 3) & (u["event"] < 0.4)[:, None]
    names = pd.Series(near.argmax(axis=1)).map(lambda i: f"event-{i + 1}")
    return names.where(near.any(axis=1)).astype("str")


def hours(values: Array) -> pd.Series:
    """Return durations to the second."""
    seconds = np.floor(values * 3600).astype(np.int64)
    return pd.Series(pd.to_timedelta(seconds, unit="s").as_unit("us"))
