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


def test_the_rung_of_the_record_licenses_words_of_treatment() -> None:
    assert found("Leaders were treated more leniently.", rung=3) == []


def test_only_simulated_data_have_a_known_double_standard() -> None:
    assert found("The platform has a double standard.") == [("licence", "double standard")]
    assert found("The platform has a double standard.", simulated=True) == []
