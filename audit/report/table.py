"""A data frame as a printed table, with the CSV of its full precision and a TeX copy."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

import pandas as pd
from pandas.api import types

from audit.disclosure import HIDDEN, SYMBOL, hidden_cells, with_tokens
from audit.disclosure.masks import DIGITS, with_names_of
from audit.disclosure.precision import as_formatted
from audit.errors import ReportError
from audit.numerals import count
from audit.report.blocks import Column, Table, check_id
from audit.report.tex import booktabs
from audit.text import csv_safe, visible

MINUS = "−"
MISSING = "–"
AS_PRINTED = (
    "The CSV is no finer than the print: these numbers rest on hidden cells, which more digits "
    "would tell."
)
SHOWN = re.compile(r"\d")
"""A cell without a digit shows no number."""
SIZE = re.compile(r"^[^eE]*[1-9]")
"""A number that is printed as more or less than nothing."""
GENERAL = re.compile(r"(?:\.(\d+))?g$")
"""A format that chooses between decimals and a power of ten by itself."""
EXACT = 1e15
"""Below it every whole number is itself in double precision."""


def table(
    frame: pd.DataFrame,
    *,
    id: str,
    title: str,
    columns: Mapping[str, str | tuple[str, str] | Column] | None = None,
    subtitle: str = "",
    notes: Sequence[str] = (),
    source: str = "",
    spanners: Sequence[tuple[str, int]] = (),
    group: str = "",
    limit: int = 200,
    simulated: bool = False,
    rounded: str = "",
) -> Table:
    """Return a frame as a table block, printed and as `tables/<id>.csv` and `.tex`.

    Title, subtitle, notes (one line each), source and the mark of simulated data frame the table.

    Parameters
    ----------
    frame : DataFrame
        One row per printed row.
    id : str
        Names the files and is the target of `[text](#id)`.
    columns : mapping, optional
        Frame column to heading, (heading, format) or `Column`; all columns when not given.
        Missing values print as "–", infinite ones as "∞", hidden ones (`audit.disclosure`) as "▒",
        and as the word "hidden" in the CSV, which then has the column "cells_hidden".
    spanners : sequence of (heading, number of columns)
        Headings over groups of columns, "" for none; they must cover all columns.
    group : str
        Frame column whose changes start a new block of rows under its value.
    limit : int
        Most rows printed; the note then says how many there are, and the CSV has them all.
    rounded : str
        Why the CSV is to be no finer than the print (`audit.disclosure.precision`); "" for 12
        digits. Numbers are then rounded before anything is made of them, and a note says so.

    Raises
    ------
    ReportError
        For unknown columns, an empty choice of columns, or spanners that do not fit; all at once.
    """
    chosen = {k: _column(v) for k, v in (columns or {c: str(c) for c in frame.columns}).items()}
    _check(frame, check_id(id, "a table"), chosen, spanners, group)
    if rounded:
        frame = frame.assign(**{k: as_formatted(frame[k], c.format) for k, c in chosen.items()})
        notes = [*notes, AS_PRINTED]
    shown = frame.iloc[:limit]
    named = [_aligned(shown[key], column) for key, column in chosen.items()]
    gone = hidden_cells(frame)
    texts = [_texts(shown[key], column, gone.get(key)) for key, column in chosen.items()]
    cells = tuple(zip(*texts, strict=True))
    notes = [*notes, *_cut(len(frame), limit, id)]
    data = with_names_of(frame[[*filter(None, [group]), *chosen, *([HIDDEN] if gone else [])]])
    return Table(
        id=id,
        title=title,
        columns=tuple(named),
        cells=cells,
        subtitle=subtitle,
        spanners=tuple((str(text), int(span)) for text, span in spanners),
        groups=_groups(shown, group),
        notes=tuple(notes),
        source=source,
        simulated=simulated,
        files={"csv": to_csv(data), "tex": booktabs(title, named, cells, notes, source, simulated)},
        keys=tuple(visible(key, 60) for key in chosen),
        values=_values(shown, list(chosen), cells),
        rounded=rounded,
    )


def _values(
    frame: pd.DataFrame, keys: Sequence[str], cells: Sequence[Sequence[str]]
) -> tuple[tuple[float | None, ...], ...]:
    """Return the numbers that the cells are printed from; None where a cell shows none.

    Where "p" holds words, "p_value" holds what they were made from. A number that is not shown is
    not carried along either.
    """
    columns = []
    for key in keys:
        column = frame[key]
        if not types.is_numeric_dtype(column) and f"{key}_value" in frame:
            column = frame[f"{key}_value"]
        columns.append([_value(v) for v in column])
    return tuple(
        tuple(v if SHOWN.search(t) else None for v, t in zip(row, texts, strict=True))
        for row, texts in zip(zip(*columns, strict=True), cells, strict=True)
    )


def _value(value: Any) -> float | None:
    number = isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if number else None


def to_csv(frame: pd.DataFrame) -> str:
    """Return a frame as CSV: 12 significant digits, ISO times, no text a spreadsheet would run.

    Missing values are empty cells, infinite ones "∞" as in the printed table, hidden ones "hidden".
    """
    safe = with_tokens(frame)
    for place in range(safe.shape[1]):
        values = safe.iloc[:, place]
        if types.is_float_dtype(values) and values.isin([math.inf, -math.inf]).any():
            safe.isetitem(place, [_endless(v) for v in values])
            continue
        if not (types.is_numeric_dtype(values) or types.is_datetime64_any_dtype(values)):
            safe.isetitem(place, [_csv_cell(v) for v in values])
    safe.columns = pd.Index([csv_safe(visible(c)) for c in safe.columns])
    stream = io.StringIO()
    safe.to_csv(stream, index=False, float_format=f"%.{DIGITS}g", lineterminator="\n")
    return stream.getvalue()


def _endless(value: float) -> str | None:
    """Return a number of a column that holds an infinite one, which is said as in the table."""
    if pd.isna(value):
        return None
    return _said(value) if math.isinf(value) else f"{value:.{DIGITS}g}"


def _said(endless: float) -> str:
    return "∞" if endless > 0 else MINUS + "∞"


def _csv_cell(value: Any) -> Any:
    if isinstance(value, float) and math.isinf(value):
        return _said(value)
    if isinstance(value, str):
        # Lone surrogates cannot be written as UTF-8, and NUL ends a cell in some readers.
        return csv_safe(visible(value, 100_000))
    return value


def _column(choice: str | tuple[str, str] | Column) -> Column:
    if isinstance(choice, Column):
        return choice
    return Column(choice) if isinstance(choice, str) else Column(*choice)


def _check(
    frame: pd.DataFrame,
    id: str,
    chosen: Mapping[str, Column],
    spanners: Sequence[tuple[str, int]],
    group: str,
) -> None:
    wanted = [*chosen, *([group] if group else [])]
    faults = [f"the frame has no column {k!r}" for k in wanted if k not in frame.columns]
    if not chosen:
        faults.append("no column is chosen")
    if not frame.columns.is_unique:
        faults.append("two columns of the frame have the same name")
    covered = sum(span for _, span in spanners)
    if spanners and covered != len(chosen):
        faults.append(f"spanners cover {covered} columns of {len(chosen)}")
    if faults:
        known = ", ".join(visible(c, 40) for c in frame.columns)
        raise ReportError(f"table {id!r}: {'; '.join(faults)}. Columns: {known}.")


def _aligned(values: pd.Series, column: Column) -> Column:
    number = types.is_numeric_dtype(values) and not types.is_bool_dtype(values)
    align = column.align or ("right" if number and not column.link else "left")
    label = visible(column.label)
    return Column(label, column.format, align, column.code, column.link, column.limit)


def _texts(values: pd.Series, column: Column, gone: pd.Series | None = None) -> list[str]:
    form = column.format or _default(values)
    said = [_text(value, form, column) for value in values]
    if gone is None:
        return said
    return [SYMBOL if hidden else text for text, hidden in zip(said, gone, strict=False)]


def _default(values: pd.Series) -> str:
    if types.is_integer_dtype(values):
        return ",d"
    return ",.4g" if types.is_float_dtype(values) else ""


def _text(value: Any, form: str, column: Column) -> str:
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return MISSING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, pd.Timestamp) and not form:
        day = value == value.normalize()
        return value.strftime("%Y-%m-%d" if day else "%Y-%m-%d %H:%M")
    if isinstance(value, str) or not form:
        return visible(value, column.limit)
    if isinstance(value, float) and math.isinf(value):
        return _said(value)
    try:
        return visible(_number(value, form))
    except (ValueError, TypeError) as error:
        raise ReportError(
            f"column {column.label!r}: {visible(value)!r} does not take the format {form!r} "
            f"({error}); try ',d' for whole numbers, '.1%' for shares, '.2f' for others."
        ) from error


def _number(value: Any, form: str) -> str:
    """Return a number by its format, as the sentences of the report say theirs.

    A space stands before "%". What rounds to nothing has no sign. Where "g" would print whole
    digits as a power of ten, or leave out the commas of a count, all of them are printed.
    """
    whole, general = float(value).is_integer(), GENERAL.search(form)
    if general and abs(value) < EXACT and (whole or abs(value) >= 10 ** int(general[1] or 6)):
        form = form[: general.start()].replace(",", "") + ",.0f"
    said = format(int(value) if whole and form.endswith("d") else value, form)
    if not SIZE.search(said):
        said = said.lstrip("+-")
    return said.replace("-", MINUS).replace("%", " %")


def _groups(frame: pd.DataFrame, group: str) -> tuple[tuple[int, str], ...]:
    if not group:
        return ()
    labels = [visible(v) or MISSING for v in frame[group]]
    starts = [i for i, v in enumerate(labels) if i == 0 or v != labels[i - 1]]
    return tuple((i, labels[i]) for i in starts)


def _cut(n: int, limit: int, id: str) -> list[str]:
    if n <= limit:
        return []
    return [f"The first {count(limit)} of {count(n)} rows; tables/{id}.csv has them all."]
