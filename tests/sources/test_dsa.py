"""The DSA Transparency Database: read as published, refused where it has changed."""

from __future__ import annotations

import hashlib
from collections import Counter

import pandas as pd
import pytest
from dsa_dump import csv_part, dump, layout, small, statement
from hypothesis import given, settings
from hypothesis import strategies as st

import audit
from audit.errors import DesignError, SchemaError, SourceError
from audit.schema import CASE_COLUMNS
from audit.sources.dsa import DSA_LADDER, Dsa, by_platform
from audit.sources.dsa.ladder import DECISIONS, NOT_STATED, RUNG, strictest
from audit.sources.dsa.schema import COLUMNS, LAYOUTS, NOT_IN_LIGHT, layout_of
from audit.sources.dsa.values import ADDED_IN_2025, REMOVED_IN_2025, VALUES

CLASSES = {"focal": "business", "reference": "private"}
BASE = {"outcome": {"at_least": "remove"}, "margin": 0.05}


def read(tmp_path, *rows: dict, **choices) -> audit.Cases:
    return Dsa(str(dump(tmp_path, [[csv_part(rows)]])), **choices).load()


# the published lists ---------------------------------------------------------------------------


def test_the_columns_are_the_published_ones_in_their_order(shared) -> None:
    published = pd.read_csv(shared / "data" / "dsa" / "columns.csv", dtype="str")
    assert tuple(published["column"]) == COLUMNS


def test_the_values_are_the_published_ones_and_no_others(shared) -> None:
    published = pd.read_csv(shared / "data" / "dsa" / "columns.csv", dtype="str")
    listed = published.dropna(subset=["values"]).set_index("column")["values"].str.split()
    ours = {name: set(values) for name, values in VALUES.items() if name != "category_addition"}
    # The list at hand leaves out the notice of Article 16, which the database's own code has.
    assert ours["source_type"] - set(listed["source_type"]) == {"SOURCE_ARTICLE_16"}
    ours["source_type"].remove("SOURCE_ARTICLE_16")
    assert ours == {name: set(values) for name, values in listed.items()}


def test_the_four_layouts_are_what_was_published() -> None:
    sizes = {(known.version, known.kind): len(known.columns) for known in LAYOUTS}
    assert sizes == {
        ("2025-07", "full"): 38,
        ("2025-07", "light"): 34,
        ("2023-09", "full"): 37,
        ("2023-09", "light"): 33,
    }
    assert not set(NOT_IN_LIGHT) & set(layout(kind="light").columns)
    for known in LAYOUTS:
        assert layout_of(known.columns) == (known, [])


def test_the_schemas_differ_where_it_was_announced() -> None:
    before, now = layout("2023-09"), layout()
    for name in VALUES:
        assert now.values(name) - before.values(name) == ADDED_IN_2025.get(name, frozenset())
        assert before.values(name) - now.values(name) == REMOVED_IN_2025.get(name, frozenset())
        assert before.values(name, either=True) == before.values(name) | now.values(name)
    assert {name: len(before.values(name)) for name in ("category",)} == {"category": 14}


# the ladder ------------------------------------------------------------------------------------


def test_every_decision_has_a_rung_and_every_rung_but_the_lowest_a_decision() -> None:
    assert set(RUNG) == set().union(*(VALUES[name] for name in DECISIONS))
    assert set(RUNG.values()) == set(DSA_LADDER.rungs[1:])


@given(st.lists(st.sampled_from(sorted(RUNG)), min_size=1, max_size=6))
def test_the_strictest_of_several_decisions_counts_in_any_order(values: list[str]) -> None:
    found = strictest(values)
    assert found == strictest(values[::-1])
    assert DSA_LADDER.rungs.index(found) == max(DSA_LADDER.rungs.index(RUNG[v]) for v in values)
    assert DSA_LADDER.rungs.index(strictest([*values, "DECISION_ACCOUNT_TERMINATED"])) == 8


