"""The docket of a comparison: its focal cases, its focal accounts, and their precedents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from audit.design import words
from audit.docket.chances import CHANCE_COLUMNS, chances
from audit.docket.leaders import leaders
from audit.docket.names import called, focal_names
from audit.docket.precedents import Precedents, precedents_of
from audit.errors import DesignError, UnknownName
from audit.exempted.ordinary import focal_posts, shown_cases
from audit.numerals import count, many, percent, posts
from audit.origin import cited
from audit.printed import Face, Shown, grid
from audit.printed.grid import Form

if TYPE_CHECKING:
    from audit.comparison import Comparison

CASE_COLUMNS = (
    "case_id",
    "account",
    "stratum",
    "posted_at",
    "n",
    "action",
    "acted",
    *CHANCE_COLUMNS,
)
SHOWN_IDS = 5  # ids listed where one is not found


ACCOUNTS: Mapping[str, tuple[str, Form]] = {
    "account": ("Account", "text"),
    "n": ("Posts", "whole"),
    "share": ("Share", "share"),
    "observed": ("Observed", "whole"),
    "expected": ("Expected", "whole"),
    "difference": ("Difference", "whole"),
    "gap_without": ("Gap without", "points"),
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Docket(Shown):
    """Every focal case beside what ordinary treatment would have been.

    Attributes
    ----------
    comparison : Comparison
    cases : DataFrame
        One row per focal row, columns `CASE_COLUMNS`, in the order of the cases: what happened,
        the chance of the outcome under ordinary treatment with its limits (uncertainty about the
        ordinary accounts of the stratum, not about this decision), the expected rung, and what it
        rests on. A case without support has no number; `why` says what is missing. `account` is
        a number unless the docket is named.
    leaders : DataFrame
        One row per focal account; see `audit.docket.leaders`.
    named : bool
        Whether focal accounts are called by their id, and ranked by difference.
    nearest : int
        How many precedents a case has, at most.
    """

    comparison: Comparison
    cases: pd.DataFrame
    leaders: pd.DataFrame
    named: bool
    nearest: int
    _looked_up: pd.DataFrame
    _ordinary: Precedents

    def precedents(self, case_id: str) -> pd.DataFrame:
        """Return the nearest ordinary cases of one focal case, masked; none without support.

        Parameters
        ----------
        case_id : str
            As `cases` has it.

        Returns
        -------
        DataFrame
            See `audit.docket.precedents.Precedents.nearest`.

        Raises
        ------
        UnknownName
            No focal case of the docket has this id.
        """
        places = self.cases.index[self.cases["case_id"] == case_id]
        if not len(places):
            ids = self.cases["case_id"].head(SHOWN_IDS).tolist()
            more = len(self.cases) - len(ids)
            known = [*ids, f"… and {count(more)} more"] if more > 0 else ids
            raise UnknownName("focal case of this docket", case_id, known)
        place = places[0]
        supported = pd.notna(self.cases.loc[place, "chance"])
        return self._ordinary.nearest(self._looked_up.loc[place], self.nearest * int(supported))

    def accounts_like(self, case_id: str, shown: pd.DataFrame) -> pd.Series:
        """Return, for precedents of a case, how many accounts of its stratum are like each.

        Like: with a post of the same values in all of `matched`; see `Precedents.accounts_like`.
        """
        case = self.cases.index[self.cases["case_id"] == case_id][0]
        return self._ordinary.accounts_like(str(self._looked_up.loc[case, "stratum"]), shown)

    @property
    def matched(self) -> tuple[str, ...]:
        """Return the columns beyond the strata that precedents share with a case if they can."""
        return self._ordinary.matched

    @property
    def looked_up(self) -> pd.DataFrame:
        """Return a copy of the focal rows that the docket was made of, with their accounts."""
        return self._looked_up.copy()

    def without_each(self) -> pd.DataFrame:
        """Return the strip of gaps with each account left out: account, n, estimate.

        Smallest first, accounts numbered in that order and not as in `leaders`; empty with fewer
        than two accounts that have comparable posts.
        """
        strip = self.leaders.dropna(subset=["gap_without"])[["n", "gap_without"]]
        strip = strip.rename(columns={"gap_without": "estimate"})
        strip = strip.sort_values(["estimate", "n"], kind="stable").reset_index(drop=True)
        strip.insert(0, "account", range(1, len(strip) + 1))
        return strip

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the cases."""
        return self.cases.copy()

    @property
    def says(self) -> str:
        """Return the docket in a sentence or two."""
        design = self.comparison.study.design
        known = self.cases["chance"].notna()
        rows, left = self.cases[known], int(self.cases.loc[~known, "n"].sum())
        n, seen = rows["n"].sum(), rows.loc[rows["acted"], "n"].sum()
        expected = float((rows["n"] * rows["chance"]).sum())
        focal, reference = words(design.focal), words(design.references[0])
        of, did = many(n, f"comparable {focal} post"), design.outcome.verb
        if self.comparison.study.weighted:  # weighted posts are no posts that anyone could count
            weight = self._looked_up.loc[known, "weight"] * rows["n"]
            shares = ((weight * rows[c]).sum() / weight.sum() for c in ("acted", "chance"))
            seen_share, chance = map(percent, shares)
            text = (
                f"By the sampling weights, {seen_share} of {of} were {did}; {chance} would have "
                f"been at the {reference} rates of their strata."
            )
        else:
            text = (
                f"{count(seen)} of {of} were {did}; {posts(expected)} would have been at the "
                f"{reference} rates of their strata."
            )
        if left:
            verb = "has" if left == 1 else "have"
            text += f" {many(left, f'{focal} post')} {verb} no like, and no number."
        return text

    def face(self) -> Face:
        """Return the docket in a sentence, then its accounts."""
        study = self.comparison.study
        accounts = grid(
            self.leaders,
            ACCOUNTS,
            title=f"{words(study.design.focal)} accounts",
            notes=[
                "Observed less expected, in posts; the gap without the account, in points.",
                "No intervals: nothing samples the decisions of one account.",
            ],
            source=cited(study.loaded.origins),
            simulated=study.cases.simulated,
        )
        return Face(study.design.question, (self.says,), (accounts,))


