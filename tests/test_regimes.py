from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from audit.errors import RegimeError, SchemaError
from audit.regimes import Exemptions, Regimes
from audit.schema import Ladder

CHANGES = pd.DataFrame(
    [
        ("twitter", "hate", "2017-12-18", "New rules enforced", "rule"),
        ("twitter", "", "2019-06-27", "All rules rewritten", "rule"),
        ("twitter", "hate", "2018-01-05", "A statement", "statement"),
        ("twitter", "spam", "2020-03-01T12:00:00Z", "Spam rules", ""),
        ("facebook", "hate", "2016-10-21", "Newsworthiness", "exemption"),
    ],
    columns=["platform", "rule", "start", "title", "effect"],
)


def label(platform: str | None, rule: str | None, when: str | None) -> str:
    one = Regimes(CHANGES).label(
        pd.Series([platform], index=[7], dtype="str"),
        pd.Series([rule], index=[7], dtype="str"),
        pd.to_datetime(pd.Series([when], index=[7]), utc=True),
    )
    assert one.index.tolist() == [7]
    return str(one.iloc[0])


@pytest.mark.parametrize(
    ("platform", "rule", "when", "is_"),
    [
        ("twitter", "hate", "2017-12-17T23:59:59Z", "before 2017-12-18"),
        ("twitter", "hate", "2017-12-18", "2017-12-18"),
        ("twitter", "hate", "2018-06-01", "2017-12-18"),
        ("twitter", "hate", "2019-06-27", "2019-06-27"),
        ("twitter", "spam", "2019-07-01", "2019-06-27"),
        ("twitter", "spam", "2020-03-01T12:00:00Z", "2020-03-01T12:00:00Z"),
        ("twitter", None, "2018-01-01", "before 2019-06-27"),
        ("facebook", "hate", "2018-01-01", "unknown"),
        ("myspace", "hate", "2018-01-01", "unknown"),
        (None, "hate", "2018-01-01", "unknown"),
        ("twitter", "hate", None, "unknown"),
    ],
)
def test_a_post_meets_the_version_in_force(
    platform: str | None, rule: str | None, when: str | None, is_: str
) -> None:
    assert label(platform, rule, when) == is_


def test_boundaries_lie_inside_the_window() -> None:
    first, last = pd.Timestamp("2017-12-18", tz="UTC"), pd.Timestamp("2019-06-27", tz="UTC")
    found = Regimes(CHANGES).boundaries("twitter", "hate", first, last)
    assert found["title"].tolist() == ["A statement", "All rules rewritten"]
    assert found["effect"].tolist() == ["statement", "rule"]
    early = first - pd.Timedelta("1us")
    assert len(Regimes(CHANGES).boundaries("twitter", "hate", early, last)) == 3
    assert Regimes(CHANGES).boundaries("facebook", "spam", first, last).empty


def test_regimes_at_fault_say_all_of_it(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="the regimes: 2 faults") as caught:
        Regimes(CHANGES.assign(start="soon", effect="law"))
    assert "allowed: rule, exemption, statement" in str(caught.value)
    path = tmp_path / "regimes.csv"
    CHANGES.to_csv(path, index=False)
    regimes = Regimes.read(path)
    pd.testing.assert_frame_equal(regimes.frame, Regimes(CHANGES).frame)
    assert re.search(r"2019-06-27 +twitter +– +rule +All rules rewritten", str(regimes))
    path.write_text("platform,start\na\n")
    with pytest.raises(SchemaError, match=r"(?s)the regimes 'regimes\.csv': .*too few fields"):
        Regimes.read(path)


EXEMPT = pd.DataFrame(
    [
        ("twitter", "", "world_leader", "restrict", "2019-06-27", "2021-01-08"),
        ("twitter", "incitement", "world_leader", "ban", "2020-01-01", ""),
        ("facebook", "", "candidate", "label", "2019-09-24", ""),
    ],
    columns=["platform", "rule", "account_class", "ceiling", "start", "end"],
)


@pytest.mark.parametrize(
    ("platform", "rule", "account_class", "when", "ceiling"),
    [
        ("twitter", "hate", "world_leader", "2019-06-27", "restrict"),
        ("twitter", "hate", "world_leader", "2021-01-08", None),
        ("twitter", "hate", "ordinary", "2019-06-27", None),
        ("twitter", "incitement", "world_leader", "2019-12-31", "restrict"),
        ("twitter", "incitement", "world_leader", "2020-01-01", "ban"),
        ("facebook", None, "candidate", "2030-01-01", "label"),
        ("facebook", None, "candidate", None, None),
    ],
)
def test_an_exemption_puts_a_ceiling(
    platform: str, rule: str | None, account_class: str, when: str | None, ceiling: str | None
) -> None:
    found = Exemptions(EXEMPT).covering(
        pd.Series([platform]),
        pd.Series([rule], dtype="str"),
        pd.Series([account_class]),
        pd.to_datetime(pd.Series([when]), utc=True),
    )
    assert found.fillna("").tolist() == [ceiling or ""]


def test_exemptions_that_contradict_each_other_are_refused() -> None:
    twice = EXEMPT.iloc[[0, 0]].assign(ceiling=["restrict", "ban"])
    with pytest.raises(RegimeError, match="rows 1 and 2 overlap: restrict and ban"):
        Exemptions(twice)
    with pytest.raises(RegimeError, match="row 1 does not end after it starts"):
        Exemptions(EXEMPT.iloc[[0]].assign(end="2019-01-01"))
    with pytest.raises(SchemaError, match=r"'ceiling': is not a level .*found 'shadowban'"):
        Exemptions(EXEMPT.assign(ceiling="shadowban"))
    own = Exemptions(EXEMPT.assign(ceiling="shadowban"), Ladder(("none", "shadowban")))
    assert len(own.to_frame()) == 3
    assert "<table" in own._repr_html_()
