"""The licence of a chart's data goes with it, and where none is known that is said."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest

from audit.origin import Origin
from audit.report.sections import chart, licence_line

ORIGIN = Origin("a", "A log", "P", "https://example.org", "2026-01-01", "CC0 1.0")
MONTHS = pd.DataFrame(
    {
        "month": ["2020-03", "2020-04", "2020-05"],
        "posts": [300, 310, 320],
        "flagged": [3, 0, 9],
        "complete": ["yes", "yes", "no"],
    }
)


def test_every_origin_is_named_with_its_licence_or_without() -> None:
    bare = replace(ORIGIN, title="Another", licence="")
    cases = SimpleNamespace(origins=(ORIGIN, bare))
    assert licence_line(cases) == "A log: CC0 1.0; Another: licence not known"


@pytest.mark.parametrize("simulated", [True, False])
def test_a_frame_is_given_the_licence_that_is_stated(simulated: bool) -> None:
    given = {"source": "A log", "licence": "A log: CC BY 4.0", "simulated": simulated}
    made = chart("flags_over_time", MONTHS, **given)
    assert made.licence == "A log: CC BY 4.0"
    assert "A log: CC BY 4.0" in made.files["svg"]
    assert made.simulated is simulated
    assert "phone" in made.files


def test_a_frame_of_which_nothing_is_stated_has_no_licence_made_up() -> None:
    assert chart("flags_over_time", MONTHS, source="A log").licence == ""
