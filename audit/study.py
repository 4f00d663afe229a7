"""The cases that can answer the design, and why the others cannot."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import pandas as pd

from audit import cells as engine
from audit import population
from audit.cases import Cases
from audit.cells import CLASS_UNKNOWN, FOCAL, REFERENCE, UNKNOWN_GROUP, Cells, Remembering
from audit.design import Design, words
from audit.design_fit import require_fit
from audit.errors import EstimationError, RegimeError, RowsNeeded
from audit.gates import MIXED_REGIMES, REFERENCE_ACCOUNTS_FOR_SUPPORT, Gate, gates_of
from audit.ledger import ALSO_FOCAL, CLASS_NOT_COMPARED, NOT_SANCTIONED, OUTCOME_UNKNOWN
from audit.regimes import Exemptions
from audit.scanned import Scan
from audit.scanned.enrolment import meet
from audit.schema import NO_ACCOUNT, NOT_RECORDED, UNKNOWN
from audit.tallied import Tallied


@dataclass(frozen=True, slots=True, eq=False)
class Study(Remembering):
    """A design met with cases.

    Attributes
    ----------
    cases : Cases
        The enrolled rows, those of unknown class included; its ledger says who is out. A `Scan`
        where an engine holds them.
    design : Design
    cells : Cells
        Their counts by account, group and stratum.
    gates : tuple of Gate
        What must be known before any number is believed.
    unknown_outcomes : dict
        Number of posts by group whose outcome the data cannot tell; they are not in the cells.
    loaded : Cases
        The cases before enrolment, from which another reference class can be enrolled.
    exemptions : Exemptions, optional
        What the platform published about whom it spares.
    """

    cases: Cases
    design: Design
    cells: Cells | Tallied
    gates: tuple[Gate, ...]
    unknown_outcomes: dict[str, int]
    loaded: Cases
    exemptions: Exemptions | None = None

    @property
    def admissible(self) -> bool:
        """Return whether no hard gate failed."""
        return not any(g.kind == "hard" for g in self.gates)

    def require(self) -> None:
        """Raise where a hard gate failed: the study has no contrast to give.

        Raises
        ------
        RegimeError
            A number would mix two versions of a rule; names the boundary.
        EstimationError
            Any other hard gate, in its own words.
        """
        hard = [g for g in self.gates if g.kind == "hard"]
        if not hard:
            return
        kind = RegimeError if any(g.name == MIXED_REGIMES for g in hard) else EstimationError
        raise kind("No contrast can be given. " + " ".join(g.says for g in hard))

    @property
    def has_accounts(self) -> bool:
        """Return whether every row carries an account, without which there is no inference."""
        return self.posts_without_account == 0

    @property
    def posts_without_account(self) -> int:
        """Return the number of posts of known class whose account is not recorded."""
        return self.cells.posts_of(NO_ACCOUNT)

    @property
    def weighted(self) -> bool:
        """Return whether sampling weights differ from 1: rates are then not shares of the rows."""
        return self.cells.weighted

    def compared(self) -> Cells | Tallied:
        """Return the cells that the primary contrast compares: supported strata, or all if raw."""
        if self.design.primary == "raw":
            return self.cells
        return self.cells.within(self.supported_strata())

    def supported_strata(self) -> tuple[str, ...]:
        """Return the strata that hold focal posts and enough reference accounts to compare with."""
        need = REFERENCE_ACCOUNTS_FOR_SUPPORT if self.has_accounts else 1
        return self.cells.shared_strata(need)

    def rows(self) -> pd.DataFrame:
        """Return the compared rows themselves: every column of the cases, and how each counts.

        Added columns: group (focal, reference or unknown), stratum (text), acted (flag), n (whole
        posts that the row stands for), weight (sampling weight, 1 where none). `account_id` is as
        the cells have it: missing ones are named, never merged with a real account.
        """
        flags = acted_on(self.cases, self.design).astype(bool)
        counted = _enrolled(self.cases, self.design, flags).set_axis(self.cases.frame.index)
        counted = counted.rename(columns={"count": "n"})
        kept = self.cases.frame.drop(columns=list(counted), errors="ignore")
        return kept.join(counted)

    def again(self, design: Design, *, cases: Cases | Scan | None = None) -> Study:
        """Enroll another design in the cases as loaded (or others), with the same exemptions.

        Raises
        ------
        RowsNeeded
            The rows enrolled are asked again, and they are in an engine, not kept apart.
        """
        cases = self.loaded if cases is None else cases
        if isinstance(cases, Scan) and cases is not cast("object", self.loaded):
            raise RowsNeeded(
                "a scan does not keep the rows enrolled apart from the others. Try: "
                "enroll(scan, …) with each design of its own, or audit.read_cases on a sample of "
                "whole accounts."
            )
        return enroll(cases, design, exemptions=self.exemptions)

    def to_frame(self) -> pd.DataFrame:
        """Return the cells as a frame, one row per account × group × stratum."""
        return self.cells.frame.copy()

    def summary(self) -> str:
        """Say the question, who is in, and what stands in the way."""
        c = self.cells
        lines = [self.design.question]
        for group, name in (
            (FOCAL, self.design.focal),
            (REFERENCE, self.design.references[0]),
            (UNKNOWN_GROUP, "unknown class"),
        ):
            lines.append(
                f"  {words(name)}: {c.total(group):,} posts by {c.accounts(group):,} accounts"
            )
        lines += [f"  {g.kind}: {g.says}" for g in self.gates]
        return "\n".join(lines)

    __str__ = summary

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        from audit.text import escape_html

        return f"<pre class='tex2jax_ignore mathjax_ignore'>{escape_html(self.summary())}</pre>"


def enroll(cases: Cases | Scan, design: Design, *, exemptions: Exemptions | None = None) -> Study:
    """Meet a design with cases, here or in the engine that holds them.

    Rows leave through the ledger only: outside the population, of a class that is not compared,
    with an outcome the data cannot tell, or reference rows of an account that is also focal.

    Parameters
    ----------
    cases : Cases or Scan
        Of a scan only counts come to Python: of accounts and strata where these are few, else
        sums by stratum and by account. A question that needs rows is refused when asked.
    exemptions : Exemptions, optional
        Published exemptions, by which the gap is split; see `audit.exempted`.

    Raises
    ------
    SchemaError
        A scan has faults; see `Scan.faults`.
    DesignError
        When the design names a class, column or rung that the cases do not have, with those
        they have. A question that the data cannot answer is not an error: `gates` says why.
    """
    if isinstance(cases, Scan):
        return _met(cases, design, exemptions)
    require_fit(cases, design)
    loaded = cases
    for column, allowed in (design.population or {}).items():
        cases = cases.keep(
            population.holds(cases.frame[column], allowed),
            because=population.excluded(column, allowed),
        )
    compared = [design.focal, design.references[0], UNKNOWN]
    cases = cases.keep(cases.frame["account_class"].isin(compared), because=CLASS_NOT_COMPARED)
    if design.outcome.reversed:
        rank = cases.ladder.rank(cases.frame["action"])
        cases = cases.keep(rank > 0, because=NOT_SANCTIONED)
    cases = _one_class_per_account(cases, design)
    acted = acted_on(cases, design)
    known = acted.notna()
    lost = {
        g: int(n)
        for g, n in cases.counts[~known].groupby(_group(cases, design)[~known]).sum().items()
    }
    cases = cases.keep(known, because=OUTCOME_UNKNOWN)
    enrolled = _enrolled(cases, design, acted[known].astype(bool).reset_index(drop=True))
    cells = engine.group(enrolled)
    study = Study(cases, design, cells, (), lost, loaded, exemptions)
    return replace(study, gates=gates_of(study))


def _met(scan: Scan, design: Design, exemptions: Exemptions | None) -> Study:
    met = meet(scan, design)
    plan = engine.plan(met.cells)
    cells = engine.fetched(met.cells) if plan.fetch else met.cells
    # A scan has the face of cases; what asks it for rows is told, in words, that it has none.
    left, loaded = cast("Cases", replace(met.scan, plan=plan.why)), cast("Cases", scan)
    study = Study(left, design, cells, (), met.lost, loaded, exemptions)
    return replace(study, gates=gates_of(study))


def _one_class_per_account(cases: Cases, design: Design) -> Cases:
    frame = cases.frame
    focal = frame["account_class"] == design.focal
    also = frame["account_id"].notna() & frame["account_id"].isin(
        frame.loc[focal & frame["account_id"].notna(), "account_id"]
    )
    unknown = frame["account_class"] == UNKNOWN
    return cases.keep(focal | unknown | ~also, because=ALSO_FOCAL)


def acted_on(cases: Cases, design: Design) -> pd.Series:
    """Return a nullable flag per row: acted on, or unknown where the data cannot tell."""
    frame, outcome = cases.frame, design.outcome
    if outcome.reversed:
        return frame["reversed"].astype("boolean")
    acted = frame["action"].isin(outcome.rungs(cases.ladder)).astype("boolean")
    acted[frame["action"].isna()] = pd.NA
    hours = outcome.acted_within_hours
    if not hours:
        return acted
    since = frame["posted_at"]
    if "reported_at" in frame:
        since = frame["reported_at"].fillna(since)
    limit = since + pd.Timedelta(hours=hours)
    in_time = frame["acted_at"] <= limit
    censored = pd.Series(False, index=frame.index)
    if "observed_until" in frame:  # a row with no last look may have been looked at too early
        censored = frame["observed_until"].isna() | (frame["observed_until"] < limit)
    out = acted & in_time
    out[acted.fillna(False) & (frame["acted_at"].isna() | limit.isna())] = pd.NA
    out[~out.fillna(False) & censored] = pd.NA
    return out


def _group(cases: Cases, design: Design) -> pd.Series:
    named = {design.focal: FOCAL, design.references[0]: REFERENCE, UNKNOWN: UNKNOWN_GROUP}
    return cases.frame["account_class"].astype("str").map(named)


def _enrolled(cases: Cases, design: Design, acted: pd.Series) -> pd.DataFrame:
    frame = cases.frame
    weight = frame.get("sampling_weight", 1.0)
    group = _group(cases, design)
    account = frame["account_id"].astype("str").fillna(NO_ACCOUNT)
    # A known account's rows of unknown class are bounded like those of any unknown account.
    unknown = group == UNKNOWN_GROUP
    account = account.mask(unknown, account[unknown] + CLASS_UNKNOWN)
    return pd.DataFrame(
        {
            "account_id": account,
            "group": group,
            "stratum": stratum_of(frame, design.strata),
            "acted": acted.to_numpy(bool),
            "count": cases.counts.to_numpy(),
            "weight": pd.Series(weight, index=frame.index, dtype=float),
        }
    )


def stratum_of(frame: pd.DataFrame, strata: tuple[str, ...]) -> pd.Series:
    """Return each row's stratum as text; a missing value is a level of its own, and says so."""
    if not strata:
        return pd.Series("all", index=frame.index, dtype="str")
    # joined once for each combination, not once for each row
    number, texts = np.zeros(len(frame), dtype=np.int64), [""]
    for place, column in enumerate(strata):
        codes, levels = pd.factorize(frame[column].astype("str").fillna(NOT_RECORDED))
        number, found = pd.factorize(number * len(levels) + codes)
        between = " · " if place else ""
        texts = [texts[i // len(levels)] + between + levels[i % len(levels)] for i in found]
    return pd.Series(pd.Index(texts, dtype="str").take(number), index=frame.index, dtype="str")
