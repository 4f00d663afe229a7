"""What must hold before any number is believed: the gates of an audit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from audit.cells import FOCAL, REFERENCE, equal_accounts
from audit.deferred import late
from audit.design import words
from audit.numerals import count, many, percent
from audit.scanned import Scan
from audit.schema import NOT_RECORDED
from audit.text import visible

if TYPE_CHECKING:
    import pandas as pd

    from audit.cases import Cases
    from audit.study import Study
else:
    pd = late("pandas")

FEW_FOCAL_ACCOUNTS = 4
"""Up to this many focal accounts, no interval or p claims a sampling of accounts (METHODS §1)."""
LEAST_K_EFF = 2.0
"""Below so many equal accounts' worth of focal posts an interval has no degrees of freedom."""
REFERENCE_ACCOUNTS_FOR_SUPPORT = 2
"""A stratum supports a comparison when it has this many reference accounts (METHODS §1)."""
DAY = 86400.0
MIXED_REGIMES = "rule regimes"
"""The gate of a study whose audited rule changed inside its window."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A condition found before any number is computed.

    `kind` is hard (no contrast may be printed), cap (the rung is at most `rung`) or note.
    """

    name: str
    kind: Literal["hard", "cap", "note"]
    says: str
    rung: int = 5


def gates_of(study: Study) -> tuple[Gate, ...]:
    """Return every gate that the study does not pass freely, in the order of `GATES`."""
    return tuple(g for g in (rule(study) for rule in GATES) if g is not None)


NO_DENOMINATOR = "denominator"
"""The gate of a table that holds only what was acted on."""


def _no_denominator(s: Study) -> Gate | None:
    # what was taken back is a share of what was enforced, which such a table holds in full
    if s.design.frame != "enforced_only" or s.design.outcome.reversed:
        return None
    return Gate(
        NO_DENOMINATOR,
        "hard",
        "The table holds only posts that were acted on or noticed, and not all those that could "
        "have been: a share of them is not a rate of enforcement.",
    )


def _no_class(s: Study) -> Gate | None:
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


def _no_support(s: Study) -> Gate | None:
    if not s.cells.total(FOCAL) or not s.cells.total(REFERENCE) or s.supported_strata():
        return None
    return Gate(
        "support",
        "hard",
        f"No stratum of {' × '.join(map(words, s.design.strata)) or 'all posts'} holds focal posts "
        f"and posts of at least {REFERENCE_ACCOUNTS_FOR_SUPPORT} reference accounts: there is no "
        "like to compare with.",
    )


def _mixed_regimes(s: Study) -> Gate | None:
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


def _few_accounts(s: Study) -> Gate | None:
    k = s.compared().accounts(FOCAL)
    if not s.has_accounts or not 1 <= k <= FEW_FOCAL_ACCOUNTS:
        return None
    return Gate(
        "few focal accounts",
        "cap",
        f"The focal class, as far as it can be compared, is {many(k, 'account')}: no interval or "
        "p-value can claim that "
        f"{'it stands' if k == 1 else 'they stand'} for others of the class.",
        rung=2,
    )


def refused(focal_accounts: int, k_eff: float) -> str:
    """Return why no interval or p-value may stand for the focal class, "" where they may.

    A function of what can be seen before any result, fixed before the calibration that it stands
    beside (`benchmarks/README.md`): neither few expected actions nor a large share of one account
    had to be refused there.

    Parameters
    ----------
    focal_accounts : int
        Focal accounts that can be compared.
    k_eff : float
        Equal accounts worth the same: one over the sum of squared account shares of their posts.
    """
    if focal_accounts <= FEW_FOCAL_ACCOUNTS:
        return f"with {many(focal_accounts, 'focal account')}"
    if k_eff < LEAST_K_EFF:
        return (
            f"with focal posts that are worth only {k_eff:.1f} equal accounts "
            f"(of {count(focal_accounts)})"
        )
    return ""


def k_eff(s: Study) -> float:
    """Return how many equal accounts the focal posts that can be compared are worth."""
    return equal_accounts(s.compared().by_account(FOCAL)["n"])


