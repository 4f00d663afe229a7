"""A table of words read into promised columns, with everything wrong with it at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from audit.deferred import late
from audit.errors import Fault
from audit.reading.times import read_time
from audit.reading.typed import (
    Reading,
    Typed,
    read_action,
    read_answer,
    read_flag,
    read_id,
    read_number,
    read_text,
)
from audit.schema import TEXT_KINDS, Column, near, rename

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late("pandas")

READERS: dict[str, Callable[[pd.Series, Column, Reading], Typed]] = {
    **dict.fromkeys(sorted(TEXT_KINDS), read_text),
    "id": read_id,
    "ladder": read_action,
    "time": read_time,
    "flag": read_flag,
    "answer": read_answer,
    "number": read_number,
    "whole": read_number,
}
"""How each kind of column is read."""


SHOWN_NAMES = 50  # columns of the table listed in a message


def renamed_columns(
    frame: pd.DataFrame, names: Mapping[str, str], columns: Sequence[Column], *, what: str
) -> tuple[pd.DataFrame, list[Fault]]:
    """Return `frame` under the promised names, and every fault; as it is where there is one.

    The parameters are those of `renaming_faults`.
    """
    faults = renaming_faults(list(frame), names, columns, what=what)
    return (frame if faults else frame.rename(columns=dict(names))), faults


def renaming_faults(
    present: Sequence[str], names: Mapping[str, str], columns: Sequence[Column], *, what: str
) -> list[Fault]:
    """Return what is wrong with calling a table's columns by the promised names.

    Parameters
    ----------
    present : sequence of str
        The columns the table has.
    names : mapping
        The table's own names to those of `columns`.
    columns : sequence of Column
    what : str
        What the columns are of, for the message: "a case table".
    """
    known = [column.name for column in columns]
    faults = []
    for theirs, ours in names.items():
        if theirs not in present:
            hint = repr(near(theirs, present) or "a name it has")
            listed = ", ".join(map(str, present[:SHOWN_NAMES]))
            listed += ", …" * (len(present) > SHOWN_NAMES)
            faults.append(Fault("is mapped and not in the table", theirs, (), "", listed, hint))
        if ours not in known:
            hint = repr(near(ours, known) or f"a name of {what}")
            value = f"{theirs!r} mapped to {ours!r}"
            faults.append(Fault(f"is no column of {what}", ours, (), value, "", hint))
        if ours in present and ours != theirs and ours not in names:
            faults.append(Fault(f"is in the table, and {theirs!r} is mapped to it too", ours))
    if len(set(names.values())) < len(names):
        value = ", ".join(f"{a!r} to {b!r}" for a, b in names.items())
        faults.append(Fault("two columns are mapped to one", value=value))
    return faults


def read_columns(
    frame: pd.DataFrame, columns: Sequence[Column], how: Reading
) -> tuple[pd.DataFrame, list[Fault]]:
    """Return `frame` with the promised columns in their kinds and first, and every fault.

    Parameters
    ----------
    frame : DataFrame
        The index holds the row numbers that faults name.
    columns : sequence of Column
        Those of need "yes" must be there and have no gap.
    how : Reading

    Returns
    -------
    DataFrame
        Promised columns in their order, then `raw_*` (the words, where reading changed them),
        then the others untouched.
    list of Fault
    """
    faults: list[Fault] = []
    read: dict[str, pd.Series] = {}
    raw: dict[str, pd.Series] = {}
    for column in columns:
        if column.name not in frame:
            faults += _absent(column, frame)
            continue
        found = READERS[column.kind](frame[column.name], column, how)
        faults += [*found.faults, *_empty(frame[column.name], found, column)]
        read[column.name] = found.values
        if found.raw is not None:
            raw[f"raw_{column.name}"] = found.raw
    faults += [_taken(name) for name in raw if name in frame]
    others = {name: frame[name] for name in frame if name not in read and name not in raw}
    return pd.DataFrame({**read, **raw, **others}, index=frame.index), faults


def _absent(column: Column, frame: pd.DataFrame) -> list[Fault]:
    if column.need != "yes":
        return []
    hint = rename(column.name, frame.columns)
    return [Fault("is missing", column.name, allowed=column.about, hint=hint)]


def _empty(words: pd.Series, found: Typed, column: Column) -> list[Fault]:
    if column.need != "yes" or column.kind == "ladder":
        return []  # an empty action is said with the ladder
    gaps = words.isna() | words.eq("").fillna(False)
    rows = tuple(int(row) for row in words.index[gaps])
    return [Fault("is empty", column.name, rows)] if rows else []


def _taken(name: str) -> Fault:
    return Fault("is needed for the words as they were, and is taken", name, hint="rename it")
