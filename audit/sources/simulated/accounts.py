"""Who is on Simuland: its accounts, drawn one stretch at a time from one seeded stream."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from audit.schema import UNKNOWN

if TYPE_CHECKING:
    from audit.sources.simulated import Simulated

Array = NDArray[Any]
LEADER, ORDINARY = "world_leader", "ordinary"
MIX = {  # ordinary, leader: leaders post the graver things, which hides lenience in the raw gap
    "rule": np.array([[0.35, 0.10, 0.17, 0.38], [0.28, 0.30, 0.27, 0.15]]),
    "severity": np.array([[0.55, 0.30, 0.15], [0.25, 0.35, 0.40]]),
    "language": np.array([[0.70, 0.20, 0.10], [0.40, 0.35, 0.25]]),
}
MEDIAN_POSTS, SPREAD = np.array([8.0, 60.0]), np.array([1.1, 0.7])  # lognormal; ordinary, leader
BLOCK = 1_000_000  # accounts counted at a time
ACCOUNT_DRAWS = ("order", "wanted", "language", "followers", "known", "own")


def uniforms(seed: int, start: int, n: int) -> Array:
    """Return the uniforms at places start … start + n − 1 of the stream that `seed` begins.

    One number of the stream makes one uniform, so any stretch of it can be drawn alone (`advance`
    of https://numpy.org/doc/stable/reference/random/bit_generators/pcg64.html).
    """
    return np.random.Generator(np.random.PCG64(seed).advance(start)).random(n)


@dataclass(frozen=True, slots=True, eq=False)
class Census:
    """All accounts of a world, ordinary ones first: two whole numbers each, whatever its size.

    Attributes
    ----------
    world : Simulated
    number : array of int
        In the account's id, drawn so that it says nothing about its class.
    ends : array of int
        Posts of this account and all before it.
    """

    world: Simulated
    number: Array
    ends: Array

    @classmethod
    def of(cls, world: Simulated) -> Census:
        """Count the posts of every account, `BLOCK` accounts at a time."""
        n = (world.ordinary + world.leaders) * world.scale
        order = np.argsort(uniforms(world.seed, 0, n), kind="stable") + 1
        posts = np.empty(n, dtype=np.int64)
        for first in range(0, n, BLOCK):
            last = min(first + BLOCK, n)
            leader = _leader(world, first, last)
            drawn = normal(uniforms(world.seed, n + first, last - first))
            wanted = MEDIAN_POSTS[leader] * np.exp(SPREAD[leader] * drawn)
            posts[first:last] = np.ceil(wanted).astype(np.int64)
        return cls(world, order, posts.cumsum())

    @property
    def rows(self) -> int:
        """Posts of the world, reported or not."""
        return int(self.ends[-1])

    def people(self, first: int, last: int) -> pd.DataFrame:
        """Return accounts first … last − 1: id, class, posts, language, reach, own uniform."""
        world, n = self.world, len(self.ends)
        leader = _leader(world, first, last)
        u = {
            name: uniforms(world.seed, place * n + first, last - first)
            for place, name in enumerate(ACCOUNT_DRAWS)
            if name not in ("order", "wanted")
        }
        followers = np.exp(5.0 + 7.0 * leader + 1.2 * normal(u["followers"]))
        known = u["known"] >= world.unknown_share
        return pd.DataFrame(
            {
                "account_id": [f"sim-{i:05d}" for i in self.number[first:last]],
                "leader": leader,
                "account_class": np.where(known, np.array([ORDINARY, LEADER])[leader], UNKNOWN),
                "posts": np.diff(self.ends[first:last], prepend=self.ends[first - 1] * (first > 0)),
                "language": pick(MIX["language"][leader], u["language"]),
                "reach": np.floor(followers),
                "own": u["own"],
            }
        )


def _leader(world: Simulated, first: int, last: int) -> Array:
    return (np.arange(first, last) >= world.ordinary * world.scale).astype(np.int64)


def accounts(world: Simulated) -> pd.DataFrame:
    """Return every account: id, class, posts, language, followers and its own uniform."""
    census = Census.of(world)
    return census.people(0, len(census.ends))


def pick(shares: Array, u: Array) -> Array:
    """Return the index that each uniform falls on; `shares` has one row per draw, summing to 1."""
    return (u[:, None] >= shares.cumsum(axis=1)[:, :-1]).sum(axis=1)


def normal(u: Array) -> Array:
    """Return standard normal values by inversion: uniforms are the same in every numpy."""
    inverse = NormalDist().inv_cdf
    return np.array([inverse(max(v, 2.0**-54)) for v in u])
