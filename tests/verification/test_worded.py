"""Every sentence of a document is held to its rung and sign, changed or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from audit.verification.passages import Passage, Reading
from audit.verification.record import Record
from audit.verification.worded import unlicensed


def found(text: str, *, rung: int = 2, simulated: bool = False) -> list[tuple[str, str]]:
    data = {"verdict": {"rung": rung}, "report": {"simulated": simulated}}
    reading = Reading("pdf", (Passage("page 1", text),))
    record = Record(Path("."), (), data, "")
    return [(d.kind, d.says.split("'")[1]) for d in unlicensed(reading, record)]


GAP = "−26.2 percentage points"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            f"Leaders were spared because of their office, which proves bias: {GAP}.",
            [("licence", w) for w in ("spared", "because of", "proves", "bias")],
        ),
        (f"Leaders were removed more often than others: {GAP}.", [("direction", "more often")]),
        (f"Leaders were removed less often than others: {GAP}.", []),
        ("Leaders were treated more leniently.", [("licence", "leniently")]),
        ("The mean is used because the median jumps.", []),
    ],
)
def test_a_sentence_that_nobody_changed_is_judged_all_the_same(text: str, said) -> None:
    assert found(text) == said


ROW = "abuse 12 34 elections 56 78 "


def test_a_long_run_is_a_table_and_is_judged_all_the_same() -> None:
    """A PDF's page has no full stop in a table: what is put between its rows is no cell of it."""
    assert found(f"{ROW * 30} because of their office {ROW * 30}") == [("licence", "because of")]
    assert found(ROW * 60) == []


def test_a_word_of_a_table_beside_the_report_may_stand_in_a_long_run(tmp_path) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "tbl-x.csv").write_text("what\nhalf the rate\n")
    reading = Reading("pdf", (Passage("page 1", f"{ROW * 30} half the rate {ROW * 30}"),))
    record = Record(tmp_path, (), {"verdict": {"rung": 2}}, "")
    assert not list(unlicensed(reading, record))
    (tmp_path / "tables" / "tbl-x.csv").write_text("what\nthe rate\n")
    (wrong,) = unlicensed(reading, record)
    assert wrong.sentence.endswith(
        "half the rate abuse 12 34 elections 56 78 abuse 12 34 elections 56"
    )


def test_the_rung_of_the_record_licenses_words_of_treatment() -> None:
    assert found("Leaders were treated more leniently.", rung=3) == []


def test_only_simulated_data_have_a_known_double_standard() -> None:
    assert found("The platform has a double standard.") == [("licence", "double standard")]
    assert found("The platform has a double standard.", simulated=True) == []
