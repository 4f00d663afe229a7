"""Which numbers of a study stay hidden, worked out once for all its tables together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from audit.cells import FOCAL, REFERENCE
from audit.disclosure.closure import hide
from audit.disclosure.earlier import Earlier, earlier_of, subgroup_name
from audit.disclosure.margins import margin_of, traits
from audit.disclosure.public import is_protected, public_aggregate
from audit.disclosure.published import Family, Part, places_by_table
from audit.numerals import count, setting
from audit.scanned import Scan
from audit.tallied import Tallied

if TYPE_CHECKING:
    from audit.study import Study

STRATA, SUBGROUPS, MARGINS = "strata", "subgroups", margin_of("")
"""Names of the published tables that share margins: of strata, of the declared subgroups, and of
the traits of each stratum's columns (each with the name of its column)."""


@dataclass(frozen=True, slots=True)
class Protection:
    """What a study's tables may not show.

    Attributes
    ----------
    least : int
        Fewest accounts whose counts are shown.
    exempt : str
        Why everything may be shown, as the origin of the data says; "" where it may not.
    hidden : mapping
        Group (focal, reference) to table to the labels of its hidden rows. A class of public
        officials hides none.
    small : int
        How many of them are below the threshold; the others cover those.
    bare : int
        How many stay narrower than the protection asked for, for lack of anything to cover them.
    again : int
        How many are hidden for what an earlier version shows or hides of them (`earlier`).
    """

    least: int
    exempt: str = ""
    hidden: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    small: int = 0
    bare: int = 0
    again: int = 0

    def rows(self, table: str, group: str, labels: Iterable[object]) -> pd.Series:
        """Return which rows of a table hide a group's numbers, as flags in the order of labels."""
        gone = self.hidden.get(group, {}).get(table, frozenset())
        return pd.Series([str(label) in gone for label in labels], dtype=bool)

    @property
    def cells(self) -> int:
        """Return how many rows of tables hide numbers."""
        return sum(len(gone) for tables in self.hidden.values() for gone in tables.values())

    @property
    def says(self) -> str:
        """Return in a sentence or two what is hidden, and why; "" where nothing was to hide."""
        if self.exempt:
            return f"Small counts are shown in full ({self.exempt.rstrip('.')})."
        if not self.cells:
            return ""
        rest = self.cells - self.small - self.again
        cover = (
            f", {count(self.again)} would tell of few accounts beside the earlier version"
            if self.again
            else ""
        )
        cover += (
            f", and {count(rest)} more so that these do not come back from totals" if rest else ""
        )
        text = (
            f"{count(self.cells)} cells of strata, subgroups and traits are hidden: behind "
            f"{count(self.small)} stand fewer than {setting(self.least)} accounts of people who "
            f"hold no office{cover}. Rates, gaps and intervals are computed on all posts, hidden "
            "ones included, and stand in the files as they are printed. Somebody who tries every "
            "whole number can still narrow hidden counts down where few cells are hidden."
        )
        return text + (
            f" {self.bare} could not be covered fully: the class’s own total says much of them."
            if self.bare
            else ""
        )


def protection(study: Study) -> Protection:
    """Return what a study's tables may not show; worked out once for a study."""
    before = earlier_of(study.design)
    key = "disclosure", frozenset((k, *v.items()) for k, v in before.cells.items()) if before else 0
    found: Protection = study.once(key, lambda: _protection(study, before))
    return found


def _protection(study: Study, before: Earlier | None) -> Protection:
    least = study.design.smallest_cell
    if reason := public_aggregate(study.loaded):
        return Protection(least, reason)
    hidden, small, bare, again = {}, 0, 0, 0
    groups = ((study.design.focal, FOCAL), (study.design.references[0], REFERENCE))
    for name, group in groups:
        if not is_protected(name, study.design):
            continue
        family = family_of(study, group)
        few = family.small(least)
        also = _told(study, family, group, before) - few if before else frozenset()
        gone = hide(family, least=least, also=also)
        hidden[group] = places_by_table(family.parts, gone.all)
        small, bare, again = small + len(few), bare + len(gone.bare), again + len(also)
    return Protection(least, "", hidden, small, bare, again)


def _told(study: Study, family: Family, group: str, before: Earlier) -> frozenset[int]:
    """Return the places of the parts that an earlier version would let a reader subtract."""
    names = {STRATA: lambda label: label}
    for place, columns in enumerate(study.design.families):
        names[table_of(place)] = _subgroup_names(study, columns).__getitem__
    out = set()
    for place, part in enumerate(family.parts):
        if part.table not in names:
            continue
        table = "tbl-strata" if part.table == STRATA else "tbl-subgroups"
        now = {"n": part.n}
        if part.table == STRATA:
            now |= {"events": part.events, "accounts": part.accounts}
        label = names[part.table](part.label)
        if before.tells(table, label, group, now, least=study.design.smallest_cell):
            out.add(place)
    return frozenset(out)


