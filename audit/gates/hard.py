"""The gates that forbid any contrast: the data cannot answer the question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.cells import FOCAL, REFERENCE
from audit.deferred import late
from audit.design import words
from audit.gates.base import REFERENCE_ACCOUNTS_FOR_SUPPORT, Gate
from audit.scanned import Scan
from audit.schema import NOT_RECORDED
from audit.text import visible

if TYPE_CHECKING:
    import pandas as pd

    from audit.cases import Cases
    from audit.study import Study
else:
    pd = late("pandas")

MIXED_REGIMES = "rule regimes"
"""The gate of a study whose audited rule changed inside its window."""
NO_DENOMINATOR = "denominator"
"""The gate of a table that holds only what was acted on."""


def no_denominator(s: Study) -> Gate | None:
    """Refuse a table that holds only what was acted on."""
    # what was taken back is a share of what was enforced, which such a table holds in full
    if s.design.frame != "enforced_only" or s.design.outcome.reversed:
        return None
    return Gate(
        NO_DENOMINATOR,
        "hard",
        "The table holds only posts that were acted on or noticed, and not all those that could "
        "have been: a share of them is not a rate of enforcement.",
    )


def no_class(s: Study) -> Gate | None:
    """Refuse a study in which one of the two classes has no post."""
    empty = [
        words(name)
        for name, group in ((s.design.focal, FOCAL), (s.design.references[0], REFERENCE))
        if s.cells.total(group) == 0
    ]
    if not empty:
        return None
    return Gate(
        "variation in class",
        "hard",
        f"No {' and no '.join(empty)} post is left after the steps in the ledger, so there is "
        "nothing to compare.",
    )


def no_support(s: Study) -> Gate | None:
    """Refuse a study without a stratum in which both classes can be compared."""
    if not s.cells.total(FOCAL) or not s.cells.total(REFERENCE) or s.supported_strata():
        return None
    strata = " × ".join(map(words, s.design.strata))
    nothing = f"No stratum of {strata} holds" if strata else "The table does not hold both"
    return Gate(
        "support",
        "hard",
        f"{nothing} focal posts and posts of at least {REFERENCE_ACCOUNTS_FOR_SUPPORT} reference "
        "accounts: there is no like to compare with.",
    )


def mixed_regimes(s: Study) -> Gate | None:
    """Refuse a study over a change of the audited rule, unless regimes are strata."""
    if "regime" in s.design.strata:
        return None
    met = regimes_met(s.cases)
    mixed = sorted({rule for rule, _ in met if sum(rule == other for other, _ in met) > 1})
    if not mixed:
        return None
    dates = [visible(d, 40) for d in sorted(regime for rule, regime in met if rule == mixed[0])]
    name = visible(mixed[0].strip(), 60)
    which = f"{name}: " if name else ""
    return Gate(
        MIXED_REGIMES,
        "hard",
        f"The audited rule changed inside the window ({which}{', '.join(dates)}), so one number "
        "would mix two rules. Add ‘regime’ to the strata, or narrow the population.",
    )


def regimes_met(cases: Cases | Scan) -> set[tuple[str, str]]:
    """Return every audited rule, by platform, with every version of it that the cases met."""
    if isinstance(cases, Scan):
        return set(cases.regimes)
    frame = cases.frame
    if "regime" not in frame:
        return set()
    audited = pd.Series("", index=frame.index)
    for column in [c for c in ("platform", "rule") if c in frame]:
        audited = audited + " " + frame[column].astype("str").fillna(NOT_RECORDED)
    known = frame["regime"].notna()
    pairs = pd.DataFrame({"rule": audited[known], "regime": frame["regime"][known].astype("str")})
    return set(pairs.drop_duplicates().itertuples(index=False, name=None))
