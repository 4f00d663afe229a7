"""Articles that say more than a report, in every form that a page can hide it in."""

from __future__ import annotations

import time

import pytest

from audit.verification import verify_draft
from audit.verification.rows import Row
from audit.verification.sentences import code_lines, sentences

SECONDS = 20
"""Of processor time, for what takes less than one where it is read once."""
FORGED = {
    "two hundred": "Two hundred leader posts were removed.",
    "rarely": "Leader posts were always removed.",
    "none": "No leader posts were removed.",
    "most": "Most leader posts were removed.",
    "not less often": "Leader posts were not removed less often than ordinary posts.",
    "no less": "Leader posts were no less likely to be removed than ordinary posts.",
    "as often": "Leader posts were removed as often as comparable posts.",
    "alike": "Leaders and ordinary accounts were treated alike.",
    "no difference": "There was no difference between leaders and ordinary accounts.",
    "expected as seen": "Some 25 leader posts were removed.",
    "seen as expected": "10 would have been removed at the ordinary rate.",
    "a list": "- Leaders: {events_reference} posts removed\n",
    "a table": "| | removed |\n|---|---|\n| leaders | {events_reference} |\n",
    "a turned table": "| | leaders | others |\n|--|--|--|\n| gone | {events_reference} | 10 |\n",
    "an expected cell": "| | removed | expected |\n|---|---|---|\n| leaders | 25 | 10 |\n",
    "plus": "The gap was plus 30.6 points.",
    "positive": "The gap is positive.",
    "points more": "Leader posts were removed 30.6 points more.",
    "percent": "Leader posts were removed 30.6 percent less often.",
    "exceeds": "Leaders' removal rate exceeds that of ordinary accounts.",
    "half": "Leaders' removal rate was half that of ordinary accounts.",
    "stems from": "The gap stems from office.",
    "consequence": "The gap is a consequence of office.",
    "prevented": "The exemption prevented removals.",
    "effect": "The exemption's effect is 30.6 points.",
    "harder on": "The platform was harder on leaders.",
    "not significant": "The gap is not statistically significant.",
    "within the margin": "The gap is within the margin.",
    "the interval": "The interval includes zero.",
    "the level": "The 99 % interval is −44.1 to −10.6 points.",
    "the rung": "The evidence reached the highest rung.",
    "the verdict": "The report's verdict is: unclear.",
    "the margin": "The margin was 30.6 points.",
    "a title": 'See [this](https://example.org/a "737 posts").',
    "a definition": "[a]: https://example.org/a '737 posts'\n",
    "no definition": "[leaders]: 737 leader posts were removed\n",
    "no target": "See [this](737 leader posts were removed).",
    "a footnote": "Well.[^1]\n\n[^1]: There were 737 of them.\n",
    "an image": "![737 removals](x.png)",
    "an attribute": '<img alt="737 removals" src="x.png">',
    "front matter": "---\ntitle: 737 removals\n---\nText.\n",
    "code in a line": "There were `737` of them.",
    "struck out": "~~737~~ leader posts.",
    "a comment that ends": "<!--> 737 leader posts -->",
    "another end": "<!-- x --!> 737 leader posts",
    "an entity": "7&#51;7 leader posts.",
    "emphasis": "7**3**7 leader posts.",
    "a number of a list": "737. Leader posts were removed.",
    "other letters": "Leader posts were removed mоre often than others.",
    "letters turned": "Leader posts: \u202e737\u202c.",
    "a Roman numeral": "DCCXXXVII leader posts were removed.",
    "Arabic digits": "٧٣٧ leader posts.",
    "circled digits": "⑦ leader posts.",
    "a German decimal": "The gap was 30,7 points.",
    "a soft hyphen": "Leader posts were removed more of\u00adten than ordinary posts.",
    "nothing between": "Leader posts were removed mo\u200bre often than ordinary posts.",
    "a range": "Between 60 and 70 % of leader posts were removed.",
    "one in two": "One leader post in two was removed.",
}


@pytest.fixture
def read(made, monkeypatch):
    """Return a reader of drafts that does not load the data, and fills in numbers by claim."""
    import json

    monkeypatch.setattr(
        "audit.verification.accounts.ordinary_accounts", lambda record, design="": frozenset()
    )
    claims = json.loads((made.folder / "claims.json").read_text())
    texts = {c["id"]: c["text"] for c in claims if "/" not in c["id"]}

    def verify(text: str):
        for name in ("events_reference",):
            text = text.replace(f"{{{name}}}", texts[name])
        path = made.root / "article.md"
        path.write_text(text, encoding="utf-8")
        return verify_draft(path, record=made.folder)[0]

    return verify


def test_no_forged_draft_passes(read) -> None:
    passed = {name: found for name, text in FORGED.items() if not (found := read(text)).defects}
    assert not passed


