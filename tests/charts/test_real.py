"""The charts on what they are for: a real line from cases to evidence, and the registry."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from audit.cases import Cases
from audit.charts import CHARTS
from audit.comparison import compare
from audit.design import Design
from audit.evidence import appraise
from audit.regimes import Exemptions
from audit.study import enroll
from tests.charts.changed import ASKED
from tests.charts.conftest import ORIGIN, table
from tests.charts.seen import clipped, collisions, cut

LINE = [c for c in CHARTS.values() if c.stage != "frame" and c.name not in ASKED]
ELSEWHERE = ("calibration", "flags_over_time")
"""Charts of views that are not the registry's."""
REGISTRY = [c.name for c in CHARTS.values() if c.stage == "frame" and c.name not in ELSEWHERE]
PAGE, TELEPHONE = 6.3, 3.2


@pytest.fixture(scope="module")
def evidence() -> Any:
    design = Design(
        focal="world_leader",
        reference="ordinary",
        frame="reported",
        outcome={"at_least": "remove"},
        margin=0.05,
        strata=("rule", "severity"),
    )
    spared = ("example", "harassment", "world_leader", "label", "2020-03-01")
    columns = ["platform", "rule", "account_class", "ceiling", "start"]
    exemptions = Exemptions(pd.DataFrame([spared], columns=columns))
    return appraise(compare(enroll(Cases(table(), (ORIGIN,)), design, exemptions=exemptions)))


@pytest.mark.parametrize("chart", LINE, ids=[c.name for c in LINE])
def test_the_line_of_nouns_can_be_drawn(chart: Any, evidence: Any) -> None:
    said = chart.words(evidence)
    assert said.title
    axes = chart.render(evidence, width=PAGE)
    assert collisions(axes) == []
    assert clipped(axes) == []


def test_posts_expected_are_those_of_the_comparison(evidence: Any) -> None:
    found = evidence.comparison.primary()
    frame = CHARTS["observed_expected"].data(evidence).set_index("quantity")["posts"]
    assert frame["observed"] - frame["expected"] == pytest.approx(frame["difference"])
    assert frame["difference"] == pytest.approx(found.estimate * found.n_supported)
    cells = evidence.comparison.study.cells.of("focal")
    kept = cells[cells["stratum"].isin(evidence.comparison.study.supported_strata())]
    assert frame["observed"] == pytest.approx(kept["events"].sum())


@pytest.fixture(scope="module")
def views() -> dict[str, Any]:
    from audit.sources.registry import Registry, contrasts, totals, views

    registry = Registry()
    decisions = registry.decisions()
    return {
        "decision_timeline": views.rule_timeline(registry.rules(), decisions),
        "notices": contrasts.ladder_among_leaders(decisions),
        "matched_copies": contrasts.matched_copies(decisions),
        "allowance_curve": totals.allowance_shares(registry.platform_totals()),
        "time_to_action": views.time_to_action(decisions),
    }


@pytest.mark.parametrize("width", [TELEPHONE, PAGE])
@pytest.mark.parametrize("name", REGISTRY)
def test_the_registry_can_be_drawn(name: str, width: float, views: dict[str, Any]) -> None:
    axes = CHARTS[name].render(views[name], width=width)
    assert collisions(axes) == []
    assert clipped(axes) == []
    assert cut(axes) == []


def test_the_registry_is_said_as_its_facts_are(views: dict[str, Any]) -> None:
    said = {name: CHARTS[name].words(view) for name, view in views.items()}
    assert "president 5 of 7" in said["notices"].alt
    assert said["notices"].title == "9 of 21 posts kept behind a notice, 5 of them one person’s"
    assert said["matched_copies"].title.startswith("2 of 2 ordinary copies locked, 0 of 2")
    assert "19.1 % of the allowances (95 % Wilson interval 11.5 % to 30.0 %)" in (
        said["allowance_curve"].note
    )
    assert all("press chose" in said[n].note for n in ("notices", "time_to_action"))
