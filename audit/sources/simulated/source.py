"""Simuland: a made-up platform whose double standard is known, because it is written here."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

from audit.cases import Cases
from audit.errors import SourceError
from audit.origin import Origin
from audit.regimes import Exemptions
from audit.schema import Column
from audit.sources.simulated import file, simuland
from audit.sources.simulated.file import CHUNK

TRUE_EFFECT = -0.15
"""Risk difference between a leader's post and the same post by an ordinary account, where it breaks
an audited rule and its author has not deleted it first: how much likelier its removal is. What the
published exemption does comes on top."""
GENERATED = "2026-11-22"
POSTS_PER_SCALE = 4_350
"""About how many posts are reported for each 24 leaders and 600 ordinary accounts."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """Reported posts on Simuland, a platform that does not exist.

    Parameters
    ----------
    seed : int
        Of every draw; the same seed makes the same posts.
    leaders, ordinary : int
        Accounts of each class, 1 or more; leaders post about six times as much.
    scale : int
        Multiplies both; 1 gives about 5,000 reported posts.
    icc : float, in [0, 1)
        Correlation of the decisions on two posts of one account alike in rule, severity, language.
    double_standard : float, in [0, 0.2]
        By how much a leader's violating post is less likely to be removed; 0 = one standard.
    exemption : bool
        Whether a published exemption caps what happens to leaders under one rule from a date.
    unknown_share : float, in [0, 1)
        Share of accounts that the roster does not know.
    deletion : float, in [0, 1)
        Share of posts that their authors delete before any decision, alike in both classes.
    coder_sensitivity, coder_specificity : float, in [0, 1]
        Of the coders' yes among violating, of their no among other posts.

    Notes
    -----
    Each decision compares a uniform with the post's probability; with probability √icc that
    uniform is the account's own, else the post's. So every post has exactly its probability, and
    two like posts of one account correlate by exactly icc, before deletions (Lunn &
    Davies 1998, Biometrika 85(2), 487–490, https://doi.org/10.1093/biomet/85.2.487). Nothing but
    `Generator.random` is drawn from, whose stream does not change between versions of numpy.
    """

    seed: int = 20180105
    leaders: int = 24
    ordinary: int = 600
    scale: int = 1
    icc: float = 0.08
    double_standard: float = -TRUE_EFFECT
    exemption: bool = True
    unknown_share: float = 0.03
    deletion: float = 0.04
    coder_sensitivity: float = 0.95
    coder_specificity: float = 0.97

    name: ClassVar[str] = "simulated"
    title: ClassVar[str] = "Simuland, a made-up platform with a known double standard"
    question: ClassVar[str] = (
        "Whether a method finds the truth, on reported posts whose double standard is known."
    )
    limits: ClassVar[tuple[str, ...]] = (
        "No number here was observed: nothing it says is about any real platform or person.",
    )
    extra_columns: ClassVar[tuple[Column, ...]] = ()

    def __post_init__(self) -> None:
        """Refuse, all at once, what no platform can be."""
        given = {f.name: getattr(self, f.name) for f in fields(self)}
        faults = [
            f"{name} is {given[name]!r}; a whole number, {low} or more."
            for name, low in (("seed", 0), ("leaders", 1), ("ordinary", 1), ("scale", 1))
            if isinstance(given[name], bool)
            or not isinstance(given[name], int)
            or given[name] < low
        ]
        faults += [
            f"{name} is {given[name]!r}; 0 or more, below 1."
            for name in ("icc", "unknown_share", "deletion")
            if not 0 <= given[name] < 1
        ]
        tops = {"double_standard": 0.2, "coder_sensitivity": 1, "coder_specificity": 1}
        faults += [
            f"{name} is {given[name]!r}; 0 to {top}."
            for name, top in tops.items()
            if not 0 <= given[name] <= top
        ]
        if faults:
            raise SourceError("the simulated platform: " + " ".join(faults))

    @classmethod
    def null(cls, **choices: Any) -> Simulated:
        """Return a platform with one standard for all: no double standard and no exemption."""
        return cls(**{**choices, "double_standard": 0.0, "exemption": False})

    @property
    def origin(self) -> Origin:
        """Where the numbers come from: nowhere, and with which settings."""
        settings = ", ".join(f"{f.name} = {getattr(self, f.name)}" for f in fields(self))
        return Origin(
            name=self.name,
            title=self.title,
            producer="this project, from a seeded generator",
            url="",
            accessed=GENERATED,
            licence="CC BY 4.0",
            simulated=True,
            limits=self.limits,
            notes=f"Simulated: no number here was observed. {settings}.",
        )

    def load(self) -> Cases:
        """Return the reported posts as cases whose origin says that they are simulated."""
        return Cases(simuland.posts(self)[0], (self.origin,))

    @classmethod
    def sized(cls, posts: int, **choices: Any) -> Simulated:
        """Return a platform with about so many reported posts, by its scale.

        Raises
        ------
        SourceError
            `posts` is no whole number above 0, or the choices name what it decides.
        """
        decided = sorted({"leaders", "ordinary", "scale"} & set(choices))
        if decided or isinstance(posts, bool) or not isinstance(posts, int) or posts < 1:
            raise SourceError(
                f"a platform of {posts!r} posts with {decided} given; posts is a whole number, 1 "
                "or more, and decides the scale; leaders and ordinary stay as they are."
            )
        return cls(**choices, scale=max(1, round(posts / POSTS_PER_SCALE)))

    def write_parquet(self, path: str | Path, *, chunk: int = CHUNK, memory: str = "1GB") -> int:
        """Write what `load` gives as Parquet, whatever its size; see `file.write_parquet`."""
        return file.write_parquet(self, path, chunk=chunk, memory=memory)

    def ceilings(self) -> Exemptions:
        """Return the exemption that Simuland publishes; none where `exemption` is off."""
        row = {
            "platform": simuland.PLATFORM,
            "rule": simuland.EXEMPT_RULE,
            "account_class": simuland.LEADER,
            "ceiling": simuland.CEILING,
            "start": simuland.EXEMPT_FROM.date().isoformat(),
            "quote": simuland.EXEMPTION_WORDS,
            "source": "the simulator's own constants",
        }
        return Exemptions(pd.DataFrame([row][: int(self.exemption)], columns=list(row)))

    def truth(self) -> pd.DataFrame:
        """Return the true answers, from the generator's probabilities and not from any fit.

        Returns
        -------
        DataFrame
            One row per estimand × population × rule; the posts are those of known leaders.
            estimand: rate_as_treated, rate_if_ordinary (the same posts by ordinary accounts),
            total_effect (their difference), stated_effect (the part of it that lies in posts under
            the published exemption), unstated_effect (the rest), share_stated (NaN where the total
            is 0). population: "coded violating" (the coders said yes, what an audit can see) or
            "violating" (what is so). rule: one rule, "all rules", or "audited rules" (all but the
            negative control). Further columns: value, unit, posts, how.
        """
        frame, hidden = simuland.posts(self)
        known = frame["account_class"] == simuland.LEADER
        populations = {
            "coded violating": known & (frame["violating"] == "yes"),
            "violating": known & hidden["violates"],
        }
        rules = {"all rules": simuland.RULES, "audited rules": AUDITED_RULES}
        rules |= {rule: (rule,) for rule in simuland.RULES}
        rows = [
            {**estimand, "population": population, "rule": name}
            for population, inside in populations.items()
            for name, chosen in rules.items()
            for estimand in _estimands(hidden[inside & frame["rule"].isin(chosen)])
        ]
        order = ["estimand", "population", "rule", "value", "unit", "posts", "how"]
        return pd.DataFrame(rows)[order]


AUDITED_RULES = tuple(rule for rule in simuland.RULES if rule != simuland.CONTROL_RULE)
HOW = {
    "rate_as_treated": "mean over the posts of the probability with which each was removed",
    "rate_if_ordinary": "mean over the same posts of the probability for an ordinary account",
    "total_effect": "rate_as_treated less rate_if_ordinary",
    "stated_effect": "the sum of the differences over exempt posts, over all the posts",
    "unstated_effect": "the sum of the differences over the other posts, over all the posts",
    "share_stated": "stated_effect over total_effect",
}


def _estimands(posts: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the six estimands of one set of leaders' posts; NaN where there are no posts."""
    gap = posts["p_treated"] - posts["p_ordinary"]
    total, stated = gap.mean(), gap.where(posts["exempt"], 0.0).mean()
    values = {
        "rate_as_treated": posts["p_treated"].mean(),
        "rate_if_ordinary": posts["p_ordinary"].mean(),
        "total_effect": total,
        "stated_effect": stated,
        "unstated_effect": gap.where(~posts["exempt"], 0.0).mean(),
        "share_stated": stated / total if total else float("nan"),
    }
    units = {"share_stated": "share of the total"}
    return [
        {
            "estimand": name,
            "value": float(value),
            "unit": units.get(name, "posts removed per post"),
            "posts": len(posts),
            "how": HOW[name],
        }
        for name, value in values.items()
    ]


def simulate(**choices: Any) -> pd.DataFrame:
    """Return the case table of `Simulated(**choices)`."""
    return simuland.posts(Simulated(**choices))[0]
