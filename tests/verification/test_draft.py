"""A journalist's draft: which numbers trace, which do not, which words go too far."""

from __future__ import annotations

import pytest

from audit.cli import main
from audit.errors import VerifyError
from audit.verification import draft as module
from audit.verification import verify_draft

GOOD = """# What the records show

Leader posts were acted on less often than comparable posts: 10 of 48, or about a fifth, against
some 25 expected. That is a gap of 31 points (−30.6 percentage points, interval −44.1 to −10.6).
By the data of 2026-01-01, leader posts were treated more leniently.
"""


@pytest.fixture
def checked(made, monkeypatch):
    """Return a reader of drafts that knows the ordinary accounts without loading the data."""
    monkeypatch.setattr(
        "audit.verification.accounts.ordinary_accounts",
        lambda record, design="": frozenset({"ordinary-007"}),
    )

    def read(text: str, rung: int | None = None):
        import json

        path = made.root / "article.md"
        path.write_text(text, encoding="utf-8")
        if rung is not None:
            beside = made.folder / "record.json"
            record = json.loads(beside.read_text())
            record["verdict"]["rung"] = rung
            beside.write_text(json.dumps(record))
        return verify_draft(path, record=made.folder)

    return read


def test_an_honest_draft_passes_and_every_number_names_its_claim(checked) -> None:
    found, traced = checked(GOOD)
    assert found.exit_code == 0, str(found)
    known = {t.said: t.claim for t in traced}
    assert known["10"] == "observed"
    assert known["about a fifth"] in ("observed_rate", "rate_focal")
    assert known["some 25"] == "expected"
    assert known["31 points"] == "gap"
    assert known["−30.6 percentage points"] == "gap"
    gap = next(t for t in traced if t.said == "31 points")
    assert gap.where == "line 4"
    assert "−30.6 percentage points (-30.5817610063 percentage points)" in gap.exact