# cases -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["2025-07", "2023-09"])
@pytest.mark.parametrize("kind", ["full", "light"])
def test_every_layout_is_read(tmp_path, version, kind) -> None:
    path = small(tmp_path, version=version, kind=kind)
    cases = Dsa(str(path)).load()
    frame = cases.frame
    assert len(cases) == 12
    assert set(frame["schema"]) == {version}
    assert frame["account_class"].value_counts().to_dict() == {"private": 8, "business": 4}
    assert frame["account_id"].isna().all()
    assert frame["delay_days"].eq(2).all()
    assert {c.name for c in Dsa.extra_columns} <= set(frame)
    assert cases.ladder is DSA_LADDER
    texts = frame.drop(columns=["schema"]).to_csv()
    assert "Facts" not in texts
    assert "second line" not in texts
    assert "uid-" not in texts


def test_decisions_stay_in_their_columns_and_the_strictest_is_the_action(tmp_path) -> None:
    both = ["DECISION_VISIBILITY_OTHER", "DECISION_VISIBILITY_CONTENT_DEMOTED"]
    frame = read(
        tmp_path,
        statement(1, decision_visibility=both),
        statement(2, decision_visibility=both, decision_account="DECISION_ACCOUNT_SUSPENDED"),
        statement(3, decision_visibility=["DECISION_VISIBILITY_OTHER"]),
        statement(4, decision_visibility=None, decision_monetary="DECISION_MONETARY_OTHER"),
        statement(5, decision_visibility=None, decision_provision=None, decision_account=None),
        statement(
            6, decision_visibility=[], decision_provision="DECISION_PROVISION_TOTAL_TERMINATION"
        ),
    ).frame
    assert frame["action"].tolist() == ["restrict", "suspend", "other", "demonetise", "ban"]
    joined = "DECISION_VISIBILITY_CONTENT_DEMOTED + DECISION_VISIBILITY_OTHER"
    assert frame["decision_visibility"].tolist()[:2] == [joined, joined]
    assert frame["decision_visibility"].isna().tolist() == [False, False, False, True, True]
    assert frame["decision_account"].tolist()[1] == "DECISION_ACCOUNT_SUSPENDED"


def test_a_statement_without_a_decision_leaves_through_the_ledger(tmp_path) -> None:
    cases = read(tmp_path, statement(1), statement(2, decision_visibility=None))
    (entry,) = [e for e in cases.ledger if e.cases_removed]
    assert entry.because == "the statement states no decision"
    assert len(cases) == 1


def test_delays_are_kept_and_doubted(tmp_path) -> None:
    cases = read(
        tmp_path,
        statement(1),
        statement(2, content_date="2025-07-05 00:00:00"),
        statement(3, content_date="2001-01-01 00:00:00"),
        statement(4, content_date=None),
    )
    frame = cases.frame
    assert frame["delay_days"].tolist()[:3] == [2, -3, 8948]
    doubts = ["none", "before posting", "over ten years", "not stated"]
    assert frame["delay_doubt"].tolist() == doubts
    assert frame["acted_at"].isna().tolist() == [False, True, False, False]
    assert frame["raw_acted_at"].tolist() == ["2025-07-02 00:00:00"] * 4
    says = cases.origins[0].notes
    assert "1 take effect before the content was posted" in says
    assert "1 take effect more than ten years after" in says
    assert "1 state no content date" in says


def test_a_class_column_that_exists_and_is_empty_is_refused(tmp_path) -> None:
    says = r"account_type.*exists and is empty in all 2 statements.*by_platform\(path\)"
    with pytest.raises(SchemaError, match=says):
        read(tmp_path, statement(1, account_type=None), statement(2, account_type=None))


def test_a_partly_empty_class_is_unknown_and_counted(tmp_path) -> None:
    cases = read(tmp_path, statement(1), statement(2, account_type=None))
    assert cases.frame["account_class"].tolist() == ["private", "unknown"]
    assert "1 of 2 statements do not say business or private" in cases.origins[0].notes


def test_a_statement_that_occurs_twice_is_named(tmp_path) -> None:
    with pytest.raises(SchemaError, match="'uuid': is not unique in 2 statements"):
        read(tmp_path, statement(1), statement(1))


def test_a_dump_with_more_than_most_is_refused(tmp_path) -> None:
    with pytest.raises(SourceError, match=r"holds more than 11 statements \(most\).*by_platform"):
        Dsa(str(small(tmp_path)), most=11).load()
    with pytest.raises(SourceError, match="most is 0; a whole number"):
        Dsa("x.zip", most=0)


