"""Simulated platforms: who posts how much, in which strata, and what is acted on.

A platform has 300 ordinary accounts and some leaders. Every account has a luck of its own (a beta
distribution with the stated intraclass correlation), the same in all strata, so that posts of one
account are alike. Stratum rates run from about half to twice the stated rate, which is their mean;
every account spreads its posts over the strata in its own way (Dirichlet with all parameters 1).
Leaders post 60 times on average, ordinary accounts 60 or 6 times; log-normal volumes have the same
means with sigma 1.2 on the log scale, so that a few accounts hold most posts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

ORDINARY = 300
LEADER_POSTS = 60
SPREAD = 1.2  # sigma of log volume
QUANTILES = 2**14  # an account's luck is one of so many equally likely ones
SCENARIOS = ("alike", "halved", "plus10")  # pandas reads "null" as missing


@dataclass(frozen=True, slots=True)
class Cell:
    """One kind of platform; `icc_leaders` is twice `icc` where leaders are less alike."""

    focal_accounts: int
    icc: float
    icc_leaders: float
    rate: float
    volume_ratio: int
    volumes: str
    strata: int


def grid() -> list[Cell]:
    """Return all cells of METHODS 1; without correlation doubling it changes nothing."""
    likeness = [(0.0, 0.0)] + [(icc, times * icc) for icc in (0.1, 0.3) for times in (1, 2)]
    shape = product((0.02, 0.2), (1, 10), ("equal", "lognormal"), (1, 12))
    return [
        Cell(leaders, icc, icc_leaders, rate, ratio, volumes, strata)
        for (leaders, (icc, icc_leaders), (rate, ratio, volumes, strata)) in product(
            (1, 3, 5, 10, 30), likeness, list(shape)
        )
    ]


def jobs() -> list[tuple[Cell, str]]:
    """Return cells and scenarios, those without a difference first; `plus10` only at 20 %."""
    return [(c, s) for s in SCENARIOS for c in grid() if s != "plus10" or c.rate == 0.2]


@dataclass(frozen=True, slots=True, eq=False)
class Platforms:
    """Events and posts of R platforms, shape (R, K, S); leaders come first among the K accounts.

    `rates_focal`, `rates_reference` are the mean chances by stratum, shape (S,).
    """

    events: Array
    n: Array
    leaders: int
    rates_focal: Array
    rates_reference: Array

    def is_focal(self) -> Array:
        return np.arange(self.n.shape[1]) < self.leaders

    def gap_at_focal_mix(self) -> Array:
        """Return the true standardised gap at each platform's focal posts as observed."""
        mix = self.n[:, : self.leaders].sum(1)
        return mix @ (self.rates_focal - self.rates_reference) / mix.sum(1)

    def raw_gap(self) -> float:
        """Return the true gap per post: both classes have the same mix on average."""
        return float(np.mean(self.rates_focal - self.rates_reference))

    def long(self, which: int) -> dict[str, Array]:
        """Return one platform as the arguments of `standardised_effect`."""
        accounts, strata = self.n.shape[1:]
        return {
            "events": self.events[which].ravel(),
            "n": self.n[which].ravel(),
            "account": np.repeat(np.arange(accounts), strata),
            "stratum": np.tile(np.arange(strata), accounts),
            "focal": np.repeat(self.is_focal(), strata),
        }


def stratum_rates(rate: float, strata: int) -> Array:
    """Return rates from about half to twice `rate`, whose mean it is."""
    shape = np.geomspace(0.5, 2, strata) if strata > 1 else np.ones(1)
    return rate * shape / shape.mean()


def focal_rates(rates: Array, scenario: str) -> Array:
    """Return what leaders' posts risk: the same, half, or 10 points more."""
    return {"alike": rates, "halved": rates / 2, "plus10": rates + 0.1}[scenario]


@cache
def lucks(rates: tuple[float, ...], icc: float) -> Array:
    """Return the equally likely chances of an account in each stratum, shape (QUANTILES, S)."""
    from scipy.special import betaincinv

    mean = np.array(rates)
    if icc == 0:
        return mean[None, :]
    middle = (np.arange(QUANTILES)[:, None] + 0.5) / QUANTILES
    precision = 1 / icc - 1
    return betaincinv(mean * precision, (1 - mean) * precision, middle)


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A cell and scenario ready to be drawn from: the tables of lucks are slow to make."""

    cell: Cell
    focal: Array
    reference: Array

    @classmethod
    def of(cls, cell: Cell, scenario: str) -> Source:
        rates = stratum_rates(cell.rate, cell.strata)
        focal = lucks(tuple(focal_rates(rates, scenario)), cell.icc_leaders)
        return cls(cell, focal, lucks(tuple(rates), cell.icc))

    def draw(self, platforms: int, rng: np.random.Generator) -> Platforms:
        """Draw independent platforms."""
        cell = self.cell
        size = cell.focal_accounts + ORDINARY
        n = _posts(cell, (platforms, size), rng)
        if cell.strata == 1:
            n = n[:, :, None]
        else:
            mixes = rng.standard_exponential((platforms, size, cell.strata))
            n = rng.multinomial(n, mixes / mixes.sum(2, keepdims=True))
        chance = np.concatenate(
            [
                table[rng.integers(len(table), size=(platforms, accounts))]
                for table, accounts in (
                    (self.focal, cell.focal_accounts),
                    (self.reference, ORDINARY),
                )
            ],
            axis=1,
        )
        return Platforms(
            rng.binomial(n, chance).astype(float),
            n.astype(float),
            cell.focal_accounts,
            self.focal.mean(0),
            self.reference.mean(0),
        )


def _posts(cell: Cell, shape: tuple[int, int], rng: np.random.Generator) -> Array:
    mean = np.full(shape[1], LEADER_POSTS / cell.volume_ratio)
    mean[: cell.focal_accounts] = LEADER_POSTS
    if cell.volumes == "equal":
        return np.broadcast_to(mean, shape).astype(int)
    drawn = np.exp(np.log(mean) - SPREAD**2 / 2 + SPREAD * rng.standard_normal(shape))
    return np.maximum(1, np.rint(drawn)).astype(int)
