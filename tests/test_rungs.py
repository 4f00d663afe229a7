"""Every rung, with evidence that is exactly enough for it and evidence one unit short of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from ladder import NO_ERROR, appraised, compared, counted

from audit.claims import Verdict
from audit.evidence import Evidence

VARIED = [(8, 20), (12, 20)]
"""Two ordinary accounts that differ, at a rate of one half together."""
SPAM = {"population": {"rule": ["spam"]}}
LIMITS: dict[str, Any] = {"frame": "all_posts", "label_error": NO_ERROR}
"""What step 4 asks to be declared, where every post had its chance."""


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch):
    """Return what appraises a frame by every check, those of steps 4 and 5 included."""

    def appraise(frame: pd.DataFrame, /, **changes: Any) -> Evidence:
        return appraised(compared(frame, **changes), monkeypatch)

    return appraise


def with_leaders(supported: int, alone: int, accounts: int = 5, ordinary: int = 20):
    """Return leaders' posts with and without comparable ones, and the ordinary accounts."""
    share = supported // accounts, supported % accounts
    posts = [share[0] + (k < share[1]) for k in range(accounts)]
    return pd.concat(
        [
            counted([(1, n) for n in posts], (VARIED * ordinary)[:ordinary]),
            counted([(0, alone)], [], rule="threats"),
        ],
        ignore_index=True,
    )


@pytest.mark.parametrize(("accounts", "rung"), [(1, 0), (2, 1)])
def test_rung_one_needs_two_reference_accounts(held, accounts: int, rung: int) -> None:
    found = held(with_leaders(79, 21, ordinary=accounts))
    assert found.rung == rung
    assert (found.verdict is Verdict.INADMISSIBLE) is (rung == 0)


def test_rung_one_needs_a_denominator(held) -> None:
    assert held(with_leaders(79, 21), frame="enforced_only").rung == 0
    assert held(with_leaders(79, 21), frame="all_posts").rung == 1


@pytest.mark.parametrize(("supported", "rung"), [(79, 1), (80, 2)])
def test_rung_two_needs_four_fifths_with_a_comparison(held, supported: int, rung: int) -> None:
    found = held(with_leaders(supported, 100 - supported, accounts=4))
    assert found.finding("support").value == pytest.approx(supported / 100)
    assert found.rung == rung


@pytest.mark.parametrize(("accounts", "rung"), [(4, 2), (5, 3)])
def test_rung_three_needs_five_focal_accounts(held, accounts: int, rung: int) -> None:
    found = held(counted([(2, 20)] * accounts, VARIED * 20))
    assert found.rung == rung
    assert (found.verdict is Verdict.LENIENT) is (rung == 3)


@pytest.mark.parametrize(("spared", "rung"), [(2, 3), (3, 2)])
def test_rung_three_needs_half_of_the_gap_without_an_event(held, spared: int, rung: int) -> None:
    """As in the check's own test: 9 / (20 + spared) against 1/2, and 9/20 without the event."""
    event = counted([(0, spared)] * 40, []).assign(event_id="storm")
    calm = counted([(9, 20)] * 40, VARIED * 200).assign(event_id=None)
    frame = pd.concat([event, calm], ignore_index=True).astype({"event_id": "str"})
    found = held(frame, margin=0.01)
    assert found.verdict is Verdict.LENIENT
    assert found.rung == rung


def test_rung_three_of_alike_needs_the_interval_inside_the_margin(held) -> None:
    frame = counted(VARIED * 30, VARIED * 100)
    effect = compared(frame).primary(confidence=0.9)
    edge = float(max(-effect.conf_low, effect.conf_high))
    on, beyond = held(frame, margin=edge), held(frame, margin=float(np.nextafter(edge, 1)))
    assert (on.verdict, on.rung) == (Verdict.UNCLEAR, 2)
    assert (beyond.verdict, beyond.rung) == (Verdict.ALIKE, 3)


def with_unknown(accounts: int) -> pd.DataFrame:
    """Return a clear gap, and accounts of unknown class whose posts were all acted on."""
    unknown = counted([(20, 20)] * accounts, []).assign(account_class="unknown")
    unknown["account_id"] = "unknown-" + unknown["account_id"]
    return pd.concat([counted([(2, 20)] * 10, VARIED * 20), unknown], ignore_index=True)


@pytest.mark.parametrize(("accounts", "rung"), [(7, 4), (8, 3)])
def test_rung_four_needs_the_sign_under_unknown_class(held, accounts: int, rung: int) -> None:
    """Were all 8 leaders, (20 + 160) / (200 + 160) would be the ordinary rate of one half."""
    found = held(with_unknown(accounts), **LIMITS)
    assert found.verdict is Verdict.LENIENT
    assert found.rung == rung


@pytest.mark.parametrize(("lowest", "rung"), [(0.2, 3), (0.21, 4)])
def test_rung_four_needs_the_sign_under_label_error(held, lowest: float, rung: int) -> None:
    """At a sensitivity of 0.1 / 0.5 for leaders' posts alone, the gap is nothing."""
    limits = {"sensitivity": [lowest, 1.0], "specificity": [1.0, 1.0]}
    frame = counted([(2, 20)] * 10, VARIED * 20)
    assert held(frame, frame="all_posts", label_error=limits).rung == rung


@pytest.mark.parametrize(("share", "rung"), [(0.2, 3), (0.21, 4)])
def test_rung_four_needs_the_sign_under_selective_reporting(held, share: float, rung: int) -> None:
    """0.1 − share × 0.5 is the largest total effect; it is nothing at a share of 0.2."""
    limits = {"share_reported_focal": [1.0, 1.0], "share_reported_reference": [share, 1.0]}
    frame = counted([(2, 20)] * 10, VARIED * 20)
    assert held(frame, label_error=NO_ERROR, selective_reporting=limits).rung == rung


@pytest.mark.parametrize("missing", ["label_error", "selective_reporting"])
def test_rung_four_needs_its_limits_declared(held, missing: str) -> None:
    limits: dict[str, Any] = {
        "label_error": NO_ERROR,
        "selective_reporting": {
            "share_reported_focal": [1.0, 1.0],
            "share_reported_reference": [1.0, 1.0],
        },
    }
    frame = counted([(2, 20)] * 10, VARIED * 20)
    assert held(frame, **limits).rung == 4
    assert held(frame, **{**limits, missing: None}).rung == 3


FEWEST = 28
"""Ordinary accounts that the control needs to come out as alike within five points."""


def with_control(ordinary: int) -> pd.DataFrame:
    """Return a clear gap under one rule, and no gap under another."""
    control = counted([(10, 20)] * 30, [(10, 20)] * ordinary, rule="spam")
    return pd.concat([counted([(2, 20)] * 10, VARIED * 20), control], ignore_index=True)


@pytest.mark.parametrize(("short", "rung"), [(1, 4), (0, 5)])
def test_rung_five_needs_controls_that_are_alike(held, short: int, rung: int) -> None:
    terms = {"population": {"rule": ["abuse"]}, "negative_controls": [SPAM], **LIMITS}
    found = held(with_control(FEWEST - short), **terms)
    assert found.rung == rung
    verdict = found.table("negative_controls")["verdict"].tolist()
    assert verdict == ["treated alike" if rung == 5 else "unclear"]


def test_rung_five_needs_a_control_declared(held) -> None:
    terms = {"population": {"rule": ["abuse"]}, **LIMITS}
    assert held(with_control(FEWEST), **terms).rung == 4
