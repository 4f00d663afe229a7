"""The printed figures of a view: what each column holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from audit.report.views import view_table
from audit.sources.registry import Registry
from audit.sources.registry.contrasts import ladder_among_leaders, matched_copies
from audit.sources.registry.views import View, figure, figures_of


@pytest.fixture(scope="module")
def decisions(root: Path) -> pd.DataFrame:
    return Registry(root / "data" / "registry").decisions()


@dataclass
class Figures:
    figures: pd.DataFrame
    title: str = "T"


def columns(view: View | Figures) -> dict[str, list[str]]:
    made = view_table(view, id="tbl-v")
    return {c.label: [row[i] for row in made.cells] for i, c in enumerate(made.columns)}


def test_a_p_never_stands_among_values(decisions: pd.DataFrame) -> None:
    ladder, copies = columns(ladder_among_leaders(decisions)), columns(matched_copies(decisions))
    assert list(ladder) == ["Figure", "p", "n", "Method"]
    assert ladder["p"] == ["0.103", "0.048", "0.015"]
    assert copies["Value"] == ["2", "0", "1", "–", "–"]
    assert copies["p"] == ["–", "–", "–", "0.250", "0.250"]
    assert "count" not in copies["Method"][3:]


def test_columns_without_a_figure_are_left_out_and_counts_are_whole() -> None:
    made = columns(Figures(figures_of([figure("posts", 12345), figure("flagged", 0)])))
    assert made == {
        "Figure": ["posts", "flagged"],
        "Value": ["12,345", "0"],
        "Method": ["count", "count"],
    }
    assert list(columns(Figures(figures_of([("share", 0.25, 0.1, 0.4, 8, "Wilson score")])))) == [
        "Figure", "Value", "Low", "High", "n", "Method",
    ]  # fmt: skip


def test_the_numbers_behind_a_p_go_along(decisions: pd.DataFrame) -> None:
    made = view_table(ladder_among_leaders(decisions), id="tbl-v")
    place = made.keys.index("p")
    assert made.values[0][place] == pytest.approx(176 / 1716)