def open_docket(comparison: Comparison, *, precedents: int = 3, named: bool = False) -> Docket:
    """Return the docket of a comparison.

    Parameters
    ----------
    precedents : int, 0 or more
        How many precedents a case has, at most; they are found when asked for.
    named : bool
        Whether focal accounts are named and ranked by an estimate, which needs rung 3. Accounts
        of the classes in `cases.NEVER_NAMED` are never named, and neither are their cases.

    Raises
    ------
    RegimeError, EstimationError
        The study is inadmissible, so there is no ordinary treatment to compare with.
    DesignError
        `precedents` is not a whole number of 0 or more.

    Notes
    -----
    A study of one to four declared accounts is a description of them: the limits are those of
    the ordinary accounts, and nothing is said of a class (METHODS §1). Where `primary` is "raw",
    all posts are one stratum.
    """
    if isinstance(precedents, bool) or not isinstance(precedents, int) or precedents < 0:
        raise DesignError(f"precedents is {precedents!r}; a whole number, 0 or more.")
    study = comparison.study
    study.require()
    found = focal_posts(study)
    found["account"] = called(found["account_id"], focal_names(study, named=named))
    ordinary = precedents_of(study)
    cases = found.drop(columns="expected").join(chances(study), on="stratum")
    cases["case_id"] = shown_cases(study, cases["case_id"])
    if "posted_at" not in cases:
        cases["posted_at"] = pd.Series(pd.NaT, index=cases.index, dtype="datetime64[us, UTC]")
    return Docket(
        comparison,
        cases[list(CASE_COLUMNS)],
        leaders(found, by_difference=named),
        named,
        precedents,
        found,
        ordinary,
    )
