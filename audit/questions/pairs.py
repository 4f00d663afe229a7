"""The same words posted by two accounts: what happened to each copy."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from audit.design import words
from audit.estimators.base import NAN, Estimate
from audit.estimators.hidden_bias import rosenbaum_gamma
from audit.estimators.paired import PairedEstimate, paired_difference
from audit.gates import FEW_FOCAL_ACCOUNTS
from audit.numerals import count, many, percent, points, posts
from audit.numerals import ratio as plain_ratio
from audit.questions.base import Answer, barred, measures
from audit.questions.copies import Copies, account_gap, sort_copies
from audit.questions.gap import sureness
from audit.schema import NO_ACCOUNT

if TYPE_CHECKING:
    from audit.design import Design
    from audit.study import Study

TITLE = "Same words, two accounts"
ONE_TO_ONE = "pairs of one focal and one reference post"
ALL_GROUPS = "all groups that hold both classes, shares averaged within each"


@dataclass(frozen=True, slots=True)
class Pairs:
    """Copies of the same words by a focal and a reference account, pair by pair.

    The words are alike by construction, so that this comparison alone comes near the question of
    what the post would have met from the other account (METHODS §2). A pair is a `pair_id` with
    one post of each class; larger groups are counted and averaged in a row of their own.
    """

    name: ClassVar[str] = "pairs"
    about: ClassVar[str] = "the same words posted by two accounts"

    def asked(self, design: Design) -> bool:
        """Return whether the design asks it."""
        return design.pairs

    def __call__(self, study: Study) -> Answer:
        """Return the gap within pairs, by account where there are 5 focal accounts or more."""
        if "pair_id" not in study.cases.frame:
            why = "The cases have no column ‘pair_id’, so no two posts are known to be copies."
            return barred(self.name, TITLE, why)
        if study.weighted:
            why = (
                "The cases carry sampling weights, and a pair has two of them: how many pairs one "
                "stands for is not known."
            )
            return barred(self.name, TITLE, why)
        found = sort_copies(study.rows())
        if not len(found.pairs):
            return barred(self.name, TITLE, _none(found))
        level, seed = study.design.confidence, study.design.seed
        gap = account_gap(found.pairs, confidence=level, seed=seed)
        if reason := _nameless(found.pairs):
            method = "mean within-pair difference, point only"
            gap = Estimate(gap.estimate, method=method, note=reason)
        rows = [_pair_row(found, gap)]
        if found.n_larger:
            rows.append(_group_row(found))
        frame = measures(rows)
        single = paired_difference(**found.table(), confidence=level)
        return Answer(
            self.name,
            TITLE,
            _says(found, rows[0], study.design),
            frame,
            notes=tuple(_notes(found, single, gap, study.design)),
            figures={
                "outcomes": pd.DataFrame([found.table()]),
                "if_independent": _if_independent(single),
            },
        )


def _none(found: Copies) -> str:
    if not found.n_unmatched and not found.n_larger:
        return "No post of known class and outcome carries a pair_id."
    return (
        f"No pair of one focal and one reference post is left: {many(found.n_unmatched, 'group')} "
        f"of copies with one class only, and {count(found.n_larger)} with more than one post of a "
        "class."
    )


def _nameless(pairs: pd.DataFrame) -> str:
    """Return that some pairs carry no account, "" where all carry two."""
    n = int((pairs[["focal_account", "reference_account"]] == NO_ACCOUNT).any(axis=1).sum())
    return f"{many(n, 'pair')} lack{'s' if n == 1 else ''} an account" if n else ""


def _pair_row(found: Copies, gap: Estimate) -> dict[str, Any]:
    pairs = found.pairs
    named = not _nameless(pairs)
    return {
        "measure": ONE_TO_ONE,
        "unit": "points",
        "focal": float(pairs["focal"].mean()),
        "reference": float(pairs["reference"].mean()),
        "estimate": gap.estimate,
        "conf_low": gap.conf_low,
        "conf_high": gap.conf_high,
        "p_value": gap.p_value,
        "n_focal": len(pairs),
        "n_reference": len(pairs),
        "n_focal_accounts": pairs["focal_account"].nunique() if named else 0,
        "n_reference_accounts": pairs["reference_account"].nunique() if named else 0,
        "method": gap.method,
    }


def _group_row(found: Copies) -> dict[str, Any]:
    return {
        "measure": ALL_GROUPS,
        "unit": "points",
        "focal": NAN,
        "reference": NAN,
        "estimate": float(found.groups.mean()),
        "conf_low": NAN,
        "conf_high": NAN,
        "p_value": NAN,
        "n_focal": len(found.groups),
        "n_reference": len(found.groups),
        "method": "mean over groups of the difference of shares, point only; n are groups",
    }


def _says(found: Copies, row: dict[str, Any], design: Design) -> str:
    f, r = words(design.focal), words(design.references[0])
    t = found.table()
    total = len(found.pairs)
    if total == 1:
        met = next(k for k, v in t.items() if v)
        who = {
            "both": "both copies were",
            "focal_only": f"only the {f} copy was",
            "reference_only": f"only the {r} copy was",
            "neither": "neither copy was",
        }[met]
        return f"In the one pair of the same words, {who} {design.outcome.verb}."
    return (
        f"Of {many(total, 'pair')} of the same words, both copies were {design.outcome.verb} in "
        f"{count(t['both'])}, only the {f} copy in {count(t['focal_only'])}, only the {r} copy in "
        f"{count(t['reference_only'])}, and neither in {count(t['neither'])}. That is "
        f"{percent(row['focal'])} of the {f} copies and {percent(row['reference'])} of the {r} "
        f"copies: a difference of {points(row['estimate'])} ({sureness(row, design)})."
    )


def _notes(found: Copies, single: PairedEstimate, gap: Estimate, design: Design) -> list[str]:
    f, r = words(design.focal), words(design.references[0])
    pairs = found.pairs
    out = []
    if gap.note:
        said = f"{gap.note[:1].upper()}{gap.note[1:]}"
        out.append(f"{said}. Without an interval the numbers describe these pairs alone.")
    mirrors = pairs["reference_account"].nunique()
    if mirrors <= FEW_FOCAL_ACCOUNTS and not (pairs["reference_account"] == NO_ACCOUNT).any():
        out.append(
            f"All {r} copies were posted by {many(mirrors, 'account')}: how other {r} accounts "
            "would have fared with the same words is not known."
        )
    if found.n_unmatched or found.n_larger:
        out.append(
            f"Not in the pairs: {many(found.n_unmatched, 'group')} with posts of one class only, "
            f"and {count(found.n_larger)} with more than one post of a class"
            + (", which the second row averages." if found.n_larger else ".")
        )
    odds = single.odds_ratio.estimate
    if np.isfinite(odds) and odds > 0:
        out.append(
            "Odds ratio of the pairs in which one copy alone was acted on "
            f"({f} copy over {r} copy): {plain_ratio(odds)}; no interval by account exists for it."
        )
    return [*out, *_hidden_bias(found, single, design), *_lag(pairs)]


def _hidden_bias(found: Copies, single: PairedEstimate, design: Design) -> list[str]:
    t = found.table()
    if not single.n_discordant:
        return ["The two copies of every pair met the same, so that no bias can be tested."]
    level = (1 - design.confidence) / 2
    more = max(t["focal_only"], t["reference_only"])
    gamma = rosenbaum_gamma(more, int(single.n_discordant), alpha=level)
    if not np.isfinite(gamma):
        return [
            f"If every pair were independent of the others, {count(more)} of "
            f"{many(single.n_discordant, 'unequal pair')} on one side would not be told apart from "
            f"chance at the one-sided level {level:.3g}, so there is no hidden bias to bound."
        ]
    return [
        "If every pair were independent of the others, a hidden difference between the two copies "
        f"would have to change the odds of which one is acted on by a factor Γ of {gamma:.2f} "
        f"before the sign test passed the one-sided level {level:.3g} (Rosenbaum 2002)."
    ]


def _lag(pairs: pd.DataFrame) -> list[str]:
    known = pairs["hours_apart"].dropna()
    if known.empty:
        return ["How far apart in time the two copies were posted is not recorded."]
    of = "" if len(known) == len(pairs) else f" ({many(len(known), 'pair')} with both times)"
    return [f"The two copies were posted a median of {posts(known.median())} hours apart{of}."]


def _if_independent(single: PairedEstimate) -> pd.DataFrame:
    """Return textbook limits that treat every pair as independent: no result, a warning."""
    rows = [
        {"measure": "difference", **asdict(single)},
        {"measure": "odds ratio of unequal pairs", **asdict(single.odds_ratio)},
    ]
    names = ["measure", "estimate", "conf_low", "conf_high", "p_value", "method"]
    return pd.DataFrame(rows)[names]
