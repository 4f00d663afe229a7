"""Families of published tables, made by hand or at random."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
from hypothesis import strategies as st

from audit.disclosure.published import Family, Part


def family(
    shape: Sequence[int],
    accounts: np.ndarray,
    posts: np.ndarray,
    events: np.ndarray,
    *,
    margins: Sequence[Sequence[int]] = (),
    weights: np.ndarray | None = None,
) -> Family:
    """Return the table of a shape, its total and the margins named by the axes they keep."""
    k = int(np.prod(shape))
    levels = list(product(*(range(n) for n in shape)))
    tables = {"cells": range(len(shape))} | {f"by {tuple(m)}": m for m in margins}
    parts = []
    for name, kept in tables.items():
        for level in product(*(range(shape[axis]) for axis in kept)):
            atoms = [i for i, at in enumerate(levels) if tuple(at[a] for a in kept) == level]
            parts.append(
                Part(
                    name,
                    str(level),
                    tuple(atoms),
                    int(accounts[atoms].sum()),
                    int(posts[atoms].sum()),
                    int(events[atoms].sum()),
                    says_events=name == "cells",
                    says_accounts=name == "cells",
                    says_gap=name != "cells",
                )
            )
    total = int(accounts.sum()), int(posts.sum()), int(events.sum())
    parts.append(Part("total", "", tuple(range(k)), *total, says_gap=True, fixed=True))
    given = np.ones(k) if weights is None else weights
    return Family(tuple(parts), given, np.array([posts, events, accounts], dtype=float))


@st.composite
def families(draw: st.DrawFn, *, most: int = 4, ways: tuple[int, ...] = (1, 2, 3)) -> Family:
    """Draw a table of up to three ways, its cells mostly small, with all its one-way margins."""
    way = draw(st.sampled_from(ways))
    shape = tuple(draw(st.integers(2, most)) for _ in range(way))
    k = int(np.prod(shape))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    typical = draw(st.sampled_from([2.0, 12.0, 40.0]))
    accounts = rng.poisson(typical * rng.lognormal(0, 1.2, k))
    accounts[rng.random(k) < 0.15] = 0
    posts = accounts + rng.poisson(0.6 * accounts)
    events = rng.binomial(posts, rng.random(k))
    weights = rng.poisson(6, k).astype(float) * (accounts >= 2)
    margins = [(a,) for a in range(way)] if way > 1 else []
    return family(shape, accounts, posts, events, margins=margins, weights=weights)
