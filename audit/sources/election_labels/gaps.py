"""How the gap moves with the coder of the leader's posts, and where one coder's record stops."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from audit.checks.labels import tipping_point
from audit.comparison import compare
from audit.study import enroll

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audit.cases import Cases
    from audit.comparison import Comparison
    from audit.design import Design
    from audit.sources.election_labels import Coder, ElectionLabels

GAP_COLUMNS = (
    *("coder", "first_day", "last_day"),
    *("n_focal", "acted_focal", "acted_focal_by_cao", "n_reference", "acted_reference"),
    *("observed", "expected", "estimate", "estimate_by_cao", "tipping"),
)


def gap_by_coder(
    source: ElectionLabels,
    design: Design,
    among: Sequence[Coder] = ("cao", "smapp", "trump_archive"),
) -> pd.DataFrame:
    """Return the design's gap with the leader's posts as each coder recorded them.

    Each coder has other posts and other days. So every row also has the gap that Cao's own record
    of the same posts gives: what differs between the two is the coder, and between rows the posts.
    The other class is as Cao recorded it throughout.

    Parameters
    ----------
    source : ElectionLabels
        Of the table "posts".
    design : Design
        Whose focal class is the leader and whose first reference is compared.
    among : sequence of str

    Returns
    -------
    DataFrame
        `GAP_COLUMNS`: posts and those acted on per class; observed and expected rate and their
        difference by the design's primary estimator, `estimate_by_cao` of the same posts; and
        `tipping`, the share of the lower class's actions that would have to be on record, all of
        the other's being so, for the gap to be 0. No interval: one leader is a description.
    """
    rows = []
    for coder in among:
        cases = replace(source, coder=coder).load()
        found = compare(enroll(cases, design))
        again = compare(enroll(by_cao(cases), design))
        rows.append(_row(coder, found, again))
    return pd.DataFrame(rows, columns=list(GAP_COLUMNS))


def by_cao(cases: Cases) -> Cases:
    """Return the same cases with every post as Cao recorded it."""
    if "by_cao" not in cases.frame:
        return cases
    return replace(cases, frame=cases.frame.assign(action=cases.frame["by_cao"]))


def _row(coder: str, found: Comparison, again: Comparison) -> dict[str, Any]:
    primary, design = found.primary(), found.study.design
    days = found.study.cases.frame["posted_at"]
    low, high = sorted((primary.observed, primary.expected))
    row: dict[str, Any] = {"coder": coder, "estimate_by_cao": again.primary().estimate}
    row |= {"first_day": f"{days.min():%Y-%m-%d}", "last_day": f"{days.max():%Y-%m-%d}"}
    row["n_focal"], row["acted_focal"] = _acted(found, design.focal)
    row["acted_focal_by_cao"] = _acted(again, design.focal)[1]
    row["n_reference"], row["acted_reference"] = _acted(found, design.references[0])
    row |= {"observed": primary.observed, "expected": primary.expected}
    row["estimate"] = primary.estimate
    row["tipping"] = tipping_point(low, 1.0, high, 1.0) if high > 0 else float("nan")
    return row


def _acted(comparison: Comparison, name: str) -> tuple[int, int]:
    frame = comparison.study.cases.frame
    mine = frame[frame["account_class"] == name]
    rungs = comparison.study.design.outcome.any_of
    return len(mine), int(mine["action"].isin(rungs).sum())


def where_it_stops(
    table: pd.DataFrame, coder: str = "trump_archive", against: str = "smapp", *, days: int = 10
) -> pd.DataFrame:
    """Return, by stretches of days, how many posts each of two coders marked of those both have.

    Parameters
    ----------
    table : DataFrame
        As `coders` returns it.
    coder, against : str
    days : int, 1 or more
        Length of a stretch; the first of each month begins one, and the last of a month is longer
        or shorter.

    Returns
    -------
    DataFrame
        since (the first day), posts, by_coder, by_against.
    """
    both = table.dropna(subset=[coder, against])
    day = both["posted_at"].dt.day
    last = max(30 // days - 1, 0)
    start = ((day - 1) // days).clip(upper=last) * days + 1
    since = both["posted_at"].dt.strftime("%Y-%m-") + start.astype("str").str.zfill(2)
    marked = both[[coder, against]].ne("none").astype("int64")
    groups = marked.groupby(since.rename("since"))
    out = pd.DataFrame({"posts": groups.size()})
    out["by_coder"], out["by_against"] = groups[coder].sum(), groups[against].sum()
    return out.reset_index()