BAD = {
    "an untraced number": ("They removed 37 of them.", "unrecorded", "“37”: traces to no claim"),
    "the wrong rounding": ("A gap of 35 points.", "unrecorded", "“35 points”: traces to no claim"),
    "percent for points": (
        "Posts fell by 30.6 percent.",
        "number",
        "in percentage points, not in percent",
    ),
    "a turned sign": ("A gap of +30.6 points.", "sign", "the sign is − in the report (claim gap)"),
    "a turned word": (
        "Leader posts were removed more often, by 31 points.",
        "direction",
        "'more often': the number's sign is -1",
    ),
    "a cause": ("10 posts came down because they led.", "licence", "'because' goes too far"),
    "a motive": ("The platform is biased.", "licence", "'biased' goes too far at rung 3"),
    "times of odds": (
        "The odds were such that they were 24.7 times more likely to go.",
        "licence",
        "an odds ratio is no ratio of chances",
    ),
    "an ordinary account": ("Ask ordinary-007, who was hit.", "named", "'ordinary-007' is an"),
    "a handle": ("Ask @somebody who was hit.", "named", "@somebody is no official"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_said_with_its_line_and_sentence(checked, name) -> None:
    sentence, kind, says = BAD[name]
    found, _ = checked(f"# A draft\n\nIt begins well.\n\n{sentence}\n")
    assert found.exit_code == 1
    right = [d for d in found.defects if d.kind == kind and says in d.says]
    assert right, str(found)
    assert right[0].where == "line 5"
    assert sentence.rstrip(".")[:30] in right[0].sentence
    assert right[0].instead


def test_words_are_weighed_at_the_rung_of_the_report(checked) -> None:
    text = "Leader posts were treated more leniently."
    assert checked(text)[0].exit_code == 0
    found, _ = checked(text, rung=2)
    assert [d.kind for d in found.defects if d.where == "line 1"] == ["licence"]
    assert "goes too far at rung 2" in next(d for d in found.defects if d.where == "line 1").says


def test_of_the_main_gap_the_reports_own_sentence_is_offered(checked) -> None:
    found, _ = checked("The gap of 31 points was caused by a policy.")
    (wrong,) = found.defects
    assert wrong.instead.startswith(
        "Leader posts were treated more leniently than comparable posts"
    )


def test_the_reference_class_as_the_subject_turns_the_words(checked) -> None:
    right = "Ordinary posts were removed more often than leader posts, by 31 points."
    assert checked(right)[0].exit_code == 0
    found, _ = checked(right.replace("more often", "less often"))
    assert [d.kind for d in found.defects] == ["direction"]


def test_a_small_number_is_not_traced_to_a_cell_that_happens_to_print_it(checked) -> None:
    found, traced = checked("There were 9 of a kind.")
    assert not traced
    assert "to print it" in found.defects[0].says or "no claim" in found.defects[0].says


def test_a_date_is_no_claim(checked) -> None:
    """Outside the report's years it is noted as not checked; the rest is weighed all the same."""
    found, _ = checked("On 5 January 2018 it began.")
    assert (found.exit_code, found.defects) == (0, ())
    says = "line 1: '5 January 2018' is a date the report does not print; it is not checked"
    assert found.notes == (says,)
    found, _ = checked("In 2026, 10 of 48 leader posts were removed.")
    assert (found.exit_code, found.notes) == (0, ())


FALSE = {
    "a turned verdict": ("Leader posts were treated more strictly: 10 of 48.", "'more strictly'"),
    "less leniently": ("Leader posts were treated less leniently.", "'less leniently'"),
    "a turned direction": ("Leaders' posts were removed more often than others'.", "'more often'"),
    "the other denominator": ("{events} of {ordinary} posts were removed.", "no row of the report"),
    "the other class": ("Ordinary accounts wrote {leaders} posts.", "of the leader class"),
    "the other advantage": ("The gap was in favour of ordinary accounts.", "'in favour of"),
    "a printed word": ("Five leaders wrote them.", "“Five”: traces to no claim"),
    "thirteen": ("Thirteen rules were applied.", "“Thirteen”: traces to no claim"),
    "a dozen": ("A dozen posts were left.", "“A dozen”: traces to no claim"),
    "hundreds": ("Hundreds of posts stayed.", "“Hundreds”: traces to no claim"),
    "two thirds": ("Two thirds of the posts went.", "“Two thirds”: traces to no claim"),
    "guilt": ("The platform is guilty.", "'guilty' goes too far"),
    "favouritism": ("This is favoritism.", "'favoritism' goes too far"),
    "easy": ("It went easy on leaders.", "'went easy on' goes too far"),
    "off": ("It lets leaders off.", "'lets leaders off' goes too far"),
    "a shield": ("It shielded leaders.", "'shielded' goes too far"),
    "a misread interval": ("There is a 95 % chance that it is so.", "'95 % chance' goes too far"),
}


@pytest.mark.parametrize("name", FALSE)
def test_a_false_sentence_of_true_numbers_is_found(checked, made, name) -> None:
    import json

    claims = json.loads((made.folder / "claims.json").read_text())
    value = {c["id"]: c["text"] for c in claims}
    ids = {"events": "events_focal", "ordinary": "n_reference", "leaders": "n_focal"}
    sentence, says = FALSE[name]
    found, _ = checked(sentence.format(**{k: value[v] for k, v in ids.items()}))
    assert found.exit_code == 1
    assert says in str(found), str(found)


@pytest.mark.parametrize(
    "sentence",
    [
        "The p-value is below 0.05.",
        "The interval runs from 10.6 to 44.1 points less often for leader posts.",
        "The 95 % interval is −44.1 to −10.6 points.",
        "Leaders posted 48 times.",
        "10 of 48 leader posts were removed.",
        "Comparable posts were removed more often than leader posts.",
    ],
)
def test_a_true_sentence_raises_no_alarm(checked, sentence) -> None:
    found, _ = checked(sentence)
    assert found.exit_code == 0, str(found)


def test_without_the_data_names_are_left_unchecked(made, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (made.root / "cases.csv").unlink()
    path = made.root / "article.md"
    path.write_text("10 posts.")
    found, _ = verify_draft(path, record=made.folder)
    assert found.exit_code == 2
    assert "names of ordinary accounts: the data cannot be read" in found.unchecked[0]


def test_names_are_looked_for_in_the_data(made, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = made.root / "article.md"
    path.write_text("We asked *ordinary-007* and leader-001.\n")
    found, _ = verify_draft(path, record=made.folder)
    assert [d.says for d in found.defects if d.kind == "named"] == [
        "'ordinary-007' is an ordinary account, and may not be named"
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"caf\xe9", "is not UTF-8 at byte 3"),
        (b"%PDF-1.7 x", "is no text"),
        (b"PK\x03\x04\0\0", "is no text"),
    ],
)
def test_what_is_no_draft_is_answered_in_words(made, content, words) -> None:
    path = made.root / "article.md"
    path.write_bytes(content)
    with pytest.raises(VerifyError, match=words):
        verify_draft(path, record=made.folder)


def test_a_draft_that_is_too_long_is_not_read(made, monkeypatch) -> None:
    monkeypatch.setattr(module, "LONGEST", 10)
    path = made.root / "article.md"
    path.write_text("x" * 11)
    with pytest.raises(VerifyError, match="has 11 characters; at most 10"):
        verify_draft(path, record=made.folder)


def test_hostile_text_stays_text(checked) -> None:
    found, _ = checked(
        "Now \u202e37\u202c <script>alert(37)</script> \x1b[31m37 {claim:gap} because\n"
    )
    said = str(found)
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert found.exit_code == 1


def test_the_command_line_prints_what_traced_and_what_did_not(made, capsys, monkeypatch) -> None:
    monkeypatch.chdir(made.root)
    path = made.root / "article.md"
    path.write_text("Of 48 posts, 37 were acted on.\n")
    assert main(["verify", "--draft", str(path), "--record", str(made.folder)]) == 1
    said = capsys.readouterr().out
    assert "line 1: “48” is " in said
    assert "“37”: traces to no claim" in said
    assert main(["verify", "--draft", str(path), str(made.folder)]) == 1
    assert main(["verify", "--draft", str(path)]) == 2
    assert "--draft needs the report" in capsys.readouterr().err
    assert main(["verify"]) == 2
    assert "nothing to verify" in capsys.readouterr().err