TRUE = [
    "Leader posts were not removed more often than ordinary posts.",
    "Leader posts were not removed as often as comparable posts.",
    "Leader posts were removed more rarely than comparable posts.",
    "Most leader posts stayed up.",
    "10 of 48 leader posts were removed, against 25 expected.",
    "Of 48 leader posts, 10 were removed.",
    "Had ordinary accounts posted the same, 25 would have been removed.",
    "Ten leader posts in 48 were removed.",
    "The gap was minus 30.6 points.",
    "The evidence stands on rung 3.",
    "The interval excludes zero.",
    "The verdict is: treated more leniently.",
    "This does not prove that leaders were favoured because of their office.",
    "| | removed |\n|---|---|\n| leaders | 10 |\n| ordinary | {events_reference} |\n",
    "Leaders post more often than others.",
    "We asked whether leaders are treated the same.",
    "1. A first point.\n2. A second point.\n",
]


def test_no_true_draft_is_called_false(read) -> None:
    wrong = {text: str(found) for text in TRUE if (found := read(text)).exit_code}
    assert not wrong


def test_what_cannot_be_read_is_left_unchecked_and_no_pass(read) -> None:
    for text, says in (
        ("Text.\n\n```\n737 posts\n```\n", "line 3: a block of code is not read"),
        ("Führungskräfte wurden häufiger gelöscht als andere.\n", "is not English"),
    ):
        found = read(text)
        assert found.exit_code == 2
        assert any(says in line for line in found.unchecked), str(found)


HOSTILE = ["more often ", "not ", "no leader posts were ", "two hundred and ", "7 of 8 ", "if a "]
HOSTILE += ["most of the a b c d ", "margin ", "the interval ", '(x "', "<a "]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_sentence_is_read_in_time_or_left_unchecked(read, text) -> None:
    short, endless = text * (4_000 // len(text)), text * (20_000 // len(text))
    read(short)
    found = read(endless)
    assert found.exit_code, "nobody can have read that"


@pytest.mark.parametrize("text", ["| a ", "|-", "[^1]: ", "<!--", "`", "- ", "    ", "> # "])
def test_hostile_marks_are_read_in_time(text) -> None:
    """No run of blanks or marks is read once for every blank or mark in it."""
    start = time.process_time()
    assert isinstance(list(sentences(text * (60_000 // len(text)))), list)
    assert time.process_time() - start < SECONDS


def test_a_subgroup_is_held_to_its_own_row(read, made) -> None:
    """The table is another one here: in it the gap of one rule goes the other way."""
    import json

    path = made.folder / "claims.json"
    claims = json.loads(path.read_text())
    cell = {**next(c for c in claims if c["kind"] == "cell"), "unit": "Gap, points"}
    claims.append({**cell, "id": "tbl-subgroups/r0/estimate", "text": "+4.5", "value": 4.52})
    path.write_text(json.dumps(claims))
    (made.folder / "tables" / "tbl-subgroups.csv").write_text(
        "family,subgroup,estimate\nrule,rule ‘hoaxes’,4.52\n"
    )

    def kinds(text: str) -> set[str]:
        return {d.kind for d in read(text).defects if d.where == "line 1"}

    assert kinds("For hoaxes, leader posts were removed more often, by 4.5 points.") == set()
    assert kinds("For hoaxes, leader posts were removed less often.") == {"direction"}
    assert kinds("Leader posts were removed more often.") == {"direction"}
    assert kinds("For spam, the gap was 4.5 points.") == {"unrecorded"}


def test_a_row_is_named_by_all_its_labels() -> None:
    row = Row("tbl/r0/", frozenset({"abuse", "high"}))
    assert row.named("Abuse of high severity")
    assert not row.named("Abuse of highest severity")


def test_cells_have_their_heading_and_their_row() -> None:
    text = (
        "Before.\n\n| class | removed \\| gone |\n|:--|--:|\n| leaders | 10 |\n| | 5 |\n\nAfter.\n"
    )
    assert [(s.line, s.text, s.about) for s in sentences(text)] == [
        (1, "Before.", ""),
        (3, "class", ""),
        (3, "removed | gone", ""),
        (5, "leaders", "class"),
        (5, "10", "removed | gone leaders"),
        (6, "5", "removed | gone"),
        (8, "After.", ""),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("---\nlayout: 7\ntitle: 'T 7'\n---\nX", ["T 7", "X"]),
        ("Note.[^1]\n\n[^1]: Text 7.", ["Note.", "Text 7."]),
        ("<!--> seen <!-- not -->", ["seen"]),
        ("[a](<b c> 'title 7') b", ["[a] title 7 b"]),
        ("![alt 7](x.png)", ["![alt 7]"]),
        ('<a href="9" title="said 7">x</a>', ["said 7 x"]),
        ("- one\n- two", ["one", "two"]),
        ("7. seven", ["7. seven"]),
        ("1. one\n2. two\n1. again", ["one", "two", "again"]),
        ("\\*7\\* and &lt;8&gt;", ["*7* and <8>"]),
    ],
)
def test_what_a_reader_sees_is_read(text, said) -> None:
    assert [" ".join(s.text.split()) for s in sentences(text)] == said


def test_blocks_of_code_are_named_by_their_line() -> None:
    assert code_lines("a\n```\nx 1\n```\n~~~\n---\n~~~\n```\nopen") == [2, 8]
