"""The labels of 2020 post by post: every figure of the originals, four coders, nobody exposed."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from label_rows import (
    HEAD,
    POSTS,
    Made,
    id_of,
    made,
    write_civic,
    write_posts,
    write_smapp,
)

from audit.cases import NEVER_NAMED, masked_accounts
from audit.checks.labels import agreement as krippendorff
from audit.design import Design
from audit.docket import open_docket
from audit.errors import DesignError, SchemaError, SourceError
from audit.sources.election_labels import (
    CODERS,
    ElectionLabels,
    coders,
    disagreement,
    gap_by_coder,
    joined,
    label_error,
    pairwise_agreement,
    where_it_stops,
)
from audit.sources.election_labels.posts import LEADER_HANDLE, classify, read_posts


@pytest.fixture
def files(tmp_path: Path) -> Made:
    return made(tmp_path)


@pytest.fixture
def real(shared: Path) -> Made:
    data = shared / "data"
    archive = data / "trump_archive" / "trump_tweets_tta_originals.csv"
    return Made(str(data / "election_labels_2020"), str(data / "rosters"), str(archive))


def labels(where: Made, **changes: str) -> ElectionLabels:
    given = {"path": where.path, "rosters": where.rosters, "archive": where.archive}
    return ElectionLabels("posts", **(given | changes))


def table(where: Made) -> pd.DataFrame:
    return coders(where.path, rosters=where.rosters, archive=where.archive)


def acted(frame: pd.DataFrame) -> dict[str, tuple[int, int]]:
    groups = frame["action"].ne("none").groupby(frame["account_class"])
    return {str(name): (int(g.sum()), len(g)) for name, g in groups}


# made-up files ---------------------------------------------------------------------------------


def test_a_post_is_a_case_of_its_author(files: Made) -> None:
    cases = labels(files).load()
    assert acted(cases.frame) == {
        "world_leader": (4, 6),
        "congress": (0, 1),
        "other_politician": (1, 1),
        "party_or_government": (0, 1),
        "other_author": (1, 3),
    }
    assert cases.ledger_frame()["cases_removed"].sum() == 1
    assert cases.frame["account_id"].nunique() == 6
    by_id = cases.frame.set_index("case_id")
    assert by_id.loc[id_of(3), "action"] == "restrict"
    assert by_id.loc[id_of(2), "fraud_words"] == "yes"
    assert by_id.loc[id_of(3), "fraud_words"] == "no"
    assert by_id.loc[id_of(1), "period"] == "before"


def test_the_loader_says_how_many_failed_to_join(files: Made) -> None:
    assert "smapp: 4 of 4 posts join by id" in str(labels(files).load())
    assert "civicmachines: 1 of 2 posts join by id" in str(labels(files).load())
    found = joined(files.path, rosters=files.rosters, archive=files.archive).set_index("coder")
    assert found.loc["civicmachines", ["posts", "joined", "failed", "rounded"]].tolist() == [
        2,
        1,
        1,
        1,
    ]
    assert found.loc["trump_archive", ["posts", "joined"]].tolist() == [7, 6]


def test_another_coder_decides_the_leaders_posts_and_no_others(files: Made) -> None:
    cases = labels(files, coder="smapp").load()
    assert acted(cases.frame)["world_leader"] == (3, 4)
    assert acted(cases.frame)["other_author"] == (1, 2)  # the one of October is left out
    by_id = cases.frame.set_index("case_id")
    assert by_id.loc[id_of(2), ["action", "by_cao"]].tolist() == ["none", "label"]
    assert "all others by Cao: the gap mixes two coders" in str(cases)
    steps = cases.ledger_frame().groupby("step")["cases_removed"].sum()
    assert steps.tolist() == [1, 2, 1]


def test_the_archives_flags_are_not_used_when_stale(files: Made) -> None:
    cases = labels(files, coder="trump_archive").load()
    assert acted(cases.frame)["world_leader"] == (2, 5)
    assert cases.frame["posted_at"].max() < pd.Timestamp("2020-12-01", tz="UTC")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"coder": "civicmachines"}, "rounded by a spreadsheet to 15 digits"),
        ({"coder": "me"}, "coder is 'me'; allowed: cao, smapp, trump_archive"),
        ({"rosters": ""}, "needs rosters"),
        ({"coder": "trump_archive", "archive": ""}, "needs archive"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(files: Made, changes, message) -> None:
    with pytest.raises(SourceError, match=message):
        labels(files, **changes)


def test_parameters_of_the_posts_are_refused_for_the_counts(files: Made) -> None:
    with pytest.raises(SourceError, match="rosters, coder count for the table 'posts' only"):
        ElectionLabels("cells", rosters=files.rosters, coder="smapp")


def test_the_folder_of_the_counts_holds_no_posts(root, files: Made, monkeypatch) -> None:
    monkeypatch.chdir(root)
    with pytest.raises(SourceError, match="user's own copy of the original"):
        ElectionLabels("posts", rosters=files.rosters).load()
    with pytest.raises(SourceError, match="There is no 'congress_legislators"):
        labels(files, rosters=files.path).load()


@pytest.mark.parametrize("column", HEAD[1:])
def test_a_missing_or_new_column_is_named_first(files: Made, column: str) -> None:
    head = [c if c != column else "new_name" for c in HEAD]
    write_posts(Path(files.path), [["x"] * len(HEAD)], head)
    with pytest.raises(SchemaError) as caught:
        labels(files).load()
    assert {f.column for f in caught.value.faults} == {column, "new_name"}


def test_ids_and_times_are_held_to_each_other(files: Made) -> None:
    rows = [
        [0, "2020-11-04 10:00:00", 0, "1.32E+18", "FALSE", 0, "made up", 0, 0],
        [1, "2020-11-04 05:00:00", 0, id_of(2), "FALSE", 0, "made up", 0, 0],
    ]
    write_posts(Path(files.path), rows)
    with pytest.raises(SourceError) as caught:
        labels(files).load()
    assert "1 posts have an id that is not whole digits" in str(caught.value)
    assert "1 posts are over a minute off the clock in their id" in str(caught.value)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (",".join(HEAD), "repeats the header"),
        ("9,2020-11-04 10:00:00,0,1,FALSE", "has too few fields"),
        ("9,2020-11-04 10:00:00,0,1,FALSE,0,caf\u00e9,0,0", "bytes are not UTF-8"),
    ],
)
def test_a_malformed_row_is_named(files: Made, line: str, message: str) -> None:
    path = Path(files.path) / "cao_2020_09_12.csv"
    path.write_bytes(path.read_bytes() + line.encode("latin-1") + b"\n")
    with pytest.raises(SchemaError, match=message):
        labels(files).load()


def test_a_cell_that_means_nothing_is_counted(files: Made) -> None:
    row = [0, "yesterday", 0, id_of(2), "maybe", 0, "made up", "", 0]
    write_posts(Path(files.path), [row])
    with pytest.raises(SourceError) as caught:
        labels(files).load()
    for part in ("no time that can be read", "neither TRUE nor FALSE", "neither 0 nor 1"):
        assert f"1 posts {'are' if part.startswith('neither T') else 'have'}" in str(caught.value)
        assert part in str(caught.value)


def test_a_broken_line_of_a_coder_is_named(files: Made) -> None:
    path = Path(files.path) / "interventions.json"
    path.write_text(path.read_text(encoding="utf-8") + "{broken\n", encoding="utf-8")
    with pytest.raises(SchemaError, match="is not one JSON object"):
        table(files)
    (Path(files.path) / "civicmachines_labeled.csv").write_text("flag,id\nY,1\n", "utf-8")
    write_smapp(Path(files.path), [1])
    with pytest.raises(SchemaError, match="'flagged': is missing"):
        table(files)


def test_text_that_is_hostile_goes_no_further(files: Made) -> None:
    text = 'RT @made_up_person_9: =1+1 <script> #let x = "\u202e" $\\input{x}$'
    row = [0, POSTS[2][0], 0, id_of(2), "TRUE", 0, text, 0, 0]
    write_posts(Path(files.path), [row, [1, *_own()]])
    cases = labels(files).load()
    everything = cases.frame.to_csv() + str(cases)
    assert not [w for w in ("script", "#let", "input", "\u202e", "person_9") if w in everything]


def _own() -> list[object]:
    return [POSTS[0][0], 0, id_of(0), "FALSE", 0, "made up", 0, 0]


def test_a_coder_who_contradicts_itself_is_refused(files: Made) -> None:
    folder = Path(files.path)
    write_smapp(folder, [1], user="12")
    with pytest.raises(SourceError, match="1 posts are of another account"):
        table(files)
    write_smapp(folder, [1])
    text = (folder / "interventions.json").read_text(encoding="utf-8")
    other = text.replace('"soft_intervention": true', '"soft_intervention": false')
    (folder / "interventions.json").write_text(text + other, encoding="utf-8")
    with pytest.raises(SourceError, match="coded twice, differently"):
        table(files)
    write_smapp(folder, [1])
    write_civic(folder, ["1.32E+18"])
    with pytest.raises(SourceError, match="an id is not whole digits"):
        table(files)


def test_disagreement_is_by_class_and_says_what_is_not_identified(files: Made) -> None:
    found = disagreement(table(files)).set_index("account_class")
    leader = found.loc["world_leader"]
    cells = ["both_acted", "only_coder", "only_against", "neither"]
    assert leader[cells].tolist() == [2, 1, 1, 0]
    assert (leader["sensitivity"], leader["specificity"]) == (2 / 3, 0.0)
    others = found.drop("world_leader")
    assert others["sensitivity"].isna().all()
    assert set(others["why"]) == {"no other coder has posts of this class"}
    with pytest.raises(SourceError, match="no coder 'me'; known: cao, smapp"):
        disagreement(table(files), "me")


def test_turning_the_pair_round_turns_the_cells(files: Made) -> None:
    one, other = (disagreement(table(files), *p) for p in (("cao", "smapp"), ("smapp", "cao")))
    pd.testing.assert_series_equal(
        one["only_coder"], other["only_against"], check_names=False, check_exact=True
    )
    first = pairwise_agreement(table(files)).iloc[0]
    again = pairwise_agreement(table(files).sample(frac=1, random_state=1)).iloc[0]
    assert first["kappa"] == pytest.approx(again["kappa"], abs=1e-12)


def test_label_error_is_what_a_design_takes(files: Made) -> None:
    limits = label_error(table(files), against=("trump_archive",), before="2020-12-01")
    asked = {"focal": "world_leader", "reference": "other_author", "margin": 0.05}
    asked |= {"frame": "amplified_by_focal", "outcome": {"any_of": ["label"]}}
    assert set(limits) == {"sensitivity", "specificity"}
    for low, high in limits.values():
        assert high == 1.0
        assert round(low, 3) == low
    if sum(low for low, _ in limits.values()) > 1:
        assert Design.of({**asked, "label_error": limits}).label_error is not None
    with pytest.raises(SourceError, match="no post is coded by 'cao'"):
        label_error(table(files), against=("smapp",), before="2020-01-01")


ASKED = {
    "focal": "world_leader",
    "reference": "other_author",
    "frame": "amplified_by_focal",
    "outcome": {"any_of": ["label", "restrict"]},
    "margin": 0.05,
    "primary": "raw",
}


@pytest.mark.parametrize("coder", CODERS)
def test_another_coders_outcome_is_no_stratum(coder: str) -> None:
    with pytest.raises(DesignError, match=f"'by_{coder}' is the outcome as another coder has it"):
        Design.of({**ASKED, "strata": [f"by_{coder}"]})


def test_the_gap_by_coder_sets_the_coder_apart_from_the_posts(files: Made) -> None:
    found = gap_by_coder(labels(files), Design.of(ASKED), ("cao", "trump_archive"))
    found = found.set_index("coder")
    assert found.loc["cao", "estimate"] == pytest.approx(4 / 6 - 1 / 3)
    assert found.loc["cao", "estimate_by_cao"] == found.loc["cao", "estimate"]
    assert found.loc["trump_archive", "estimate"] == pytest.approx(2 / 5 - 1 / 3)
    assert found.loc["trump_archive", "estimate_by_cao"] == pytest.approx(3 / 5 - 1 / 3)
    counts = ["n_focal", "acted_focal", "acted_focal_by_cao", "n_reference", "acted_reference"]
    assert found.loc["trump_archive", counts].tolist() == [5, 2, 3, 3, 1]
    assert found.loc["cao", "tipping"] == pytest.approx((1 / 3) / (4 / 6))


def test_a_stretch_counts_the_posts_that_both_have(files: Made) -> None:
    found = where_it_stops(table(files)).set_index("since")
    assert found.loc["2020-11-01"].tolist() == [4, 2, 3]
    assert found["posts"].sum() == 4


def test_alpha_is_that_of_the_checks(files: Made) -> None:
    found = pairwise_agreement(table(files)).iloc[0]
    both = table(files)[["cao", "smapp"]].dropna().ne("none")
    assert found["alpha"] == pytest.approx(krippendorff(both.T.to_numpy()), abs=1e-12)


# privacy ---------------------------------------------------------------------------------------


def test_nobody_ordinary_can_be_read_from_the_cases(files: Made) -> None:
    cases = labels(files).load()
    everything = cases.frame.to_csv() + str(cases) + cases._repr_html_()
    for author in ("made_up_person_1", "made_up_person_2", "made_politician"):
        assert author not in everything.lower()
    hidden = cases.frame[cases.frame["account_class"].isin(["other_author", "other_politician"])]
    assert hidden["account_id"].str.fullmatch(r"author-[0-9a-f]{16}").all()
    assert hidden["case_id"].str.fullmatch(r"post-[0-9a-f]{16}").all()
    assert "made up, about votes" not in everything


def test_pseudonyms_are_stable_in_a_file_and_differ_between_files(tmp_path, files) -> None:
    def of(where: Made) -> set[str]:
        frame = labels(where).load().frame
        return set(frame.loc[frame["account_class"] == "other_author", "account_id"])

    assert of(files) == of(files)
    assert len(of(files)) == 2
    (tmp_path / "other").mkdir()
    other = made(tmp_path / "other")
    path = Path(other.path) / "cao_2020_09_12.csv"
    text = path.read_text(encoding="utf-8").replace("a made-up post", "another made-up post")
    path.write_text(text, encoding="utf-8")
    assert not of(files) & of(other)


def test_the_classes_of_others_are_masked_whoever_asks(files: Made) -> None:
    assert "other_author" in NEVER_NAMED
    frame = labels(files).load().frame
    shown = masked_accounts(frame, {"world_leader", "other_author"})
    others = shown[frame["account_class"] == "other_author"]
    assert others.str.fullmatch(r"account \d{3}").all()
    assert shown[frame["account_class"] == "world_leader"].str.startswith("twitter:@").all()


# the originals ---------------------------------------------------------------------------------


def test_the_totals_of_the_originals(real: Made) -> None:
    cases = labels(real).load()
    assert acted(cases.frame) == {
        "world_leader": (279, 2343),
        "congress": (0, 103),
        "other_politician": (2, 131),
        "party_or_government": (5, 147),
        "other_author": (43, 1080),
    }
    ledger = cases.ledger_frame()
    assert ledger["cases_removed"].sum() == 138
    frame = cases.frame
    words = (frame["period"] == "from_3_november") & (frame["fraud_words"] == "yes")
    found = acted(frame[words])
    assert (found["world_leader"], found["other_author"]) == ((159, 219), (26, 75))
    accounts = frame.groupby("account_class")["account_id"].nunique()
    assert accounts["other_author"] == 480


def test_posts_and_marks_before_anything_leaves(real: Made) -> None:
    posts = read_posts(Path(real.path))
    assert len(posts) == 3942
    assert posts["is_retweet"].sum() == 1599
    himself = posts["is_retweet"] & (posts["handle"] == LEADER_HANDLE)
    assert himself.sum() == 138
    assert posts.loc[himself, "action"].ne("none").sum() == 17
    assert posts["action"].value_counts()[["label", "restrict"]].tolist() == [320, 26]


def test_the_coders_of_the_originals_agree_as_described(real: Made) -> None:
    found = pairwise_agreement(table(real)).set_index(["coder_a", "coder_b", "scale"])
    described = {
        ("cao", "smapp", "none, label, restrict"): (843, 0.946),
        ("cao", "trump_archive", "acted on or not"): (2340, 0.920),
        ("smapp", "trump_archive", "acted on or not"): (998, 0.719),
    }
    for key, (posts, kappa) in described.items():
        assert found.loc[key, "posts"] == posts
        assert found.loc[key, "kappa"] == pytest.approx(kappa, abs=0.0005)
    np.testing.assert_allclose(found["kappa"].iloc[:3], found["alpha"].iloc[:3], atol=1e-3)


def test_how_many_of_the_originals_join(real: Made) -> None:
    found = joined(real.path, rosters=real.rosters, archive=real.archive).set_index("coder")
    assert found["posts"].to_dict() == {
        "smapp": 999,
        "trump_archive": 34_987,
        "civicmachines": 852,
    }
    assert found["joined"].to_dict() == {"smapp": 843, "trump_archive": 2340, "civicmachines": 8}
    assert found.loc["civicmachines", "rounded"] == 852  # every one, and few of the others'
    share = found["rounded"] / found["posts"]
    assert (share.drop("civicmachines") < 0.05).all()


def test_the_gap_under_each_coder_of_the_originals(real: Made) -> None:
    leader = {}
    for coder in ("cao", "smapp", "trump_archive"):
        frame = labels(real, coder=coder).load().frame
        leader[coder] = acted(frame)["world_leader"], acted(frame)["other_author"]
    assert leader == {
        "cao": ((279, 2343), (43, 1080)),
        "smapp": ((261, 843), (43, 292)),
        "trump_archive": ((185, 2078), (27, 994)),
    }


def test_the_errors_of_the_originals_by_class(real: Made) -> None:
    whole = table(real)
    cells = ["posts", "both_acted", "only_coder", "only_against", "neither"]
    smapp = disagreement(whole, "cao", "smapp").set_index("account_class")
    assert smapp.loc["world_leader", cells].tolist() == [843, 251, 10, 10, 572]
    flags = disagreement(whole, "cao", "trump_archive").set_index("account_class")
    assert flags.loc["world_leader", cells].tolist() == [2340, 242, 37, 0, 2061]
    fresh = whole[whole["posted_at"] < "2020-12-01"]
    flags = disagreement(fresh, "cao", "trump_archive").set_index("account_class")
    assert flags.loc["world_leader", cells].tolist() == [2078, 185, 2, 0, 1891]
    assert smapp.drop("world_leader")["posts"].eq(0).all()
    limits = label_error(whole, before="2020-12-01")
    assert limits == {"sensitivity": [0.924, 1.0], "specificity": [0.962, 1.0]}


def test_no_engagement_means_restricted(real: Made, shared: Path) -> None:
    names = {"id": "str"}
    cao = pd.read_csv(Path(real.path) / "cao_2020_09_12.csv", dtype=names).set_index("id")
    hard = cao[cao["hard"] == 1]
    assert len(hard) == 26
    assert (hard[["favorites", "retweets"]] == 0).all().all()
    own = hard[~hard["isRetweet"]]
    flags = pd.read_csv(real.archive, dtype="str").dropna(subset="id_exact").set_index("id_exact")
    joined_here = flags.reindex(own.index)
    assert (len(own), (joined_here["favorites"] == "0").sum()) == (23, 23)
    assert (joined_here["isFlagged"] == "True").sum() == 22
    none = (flags["favorites"] == "0") & (flags["retweets"] == "0")
    assert (none & (flags["isFlagged"] == "True")).sum() == 25


def test_no_handle_of_the_originals_is_in_the_cases(real: Made) -> None:
    posts = read_posts(Path(real.path))
    posts["account_class"] = classify(posts, Path(real.rosters))
    hidden = posts[posts["account_class"].isin(["other_author", "other_politician"])]
    cases = labels(real).load()
    words = set(re.findall(r"\w+", (cases.frame.to_csv() + str(cases)).lower()))
    allowed = {"no", "yes", "none", "label"}
    assert not (set(hidden["handle"]) - allowed) & words
    assert not set(hidden["id"]) & words


def test_the_docket_names_none_of_the_others(real: Made) -> None:
    from audit import compare, enroll

    design = Design(
        focal="other_author",
        reference="congress",
        frame="all_posts",
        outcome={"any_of": ["label", "restrict"]},
        margin=0.05,
    )
    found = open_docket(compare(enroll(labels(real).load(), design)), named=False)
    assert found.leaders["account"].str.startswith("other author account").all()
    assert found.cases["case_id"].str.fullmatch(r"case \d+").all()


def test_kappa_without_variation_is_not_known() -> None:
    one = pd.DataFrame({"account_class": "world_leader", "cao": ["none"], "smapp": ["none"]})
    found = pairwise_agreement(one)
    assert math.isnan(found.loc[0, "kappa"])
    assert math.isnan(found.loc[0, "alpha"])
    assert len(POSTS) == 13
