"""The election labels: what ships counts right, names nobody, and can be counted again."""

from __future__ import annotations

import hashlib
import importlib.util
import re
from types import ModuleType

import pandas as pd
import pytest

from audit.cases import Origin
from audit.errors import SourceError
from audit.sources.election_labels import ElectionLabels, account_rows, agreement
from audit.sources.readme import readme, undefined

FOLDER = "data/election_labels_2020"
TABLES = ("account_counts", "agreement", "counts", "ledger", "word_lists")
TOTALS = {  # acted on, posts: the description of the original
    "world_leader": (279, 2343),
    "congress": (0, 103),
    "other_politician": (2, 131),
    "party_or_government": (5, 147),
    "other_author": (43, 1080),
}
FRAUD_WORDS_AFTER = {"world_leader": (159, 219), "other_author": (26, 75)}
KAPPA = {  # posts, kappa to three decimals: the description of the original
    ("cao", "smapp", "none, label, restrict"): (843, 0.946),
    ("cao", "trump_twitter_archive", "acted on or not"): (2340, 0.920),
    ("smapp", "trump_twitter_archive", "acted on or not"): (998, 0.719),
}
KEYS = ["account_class", "period", "fraud_words", "action"]


@pytest.fixture
def tables(root) -> dict[str, pd.DataFrame]:
    return {n: pd.read_csv(root / FOLDER / f"{n}.csv", dtype={"account": "str"}) for n in TABLES}


@pytest.fixture
def build(root, monkeypatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(root / FOLDER))
    where = root / FOLDER / "build.py"
    spec = importlib.util.spec_from_file_location("build_election_labels", where)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def originals(shared):
    return shared / "data" / "election_labels_2020", shared / "data" / "rosters"


def _acted(frame: pd.DataFrame) -> dict[str, tuple[int, int]]:
    acted = frame["count"].where(frame["action"] != "none", 0)
    grouped = frame.assign(acted=acted).groupby("account_class")[["acted", "count"]].sum()
    return {name: (int(row["acted"]), int(row["count"])) for name, row in grouped.iterrows()}


def _signatures(counts: pd.DataFrame) -> list[tuple]:
    """Return accounts without their numbers, as a sorted list: equal lists, equal multisets."""
    columns = ["account_class", "period", "fraud_words", "posts", "labelled", "restricted"]
    own = counts[counts["account"].fillna("") != ""].groupby("account")
    accounts = [tuple(sorted(g[columns].itertuples(index=False, name=None))) for _, g in own]
    pooled = counts[counts["account"].fillna("") == ""]
    return sorted(accounts) + sorted(
        pooled[[*columns, "accounts"]].itertuples(index=False, name=None)
    )


# what ships ------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["accounts", "cells"])
def test_the_totals_are_those_of_the_original(table):
    frame = ElectionLabels(table).load().frame
    assert _acted(frame) == TOTALS
    after = (frame["period"] == "from_3_november") & (frame["fraud_words"] == "yes")
    found = _acted(frame[after])
    assert {name: found[name] for name in FRAUD_WORDS_AFTER} == FRAUD_WORDS_AFTER


def test_both_tables_count_the_same_posts():
    by_account, by_cell = (
        ElectionLabels(t).load().frame.groupby(KEYS)["count"].sum() for t in ("accounts", "cells")
    )
    pd.testing.assert_series_equal(by_account, by_cell)


def test_the_accounts_are_those_of_the_original():
    frame = ElectionLabels("accounts").load().frame
    accounts = frame.groupby("account_class")["account_id"].nunique().to_dict()
    assert accounts == {
        "world_leader": 1,
        "congress": 41,
        "other_politician": 41,
        "party_or_government": 4,
        "other_author": 480,
    }
    assert frame.groupby("account_id")["account_class"].nunique().max() == 1
    pooled = frame[frame["account_id"].str.startswith("pooled-")]
    assert (pooled["count"] == 1).all()
    assert pooled["account_id"].is_unique
    assert set(pooled["account_class"]) == {"other_author"}


@pytest.mark.parametrize("table", ["accounts", "cells"])
def test_his_retweets_of_himself_leave_through_the_ledger(table):
    cases = ElectionLabels(table).load()
    assert len(cases) == 3804
    ledger = cases.ledger_frame().set_index("account_class")
    assert ledger.loc["world_leader", "cases_removed"] == 138
    assert ledger["cases_removed"].sum() == 138
    assert ledger.loc["world_leader", "because"].startswith("a retweet by the leader of his own")
    assert len(cases) + 138 == 3942


