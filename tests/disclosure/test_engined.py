"""Rows that stay in an engine: ids are found in a report, and what is not looked for is known."""

from __future__ import annotations

from dataclasses import replace

import pytest
from planted import ORIGIN, planted, secret

import audit
from audit.disclosure.engined import traces_in_engine, words_said
from audit.disclosure.guard import refuse
from audit.errors import DisclosureError
from audit.scanned import Scan


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Scan:
    path = tmp_path_factory.mktemp("engined") / "planted.csv"
    planted().drop(columns="posted_at").to_csv(path, index=False)
    return audit.scan(path, origin=ORIGIN)


@pytest.mark.parametrize(
    "text",
    [
        "by zq_handle_007.",
        "(ZQ_HANDLE_007)",
        "see https://social.test/zq_handle_007/status/1",
        "“@zq_handle_007”: removed",
    ],
)
def test_an_ordinary_account_is_found_in_the_engine(scan: Scan, text: str) -> None:
    (found,) = traces_in_engine(scan, {"here": text})
    assert (found.where, found.kind, found.found) == ("here", "an account or post", "zq_handle_007")


def test_a_post_is_found_and_an_official_or_part_of_a_word_is_not(scan: Scan) -> None:
    frame = planted()
    post = frame.loc[frame["account_class"] == "ordinary", "case_id"].iloc[0]
    assert [t.found for t in traces_in_engine(scan, {"a": f"post {post}"})] == [post]
    record = frame.loc[frame["account_class"] == "world_leader", "case_id"].iloc[0]
    said = {"a": f"office_01 in post {record}; xzq_handle_007; 12 posts"}
    assert traces_in_engine(scan, said) == []


def test_a_notebook_is_held_against_every_scan_in_memory(scan: Scan) -> None:
    with pytest.raises(DisclosureError, match="zq_handle_003"):
        refuse({"cell": "zq_handle_003 wrote"})
    shown = replace(scan, origins=(replace(ORIGIN, disclosure="public aggregate: a register"),))
    refuse({"cell": "zq_handle_003 wrote"}, cases=[shown])


def test_words_of_posts_are_not_looked_for_in_an_engine(scan: Scan) -> None:
    """As the module says; whoever adds it changes that sentence too."""
    assert traces_in_engine(scan, {"a": secret(3)["text"].replace("zzq003", "")}) == []


def test_short_words_dates_and_counts_are_not_sent() -> None:
    assert words_said(["of 123 posts on 2024-02-01 a b, zq_handle"]) == {"posts", "zq_handle"}
