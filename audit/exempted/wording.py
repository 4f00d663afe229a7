"""How a split gap is said: right for any sign, with every exemption dated and quoted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from audit.design import words
from audit.estimators.base import Estimate
from audit.exempted.bins import required
from audit.numerals import count, interval, many, points, posts
from audit.text import visible

if TYPE_CHECKING:
    from audit.exempted.partition import ExemptionSplit
    from audit.study import Study

LONGEST_QUOTE = 200
NO_GAP = 1e-12
"""Gaps smaller than this are sums of rounding errors."""


def says(split: ExemptionSplit) -> str:
    """Return the split as one sentence."""
    total, stated, unstated = split.total, split.stated, split.unstated
    inside, n = (int(v) for v in _sizes(split))
    gap = points(total.estimate)
    if not inside:
        return (
            f"No compared post lies under a published exemption: all of the gap of {gap} lies in "
            "other posts."
        )
    if inside == n:
        return (
            f"Every compared post lies under a published exemption, and with it the gap of {gap}."
        )
    if abs(total.estimate) < NO_GAP:
        head = "The gap is zero: of it"
    elif _against(stated, total) or _against(unstated, total):
        head = f"The gap of {gap} is the sum of parts that point opposite ways:"
        return (
            f"{head} {_said(stated, split)} in posts under a published exemption and "
            f"{_said(unstated, split)} in the others.{_rounding(split)}"
        )
    else:
        head = f"Of the gap of {gap},"
    return (
        f"{head} {_said(stated, split)} lie in posts under a published exemption and "
        f"{_said(unstated, split)} do not.{_rounding(split)}"
    )


def notes(split: ExemptionSplit) -> tuple[str, ...]:
    """Return what a reader must be told with the split."""
    study = split.comparison.study
    found = [*_out_of_sight(split), *_beyond_dates(split), *_above_ceiling(split)]
    if split.reference_exempt:
        found.append(
            f"{many(split.reference_exempt, f'compared {words(study.design.references[0])} post')} "
            "lie under a published exemption of their own class, so what is called ordinary "
            "treatment here is not wholly so."
        )
    bare = (e for e in (split.total, split.stated, split.unstated) if e.method.startswith("point"))
    for reason in dict.fromkeys(e.note for e in bare):
        found.append(f"No interval stands for a part where {reason}.")
    if study.weighted:
        found.append("Posts are as weighted by the sampling weights, scaled to the posts sampled.")
    return tuple(found)


def exemptions_of(split: ExemptionSplit) -> pd.DataFrame:
    """Return the focal class's exemptions with what lies under each."""
    study = split.comparison.study
    rules = required(study).frame
    rules = rules.set_axis(pd.RangeIndex(1, len(rules) + 1))
    rules = rules[rules["account_class"].eq(study.design.focal)]
    compared = split.posts[split.posts["compared"]]
    whole = (compared["n"] * compared["weight"]).sum()
    return pd.DataFrame(
        [_under(row, compared, whole, study) for row in rules.itertuples()],
        columns=[
            *("exemption", "platform", "rule", "ceiling", "start", "end", "quote", "source"),
            *("spares", "n", "observed", "expected", "contribution", "n_outside"),
        ],
    )


def rule_texts(study: Study) -> dict[int, str]:
    """Return each exemption by its number, dated and quoted, in one line."""
    frame = required(study).frame
    return {number: _rule_text(row) for number, row in enumerate(frame.itertuples(), 1)}


def _rule_text(row: Any) -> str:
    rule = "all rules" if pd.isna(row.rule) else visible(row.rule, 60)
    text = f"{visible(row.platform, 60)}, {rule}, {visible(row.ceiling, 40)} at most, "
    text += f"from {row.start:%Y-%m-%d}"
    text += "" if pd.isna(row.end) else f" until {row.end:%Y-%m-%d}"
    text += "" if pd.isna(row.quote) else f": ‘{visible(row.quote, LONGEST_QUOTE)}’"
    return text + ("" if pd.isna(row.source) else f" ({visible(row.source, 120)})")


