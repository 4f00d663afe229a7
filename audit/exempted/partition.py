"""The gap split by the platform's own published exemptions, every part open to its cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from audit.errors import UnknownName
from audit.estimators.base import Estimate
from audit.exempted import wording
from audit.exempted.bins import BINS, binned, reference_spared, required
from audit.exempted.ordinary import shown_cases
from audit.exempted.parts import part
from audit.origin import cited
from audit.printed import Face, Shown, grid
from audit.printed.grid import Form

if TYPE_CHECKING:
    from audit.comparison import Comparison

BIN_COLUMNS = (
    "bin",
    "about",
    "n",
    "accounts",
    "observed",
    "expected",
    "difference",
    "contribution",
    "conf_low",
    "conf_high",
    "rules",
    "note",
)
CASE_COLUMNS = (
    "case_id",
    "posted_at",
    "stratum",
    "n",
    "action",
    "acted",
    "expected",
    "exemption",
    "ceiling",
    "days",
)


PARTS: Mapping[str, tuple[str, Form]] = {
    "bin": ("Part", "words"),
    "n": ("Posts", "whole"),
    "accounts": ("Accounts", "whole"),
    "observed": ("Observed", "whole"),
    "expected": ("Expected", "whole"),
    "contribution": ("Of the gap, points", "points"),
    "conf_low": ("Low", "points"),
    "conf_high": ("High", "points"),
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ExemptionSplit(Shown):
    """The gap as the sum of its parts: under a published exemption, and not.

    Attributes
    ----------
    comparison : Comparison
    frame : DataFrame
        One row per bin of `BINS`, columns `BIN_COLUMNS`: posts and accounts, observed and expected
        actions, their difference (posts; where rows are weighted, as weighted and scaled to the
        posts sampled), the contribution to the gap with its limits (probabilities; they add up to
        the primary estimate), and which exemptions it rests on.
    posts : DataFrame
        The focal rows with the bin of each; see `audit.exempted.bins.binned`.
    total, stated, unstated : Estimate
        The gap, the part of it in the bin "inside", and the rest: total = stated + unstated.
    reference_exempt : int
        Compared reference posts that an exemption of their own class spares from the outcome.
    """

    comparison: Comparison
    frame: pd.DataFrame
    posts: pd.DataFrame
    total: Estimate
    stated: Estimate
    unstated: Estimate
    reference_exempt: int = 0

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the bins."""
        return self.frame.copy()

    def cases(self, bin: str) -> pd.DataFrame:
        """Open a bin: its compared focal rows, columns `CASE_COLUMNS`, in the order of the cases.

        `expected` is the chance under ordinary treatment, `exemption` the number of the row of
        the exemptions table, `days` how far outside its dates the post lies (negative: before).

        Raises
        ------
        UnknownName
            No bin has this name.
        """
        if bin not in BINS:
            raise UnknownName("bin of the split", bin, BINS)
        return self._open((self.posts["bin"] == bin) & self.posts["compared"])

    def exemptions(self) -> pd.DataFrame:
        """Return the focal class's exemptions with what lies under each.

        Columns: exemption (number), platform, rule, ceiling, start, end, quote, source (texts made
        visible), spares (whether it spares a post from this outcome), n, observed, expected and
        contribution of the compared posts inside its dates, and n_outside (outside its dates).
        """
        return wording.exemptions_of(self)

    def stricter_than_stated(self) -> pd.DataFrame:
        """Return focal posts inside an exemption that met an action above its ceiling.

        Compared or not: what was published holds without a comparison. `expected` is missing where
        a post is not compared.
        """
        ladder = self.comparison.study.cases.ladder
        inside = self.posts["days"].eq(0) & self.posts["bin"].isin(("inside", "not_spared"))
        posts = self.posts[inside]
        above = ladder.rank(posts["action"]) > ladder.rank(posts["ceiling"])
        return self._open(self.posts.index.isin(posts.index[above]))

    def outside_dates(self) -> pd.DataFrame:
        """Return posts spared as if by an exemption that did not hold on their date.

        The compared posts that were not acted on although ordinary treatment gives them a chance
        above 0, outside the dates of an exemption that would have spared them; `spared_expected`
        is the number of posts that ordinary treatment would have spared as well, n(1 − expected).
        """
        posts = self.posts
        rows = (posts["bin"] == "outside_dates") & posts["spares"] & ~posts["acted"]
        out = self._open(rows & posts["compared"] & (posts["expected"] > 0))
        return out.assign(
            spared_expected=out["n"] * (1 - out["expected"]),
            side=out["days"].lt(0).map({True: "before", False: "after"}).astype("str"),
        )

    @property
    def says(self) -> str:
        """Return the split as one sentence, right for gaps and parts of any sign."""
        return wording.says(self)

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what a reader must be told with the split."""
        return wording.notes(self)

    def face(self) -> Face:
        """Return the split, what must be told with it, and its bins."""
        study = self.comparison.study
        bins = grid(
            self.frame,
            PARTS,
            title="The gap by published exemption",
            notes=list(self.frame["note"].loc[self.frame["note"] != ""].unique()),
            source=cited(study.loaded.origins),
            simulated=study.cases.simulated,
        )
        notes = tuple(f"note: {n}" for n in self.notes)
        return Face(study.design.question, (self.says, *notes), (bins,))

    def _open(self, rows: pd.Series) -> pd.DataFrame:
        posts = self.posts.assign(case_id=shown_cases(self.comparison.study, self.posts["case_id"]))
        return posts.loc[rows, list(CASE_COLUMNS)].reset_index(drop=True)


def split(comparison: Comparison) -> ExemptionSplit:
    """Split the primary gap of a comparison by the exemptions that its study was given.

    Every compared focal post is in exactly one bin. With q the reference rate of its stratum, a
    bin adds Σ w n (acted − q) / Σ w n to the gap, the lower sum being over all compared focal
    posts, so that the bins add up to the primary estimate exactly.

    Raises
    ------
    RegimeError, EstimationError
        The study is inadmissible, so it has no gap to split.
    DesignError
        There are no exemptions, or they do not fit the cases; says what to write.

    Notes
    -----
    METHODS §2.3: total = stated + unstated. An exemption spares a post from the outcome where its
    ceiling lies below every rung of the outcome; it holds from its start, inclusive, until its
    end, exclusive. Posts without a recorded date or platform (or rule, where an exemption is for
    one rule) are a bin of their own. Where `primary` is "raw", all posts are one stratum.
    """
    study = comparison.study
    study.require()
    required(study)
    posts = binned(study)
    compared = posts[posts["compared"]]
    whole = float((compared["n"] * compared["weight"]).sum())
    inside = compared["bin"] == "inside"
    total, stated, unstated = (
        part(study, compared[rows], whole) for rows in (inside | ~inside, inside, ~inside)
    )
    rules = wording.rule_texts(study)
    rows = []
    for name, about in BINS.items():
        here = compared[compared["bin"] == name]
        found = stated if name == "inside" else part(study, here, whole)
        numbers = sorted({int(k) for k in here["exemption"].dropna()})
        said = "; ".join(rules[k] for k in numbers) if name != "not_recorded" else ""
        rows.append(_row(name, about, here, found, whole, int(compared["n"].sum()), said))
    frame = pd.DataFrame(rows, columns=list(BIN_COLUMNS))
    if not study.has_accounts:
        frame["accounts"] = 0
    spared = reference_spared(study)
    return ExemptionSplit(comparison, frame, posts, total, stated, unstated, spared)


def _row(
    name: str, about: str, posts: pd.DataFrame, found: Estimate, whole: float, n: int, rules: str
) -> tuple[object, ...]:
    scale = n * posts["n"] * posts["weight"] / whole
    observed, expected = float((scale * posts["acted"]).sum()), (scale * posts["expected"]).sum()
    accounts = posts["account_id"].nunique()
    limits = (found.conf_low, found.conf_high)
    size = int(posts["n"].sum())
    counted = (size, accounts, observed, float(expected), observed - float(expected))
    return (name, about, *counted, found.estimate, *limits, rules, found.note)