def test_several_days_are_one_table_with_an_origin_each(tmp_path) -> None:
    other = dump(tmp_path, [[csv_part([statement(90)])]], day="2025-07-03")
    cases = Dsa([str(small(tmp_path)), str(other)]).load()
    assert len(cases) == 13
    assert [origin.title[-14:] for origin in cases.origins] == ["07-02-full.zip", "07-03-full.zip"]
    assert str(cases).count(Dsa.limits[0]) == 1


def test_a_csv_part_alone_is_read(tmp_path) -> None:
    path = tmp_path / "sor-global-2025-07-02-full-00000-00000.csv"
    path.write_text(csv_part([statement(1)]), encoding="utf-8")
    assert len(Dsa(str(path)).load()) == 1
    assert path.exists()


# what has changed ------------------------------------------------------------------------------


def test_a_changed_missing_or_doubled_column_is_named_before_anything_is_counted(tmp_path) -> None:
    text = csv_part([statement(1)])
    changed = text.replace("account_type", "account_kind", 1)
    path = dump(tmp_path, [[changed, csv_part([statement(2)])]])
    with pytest.raises(SchemaError) as error:
        by_platform(path)
    says = str(error.value)
    assert "'account_type': is missing against the nearest published layout (full, 2025-07" in says
    assert "'account_kind': is not a column of" in says
    twice = text.replace("platform_uid", "uuid", 1)
    with pytest.raises(SchemaError, match="'uuid': occurs twice in"):
        by_platform(dump(tmp_path, [[twice]]))


def test_unknown_values_are_named_with_their_number_and_nothing_is_counted(tmp_path) -> None:
    rows = [
        statement(1, category="STATEMENT_CATEGORY_VIOLENSE"),
        statement(2, decision_visibility=["DECISION_VISIBILITY_CONTENT_HIDDEN"]),
        statement(3, decision_visibility=["DECISION_VISIBILITY_CONTENT_HIDDEN"]),
        statement(4, content_type='["broken'),
        statement(5, application_date="yesterday"),
        statement(6, platform_name=None),
    ]
    path = dump(tmp_path, [[csv_part([statement(9)])], [csv_part(rows)]])
    for ask in (by_platform, lambda path: Dsa(str(path)).load()):
        with pytest.raises(SchemaError) as error:
            ask(path)
        says = str(error.value)
        assert "5 faults found" in says
        assert "found 'STATEMENT_CATEGORY_VIOLENSE' in 1 statement;" in says
        assert "Try: 'STATEMENT_CATEGORY_VIOLENCE'" in says
        assert "found 'DECISION_VISIBILITY_CONTENT_HIDDEN' in 2 statements" in says
        assert "full-00001-00000.csv" in says
        assert """found '["broken' in 1 statement;""" in says
        assert "is no date in 1 statement of" in says
        assert "'platform_name': is empty in 1 statement of" in says


def test_a_fault_of_many_parts_is_said_once(tmp_path) -> None:
    rows = [statement(i, category=f"STATEMENT_CATEGORY_NEW_{i}") for i in range(7)]
    path = dump(tmp_path, [[csv_part([row]) for row in rows]])
    with pytest.raises(SchemaError) as error:
        by_platform(path)
    says = str(error.value)
    assert "1 fault found" in says
    assert "in 7 statements of 7 parts, first sor-global-2025-07-02-full-00000-00000.csv" in says
    assert "'STATEMENT_CATEGORY_NEW_4' in 1 statement and 2 more" in says


@pytest.mark.parametrize("other", ["sor-global-{}-light.zip", "sor-examplegram-{}-full.zip"])
def test_dumps_that_hold_each_other_are_not_counted_together(tmp_path, other) -> None:
    path = small(tmp_path)
    copy = tmp_path / other.format("2025-07-02")
    copy.write_bytes(path.read_bytes())
    with pytest.raises(SourceError, match="statements of 2025-07-02 would count twice"):
        by_platform([path, copy])


