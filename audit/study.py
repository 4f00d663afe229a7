"""The cases that can answer the design, and why the others cannot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

import pandas as pd

from audit import cells as engine
from audit import population
from audit.cases import Cases
from audit.cells import FOCAL, REFERENCE, UNKNOWN_GROUP, Cells
from audit.design import Design, words
from audit.enrolled import acted_on as acted_on
from audit.enrolled import enrolled, group_of
from audit.enrolled import stratum_of as stratum_of
from audit.errors import EstimationError, RegimeError, RowsNeeded
from audit.fitting import require_fit
from audit.gates import MIXED_REGIMES, REFERENCE_ACCOUNTS_FOR_SUPPORT, Gate, gates_of
from audit.ledger import ALSO_FOCAL, CLASS_NOT_COMPARED, NOT_SANCTIONED, OUTCOME_UNKNOWN
from audit.memory import Remembering
from audit.printed import Face, Shown, grid
from audit.printed.grid import Form
from audit.regimes import Exemptions
from audit.scanned import Scan
from audit.scanned.enrolment import meet
from audit.schema import NO_ACCOUNT, UNKNOWN
from audit.tallied import Tallied

WHO: Mapping[str, tuple[str, Form]] = {
    "group": ("Group", "text"),
    "account_class": ("Class", "text"),
    "posts": ("Posts", "whole"),
    "accounts": ("Accounts", "whole"),
    "unknown": ("Outcome unknown, left out", "whole"),
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Study(Shown, Remembering):
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
        counted = enrolled(self.cases, self.design, flags).set_axis(self.cases.frame.index)
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

    def face(self) -> Face:
        """Return the question, who is in, and what stands in the way."""
        c, of = self.cells, self.design
        names = ((FOCAL, of.focal), (REFERENCE, of.references[0]), (UNKNOWN_GROUP, "unknown class"))
        rows = [
            (g, words(name), c.total(g), c.accounts(g), self.unknown_outcomes.get(g, 0))
            for g, name in names
        ]
        who = grid(
            pd.DataFrame(rows, columns=list(WHO)),
            WHO,
            title="Who is in",
            simulated=self.cases.simulated,
        )
        says = tuple(f"{g.kind}: {g.says}" for g in self.gates)
        return Face(of.question, says, (who,))


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
        action = cases.frame["action"]
        sanctioned = action.isna() | (cases.ladder.rank(action.fillna(cases.ladder.nothing)) > 0)
        cases = cases.keep(sanctioned, because=NOT_SANCTIONED)
    cases = _one_class_per_account(cases, design)
    acted = acted_on(cases, design)
    known = acted.notna()
    lost = {
        g: int(n)
        for g, n in cases.counts[~known].groupby(group_of(cases, design)[~known]).sum().items()
    }
    cases = cases.keep(known, because=OUTCOME_UNKNOWN)
    counted = enrolled(cases, design, acted[known].astype(bool).reset_index(drop=True))
    cells = engine.group(counted)
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
