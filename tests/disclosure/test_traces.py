"""What leads to an ordinary account, and what does not."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from planted import ORIGIN

from audit.cases import Cases
from audit.disclosure.shown import words_of
from audit.disclosure.traces import traces
from audit.docket.names import reference_names


def cases(**columns: list[str]) -> Cases:
    n = len(next(iter(columns.values())))
    given = {
        "case_id": [f"case-{i:05d}" for i in range(n)],
        "account_id": [f"someone_{i}" for i in range(n)],
        "account_class": ["ordinary"] * n,
        "action": ["none"] * n,
    }
    return Cases(pd.DataFrame({**given, **columns}).astype("str"), (ORIGIN,))


def found(one: Cases, text: str, *, least: int = 10) -> list[str]:
    return [t.kind for t in traces([one], {"here": text}, least=least)]


@pytest.mark.parametrize(
    "text",
    ["by Someone_1.", "(@someone_1)", "https://x.test/SOMEONE_1/status/2", "ＳＯＭＥＯＮＥ_1"],
)
def test_a_handle_is_found_whatever_stands_around_it(text: str) -> None:
    assert found(cases(rule=["a", "b"]), text) == ["an account or post"]


def test_part_of_a_word_is_no_handle() -> None:
    assert found(cases(rule=["a", "b"]), "nosomeone_1 someone_12") == []


def test_short_ids_and_numbers_are_told_from_no_word() -> None:
    one = cases(account_id=["a1", "1234"], case_id=["7", "88001234"])
    assert found(one, "a1 and 1234 of 7 posts") == []
    assert found(one, "post 88001234") == ["an account or post"]


def test_the_paint_of_a_drawing_is_no_case() -> None:
    one = cases(case_id=["c57188", "c57189"], rule=["a", "b"])
    drawn = '<path style="fill: none; stroke: #c57188; stroke-width: 1"/><g style="fill: #c57189"/>'
    assert found(one, drawn) == []
    assert found(one, drawn + "<text>c57188</text>") == ["an account or post"]
    assert found(one, "see #c57188") == ["an account or post"]


def test_a_word_of_the_package_itself_is_no_handle() -> None:
    assert found(cases(account_id=["posts", "zzqxv"]), "posts and zzqxv") == ["an account or post"]


def test_an_account_that_is_an_official_at_some_time_is_a_record() -> None:
    one = cases(
        account_id=["held_office", "held_office"], account_class=["world_leader", "ordinary"]
    )
    assert found(one, "held_office") == []


def test_five_words_of_an_ordinary_post_are_a_quote_and_four_are_none() -> None:
    said = "burn the little wooden boats tonight please"
    one = cases(text=[said, "nothing of the sort happened here today"])
    assert found(one, "They wrote: burn, the little—wooden BOATS!") == ["the words of a post"]
    assert found(one, "burn the little wooden ships") == []


def test_words_of_many_accounts_or_of_an_official_lead_to_nobody() -> None:
    said = "burn the little wooden boats"
    assert found(cases(text=[said] * 3), said, least=3) == []
    assert found(cases(text=[said] * 3), said, least=4) == ["the words of a post"]
    both = cases(text=[said, said], account_class=["ordinary", "candidate"])
    assert found(both, said) == []


HERE = "see http://evil.test/x."


@pytest.mark.parametrize("column", ["rule", "account_class", "url"])
def test_an_address_leads_to_somebody_unless_enough_accounts_have_it(column: str) -> None:
    """In a category as anywhere: few share it, and it is theirs; many do, and it is a name."""
    values = ["Links to http://evil.test/x", "HTTP://EVIL.test/x"] * 2 + ["other"]
    one = cases(**{column: values})
    assert "an address" in found(one, HERE, least=5)
    assert "an address" not in found(one, HERE, least=4)


def test_posts_of_one_account_do_not_make_an_address_common() -> None:
    one = cases(rule=["http://evil.test/x"] * 12, account_id=["someone_1"] * 12)
    assert found(one, HERE) == ["an address"]


def test_rows_without_accounts_count_posts_behind_an_address() -> None:
    one = cases(rule=["http://evil.test/x", "other"])
    frame = one.frame.assign(account_id=pd.Series([None, None], dtype="str"), count=[9, 40])
    assert found(Cases(frame, one.origins), HERE) == ["an address"]
    assert found(Cases(frame.assign(count=[10, 40]), one.origins), HERE) == []


def test_an_address_of_an_official_or_of_the_data_is_a_record() -> None:
    both = cases(url=["http://evil.test/x"] * 2, account_class=["ordinary", "candidate"])
    assert found(both, HERE) == []
    one = cases(rule=["http://evil.test/x", "other"])
    named = replace(one.origins[0], url="http://evil.test/x")
    assert found(one, HERE) == ["an address"]
    assert found(Cases(one.frame, (named,)), HERE) == []


def test_scripts_without_spaces_are_read_by_signs() -> None:
    said = "今日は港で小さな木の船を燃やした"
    one = cases(text=[said, "nothing of the sort happened here today"])
    assert found(one, f"引用：{said[2:14]}") != []
    assert found(one, said[:4]) == []


def test_what_is_compared_has_no_case_width_or_punctuation() -> None:
    assert words_of("Ｂurn, THE-boats") == ("burn", "the", "boats")


def test_numbers_of_masks_cannot_be_had_from_the_ids_and_the_seed_alone() -> None:
    """The draw is keyed by the cells: the same accounts with other posts get other numbers."""
    import numpy as np
    from planted import cases as planted_cases
    from planted import design

    from audit.study import enroll

    study = enroll(planted_cases(), design())
    again = enroll(planted_cases(), design())
    frame = planted_cases().frame.copy()
    last = int(np.flatnonzero(frame["account_class"] == "ordinary")[-1])
    frame.loc[last, "action"] = "none" if frame.loc[last, "action"] == "remove" else "remove"
    other = enroll(replace(planted_cases(), frame=frame), design())
    assert reference_names(study) == reference_names(again)
    assert reference_names(study) != reference_names(other)
    assert set(reference_names(study)) == set(reference_names(other))
