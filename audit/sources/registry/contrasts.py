"""The two contrasts documented decisions allow: among leaders, and between a post and its copy."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.errors import SourceError
from audit.schema import STANDARD_LADDER
from audit.sources.registry.views import CHOSEN, HEADS, View, figure, figures_of

NOTICE_BEGAN = pd.Timestamp("2019-06-27")
CAPITOL = pd.Timestamp("2021-01-06")
COPY_PAIRS = ("PAIR_A_looting_text", "PAIR_B_adviser_text")

LADDER_RULE = (
    "Twitter (X), decisions about posts of sitting heads and of legislators, dated 2019-06-27 or "
    "later, where the platform enforced a rule on content (violation_acknowledged = yes); labels, "
    "denials and silence left out; kept up = a notice to click through"
)


def ladder_among_leaders(decisions: pd.DataFrame) -> View:
    """Return how often enforcement among leaders stopped at a notice, by kind of leader.

    Parameters
    ----------
    decisions : DataFrame
        As `Registry.decisions()`.

    Returns
    -------
    View
        `frame`: one row per group with kept_behind_notice, decisions, persons, case_ids and the
        number of decisions on each rung. `figures`: Fisher's exact p, two-sided, president against
        other heads, over all decisions and with the cut at 2021-01-06 made in two ways.
    """
    rows = _ladder_rows(decisions)
    groups = ["US president", "other sitting heads", "legislators"]
    frame = pd.DataFrame([_rung_row(g, rows[rows["group"] == g]) for g in groups])
    heads = rows[rows["group"] != "legislators"]
    early = heads["action_latest"] < CAPITOL
    president = heads["group"] == "US president"
    cuts = {
        "president against other heads": heads,
        "the same, before 2021-01-06 for both": heads[early],
        "the same, before 2021-01-06 for the president only": heads[early | ~president],
    }
    figures = figures_of([_fisher(name, cut) for name, cut in cuts.items()])
    limits = (
        CHOSEN,
        "The first group is one person, so Fisher's test, which takes decisions as independent, is "
        "an illustration and no inference about presidents.",
        "The cuts at 2021-01-06 were chosen after looking and are no evidence.",
        "Whether an account was eligible for a notice (100,000 followers until 2023-10-09) is not "
        "known throughout, and two decisions were taken on X after that condition was dropped.",
        "One of the president's decisions (C056) mixes labels and notices over several posts.",
        "Content differs between the groups.",
    )
    title = "Kept up behind a notice, among leaders on Twitter"
    return View(title, LADDER_RULE, frame, figures, limits)


def _ladder_rows(decisions: pd.DataFrame) -> pd.DataFrame:
    legislator = decisions["office_class"] == "legislator"
    head = decisions["office_class"].isin(HEADS)
    chosen = (
        decisions["platform"].isin(["twitter", "x"])
        & (decisions["unit"] == "post")
        & (decisions["violation_acknowledged"] == "yes")
        & (decisions["action_earliest"] >= NOTICE_BEGAN)
        & (head | legislator)
    )
    president = (decisions["office_class"] == "head_of_state") & (decisions["country"] == "US")
    group = np.select(
        [legislator, president], ["legislators", "US president"], "other sitting heads"
    )
    kept = decisions["action"] == "interstitial"
    return decisions.assign(group=group, kept=kept)[chosen]


def _rung_row(group: str, rows: pd.DataFrame) -> dict[str, object]:
    rungs = rows["rung"].value_counts()
    return {
        "group": group,
        "kept_behind_notice": int(rows["kept"].sum()),
        "decisions": len(rows),
        "persons": rows["person"].nunique(),
        **{rung: int(rungs.get(rung, 0)) for rung in STANDARD_LADDER.rungs},
        "case_ids": " ".join(rows["case_id"]),
    }


def _fisher(name: str, rows: pd.DataFrame) -> tuple[object, ...]:
    from scipy.stats import fisher_exact

    focal = rows["group"] == "US president"
    table = [
        [int((s & rows["kept"]).sum()), int((s & ~rows["kept"]).sum())] for s in (focal, ~focal)
    ]
    (a, b), (c, d) = table
    says = f"{name}: {a} of {a + b} against {c} of {c + d}"
    return figure(
        says, float(fisher_exact(table)[1]), len(rows), "Fisher's exact test, two-sided p"
    )


def matched_copies(decisions: pd.DataFrame) -> View:
    """Return what happened to a president's posts and to verbatim copies by an ordinary account.

    Parameters
    ----------
    decisions : DataFrame
        As `Registry.decisions()`.

    Returns
    -------
    View
        `frame`: one row per pair with the decision on either side, on the same platform.
        `figures`: counts locked, the accounts behind them, and the one-sided sign test: if in each
        pair either side were as likely to be the one locked, all copies are locked with
        probability 1/2 to the number of pairs.

    Raises
    ------
    SourceError
        A pair lacks a side.
    """
    from scipy.stats import binomtest

    frame = pd.DataFrame([_copy_row(decisions, pair) for pair in COPY_PAIRS])
    copies, originals = int(frame["copy_locked"].sum()), int(frame["original_locked"].sum())
    differ = frame["copy_locked"] != frame["original_locked"]
    worse = int((differ & frame["copy_locked"]).sum())
    test = binomtest(worse, int(differ.sum()), 0.5, alternative="greater") if differ.any() else None
    p_value = float(test.pvalue) if test else 1.0  # no discordant pair: nothing to test
    method = "sign test over pairs, one-sided p"
    rows = [
        figure("copies locked", copies, len(frame)),
        figure("originals locked", originals, len(frame)),
        figure("accounts that posted the copies", frame["copy_account"].nunique(), len(frame)),
        figure("copies stricter", p_value, int(differ.sum()), method),
        figure("the smallest that so many pairs can give", 0.5 ** len(frame), len(frame), method),
    ]
    limits = (
        "Two pairs are an illustration: no result of two pairs could have been significant.",
        "Both copies were posted by one account, whose followers had been asked to report them, so "
        "reports were not equal and the pairs are not independent.",
        "A notice, which one original got, was not open to an ordinary account.",
    )
    selection = "pairs A and B on Twitter: the leader's post and the verbatim copy"
    return View("Same words, two accounts", selection, frame, figures_of(rows), limits)


def _copy_row(decisions: pd.DataFrame, pair: str) -> dict[str, object]:
    rows = decisions[(decisions["pair_id"] == pair) & (decisions["platform"] == "twitter")]
    sides = {"original": "world_leader", "copy": "ordinary"}
    found: dict[str, object] = {"pair_id": pair}
    for side, account_class in sides.items():
        side_rows = rows[rows["account_class"] == account_class]
        if len(side_rows) != 1:
            raise SourceError(f"{pair} has {len(side_rows)} rows for its {side}; allowed: one.")
        row = side_rows.iloc[0]
        locked = row["rung"] in STANDARD_LADDER.at_least("lock")
        found |= {f"{side}_case": row["case_id"], f"{side}_account": row["account_id"]}
        found |= {f"{side}_action": row["action"], f"{side}_locked": locked}
    return found