def _under(row: Any, compared: pd.DataFrame, whole: float, study: Study) -> tuple[Any, ...]:
    from audit.exempted.bins import spared

    mine = compared[compared["exemption"].eq(row.Index).fillna(False).astype(bool)]
    inside = mine[mine["bin"].isin(("inside", "not_spared"))]
    size = inside["n"] * inside["weight"]
    gap = float((size * (inside["acted"] - inside["expected"])).sum() / whole)
    scale = compared["n"].sum() / whole
    rule = "all rules" if pd.isna(row.rule) else visible(row.rule)
    does = bool(spared(study, pd.DataFrame({"ceiling": [row.ceiling]})).iloc[0])
    return (
        *(row.Index, visible(row.platform), rule, visible(row.ceiling), row.start, row.end),
        *(visible(row.quote, LONGEST_QUOTE), visible(row.source), does, int(inside["n"].sum())),
        *(float((scale * size * inside[c]).sum()) for c in ("acted", "expected")),
        gap,
        int(mine.loc[mine["bin"] == "outside_dates", "n"].sum()),
    )


def _sizes(split: ExemptionSplit) -> tuple[int, int]:
    n = split.frame.set_index("bin")["n"]
    return int(n["inside"]), int(n.sum())


def _said(part: Estimate, split: ExemptionSplit) -> str:
    level = split.comparison.study.design.confidence
    ends = interval(part.conf_low, part.conf_high, confidence=level)
    return _bare(part.estimate) + (f" ({ends})" if ends else "")


def _bare(gap: float) -> str:
    return points(gap).removesuffix(" percentage points")


def _against(part: Estimate, total: Estimate) -> bool:
    return abs(part.estimate) > NO_GAP and part.estimate * total.estimate < 0


def _rounding(split: ExemptionSplit) -> str:
    """Say so where the printed parts miss the printed whole by their rounding."""
    shown = [round(100 * e.estimate, 1) for e in (split.total, split.stated, split.unstated)]
    even = abs(shown[0] - shown[1] - shown[2]) < 0.05
    return "" if even else " Each is rounded by itself."


def _out_of_sight(split: ExemptionSplit) -> list[str]:
    out = []
    left = int(split.posts.loc[~split.posts["compared"], "n"].sum())
    if left:
        name = words(split.comparison.study.design.focal)
        out.append(
            f"{many(left, f'{name} post')} without a comparable "
            f"{words(split.comparison.study.design.references[0])} post {_are(left)} in no bin."
        )
    blank = int(split.frame.set_index("bin")["n"]["not_recorded"])
    if blank:
        out.append(
            f"For {many(blank, 'post')} the date, the platform or the rule is not recorded, so "
            "nobody can say whether an exemption covers them; they are counted with the posts "
            "that none covers, in a bin of their own."
        )
    return out


def _beyond_dates(split: ExemptionSplit) -> list[str]:
    """Count what was spared outside the dates against what ordinary treatment would spare."""
    rows = split.posts
    rows = rows[rows["compared"] & (rows["bin"] == "outside_dates") & rows["spares"]]
    n = int(rows["n"].sum())
    if not n:
        return []
    did = split.comparison.study.design.outcome.verb
    kept = int(rows.loc[~rows["acted"], "n"].sum())
    expected = float((rows["n"] * (1 - rows["expected"])).sum())
    early, late = (int(rows.loc[s, "n"].sum()) for s in (rows["days"] < 0, rows["days"] >= 0))
    return [
        f"{many(n, 'post')} lie outside the dates of an exemption that would have spared them "
        f"({count(early)} before, {count(late)} after): {count(kept)} were not {did}, and "
        f"{posts(expected)} would not have been at the ordinary rates of their strata."
    ]


def _above_ceiling(split: ExemptionSplit) -> list[str]:
    n = int(split.stricter_than_stated()["n"].sum())
    if not n:
        return []
    return [f"{many(n, 'post')} inside an exemption met an action above its published ceiling."]


def _are(n: int) -> str:
    return "is" if n == 1 else "are"