def _subgroup_names(study: Study, family: tuple[str, ...]) -> dict[str, str]:
    """Return what the subgroups of a family are called, by number."""
    levels = pd.DataFrame({c: study.cases.frame[c].astype("str") for c in family})
    values = (
        levels.groupby(list(family), dropna=False, sort=True).size().index.to_frame(index=False)
    )
    said = values.itertuples(index=False, name=None)
    return {str(number): subgroup_name(family, tuple(row)) for number, row in enumerate(said)}


def family_of(study: Study, group: str) -> Family:
    """Return every part of a group's posts that the tables of strata and subgroups publish.

    Atoms are the strata, crossed with the columns of the declared families where these are no
    strata; the traits by which balance is drawn are sums of them (`margins`). Where the rows are in
    an engine there are no subgroups and no balance, and atoms are the strata.
    """
    table = _atoms(study, group)
    parts = _parts(table, table["stratum"], STRATA)
    for column in (c for c in table if c.startswith((SUBGROUPS, MARGINS))):
        gap = group == REFERENCE and column.startswith(SUBGROUPS)
        parts += _parts(table, table[column], column, gap=gap)
    total = Part(
        "total",
        "",
        tuple(range(len(table))),
        study.cells.accounts(group),
        int(table["n"].sum()),
        int(table["events"].sum()),
        says_gap=group == REFERENCE,
        fixed=True,
    )
    supported = table["stratum"].isin(study.supported_strata()) | (study.design.primary == "raw")
    weights = np.where(supported, table["n_focal"], 0).astype(float)
    truth = table[["n", "events", "people"]].to_numpy(float).T
    return Family((*parts, total), weights * (group == REFERENCE), truth)


def _parts(table: pd.DataFrame, labels: pd.Series, name: str, *, gap: bool = False) -> list[Part]:
    out = []
    for label, rows in table.groupby(labels, sort=False):
        one = len(rows) == 1
        people = rows["people"].iloc[0] if one else len(frozenset().union(*rows["who"]))
        out.append(
            Part(
                name,
                str(label),
                tuple(int(i) for i in rows.index),
                int(people),
                int(rows["n"].sum()),
                int(rows["events"].sum()),
                says_events=name == STRATA,
                says_accounts=name == STRATA,
                says_gap=gap,
            )
        )
    return out


def _atoms(study: Study, group: str) -> pd.DataFrame:
    """Return one row per atom: stratum, n, events, people, who, n_focal, and its subgroups."""
    design = study.design
    engined = isinstance(study.cells, Tallied) or isinstance(study.cases, Scan)
    if engined or not (design.families or design.strata):
        return _strata(study, group)
    rows = study.rows()
    keys = {table_of(place): _level(study, family) for place, family in enumerate(design.families)}
    both = rows[rows["group"].isin((FOCAL, REFERENCE))]
    keys |= {margin_of(c): traits(both[c]) for c in design.strata}
    rows = rows.assign(**keys)
    return _counted(rows[rows["group"].isin([FOCAL, REFERENCE])], ["stratum", *keys], group)


def table_of(family: int) -> str:
    """Return the name of the table of a declared family of subgroups."""
    return f"{SUBGROUPS} {family}"


def _level(study: Study, family: tuple[str, ...]) -> pd.Series:
    """Return the number of each row's level, in the order in which subgroups are listed."""
    levels = pd.DataFrame({c: study.cases.frame[c].astype("str") for c in family})
    return levels.groupby(list(family), dropna=False, sort=True).ngroup().astype("str")


def _counted(rows: pd.DataFrame, keys: list[str], group: str) -> pd.DataFrame:
    mine = rows["group"] == group
    shown = rows.assign(
        n=rows["n"].where(mine, 0),
        events=rows["n"].where(mine & rows["acted"], 0),
        n_focal=rows["n"].where(rows["group"] == FOCAL, 0),
    )
    table = shown.groupby(keys, sort=True)[["n", "events", "n_focal"]].sum()
    who = rows[mine].groupby(keys)["account_id"].agg(lambda ids: frozenset(ids))
    table["who"] = [who.get(key, frozenset()) for key in table.index]
    table["people"] = table["who"].map(len)
    return table.reset_index()


def _strata(study: Study, group: str) -> pd.DataFrame:
    counts = study.cells.counts()
    people = study.cells.accounts_by_stratum(group).reindex(counts.index).fillna(0).astype(int)
    found: dict[str, Any] = {
        "stratum": counts.index,
        "n": counts[f"n_{group}"].to_numpy(),
        "events": counts[f"events_{group}"].to_numpy(),
        "n_focal": counts["n_focal"].to_numpy(),
        "people": people.to_numpy(),
        "who": None,
    }
    return pd.DataFrame(found)
