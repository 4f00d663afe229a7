"""Cases: a checked table of decisions, where it came from, and every row that left it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING
from weakref import WeakSet

import numpy as np

from audit.deferred import late
from audit.errors import Fault, SchemaError
from audit.ledger import Removal, counted, ledger_lines, removals, tally
from audit.origin import SIMULATED, Origin, locate
from audit.printed import Face, Grid, Shown, grid
from audit.printed.grid import Form
from audit.schema import CASE_COLUMNS, STANDARD_LADDER, UNKNOWN, Column, Ladder, check
from audit.text import visible

if TYPE_CHECKING:
    import pandas as pd
    from pandas.api import types
else:
    pd = late("pandas")
    types = late("pandas.api.types")

__all__ = ["Cases", "Origin", "Removal", "locate", "masked_accounts"]

NEVER_NAMED = frozenset({"ordinary", "other_author", UNKNOWN})
"""Classes whose accounts are masked in every output, whoever asks."""


LOADED: WeakSet[Cases] = WeakSet()
"""Every table of cases in memory, against which `audit.disclosure.guard` holds a report."""
FIRST_ROWS = 5
MOST_COLUMNS = 6
FIRST_COLUMNS: Mapping[str, tuple[str, Form]] = {
    "account_id": ("Account", "text"),
    "account_class": ("Class", "text"),
    "action": ("Action", "text"),
    "count": ("Count", "whole"),
    "rule": ("Rule", "text"),
    "posted_at": ("Posted (UTC)", "time"),
    "violating": ("Violating", "text"),
    "language": ("Language", "text"),
}
"""What the first rows show of a table, those that matter most first."""


@dataclass(frozen=True, eq=False, slots=True, repr=False, weakref_slot=True)
class Cases(Shown):
    """A checked table of cases with its origins and the ledger of what left.

    Parameters
    ----------
    frame : DataFrame, shape (n, k)
        One row per case, in the columns of `schema.CASE_COLUMNS`; extra columns pass through. It
        is taken as a copy with a fresh 0 … n−1 index. `account_class` has no gaps: "unknown" where
        nobody knows. `account_id` may be missing only where `count` is in every row. A missing
        `action` is one that nobody recorded: its outcome is unknown, and never "none".
    origins : tuple of Origin
    ladder : Ladder
    ledger : tuple of Removal
        In the order the steps were taken.
    extra_columns : tuple of Column
        What the columns beyond `CASE_COLUMNS` mean, as far as the source says.

    Raises
    ------
    SchemaError
        The frame is no case table. `read_cases` says it row by row; this checks kinds and rungs.
    """

    frame: pd.DataFrame
    origins: tuple[Origin, ...]
    ladder: Ladder = STANDARD_LADDER
    ledger: tuple[Removal, ...] = ()
    extra_columns: tuple[Column, ...] = ()

    def __post_init__(self) -> None:
        """Check the frame and detach it from the caller's."""
        origins = (self.origins,) if isinstance(self.origins, Origin) else tuple(self.origins)
        frame = self.frame.reset_index(drop=True)
        where = "cases from " + (", ".join(visible(o.name) for o in origins) or "a frame")
        check(frame, CASE_COLUMNS, where=where)
        found = list(_gaps(frame))
        if found:
            raise SchemaError(where, found)
        self.ladder.rank(frame["action"].dropna().unique())
        object.__setattr__(self, "frame", frame)
        object.__setattr__(self, "origins", origins)
        LOADED.add(self)

    def __len__(self) -> int:
        """Return the number of cases: the sum of `count`, or the rows where there is none."""
        return int(self.counts.sum())

    @property
    def counts(self) -> pd.Series:
        """Cases each row stands for, whole numbers aligned to `frame`."""
        if "count" in self.frame:
            return self.frame["count"].astype("int64")
        return pd.Series(1, index=self.frame.index, name="count", dtype="int64")

    @property
    def simulated(self) -> bool:
        """Whether any origin is made up."""
        return any(origin.simulated for origin in self.origins)

    def keep(self, rows: pd.Series | np.ndarray | Sequence[bool], *, because: str) -> Cases:
        """Return the cases with only `rows`, and the step in the ledger; the one way a row leaves.

        Parameters
        ----------
        rows : Series or array of bool, shape (n,)
            True = stays. A Series must carry the index of `frame`.
        because : str
            What those that stay have in common, or why the others leave; printed in every report.

        Raises
        ------
        SchemaError
            The mask is of another length, index or kind, has gaps, or no reason is given.
        """
        stays = _mask(rows, self.frame)
        if not isinstance(because, str) or not because.strip():
            raise _refused("no reason is given", repr(because), "a few words")
        step = self.ledger[-1].step + 1 if self.ledger else 1
        entries = removals(self.frame, self.counts, stays, because=because, step=step)
        return replace(self, frame=self.frame[stays], ledger=(*self.ledger, *entries))

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the table that the caller may change."""
        return self.frame.copy()

    def ledger_frame(self) -> pd.DataFrame:
        """Return the ledger, one row per step and class, in the fields of `Removal`."""
        names = [f.name for f in fields(Removal)]
        return pd.DataFrame([asdict(entry) for entry in self.ledger], columns=names)

    def classes(self) -> pd.DataFrame:
        """Return `account_class`, `cases` and `accounts`, most cases first, unknown last."""
        return tally(self.frame, self.counts).rename_axis("account_class").reset_index()

    def face(self) -> Face:
        """Return what the table is, what left it, and its first rows, accounts masked."""
        accounts = self.frame["account_id"].nunique()
        size = f"{counted(len(self), 'case')} by {counted(accounts, 'account')}"
        limits = dict.fromkeys(says for origin in self.origins for says in origin.limits)
        lines = [f"cannot support: {visible(says, 400)}" for says in limits]
        lines += [SIMULATED] if self.simulated else []
        lines.append(size + self._period())
        for name, cases, of in self.classes().itertuples(index=False, name=None):
            lines.append(f"  {visible(name)}: {counted(cases, 'case')} by {counted(of, 'account')}")
        lines.append(f"actions, mildest first: {visible(self.ladder, 300)}")
        lines += [f"origin: {_cited(origin)}" for origin in self.origins]
        lines += ledger_lines(self.ledger)
        return Face(lines[0], tuple(lines[1:]), (self._first(),))

    def _first(self) -> Grid:
        """Return the first rows without case ids, in as many columns as a terminal holds."""
        rows = self.frame.head(FIRST_ROWS)
        rows = rows.assign(account_id=masked_accounts(self.frame, ()).head(FIRST_ROWS))
        known = {k: v for k, v in FIRST_COLUMNS.items() if k in rows}
        chosen = dict(list(known.items())[:MOST_COLUMNS])
        return grid(rows, chosen, title="First rows", simulated=self.simulated)

    def _period(self) -> str:
        posted = self.frame.get("posted_at", pd.Series(dtype="datetime64[us, UTC]")).dropna()
        if posted.empty:
            return "; no date of posting"
        return f", posted {posted.min():%Y-%m-%d} to {posted.max():%Y-%m-%d}"


def _gaps(frame: pd.DataFrame) -> list[Fault]:
    needed = ("account_class", "account_id", *(("count",) if "count" in frame else ()))
    absent = [Fault("is missing", name) for name in needed if name not in frame]
    if absent:
        return absent
    counted = "count" in frame and bool(frame["count"].notna().all())
    allowed = {
        "account_class": f"a class, or {UNKNOWN!r}",
        "account_id": "an id, unless every row has a count",
        "count": "a whole number in every row, or no such column",
    }
    least = "1 or more; a row that stands for no case is left out"
    few = frame["count"].lt(1).fillna(False).to_numpy(bool) if "count" in frame else np.zeros(0)
    under = tuple(map(int, np.flatnonzero(few) + 1))
    gaps = {name: np.flatnonzero(frame[name].isna()) + 1 for name in needed}
    return [
        Fault("is empty", name, tuple(map(int, rows)), allowed=allowed[name])
        for name, rows in gaps.items()
        if len(rows) and not (name == "account_id" and counted)
    ] + ([Fault("is out of range", "count", under, allowed=least)] if under else [])


def _cited(origin: Origin) -> str:
    said = {
        name: getattr(origin, name) for name in ("title", "producer", "url", "licence", "notes")
    }
    # "not stated" alone would not say of what.
    parts = (f"{name} {part}" if part == "not stated" else part for name, part in said.items())
    return "; ".join(visible(part, 200) for part in parts if part)


def _refused(what: str, value: str, allowed: str) -> SchemaError:
    return SchemaError("keep(rows, because=…)", [Fault(what, value=value, allowed=allowed)])


def _mask(rows: pd.Series | np.ndarray | Sequence[bool], frame: pd.DataFrame) -> np.ndarray:
    if not isinstance(rows, (pd.Series, np.ndarray, pd.api.extensions.ExtensionArray, list, tuple)):
        raise _refused("the mask is no column", type(rows).__name__, "a Series or array of bool")
    if isinstance(rows, pd.Series) and not rows.index.equals(frame.index):
        allowed = f"the index of cases.frame, {len(frame):,} rows in its order"
        found = f"{len(rows):,} rows {visible(rows.index[:3].tolist())} …"
        raise _refused("the mask has another index", found, allowed)
    mask = (
        rows if isinstance(rows, pd.Series) else pd.Series(list(rows) if len(rows) else [False][:0])
    )
    if len(mask) != len(frame):
        allowed = f"{len(frame):,}, one for each row"
        raise _refused("the mask has the wrong length", f"{len(mask):,}", allowed)
    gaps = int(mask.isna().sum())
    if gaps:
        allowed = "True or False; decide the gaps with .fillna(…)"
        raise _refused("the mask has gaps", f"{gaps:,} missing", allowed)
    if not (types.is_bool_dtype(mask.dtype) or types.infer_dtype(mask) in ("boolean", "empty")):
        raise _refused("the mask is not boolean", str(mask.dtype), "True or False")
    return mask.to_numpy(dtype=bool)


def masked_accounts(frame: pd.DataFrame, named_classes: Collection[str]) -> pd.Series:
    """Return what to call each row's account where others can read it.

    Parameters
    ----------
    frame : DataFrame
        With `account_id` and `account_class`.
    named_classes : collection of str
        Classes whose accounts may be named. Those of `NEVER_NAMED` never are, even when listed.

    Returns
    -------
    Series of str
        The id where the row's class may be named; else "account 001" and so on, numbered by the
        order of a SHA-256 keyed by all ids together, so that neither the order of rows nor the id's
        own order shows, nor can a guess at one id be tried; "account not stated" where there is no
        id.
    """
    named = frame["account_class"].isin(set(named_classes) - NEVER_NAMED)
    ids = frame["account_id"].astype("str")
    hidden = ids[~named & ids.notna()].unique()
    key = hashlib.sha256(b"\n".join(sorted(map(_bytes, ids.dropna())))).digest()
    order = sorted(hidden, key=lambda name: hashlib.sha256(key + _bytes(name)).digest())
    width = max(3, len(str(len(order))))
    aliases = {name: f"account {place:0{width}d}" for place, name in enumerate(order, 1)}
    shown = ids.where(named, ids.map(aliases)).fillna("account not stated")
    return shown.rename("account").astype("str")


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")