def test_seventeen_of_the_removed_were_labelled(tables):
    left = tables["ledger"]
    assert left.loc[left["action"] == "label", "posts"].sum() == 17
    assert set(left["action"]) == {"none", "label"}


def test_cells_carry_no_account_and_accounts_no_month():
    cells, accounts = (ElectionLabels(t).load().frame for t in ("cells", "accounts"))
    assert cells["account_id"].isna().all()
    assert "month" in cells
    assert accounts["account_id"].notna().all()
    assert "month" not in accounts


def test_another_table_is_refused():
    with pytest.raises(SourceError, match="table is 'people'; allowed: accounts, cells, posts"):
        ElectionLabels("people")


def test_a_folder_that_is_not_there_is_refused():
    with pytest.raises(SourceError, match="nowhere_at_all"):
        ElectionLabels(path="data/nowhere_at_all").load()


def test_every_word_list_has_the_leader_labelled_more_often(tables):
    found = tables["word_lists"]
    found = found.assign(rate=found["acted_on"] / found["posts"])
    rate = found.pivot_table(index="word_list", columns="account_class", values="rate")
    assert (rate["world_leader"] > rate["other_author"]).all()
    assert len(rate) >= 6


def test_other_word_lists_give_the_published_numbers_too(tables):
    found = tables["word_lists"].set_index(["word_list", "account_class"])
    same = [
        name
        for name in found.index.unique("word_list")
        if all(
            (found.loc[(name, c), "acted_on"], found.loc[(name, c), "posts"]) == published
            for c, published in FRAUD_WORDS_AFTER.items()
        )
    ]
    assert "chosen" in same
    assert len(same) >= 3  # what the codebook says: the numbers do not identify the list


def test_agreement_of_the_coders():
    found = agreement().set_index(["coder_a", "coder_b", "scale"])
    for key, (posts, kappa) in KAPPA.items():
        assert found.loc[key, "posts"] == posts
        assert round(found.loc[key, "kappa"], 3) == kappa
    assert round(found.loc[("cao", "smapp", "acted on or not"), "kappa"], 3) == 0.945


# privacy ---------------------------------------------------------------------------------------


def test_no_table_holds_a_name_an_id_or_a_text(root):
    for name in TABLES:
        text = (root / FOLDER / f"{name}.csv").read_text(encoding="utf-8")
        assert not re.search(r"@\w|https?:|\d{7,}", text), name


def test_account_counts_hold_nothing_but_the_declared_columns(tables):
    assert list(tables["account_counts"]) == [
        "account",
        "account_class",
        "period",
        "fraud_words",
        "posts",
        "labelled",
        "restricted",
        "accounts",
    ]


def test_accounts_with_a_single_post_are_pooled(tables):
    counts = tables["account_counts"]
    own = counts[counts["account"].notna()]
    posts = own[own["account_class"] == "other_author"].groupby("account")["posts"].sum()
    assert posts.min() >= 2
    assert (own["accounts"] == 1).all()
    assert own["account"].nunique() == int(own["account"].max())  # numbers 001 … n, none left out
    assert counts.loc[counts["account"].isna(), "accounts"].sum() == 319


def test_the_codebook_says_how_many_accounts_can_be_recognised(tables, root):
    counts = tables["account_counts"]
    own = counts[counts["account"].notna() & (counts["account_class"] == "other_author")]
    columns = ["period", "fraud_words", "posts", "labelled", "restricted"]
    signature = own.groupby("account")[columns].apply(
        lambda g: tuple(sorted(g.itertuples(index=False, name=None)))
    )
    unique = int((signature.map(signature.value_counts()) == 1).sum())
    text = (root / FOLDER / "codebook.csv").read_text(encoding="utf-8")
    assert f"{unique} of the {len(signature)} accounts" in text


# provenance ------------------------------------------------------------------------------------


def test_the_codebook_is_complete_and_the_readme_is_generated(root):
    assert undefined(root / FOLDER).empty
    assert readme(root / FOLDER) == (root / FOLDER / "README.md").read_text(encoding="utf-8")


def test_the_origin_holds_the_hash_of_the_tables(root):
    data = b"".join((root / FOLDER / f"{name}.csv").read_bytes() for name in sorted(TABLES))
    origin = Origin.read(root / FOLDER)
    assert origin.sha256 == hashlib.sha256(data).hexdigest()
    assert not origin.simulated
    assert origin.disclosure.startswith("public aggregate: ")


# against the original --------------------------------------------------------------------------


