"""The words of the margin's checks and of unknown class, whichever way the numbers fall."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from builders import cases_of, platform, question

from audit.checks.margin import DetectableGap
from audit.checks.power import detectable_gap_table
from audit.checks.unknown import UnknownClass
from audit.comparison import compare
from audit.estimators.proportions import borrowed_icc
from audit.numerals import points
from audit.study import enroll


def comparison_of(cases, **changes):
    return compare(enroll(cases, question(**changes)))


def outcome(more_is: str) -> dict[str, str]:
    return {"at_least": "remove", "more_is": more_is}


@pytest.mark.parametrize(
    ("more_is", "side"),
    [
        ("stricter", " below the ordinary rate (towards lenience)"),
        ("lenient", " above the ordinary rate (towards lenience)"),
        ("neither", ""),
    ],
)
def test_the_gap_said_is_the_one_that_matters(more_is: str, side: str) -> None:
    comparison = comparison_of(platform(posts=6), outcome=outcome(more_is))
    found = DetectableGap()(comparison)
    study = comparison.study
    focal, reference = (study.cells.by_account(g)["n"].to_numpy() for g in ("focal", "reference"))
    table = detectable_gap_table(
        len(focal),
        len(reference),
        focal,
        reference,
        rate=comparison.primary().expected,
        icc=borrowed_icc(*study.cells.per_account()),
        seed=study.design.seed,
    ).set_index("direction")["gap"]
    wanted = {"stricter": table["lower"], "lenient": table["higher"], "neither": table.min()}
    assert table["lower"] != table["higher"]
    assert isinstance(found.value, float)
    assert found.value == wanted[more_is]
    gap = points(found.value, signed=False)
    assert f"The smallest gap{side} this study could have seen is {gap}." in found.says
    assert found.passed is (found.value <= 0.05)


def rare(leaders: int, *, events: int = 6) -> pd.DataFrame:
    """Return a platform that removes one post in fifty."""
    rows = [
        (f"L{k}", "leader", "remove" if j == k == 0 else "none")
        for k in range(leaders)
        for j in range(20)
    ]
    rows += [
        (f"o{k}", "ordinary", "remove" if j == 0 and k < events else "none")
        for k in range(60)
        for j in range(5)
    ]
    frame = pd.DataFrame(rows, columns=["account_id", "account_class", "action"])
    return frame.assign(rule="x")


def test_no_lenient_gap_however_large_is_said() -> None:
    found = DetectableGap()(comparison_of(cases_of(rare(6))))
    assert math.isnan(found.value)
    assert found.passed is False
    assert "No gap below the ordinary rate (towards lenience), however large, could" in found.says
    higher = found.table.set_index("direction").loc["higher", "gap"]
    assert f"the smallest above the ordinary rate is {points(higher, signed=False)}." in found.says


def test_too_few_accounts_are_not_asked() -> None:
    found = DetectableGap()(comparison_of(cases_of(rare(3))))
    assert (found.passed, math.isnan(found.value)) == (None, True)
    assert found.says.startswith("Not computed: ")


def test_the_design_s_confidence_counts() -> None:
    cases = platform(posts=6)
    usual, strict = (
        DetectableGap()(comparison_of(cases, confidence=level)).value for level in (0.95, 0.99)
    )
    assert strict > usual


def classed(leaders, ordinary, unknown) -> UnknownClass:
    rows = []
    for name, accounts in (("leader", leaders), ("ordinary", ordinary), ("unknown", unknown)):
        for k, (events, n) in enumerate(accounts):
            rows += [(f"{name}{k}", name, "remove")] * events
            rows += [(f"{name}{k}", name, "none")] * (n - events)
    frame = pd.DataFrame(rows, columns=["account_id", "account_class", "action"])
    return UnknownClass()(comparison_of(cases_of(frame.assign(rule="x"))))


def test_a_sign_that_turns_with_none_focal_is_said_so() -> None:
    """The unknown accounts, all reference, pull the reference rate below the leaders'."""
    found = classed([(2, 10)] * 8, [(3, 10)] * 10, [(0, 10)] * 30)
    assert "The sign turns even with none of them focal" in found.says
    assert "It takes 0" not in found.says
    assert found.passed is False


@pytest.mark.parametrize(
    ("unknown", "says"),
    [
        ([(60, 60)], "It takes only 1 of them to turn its sign."),
        ([(10, 10)] * 30, "of them to turn its sign."),
        ([(3, 10)] * 2, "percentage points."),
    ],
    ids=["one", "several", "none"],
)
def test_tipping_is_counted(unknown, says: str) -> None:
    found = classed([(2, 10)] * 8, [(5, 10)] * 40, unknown)
    assert found.says.endswith(says)
