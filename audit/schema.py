"""What a case table may hold: every column, what it means, and what is legal in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Literal

import numpy as np

from audit.deferred import late
from audit.errors import Fault, SchemaError, UnknownName

if TYPE_CHECKING:
    import pandas as pd
    from pandas.api import types
else:
    pd = late("pandas")
    types = late("pandas.api.types")

UNKNOWN = "unknown"
"""The class of an account nobody could name; never dropped, always counted and bounded."""

NOT_RECORDED = "(not recorded)"
"""The level of a stratum whose value is missing."""
NO_ACCOUNT = "(no account)"
"""What stands for the account of rows that carry none."""

Kind = Literal["id", "text", "category", "ladder", "time", "number", "whole", "flag", "answer"]
Need = Literal["yes", "or a roster", "or count", "no"]


@dataclass(frozen=True, slots=True)
class Column:
    """One promised column.

    Parameters
    ----------
    name : str
    kind : str
        id (text, never a number), text, category, ladder (a rung), time (UTC), number (finite),
        whole (whole number), flag (yes or no), answer (yes, no, unknown or a probability).
    need : str
        "yes", "or a roster" (a roster can stand in), "or count" (aggregated rows need none), "no".
    about : str
        What the column means, in one sentence.
    levels : tuple of str
        The allowed values; empty where any value of the kind is.
    unit : str
    """

    name: str
    kind: Kind
    need: Need
    about: str
    levels: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Ladder:
    """What can be done to a post, mildest first; the first rung means that nothing was done.

    Parameters
    ----------
    rungs : tuple of str
        At least two, all different, none empty.

    Raises
    ------
    SchemaError
        Rungs are too few, repeated or empty.
    """

    rungs: tuple[str, ...]

    def __post_init__(self) -> None:
        """Hold the rungs to what a ladder is."""
        if isinstance(self.rungs, str):
            raise _ladder_error(f"{self.rungs!r}, one text", "a tuple of texts")
        object.__setattr__(self, "rungs", tuple(self.rungs))
        if any(not isinstance(r, str) or not r.strip() for r in self.rungs):
            raise _ladder_error(repr(self.rungs), "texts, none of them empty")
        if len(self.rungs) < 2 or len(set(self.rungs)) < len(self.rungs):
            raise _ladder_error(repr(self.rungs), "two rungs or more, each named once")

    @property
    def nothing(self) -> str:
        """The rung that means nothing was done."""
        return self.rungs[0]

    def rank(self, values: Iterable[str]) -> np.ndarray:
        """Return the place of each value on the ladder, 0 = nothing done.

        Raises
        ------
        SchemaError
            A value (or a missing one) is no rung of this ladder.
        """
        series = pd.Series(values, dtype=object)
        rank = pd.Index(self.rungs, dtype=object).get_indexer(series)
        if (rank < 0).any():
            odd = series[rank < 0]
            strange = sorted({"an empty cell" if pd.isna(v) else repr(v) for v in odd})
            what = "not on the ladder"
            fault = Fault(what, value=", ".join(strange[:5]), allowed=str(self))
            raise SchemaError("actions", [fault])
        return rank.astype(np.int64)

    def at_least(self, rung: str) -> tuple[str, ...]:
        """Return `rung` and everything stricter.

        Raises
        ------
        UnknownName
            No such rung.
        """
        if rung not in self.rungs:
            raise UnknownName("rung of the ladder", rung, self.rungs)
        return self.rungs[self.rungs.index(rung) :]

    def __str__(self) -> str:
        """Spell the ladder, mildest first."""
        return " < ".join(self.rungs)


def _ladder_error(value: str, allowed: str) -> SchemaError:
    return SchemaError("ladder", [Fault("is no ordered ladder", value=value, allowed=allowed)])


STANDARD_LADDER = Ladder(("none", "label", "restrict", "remove", "lock", "suspend", "ban"))

CASE_COLUMNS = (
    Column("case_id", "id", "yes", "names the case; unique in the table"),
    Column(
        "account_id", "id", "or count", "who posted, the unit of inference; a pseudonym will do"
    ),
    Column(
        "account_class",
        "category",
        "or a roster",
        "what the account was when it posted: world_leader, public_official, candidate, "
        "public_figure, ordinary, or the user's own; empty becomes unknown and is counted",
    ),
    Column("action", "ladder", "yes", "the strictest measure taken within the source's window"),
    Column("posted_at", "time", "no", "when it was posted", unit="UTC"),
    Column("reported_at", "time", "no", "when it was first reported", unit="UTC"),
    Column("acted_at", "time", "no", "when the measure was taken", unit="UTC"),
    Column(
        "observed_until", "time", "no", "last look; not acted on by then = censored", unit="UTC"
    ),
    Column("platform", "category", "no", "where it was posted"),
    Column("rule", "category", "no", "the rule it was judged under"),
    Column("regime", "category", "no", "which version of the rule was in force when it was posted"),
    Column("severity", "category", "no", "how grave, judged without knowing the account"),
    Column("language", "category", "no", "language of the post"),
    Column("country", "category", "no", "country of the account"),
    Column("reach", "number", "no", "audience before any measure, zero or more", unit="accounts"),
    Column("reports", "whole", "no", "reports received, zero or more", unit="reports"),
    Column(
        "violating",
        "answer",
        "no",
        "whether it broke the rule, by independent coders and never by what the platform did; "
        "or the probability that it did, 0 to 1; empty becomes unknown",
        levels=("yes", "no", UNKNOWN),
    ),
    Column(
        "ended_by",
        "category",
        "no",
        "what ended the post's time online",
        levels=("enforcement", "deleted_by_author", "still_up"),
    ),
    Column("appealed", "flag", "no", "the measure was appealed against"),
    Column("reversed", "flag", "no", "the measure was taken back"),
    Column("reversed_at", "time", "no", "when it was taken back", unit="UTC"),
    Column("pair_id", "id", "no", "the same content posted by two accounts"),
    Column("count", "whole", "no", "cases this row stands for, 1 or more", unit="cases"),
    Column("sampling_weight", "number", "no", "1 / probability of selection, above 0; not a count"),
    Column("event_id", "id", "no", "one viral event or campaign across accounts"),
)
"""The case table; one row is one enforcement decision or one chance of one."""

TEXT_KINDS = frozenset({"id", "text", "category", "ladder"})


def codebook(
    columns: Sequence[Column] = CASE_COLUMNS, *, ladder: Ladder = STANDARD_LADDER
) -> pd.DataFrame:
    """Return what each column means, one row per column.

    Parameters
    ----------
    columns : sequence of Column
        Those of a case table, or the `extra_columns` of a source.
    ladder : Ladder
        Whose rungs stand as levels of the column of actions.

    Returns
    -------
    DataFrame
        `column`, `kind`, `need`, `unit`, `levels`, `meaning`, all text.
    """
    levels = {c.name: str(ladder) if c.kind == "ladder" else ", ".join(c.levels) for c in columns}
    rows = [(c.name, c.kind, c.need, c.unit, levels[c.name], c.about) for c in columns]
    names = ["column", "kind", "need", "unit", "levels", "meaning"]
    return pd.DataFrame(rows, columns=names, dtype="str")


def near(name: object, known: Iterable[object]) -> str:
    """Return the known name nearest to `name`, "" where none is near."""
    lower = {str(k).lower().replace(" ", "_"): str(k) for k in known}
    found = get_close_matches(str(name).lower().replace(" ", "_"), list(lower), n=1)
    return lower[found[0]] if found else ""


def rename(name: str, present: Iterable[object]) -> str:
    """Return how to say that one of the names present is meant as `name`, in `read_cases`.

    A name that means a column of its own is never proposed, however near it is.
    """
    taken = {column.name for column in CASE_COLUMNS}
    free = [one for one in present if one not in taken]
    return f"columns={{{near(name, free) or 'its name in the table'!r}: {name!r}}}"


def is_kind(values: pd.Series, kind: Kind) -> bool:
    """Return whether the dtype of `values` is one the kind is kept in."""
    dtype = values.dtype
    if kind in TEXT_KINDS:
        return bool(_is_text(values))
    if kind == "time":
        return isinstance(dtype, pd.DatetimeTZDtype) and str(dtype.tz) == "UTC"
    if kind == "flag":
        return bool(types.is_bool_dtype(dtype))
    if kind == "whole":
        return bool(types.is_integer_dtype(dtype))
    number = bool(types.is_numeric_dtype(dtype) and not types.is_bool_dtype(dtype))
    return number or (kind == "answer" and bool(_is_text(values)))


def _is_text(values: pd.Series) -> bool:
    if isinstance(values.dtype, pd.CategoricalDtype):
        return _is_text(pd.Series(values.cat.categories))
    if values.dtype == object:
        return types.infer_dtype(values, skipna=True) in ("string", "empty")
    return types.is_string_dtype(values.dtype)


def check(frame: pd.DataFrame, columns: Sequence[Column], *, where: str) -> pd.DataFrame:
    """Return `frame` unchanged, or raise one error naming every column that breaks the promise.

    Parameters
    ----------
    frame : DataFrame, shape (n, k)
        Extra columns are allowed; those of need "yes" must be there.
    columns : sequence of Column
        The promise.
    where : str
        What the frame is, for the message: "the comparison".

    Raises
    ------
    SchemaError
        A needed column is missing, or one is of another kind, or holds a value not allowed.
    """
    found: list[Fault] = []
    for column in columns:
        if column.name in frame:
            found += _column_faults(frame[column.name], column)
        elif column.need == "yes":
            hint = rename(column.name, frame.columns)
            found.append(Fault("is missing", column.name, hint=hint, allowed=column.about))
    if found:
        raise SchemaError(where, found)
    return frame


def _column_faults(values: pd.Series, column: Column) -> list[Fault]:
    if not is_kind(values, column.kind):
        return [Fault("is of the wrong kind", column.name, (), str(values.dtype), column.kind)]
    if not column.levels or not _is_text(values):
        return []
    strange = ~values.isin(column.levels) & values.notna()
    if not strange.any():
        return []
    rows = tuple(int(r) + 1 for r in np.flatnonzero(strange))
    first = repr(values[strange].iloc[0])
    return [Fault("is not a level", column.name, rows, first, ", ".join(column.levels))]