@pytest.mark.parametrize(
    ("version", "category"),
    [
        ("2025-07", "STATEMENT_CATEGORY_SCOPE_OF_PLATFORM_SERVICE"),
        ("2023-09", "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"),
    ],
)
def test_a_value_of_the_other_schema_is_taken_only_when_asked(tmp_path, version, category) -> None:
    text = csv_part([statement(1, category=category)], layout(version))
    path = dump(tmp_path, [[text]])
    with pytest.raises(SchemaError, match=f"schema {version} does not know.*either_schema=True"):
        by_platform(path)
    found = by_platform(path, either_schema=True)
    assert found[["schema", "category"]].to_numpy().tolist() == [[version, category]]
    assert len(Dsa(str(path), either_schema=True).load()) == 1


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (
            lambda text: text.replace('with ""quotes""', 'with \\"quotes\\"'),
            "file line 2 holds a r",
        ),
        (lambda text: text + ",x", "a row that is no CSV"),
        (lambda text: text.rsplit(",", 1)[0], "a row that is no CSV"),
    ],
)
def test_a_row_that_is_no_csv_is_named_by_its_line_and_not_quoted(tmp_path, spoil, says) -> None:
    path = dump(tmp_path, [[spoil(csv_part([statement(1)]))]])
    with pytest.raises(SchemaError, match=says) as error:
        by_platform(path)
    assert "quotes\\" not in str(error.value)
    assert "Facts" not in str(error.value)


def test_a_repeated_header_is_named(tmp_path) -> None:
    text = csv_part([statement(1)])
    with pytest.raises(SchemaError, match=r"'category'.*found 'category' in 1 statement"):
        by_platform(dump(tmp_path, [[text + "\n" + text]]))


def test_bytes_that_are_not_utf8_are_named(tmp_path) -> None:
    path = tmp_path / "part.csv"
    text = csv_part([statement(1, platform_name="Caf\xe9")])
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(SchemaError, match="bytes that are not UTF-8"):
        by_platform(path)


def test_hostile_words_stay_words(tmp_path) -> None:
    name = "X'; drop table part; --\u202e<b>"
    found = by_platform(dump(tmp_path, [[csv_part([statement(1, platform_name=name)])]]))
    assert found["platform"].tolist() == [name]
    with pytest.raises(SchemaError, match=r"⟨U\+202E⟩"):
        by_platform(dump(tmp_path, [[csv_part([statement(1, category=name)])]]))


# platforms side by side ------------------------------------------------------------------------

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["A", "B"]),
        st.sampled_from(["STATEMENT_CATEGORY_VIOLENCE", "STATEMENT_CATEGORY_SELF_HARM"]),
        st.lists(st.sampled_from(sorted(VALUES["decision_visibility"])), max_size=2, unique=True),
        st.sampled_from([None, *sorted(VALUES["decision_account"])]),
        st.sampled_from([None, *sorted(VALUES["account_type"])]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=15)
@given(rows=ROWS, cut=st.integers(1, 5))
def test_counts_are_those_of_counting_by_hand_however_the_dump_is_cut(
    tmp_path_factory, rows, cut
) -> None:
    made = [
        statement(
            i,
            platform_name=platform,
            category=category,
            decision_visibility=visibility,
            decision_account=account,
            account_type=kind,
        )
        for i, (platform, category, visibility, account, kind) in enumerate(rows)
    ]
    texts = [csv_part(made[i : i + cut]) for i in range(0, len(made), cut)]
    found = by_platform(dump(tmp_path_factory.mktemp("d"), [texts]))
    by_hand = Counter(
        (platform, category, strictest([*visibility, *([account] if account else [])]))
        for platform, category, visibility, account, _ in rows
    )
    keys = ["platform", "category", "decision"]
    assert found.set_index(keys)["statements"].to_dict() == by_hand
    assert found["with_account_type"].sum() == sum(kind is not None for *_, kind in rows)
    assert found.groupby(keys[:2])["share_of_category"].sum().round(12).eq(1).all()
    assert found.groupby("platform")["share_of_platform"].sum().round(12).eq(1).all()
    assert (
        found.groupby(keys[:2])["statements"].sum()
        == found.groupby(keys[:2])["in_category"].first()
    ).all()


