"""Hidden cells stay hidden: totals, margins of other tables and gaps do not give them back."""

from __future__ import annotations

import numpy as np
import pytest
from families import families, family
from hypothesis import given, settings

from audit.disclosure.bounds import EVENTS, POSTS, known_counts, known_rates, ranges
from audit.disclosure.closure import RATE_WIDTH, hide, narrow_parts
from audit.disclosure.lattice import lattice
from audit.disclosure.published import Family

LEAST = 10
EXAMPLES = 12


def counts(*values: int) -> np.ndarray:
    return np.array(values)


def bounds_of(found: Family, hidden: frozenset[int], measure: int) -> dict[str, tuple[int, int]]:
    """Return the whole numbers that each hidden part may be, by every published number."""
    k = found.atoms
    aims = []
    for place in sorted(hidden):
        aim = np.zeros(3 * k)
        aim[[measure * k + a for a in found.parts[place].atoms]] = 1
        aims.append(aim)
    low, high = ranges(known_counts(found, hidden), aims, whole=True)
    names = [f"{found.parts[p].table} {found.parts[p].label}" for p in sorted(hidden)]
    ends = zip(low.round().astype(int), high.round().astype(int), strict=True)
    return dict(zip(names, ends, strict=True))


def test_a_lone_small_cell_comes_back_from_the_total_and_its_cover_stops_that() -> None:
    found = family((4,), counts(4, 30, 12, 50), counts(5, 40, 14, 70), counts(2, 9, 6, 11))
    alone = frozenset({0})
    assert bounds_of(found, alone, POSTS) == {"cells (0,)": (5, 5)}
    assert bounds_of(found, alone, EVENTS) == {"cells (0,)": (2, 2)}
    hidden = hide(found, least=LEAST)
    assert hidden.small == {0}
    assert hidden.covering == {2}  # the smallest that is left
    assert bounds_of(found, hidden.all, POSTS)["cells (0,)"] == (0, 19)


def test_margins_of_another_table_are_closed_too() -> None:
    accounts = counts(3, 20, 30, 40, 50, 60, 21, 22, 23)
    found = family((3, 3), accounts, accounts * 2, accounts, margins=[(0,), (1,)])
    hidden = hide(found, least=LEAST)
    rows_and_columns = {(p // 3, p % 3) for p in hidden.all}
    assert hidden.small == {0}
    for axis in (0, 1):
        lines = [cell[axis] for cell in rows_and_columns]
        assert all(lines.count(line) >= 2 for line in lines)
    assert len(hidden.all) == 4  # a rectangle: no fewer can close rows and columns


def test_nothing_is_hidden_where_nothing_is_small() -> None:
    found = family((3,), counts(10, 11, 12), counts(10, 11, 12), counts(1, 2, 3))
    assert hide(found, least=LEAST).all == frozenset()


def test_the_threshold_is_a_number_and_counts_accounts_not_posts() -> None:
    found = family((3,), counts(9, 100, 1000), counts(900, 100, 1000), counts(9, 10, 11))
    assert hide(found, least=LEAST).small == {0}
    assert hide(found, least=101).small == {0, 1}


def test_no_account_is_hidden_like_one() -> None:
    found = family((4,), counts(0, 1, 30, 40), counts(0, 1, 30, 40), counts(0, 1, 3, 4))
    hidden = hide(found, least=LEAST)
    assert hidden.small == {0, 1}
    low, high = bounds_of(found, hidden.all, POSTS)["cells (1,)"]
    assert low == 0
    assert high >= LEAST


def test_a_gap_that_mixes_one_hidden_rate_gives_it_away_and_is_covered() -> None:
    weights = counts(5, 0, 4, 4).astype(float)  # the second small cell is in no gap
    found = family(
        (4,), counts(4, 3, 30, 40), counts(9, 9, 40, 50), counts(3, 2, 9, 8), weights=weights
    )
    small = found.small(LEAST)
    low, high = ranges(known_rates(found, small), [np.eye(4)[0]])
    assert high[0] - low[0] < 1e-9  # 3 of 9, from the gap alone
    hidden = hide(found, least=LEAST)
    low, high = ranges(known_rates(found, hidden.all), [np.eye(4)[0]])
    assert high[0] - low[0] >= RATE_WIDTH


def test_a_class_too_small_to_cover_itself_says_so() -> None:
    found = family((2,), counts(2, 3), counts(2, 3), counts(0, 0))
    hidden = hide(found, least=LEAST)
    assert hidden.small == {0, 1}
    assert hidden.bare == frozenset()
    assert bounds_of(found, hidden.all, POSTS)["cells (0,)"] == (0, 5)


@settings(max_examples=EXAMPLES)
@given(families())
def test_no_hidden_cell_of_a_random_family_comes_back(found: Family) -> None:
    hidden = hide(found, least=LEAST)
    if not hidden.all:
        assert all(p.accounts >= LEAST for p in found.parts if not p.fixed)
        return
    total = max(p.n for p in found.parts)
    events = max(p.events for p in found.parts)
    kept = hidden.all - hidden.bare
    for measure, need in ((POSTS, min(LEAST, total)), (EVENTS, min(1, events, total - events))):
        for place, (low, high) in zip(
            sorted(hidden.all), bounds_of(found, hidden.all, measure).values(), strict=True
        ):
            true = found.truth[measure, list(found.parts[place].atoms)].sum()
            assert low <= true <= high
            if place in kept:
                assert high - low >= need


@settings(max_examples=EXAMPLES)
@given(families())
def test_every_small_cell_is_hidden_and_bare_ones_had_no_cover_left(found: Family) -> None:
    hidden = hide(found, least=LEAST)
    small = {i for i, p in enumerate(found.parts) if p.accounts < LEAST and not p.fixed}
    assert hidden.small == small
    assert not hidden.small & hidden.covering
    left = [i for i, p in enumerate(found.parts) if not p.fixed and i not in hidden.all]
    for place in hidden.bare:
        totals = lattice(found).totals(hidden.all, place)
        assert all(found.parts[t].fixed for t in totals)
        assert not [
            i for i in left if found.parts[i].table == found.parts[place].table and found.parts[i].n
        ]


@settings(max_examples=EXAMPLES)
@given(families(ways=(2, 3)))
def test_primary_suppression_alone_would_not_do(found: Family) -> None:
    """The attack bites: where the closure added cells, without them something comes back."""
    hidden = hide(found, least=LEAST)
    if hidden.covering:
        assert narrow_parts(found, lattice(found), hidden.small, least=LEAST)


@pytest.mark.parametrize("least", [10, 25])
def test_the_same_family_hides_the_same_cells(least: int) -> None:
    rng = np.random.default_rng(5)
    accounts = rng.poisson(12, 24)
    posts, events = accounts * 2, accounts
    found = family((2, 3, 4), accounts, posts, events, margins=[(0,), (1,), (2,)])
    assert hide(found, least=least) == hide(found, least=least)
