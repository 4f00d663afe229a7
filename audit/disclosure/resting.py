"""Numbers of single focal accounts and of subgroups that rest on hidden cells.

The expected number of an account is Σ posts × rate over its strata, and an official's posts are on
record: some accounts are as many equations in the hidden rates, solved without any search. So such
a number is given over the strata that are shown. The gap with one account left out is another form
of the same number. A subgroup's gap is one equation in few unknown whole numbers
(`tests/disclosure/test_resting.py` solves them all).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from audit.cells import REFERENCE
from audit.disclosure.bounds import Known, known_rates, ranges
from audit.disclosure.closure import RATE_WIDTH, ROUNDING
from audit.disclosure.protection import STRATA, family_of, protection
from audit.disclosure.published import Family, Part

if TYPE_CHECKING:
    from audit.study import Study

FEW = 2
"""Hidden strata on which a printed gap never rests: two solve with three digits (see tests)."""
HALF = 0.0005
"""Half of the last place of a gap as it is printed: a tenth of a percentage point."""


def hidden_strata(study: Study) -> frozenset[str]:
    """Return the strata whose rate goes into expected numbers and whose ordinary side is hidden."""
    if study.design.primary == "raw":
        return frozenset()  # the class's own rate is every post's
    return protection(study).hidden.get(REFERENCE, {}).get(STRATA, frozenset())


def over_shown_strata(study: Study, posts: pd.DataFrame) -> pd.DataFrame:
    """Return focal posts with those of hidden strata not compared, and flagged `hidden`.

    Parameters
    ----------
    posts : DataFrame
        `audit.exempted.ordinary.focal_posts`.
    """
    hidden = posts["compared"] & posts["stratum"].isin(hidden_strata(study))
    return posts.assign(hidden=hidden, compared=posts["compared"] & ~hidden)


def left_out_tells(study: Study, posts: pd.DataFrame, gaps: pd.Series) -> bool:
    """Return whether printed gaps, each with one focal account left out, tell a hidden rate.

    Known to the reader: what is printed of strata and subgroups, each account's posts, and each gap
    to a tenth of a point. A rate is told where fewer than ten points are left of it that were left
    without these gaps.

    Parameters
    ----------
    posts : DataFrame
        `audit.exempted.ordinary.focal_posts`: every compared post.
    gaps : Series, on account_id
        Those printed.
    """
    hidden = hidden_strata(study) & set(posts.loc[posts["compared"], "stratum"])
    if not hidden or gaps.empty:
        return False
    family = family_of(study, REFERENCE)
    places = _atoms(family)
    if not hidden <= set(places):
        return True  # atoms are finer than strata: these gaps are no sums over them
    gone = frozenset(
        i
        for i, part in enumerate(family.parts)
        if part.label in protection(study).hidden[REFERENCE].get(part.table, frozenset())
        or (part.says_gap and not part.fixed and 0 < _hidden_in(family, hidden, part) <= FEW)
    )
    known = known_rates(family, gone)
    aims = np.zeros((len(hidden), family.atoms))
    aims[np.arange(len(hidden)), [places[s] for s in sorted(hidden)]] = 1.0
    enough = np.full(len(hidden), RATE_WIDTH)
    low, high = ranges(known, aims, enough=enough)
    before = np.minimum(high - low, RATE_WIDTH)
    low, high = ranges(_with_gaps(known, posts, gaps, places), aims, enough=enough)
    return bool((high - low < before - ROUNDING).any())


def _atoms(family: Family) -> dict[str, int]:
    """Return the atom of each stratum that is one."""
    strata = (part for part in family.parts if part.table == STRATA)
    return {part.label: part.atoms[0] for part in strata if len(part.atoms) == 1}


def _with_gaps(known: Known, posts: pd.DataFrame, gaps: pd.Series, places: dict[str, int]) -> Known:
    """Return what is known, with Σ rate × posts of the others for each account, within a band."""
    compared = posts[posts["compared"]]
    size = compared["n"] * compared["weight"]
    held = pd.crosstab(compared["account_id"], compared["stratum"], size, aggfunc="sum").fillna(0.0)
    rest = (held.sum() - held).loc[gaps.index]
    band = HALF * rest.sum(axis=1).to_numpy()
    width = len(known.true)
    rows = np.zeros((len(rest), width))
    for stratum in rest:
        rows[:, places[str(stratum)]] += rest[stratum].to_numpy()
    value = rows @ known.true
    below = sparse.vstack([known.below, sparse.csr_matrix(rows), sparse.csr_matrix(-rows)])
    most = np.concatenate([known.at_most, value + band, band - value])
    return Known(known.equal, known.equals, below.tocsr(), most, known.upper, known.true)


def few_hidden(study: Study, table: str, labels: pd.Series | list[object]) -> pd.Series:
    """Return which subgroups' gaps rest on one or two hidden strata, in the order of labels."""
    family, hidden = family_of(study, REFERENCE), hidden_strata(study)
    subgroups = (part for part in family.parts if part.table == table)
    held = {part.label: _hidden_in(family, hidden, part) for part in subgroups}
    return pd.Series([0 < held.get(str(k), 0) <= FEW for k in labels], dtype=bool)


def _hidden_in(family: Family, hidden: frozenset[str], part: Part) -> int:
    """Return on how many hidden strata the gap of a part rests."""
    held = set(part.atoms)
    strata = (p for p in family.parts if p.table == STRATA and p.label in hidden)
    return sum(any(a in held and family.weights[a] for a in p.atoms) for p in strata)
