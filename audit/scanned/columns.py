"""The columns of a scanned table as the engine is to read them: words, times, numbers, flags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from audit.deferred import late
from audit.engine import Name, Sql, Value, joined, sql
from audit.reading.typed import YES_NO
from audit.schema import CASE_COLUMNS, TEXT_KINDS, UNKNOWN

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from audit.engine.protocol import Engine, Kind
else:
    pd = late("pandas")

CASE_KINDS = {column.name: column.kind for column in CASE_COLUMNS}
ZONED = "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?"
ZONED += "(Z|[+-][0-9]{2}(:?[0-9]{2})?)"
"""A time with its zone, as `audit.reading.times` allows it, less the blank before the zone."""


@dataclass(frozen=True, slots=True)
class Spelled:
    """One column as the table spells it.

    Attributes
    ----------
    engine : Engine
    stored : Name
        What the table calls it.
    kind : str
        What it is to the engine; see `audit.engine.protocol.Kind`.
    zone : str, optional
        The zone of times that carry none.
    """

    engine: Engine
    stored: Name
    kind: Kind
    zone: str | None = None

    def word(self) -> Sql:
        """Return the cell as text; NULL where it is empty."""
        if self.kind == "text":
            return sql("nullif({x}, '')", x=self.stored)
        return sql("cast({x} as string)", x=self.stored)

    def key(self) -> Sql:
        """Return the cell as the engine compares it soonest; NULL where it is empty."""
        return sql("{x}", x=self.stored) if self.kind == "whole" else self.word()

    def fetched(self) -> Sql:
        """Return the cell as it is brought to Python; see `as_read`."""
        if self.kind == "time":
            return self.micros()
        if self.kind == "local time":
            return self.engine.says("local_micros", x=self.stored)
        return sql("{x}", x=self.stored) if self.kind == "number" else self.word()

    def as_read(self, values: NDArray[Any]) -> pd.Series:
        """Return cells brought to Python as a table read there has them."""
        if self.kind == "number":
            return pd.Series(values.astype(float))
        if self.kind in ("time", "local time"):
            gaps = pd.isna(values.astype(float))
            whole = np.where(gaps, 0, values).astype("int64").astype("datetime64[us]")
            times = pd.Series(whole).mask(gaps)
            return times.dt.tz_localize("UTC") if self.kind == "time" else times
        return pd.Series(values, dtype=object).astype("str").replace("", np.nan)

    def number(self) -> Sql:
        """Return the cell as a float; NULL where it is no number."""
        if self.kind in ("whole", "number"):
            return sql("cast({x} as double)", x=self.stored)
        return self.engine.says("try_double", x=self.word())

    def whole(self) -> Sql:
        """Return the cell as a whole number; NULL where it is no number."""
        if self.kind == "whole":
            return sql("cast({x} as bigint)", x=self.stored)
        return sql("cast({x} as bigint)", x=self.number())

    def flag(self) -> Sql:
        """Return the cell as true or false; NULL where it is neither."""
        if self.kind == "flag":
            return sql("{x}", x=self.stored)
        cases = " ".join(
            f"when '{spelling}' then {'true' if means else 'false'}"
            for spelling, means in YES_NO.items()
        )
        word = sql("lower({x})", x=self.word())
        if self.kind == "number":
            return sql("case when {x} = 1 then true when {x} = 0 then false end", x=self.stored)
        return sql("case {x} " + cases + " end", x=word)

    def micros(self) -> Sql:
        """Return the cell's time in microseconds since 1970; NULL where it is no time."""
        if self.kind == "time":
            return self.engine.says("micros", x=self.stored)
        if self.kind == "local time":
            local = self.engine.says("local", x=self.stored, zone=Value(self.zone or "UTC"))
            return self.engine.says("micros", x=local)
        word = sql("replace({x}, ' Z', 'Z')", x=self.word())
        zoned = self.engine.says("micros", x=self.engine.says("zoned", x=word))
        if self.zone in (None, "UTC"):
            return zoned
        local = self.engine.says("local", x=word, zone=Value(self.zone))
        return sql(
            "case when {is_zoned} then {zoned} else {local} end",
            is_zoned=self.engine.says("matches", x=word, pattern=Value(ZONED)),
            zoned=zoned,
            local=self.engine.says("micros", x=local),
        )

    def value(self, name: str) -> tuple[Sql, str]:
        """Return the cell as a case table keeps the column `name`, and its kind of value."""
        kind = CASE_KINDS.get(name)
        if kind == "time" or (kind is None and self.kind in ("time", "local time")):
            return self.micros(), "time"
        if kind == "flag" or (kind is None and self.kind == "flag"):
            return self.flag(), "flag"
        if kind in ("number", "whole") or (kind is None and self.kind in ("number", "whole")):
            return self.number(), "number"
        if kind == "answer":
            return answer(self.word()), "text"
        return self.word(), "text"


def answer(word: Sql) -> Sql:
    """Return an answer in its own words: yes, no or unknown, which an empty cell is."""
    what = (
        "coalesce(case {x} when 'true' then 'yes' when 'false' then 'no' else {x} end, {unknown})"
    )
    return sql(what, x=word, unknown=Value(UNKNOWN))


def one_of(value: Sql, listed: tuple[str | float, ...]) -> Sql:
    """Return whether a value is among those listed."""
    if not listed:
        return sql("false")
    return sql("{x} in ({listed})", x=value, listed=joined([Value(v) for v in listed]))


def is_text(name: str) -> bool:
    """Return whether a case table keeps the column as text."""
    return CASE_KINDS.get(name, "text") in TEXT_KINDS