def _one_account_writes(s: Study) -> Gate | None:
    k = s.compared().accounts(FOCAL)
    if not s.has_accounts or k <= FEW_FOCAL_ACCOUNTS or k_eff(s) >= LEAST_K_EFF:
        return None
    posts = s.compared().by_account(FOCAL)["n"]
    return Gate(
        "one focal account",
        "cap",
        f"One of {many(k, 'focal account')} wrote {percent(posts.max() / posts.sum())} of the "
        f"focal posts that can be compared, which are worth only {k_eff(s):.1f} equal accounts: "
        "no interval or p-value can claim that they stand for others of the class.",
        rung=2,
    )


def _unequal_watch(s: Study) -> Gate | None:
    outcome = s.design.outcome
    if not outcome.reversed or outcome.reversed_within_hours:
        return None
    watched = seconds_watched(s.cases)
    if watched is None or watched[1] - watched[0] < DAY:
        return None
    least, most = (int(seconds / DAY) for seconds in watched)
    return Gate(
        "unequal watch",
        "note",
        f"Actions were watched for {count(max(0, least))} to {many(most, 'day')}, and one "
        "taken back later counts as standing. Try: reversed_within_hours in the outcome.",
    )


def seconds_watched(cases: Cases | Scan) -> tuple[float, float] | None:
    """Return the least and most seconds from an action to the last look; None where unknown."""
    if isinstance(cases, Scan):
        return cases.watched
    frame = cases.frame
    if {"acted_at", "observed_until"} - set(frame):
        return None
    seconds = (frame["observed_until"] - frame["acted_at"]).dt.total_seconds().dropna()
    return None if seconds.empty else (float(seconds.min()), float(seconds.max()))


def _reversal(s: Study) -> Gate | None:
    if not s.design.outcome.reversed:
        return None
    return Gate(
        "reversal outcome",
        "cap",
        "Reversals among the sanctioned compare those whom the platform chose to sanction; "
        "classes can differ in where that line lay (infra-marginality).",
        rung=2,
    )


def _no_accounts(s: Study) -> Gate | None:
    if s.has_accounts or not s.cells.posts():
        return None
    return Gate(
        "rows without accounts",
        "cap",
        f"{count(s.posts_without_account)} of {count(s.cells.posts())} posts carry no "
        "account: point estimates only, since posts of one account are alike.",
        rung=1,
    )


def _amplified(s: Study) -> Gate | None:
    if s.design.frame != "amplified_by_focal":
        return None
    return Gate(
        "chosen comparison",
        "note",
        "The reference posts are those that the focal account chose to amplify, not a sample of "
        "what others posted.",
    )


def _weighted(s: Study) -> Gate | None:
    if not s.weighted:
        return None
    return Gate(
        "sampling weights",
        "note",
        "Rates and gaps are weighted by the sampling weights; balance, support, the bounds on "
        "unknown class and the smallest visible gap are those of the posts sampled.",
    )


def _lost_outcomes(s: Study) -> Gate | None:
    lost = sum(s.unknown_outcomes.values())
    if not lost:
        return None
    by = ", ".join(f"{n:,} {g}" for g, n in sorted(s.unknown_outcomes.items()))
    return Gate(
        "unknown outcomes",
        "note",
        f"{lost:,} posts have an outcome that the data cannot tell ({by}); they are not counted "
        "as “no”.",
    )


def _exemptions_not_given(s: Study) -> Gate | None:
    if s.design.exemptions is None or s.exemptions is not None:
        return None
    return Gate(
        "exemptions not given",
        "note",
        "The design names published exemptions and none were given, so the gap is not split by "
        "them. Try: enroll(cases, design, exemptions=run.exemptions(design)).",
    )


GATES = (
    _no_denominator,
    _no_class,
    _no_support,
    _mixed_regimes,
    _few_accounts,
    _one_account_writes,
    _reversal,
    _unequal_watch,
    _no_accounts,
    _amplified,
    _weighted,
    _lost_outcomes,
    _exemptions_not_given,
)
