"""How far the coders of one outcome agree, by class, and what that says of label error."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import pandas as pd

from audit.checks.labels import agreement as krippendorff
from audit.errors import EstimationError, SourceError
from audit.estimators.tables.rates import proportion
from audit.sources.election_labels.coders import CODERS

FLAGS_ONLY = frozenset({"trump_archive", "civicmachines"})
"""Coders who mark a flag and no rung."""
SCALES = ("acted on or not", "none, label, restrict")
DISAGREEMENT_COLUMNS = (
    *("account_class", "coder", "against"),
    *("posts", "both_acted", "only_coder", "only_against", "neither"),
    *("sensitivity", "sensitivity_low", "sensitivity_high"),
    *("specificity", "specificity_low", "specificity_high", "why"),
)
ALONE = "no other coder has posts of this class"


def kappa(a: pd.Series, b: pd.Series) -> float:
    """Return Cohen's kappa of two codings of the same posts, unweighted; NaN where none varies.

    References
    ----------
    Cohen, J. (1960). A coefficient of agreement for nominal scales. Educational and Psychological
    Measurement 20(1), 37-46. https://doi.org/10.1177/001316446002000104
    """
    observed = float((a == b).mean())
    share = pd.concat([a.value_counts(normalize=True), b.value_counts(normalize=True)], axis=1)
    chance = float(share.fillna(0.0).prod(axis=1).sum())
    return (observed - chance) / (1 - chance) if chance < 1 else math.nan


def pairwise_agreement(table: pd.DataFrame) -> pd.DataFrame:
    """Return how far every two coders agree, on the posts that both have.

    Parameters
    ----------
    table : DataFrame
        As `coders` returns it.

    Returns
    -------
    DataFrame
        coder_a, coder_b, scale, posts, both_acted, only_a, only_b, neither, agreed (a share),
        kappa (Cohen), alpha (Krippendorff, nominal). NaN where too little varies.
    """
    rows = []
    for a, b in combinations([c for c in CODERS if c in table], 2):
        both = table[[a, b]].dropna()
        for scale in SCALES:
            if scale == SCALES[1] and {a, b} & FLAGS_ONLY:
                continue
            coded = both if scale == SCALES[1] else both.ne("none")
            cells = crossed(both[a], both[b])
            agreed = float((coded[a] == coded[b]).mean()) if len(both) else math.nan
            k = kappa(coded[a], coded[b]) if len(both) else math.nan
            rows.append((a, b, scale, len(both), *cells, agreed, k, _alpha(coded)))
    names = ["coder_a", "coder_b", "scale", "posts", "both_acted", "only_a", "only_b", "neither"]
    return pd.DataFrame(rows, columns=[*names, "agreed", "kappa", "alpha"])


def crossed(a: pd.Series, b: pd.Series) -> tuple[int, int, int, int]:
    """Return how many posts both acted on, only the first, only the second, and neither."""
    x, y = a.ne("none"), b.ne("none")
    return int((x & y).sum()), int((x & ~y).sum()), int((~x & y).sum()), int((~x & ~y).sum())


def _alpha(coded: pd.DataFrame) -> float:
    try:
        return krippendorff(coded.T.to_numpy(dtype=object))
    except EstimationError:
        return math.nan  # nothing pairs, or nothing varies


def disagreement(
    table: pd.DataFrame, coder: str = "cao", against: str = "smapp", *, confidence: float = 0.95
) -> pd.DataFrame:
    """Return a coder's sensitivity and specificity by class, taking another coder as the truth.

    Neither is the truth: a post that only one of them has marked may be a miss of the other. The
    shares say how far a coder could be wrong if the other were right.

    Parameters
    ----------
    table : DataFrame
        As `coders` returns it.
    coder, against : str
        Columns of `table`.
    confidence : float
        Of Wilson's limits, which take posts as independent.

    Returns
    -------
    DataFrame
        account_class, coder, against, posts, both_acted, only_coder, only_against, neither,
        sensitivity and specificity with their limits (`_low`, `_high`), and `why` where they are
        not identified: for every class that only one of the two has looked at.
    """
    faults = [f"no coder {c!r}; known: {_known(table)}" for c in (coder, against) if c not in table]
    faults += ["coder and against are the same"] if coder == against else []
    if faults:
        raise SourceError(f"disagreement: {'; '.join(faults)}.")
    rows = []
    for name, group in table.groupby("account_class", sort=True):
        both = group[[coder, against]].dropna()
        hits, extra, missed, neither = crossed(both[coder], both[against])
        row: dict[str, Any] = {"account_class": name, "coder": coder, "against": against}
        row |= {"posts": len(both), "both_acted": hits, "only_coder": extra}
        row |= {"only_against": missed, "neither": neither}
        row |= _share("sensitivity", hits, hits + missed, confidence)
        row |= _share("specificity", neither, neither + extra, confidence)
        rows.append(row | {"why": "" if len(both) else ALONE})
    return pd.DataFrame(rows, columns=list(DISAGREEMENT_COLUMNS))


def _known(table: pd.DataFrame) -> str:
    return ", ".join(c for c in CODERS if c in table)


def _share(name: str, k: int, n: int, confidence: float) -> dict[str, float]:
    if not n:
        return dict.fromkeys((name, f"{name}_low", f"{name}_high"), math.nan)
    found = proportion(k, n, method="wilson", confidence=confidence)
    ends = {f"{name}_low": found.conf_low, f"{name}_high": found.conf_high}
    return {name: found.estimate, **ends}


def label_error(
    table: pd.DataFrame,
    coder: str = "cao",
    against: Sequence[str] = ("smapp", "trump_archive"),
    *,
    before: str = "",
    confidence: float = 0.95,
) -> dict[str, list[float]]:
    """Return what a design's `label_error` takes: ranges of sensitivity and specificity.

    Each range runs from the lowest Wilson limit that any of `against` gives for the coder, rounded
    down to a thousandth, to 1. The design holds it for both classes: the other coders looked at the
    leader's posts only, so for every other class the error is not identified, and taking the same
    range for it is an assumption (see `disagreement`, column `why`).

    Parameters
    ----------
    table : DataFrame
        As `coders` returns it.
    coder : str
        Whose record the cases hold.
    against : sequence of str
        Coders taken as the truth in turn.
    before : str
        ISO date: only posts from before it. Give 2020-12-01 with the archive, whose flags stop.
    confidence : float

    Raises
    ------
    SourceError
        A coder is not there, or no post of the leader's is coded by both.
    """
    if before:
        table = table[table["posted_at"] < pd.Timestamp(before, tz="UTC")]
    found = [disagreement(table, coder, other, confidence=confidence) for other in against]
    rows = [frame[frame["posts"] > 0] for frame in found]
    limits = {}
    for name in ("sensitivity", "specificity"):
        low = pd.Series([v for frame in rows for v in frame[f"{name}_low"].dropna()], dtype=float)
        if low.empty:
            raise SourceError(f"label_error: no post is coded by {coder!r} and by {against!r} too.")
        limits[name] = [math.floor(1000 * float(low.min())) / 1000, 1.0]
    return limits