def test_one_kind_of_decision_can_be_counted_alone(tmp_path) -> None:
    rows = [
        statement(1, decision_account="DECISION_ACCOUNT_SUSPENDED"),
        statement(2),
        statement(3, decision_visibility=["DECISION_VISIBILITY_OTHER"]),
    ]
    path = dump(tmp_path, [[csv_part(rows)]])
    found = by_platform(path, decision="decision_account").set_index("decision")["statements"]
    assert found.to_dict() == {"DECISION_ACCOUNT_SUSPENDED": 1, NOT_STATED: 2}
    found = by_platform(path, decision="decision_visibility").set_index("decision")["statements"]
    assert found["DECISION_VISIBILITY_CONTENT_REMOVED"] == 2
    with pytest.raises(SourceError, match="decision is 'ban'; allowed: action, decision_vis"):
        by_platform(path, decision="ban")  # type: ignore[arg-type]


def test_by_platform_and_the_cases_agree(tmp_path) -> None:
    path = small(tmp_path)
    keys = ["platform", "rule", "action"]
    cases = Dsa(str(path)).load().frame.groupby(keys)["count"].sum()
    found = by_platform(path).set_index(["platform", "category", "decision"])["statements"]
    assert found.to_dict() == cases.to_dict()


# through the line ------------------------------------------------------------------------------


def test_a_rate_is_inadmissible_and_says_why(tmp_path) -> None:
    cases = Dsa(str(small(tmp_path))).load()
    design = audit.Design(**CLASSES, frame="enforced_only", **BASE)
    study = audit.enroll(cases, design)
    assert not study.admissible
    evidence = audit.appraise(audit.compare(study))
    assert evidence.rung == 0
    assert "a share of them is not a rate of enforcement" in str(evidence)


def test_a_frame_with_a_denominator_is_refused(tmp_path) -> None:
    cases = Dsa(str(small(tmp_path))).load()
    for frame in ("reported", "all_posts"):
        with pytest.raises(
            DesignError, match=f"frame is '{frame}', and the rows from 'dsa' can only"
        ):
            audit.enroll(cases, audit.Design(**CLASSES, frame=frame, **BASE))


def test_leaders_against_ordinary_accounts_are_refused_in_words(tmp_path) -> None:
    source = {"name": "dsa", "path": str(small(tmp_path))}
    design = audit.Design(
        focal="world_leader", reference="ordinary", frame="reported", source=source, **BASE
    )
    from audit.run import evidence

    with pytest.raises(DesignError) as error:
        evidence(design)
    assert "no share of it is a rate of enforcement" in str(error.value)
    assert "no case has account_class 'world_leader'" in str(error.value)


def test_a_design_file_can_name_several_days_and_limits(tmp_path) -> None:
    other = dump(tmp_path, [[csv_part([statement(90)])]], day="2025-07-03")
    paths = [str(small(tmp_path)), str(other)]
    source = {"name": "dsa", "path": paths, "unzip": {"ratio": 100.0}}
    design = audit.Design(**CLASSES, frame="enforced_only", source=source, **BASE)
    again = audit.Design.read(design.write(tmp_path / "design.toml"))
    from audit.run import load

    assert len(load(again)) == 13


def test_the_columns_of_cases_come_first(tmp_path) -> None:
    names = list(Dsa(str(small(tmp_path))).load().frame)
    first = [c.name for c in CASE_COLUMNS if c.name in names]
    assert names[: len(first)] == first


@pytest.mark.parametrize(
    "date", ["infinity", "epoch", "2025-06-30T00:00:00+02:00", "2025-06-30 (BC)", "290000-01-01"]
)
def test_a_date_that_only_an_engine_would_take_is_named(tmp_path, date: str) -> None:
    with pytest.raises(SchemaError, match="column 'content_date': is no date in 1 statement of"):
        read(tmp_path, statement(1), statement(2, content_date=date))


def test_a_folder_of_dumps_is_read_and_what_is_none_in_it_is_named(tmp_path) -> None:
    path = small(tmp_path)
    (tmp_path / f"{path.name}.sha1").write_text(
        hashlib.sha1(path.read_bytes(), usedforsecurity=False).hexdigest(), encoding="utf-8"
    )
    assert len(Dsa(str(tmp_path)).load()) == 12
    (tmp_path / "a.parquet").write_bytes(b"")
    with pytest.raises(SourceError, match=r"holds what is no dump: 'a\.parquet'"):
        Dsa(str(tmp_path)).load()
