"""Titles are true on gaps of either sign, on none, and on data at the edge of what there can be."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest

from audit.charts import CHARTS
from audit.errors import ReportError
from tests.charts.changed import ASKED
from tests.charts.conftest import NAN, made
from tests.charts.pixels import unreadable
from tests.charts.seen import clipped, collisions
from tests.charts.test_pixels import TEXT

REAL = ("flow", "periods", "docket", "gap_over_time", "exemption_split", "love", *ASKED)
"""Charts whose numbers are counted from the posts of the made study, whatever gap is chosen."""
CHOSEN = [c for c in CHARTS.values() if c.stage != "frame" and c.name not in REAL]
LESS = re.compile(r"less often|\bbelow\b|(?<!\w)−\d")
MORE = re.compile(r"more often|\babove\b|(?<!\w)\+\d")
CHARTS_OF_GAPS = pytest.mark.parametrize("chart", CHOSEN, ids=[c.name for c in CHOSEN])


@cache
def stage(gap: float, half: float = 0.05) -> Any:
    found = made(gap, half)
    # every account alike, so that no rounding of the strip has a sign of its own
    table = found.tables["leave_one_out"]
    table["estimate"] = gap
    return found


@CHARTS_OF_GAPS
def test_a_flipped_sign_flips_the_title(chart: Any) -> None:
    less, more = (chart.words(stage(gap)).title for gap in (-0.12, 0.12))
    assert not MORE.search(less), less
    assert not LESS.search(more), more
    assert bool(LESS.search(less)) == bool(MORE.search(more))


@CHARTS_OF_GAPS
def test_no_gap_has_no_direction(chart: Any) -> None:
    said = chart.words(stage(0.0))
    title = re.sub(r"\b0 of \d+ estimates put [^,;]* below [^,;]*, 0 above", "", said.title)
    assert not LESS.search(title), title
    assert not MORE.search(title), title


@CHARTS_OF_GAPS
def test_a_gap_within_its_error_is_hedged_or_only_counted(chart: Any) -> None:
    title = chart.words(stage(-0.02, 0.3)).title
    claims = re.search(r"less often|more often|until|even if one", title)
    assert not claims or "not told apart" in title, title


LONG = tuple(f"a class of accounts with the very long name number {i}" for i in range(5))
EDGES: dict[str, dict[str, Any]] = {
    "two classes": {"references": ("ordinary",)},
    "six classes": {"focal": "heads of state and of government in office", "references": LONG},
    "few": {"leaders": 1},
    "hundreds": {"leaders": 220},
    "no limits": {"half": NAN},
    "none acted on": {"gap": -0.31},
    "all acted on": {"gap": 0.69},
    "right to left": {"focal": "قادة العالم", "references": ("عادي", "世界领袖")},
}
SEEN_AT = [(name, 3.2) for name in EDGES] + [("six classes", 7.0), ("hundreds", 7.0)]
"""The narrow width is the harder one; the wide one where labels or marks are many."""
STRESSED = [c for c in CHARTS.values() if c.stage != "frame" and c.name not in ASKED]


@cache
def edge(name: str) -> Any:
    return made(**{"gap": -0.12, "half": 0.05, **EDGES[name]})


@pytest.mark.parametrize("chart", STRESSED, ids=[c.name for c in STRESSED])
@pytest.mark.parametrize(("name", "width"), SEEN_AT)
def test_data_at_the_edge_are_drawn_and_can_be_read(chart: Any, name: str, width: float) -> None:
    if (name, chart.name) in NOTHING_TO_DRAW:
        with pytest.raises(ReportError, match="has nothing to draw"):
            chart.render(edge(name), width=width)
        return
    axes = chart.render(edge(name), width=width)
    assert collisions(axes) == []
    assert clipped(axes) == []
    assert unreadable(axes, TEXT) == []
    said = chart.words(edge(name))
    assert "nan" not in f"{said.title} {said.note} {said.alt}".split()


NOTHING_TO_DRAW: frozenset[tuple[str, str]] = frozenset()


def test_one_class_alone_shows_who_is_in_and_no_contrast() -> None:
    from audit.errors import ClaimError

    stage = made(population={"account_class": ["world_leader"]})
    axes = CHARTS["flow"].render(stage)
    assert collisions(axes) == clipped(axes) == unreadable(axes, TEXT) == []
    for chart in STRESSED:
        if chart.name != "flow":
            with pytest.raises(ClaimError, match="inadmissible"):
                chart.words(stage)