def test_the_committed_counts_are_those_of_the_original(build, originals, tables):
    again = build.build(*originals)
    for name in ("agreement", "counts", "ledger", "word_lists"):
        pd.testing.assert_frame_equal(again[f"{name}.csv"], tables[name], check_dtype=False)
    assert _signatures(again["account_counts.csv"]) == _signatures(tables["account_counts"])


def test_the_committed_origin_names_the_original(originals, root):
    digest = hashlib.sha256((originals[0] / "cao_2020_09_12.csv").read_bytes()).hexdigest()
    assert digest in Origin.read(root / FOLDER).notes


def test_every_build_numbers_the_accounts_anew(build, originals):
    posts = build.read_posts(originals[0])
    posts["account_class"] = build.classify(posts, originals[1])
    first, second = (build.account_counts(posts) for _ in range(2))
    assert _signatures(first) == _signatures(second)
    assert not first.equals(second)  # equal with probability 1 in 248 factorial


def test_a_total_that_is_not_the_published_one_stops_the_build(build, originals):
    posts = build.read_posts(originals[0])
    posts["account_class"] = build.classify(posts, originals[1])
    build.check_totals(posts)
    with pytest.raises(SourceError, match=r"congress: 0 of 102, published \(0, 103\)"):
        build.check_totals(posts.drop(posts.index[posts["account_class"] == "congress"][0]))


def test_the_times_of_the_original_are_utc(build, originals):
    posts = build.read_posts(originals[0])
    milliseconds = (posts["id"].astype("int64") // 2**22) + 1288834974657
    clock = pd.to_datetime(milliseconds, unit="ms", utc=True)
    late = (clock - posts["posted_at"]).dt.total_seconds()
    assert late.between(0, 1, inclusive="left").all()


def test_no_handle_of_the_original_is_committed(build, originals, root):
    posts = build.read_posts(originals[0])
    named = build.INSTITUTIONS | {build.LEADER_HANDLE, "congress", "dominion"}
    handles = {h for h in posts["handle"].unique() if len(h) >= 6} - named
    paths = [p for p in (root / FOLDER).iterdir() if p.suffix in {".csv", ".py", ".md", ".toml"}]
    words = {w.lower() for p in paths for w in re.findall(r"\w+", p.read_text(encoding="utf-8"))}
    assert not handles & words


# with other input ------------------------------------------------------------------------------


def test_pooled_rows_become_single_accounts():
    counts = pd.DataFrame(
        {
            "account": ["001", None],
            "account_class": ["world_leader", "other_author"],
            "period": "before",
            "fraud_words": "no",
            "posts": [7, 1],
            "labelled": [2, 0],
            "restricted": [1, 1],
            "accounts": [1, 3],
        }
    )
    rows = account_rows(counts)
    found = rows.set_index(["account_id", "action"])["count"].to_dict()
    assert found == {
        ("account-001", "label"): 2,
        ("account-001", "none"): 4,
        ("account-001", "restrict"): 1,
        ("pooled-0001", "restrict"): 1,
        ("pooled-0002", "restrict"): 1,
        ("pooled-0003", "restrict"): 1,
    }


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("1,2020-11-04 00:00:00,0,9,FALSE,0,text,1,1", "1 posts are both labelled and restricted"),
        ("1,2020-11-04 00:00:00,0,9,TRUE,0,text,0,0", "1 posts are retweets without an author"),
        ("1,2020-11-04 00:00:00,0,9,FALSE,0,text,0,2", "1 posts have a mark that is neither"),
        ("1,2020-11-04 00:00:00,0,8,FALSE,0,text,0,0", "1 posts ids repeat"),
    ],
)
def test_an_original_that_contradicts_itself_is_refused(build, tmp_path, line, message):
    head = ",date,favorites,id,isRetweet,retweets,text,hard,soft\n"
    good = "0,2020-11-04 00:00:00,0,8,FALSE,0,text,0,0\n"
    (tmp_path / "cao_2020_09_12.csv").write_text(head + good + line + "\n", encoding="utf-8")
    with pytest.raises(SourceError, match=message):
        build.read_posts(tmp_path)


def test_kappa_of_a_published_table(build):
    # Cohen 1960, table 1: two judges, 200 cases as proportions; kappa = .492
    import coder_agreement

    cells = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
    pairs = [(i, j) for i, row in enumerate(cells) for j, n in enumerate(row) for _ in range(n)]
    a, b = (pd.Series(side) for side in zip(*pairs, strict=True))
    assert round(coder_agreement.kappa(a, b), 3) == 0.492
