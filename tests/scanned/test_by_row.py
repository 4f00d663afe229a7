"""Rows passed over twice must give what counts by account and stratum give."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import audit
from audit.errors import DesignError, SchemaError
from audit.influence import Influence
from audit.scanned.by_row import meet_by_row
from audit.scanned.enrolment import meet
from scanned.platforms import design, table

DESIGNS: dict[str, tuple[dict[str, Any], dict[str, bool]]] = {
    "plain": ({}, {}),
    "no strata": ({"strata": []}, {}),
    "population": ({"population": {"rule": ["spam"], "reach": {"min": 0.5, "max": 1}}}, {}),
    "in time": ({"outcome": {"at_least": "ban", "acted_within_hours": 47.5}}, {}),
    "counted": ({}, {"counted": True}),
    "no accounts": ({}, {"nameless": True}),
    "numbers as strata": ({"strata": ["reach", "rule"], "pre_treatment": ["reach"]}, {}),
}


def met(name: str, seed: int) -> tuple[Any, Any]:
    """Return the same rows met both ways; no account is in both classes."""
    terms, columns = DESIGNS[name]
    frame = table(seed, **columns)
    leaders = set(frame.loc[frame["account_class"] == "leader", "account_id"].dropna())
    torn = frame["account_id"].isin(leaders) & (frame["account_class"] == "ordinary")
    scan = audit.scan(frame[~torn], checked="made for a test")
    question = audit.Design.of(design(**terms))
    return meet_by_row(scan, question), meet(scan, question)


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize("seed", [1, 2])
def test_sums_influences_and_what_left_are_the_same(name: str, seed: int) -> None:
    rows, counts = met(name, seed)
    assert rows.ledger == counts.scan.ledger
    assert rows.lost == counts.lost
    place = [counts.cells.strata.index(text) for text in texts(rows)]
    tallies = counts.cells.tallies(by="post", stratified=True)
    left = np.delete(tallies.sums().n, place, axis=1)
    assert left.sum() == 0  # strata of posts of unknown class only
    for column in ("events", "n", "weighted_events", "weighted_n"):
        found, expected = (getattr(t.sums(), column) for t in (rows.tallies, tallies))
        np.testing.assert_array_equal(found, expected[:, place])
    assert np.isnan(rows.tallies.sums().accounts[rows.tallies.sums().n > 0]).all()
    rng = np.random.default_rng(seed)
    whole = {name: rng.normal(size=(2, len(counts.cells.strata))) for name in ("events", "n")}
    some = {name: values[:, place] for name, values in whole.items()}
    found = rows.tallies.push({"a": Influence(some)})["a"]
    expected = tallies.push({"a": Influence(whole)})["a"]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12 * np.abs(expected).max())
    np.testing.assert_array_equal(rows.tallies.focal_accounts(), tallies.focal_accounts())


def texts(rows: Any) -> list[str]:
    """Return the strata's names as `meet` makes them."""
    if not rows.names:
        return ["all"]
    return [
        " · ".join(names[i] for names, i in zip(rows.names, level, strict=True))
        for level in rows.levels
    ]


def test_accounts_of_both_classes_and_weights_are_left_to_counts() -> None:
    question = audit.Design.of(design())
    torn = audit.scan(table(1), checked="made for a test")
    assert meet(torn, question).scan.ledger  # some account is in both classes
    assert meet_by_row(torn, question) is None
    frame = table(1, weighted=True)
    weighted = audit.scan(frame[frame["account_class"] != "ordinary"], checked="made for a test")
    asked = audit.Design.of(design(reference="official"))
    assert meet_by_row(weighted, asked) is None


def test_what_a_design_cannot_find_is_said() -> None:
    scan = audit.scan(table(1), checked="made for a test")
    with pytest.raises(DesignError, match="stratum column 'colour' is not in the cases"):
        meet_by_row(scan, audit.Design.of(design(strata=["colour"])))
    with pytest.raises(DesignError, match="no case has account_class 'king'"):
        meet_by_row(scan, audit.Design.of(design(focal="king")))
    frame = table(1)
    frame.loc[0, "action"] = "frown"
    with pytest.raises(SchemaError, match="frown"):
        meet_by_row(audit.scan(frame), audit.Design.of(design()))
