"""What few ordinary accounts stand behind is hidden of an answer, in words and in its table."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from audit.cases import Cases
from audit.comparison import Comparison, compare
from audit.design import Design
from audit.disclosure import HIDDEN, SYMBOL, TOKEN
from audit.questions.base import Answer
from audit.questions.reversal import APPEALED, REVERSED, REVERSED_ON_APPEAL
from audit.report.answers import one_answer
from audit.report.blocks import Table
from audit.study import enroll
from tests.charts.conftest import ORIGIN


def appeals(ordinary: int, *, disclosure: str = "") -> Comparison:
    """Return a platform on which so many ordinary accounts, and all leaders, appealed."""
    rng = np.random.default_rng(2)
    rows: list[tuple[Any, ...]] = []
    for name, accounts in (("world_leader", 8), ("ordinary", 40)):
        for k in range(accounts):
            for post in range(6):
                appealed = (name == "world_leader" or k < ordinary) and post < 3
                back = bool(rng.random() < 0.4)
                rows.append((f"{name}_{k}", name, ("none", "remove")[post < 4], appealed, back))
    frame = pd.DataFrame(
        rows, columns=["account_id", "account_class", "action", "appealed", "reversed"]
    )
    frame.insert(0, "case_id", [f"c{i}" for i in range(len(frame))])
    text = ["case_id", "account_id", "account_class", "action"]
    origin = replace(ORIGIN, disclosure=disclosure)
    cases = Cases(frame.astype(dict.fromkeys(text, "str")), (origin,))
    terms: dict[str, Any] = {"focal": "world_leader", "reference": "ordinary"}
    terms |= {"frame": "reported", "outcome": {"at_least": "remove"}, "margin": 0.05}
    return compare(enroll(cases, Design(**terms, reversal=True)))


def row(answer: Answer, measure: str) -> Any:
    return answer.frame.set_index("measure").loc[measure]


def test_what_came_of_nine_appeals_is_hidden_and_ten_are_shown() -> None:
    nine, ten = appeals(9).answer("reversal"), appeals(10).answer("reversal")
    hidden = ("reference", "estimate", "conf_low", "conf_high", "p_value", "n_reference")
    assert row(nine, REVERSED_ON_APPEAL)[list(hidden)].isna().all()
    assert row(nine, REVERSED_ON_APPEAL)["focal"] > 0  # leaders are shown
    assert HIDDEN not in ten.frame
    assert row(ten, REVERSED_ON_APPEAL)["n_reference_accounts"] == 10


def test_how_many_were_acted_on_and_appealed_stays() -> None:
    """Of whole classes, and of parts with enough accounts: that is what was asked."""
    nine = appeals(9).answer("reversal")
    for measure in (REVERSED, APPEALED):
        assert row(nine, measure)["n_reference"] == 160
        assert row(nine, measure)[["reference", "estimate"]].notna().all()


def test_the_words_and_the_table_say_what_is_hidden_and_not_what_it_is() -> None:
    comparison = appeals(9)
    answer = comparison.answer("reversal")
    blocks = one_answer(comparison, answer)
    assert "%" not in answer.says
    assert f"‘{REVERSED_ON_APPEAL}’" in answer.says
    assert "fewer than 10 accounts" in answer.says
    (table,) = (b for b in blocks if isinstance(b, Table))
    csv = pd.read_csv(io.StringIO(table.files["csv"]), dtype="str", keep_default_na=False)
    last = csv.set_index("measure").loc[REVERSED_ON_APPEAL]
    assert (last[["reference", "estimate", "p", "n_reference"]] == TOKEN).all()
    assert any(SYMBOL in cells for cells in table.cells)
    assert any(note.startswith(f"{SYMBOL} hidden") for note in table.notes)
    assert SYMBOL in str(answer)


def test_rows_that_are_public_already_hide_nothing() -> None:
    shown = appeals(9, disclosure="public aggregate: of a register").answer("reversal")
    assert HIDDEN not in shown.frame
