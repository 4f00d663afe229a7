"""Which rows may be at fault: conditions that the engine tests, none of them too narrow.

A row that passes is clean by the rules of `audit.reading` and `audit.consistency`; one that does
not is read by those rules themselves, so that no fault is worded or decided twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.consistency import ORDER
from audit.engine import Name, Sql, Value, joined, sql
from audit.reading.typed import SPELLED_GAP, YES_NO
from audit.scanned.columns import CASE_KINDS, Spelled, one_of
from audit.scanned.zones import strange_hours
from audit.schema import CASE_COLUMNS, UNKNOWN

if TYPE_CHECKING:
    from audit.scanned.noun import Scan

SPACE = (
    r"[\x09-\x0d\x1c-\x20\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}"
    r"\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]"
)
PADDED = rf"(?s)({SPACE}.*|.*{SPACE})"
DIGIT = r"\p{Nd}"
FLOAT_ID = (
    rf"-?{DIGIT}+[.]0+|-?{DIGIT}([.]{DIGIT}+)?[eE][+]{DIGIT}+|-?{DIGIT}[.]{DIGIT}+[eE]{DIGIT}+"
)
PLAIN_NUMBER = "-?[0-9]{1,15}([.][0-9]{1,15})?"
PLAIN_WHOLE = "-?[0-9]{1,15}"
DATE = "(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}"
CLOCK = "[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?"
PLAIN_ZONED = f"{DATE}{CLOCK}(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])"
PLAIN_LOCAL = f"{DATE}({CLOCK})?"
ANSWERS = ("yes", "no", UNKNOWN, "true", "false")
WHOLE_LIMIT = 2**53


def suspicions(scan: Scan, *, probabilities: bool, twins: tuple[str, ...]) -> dict[str, Sql]:
    """Return, by column, the condition under which a row may be at fault.

    Parameters
    ----------
    probabilities : bool
        Whether `violating` holds numbers, in every row that is not empty.
    twins : tuple of str
        Classes that differ only in capitals.
    """
    out: dict[str, Sql] = {}
    for column in CASE_COLUMNS:
        if column.name not in scan.names:
            continue
        spelled = scan.stored(column.name)
        tests = _TESTS[column.kind](spelled)
        if column.kind == "answer":
            tests = _answer(spelled, probabilities=probabilities)
        if column.need == "yes":
            tests.append(sql("{w} is null", w=spelled.word()))
        if column.levels and column.kind == "category":
            tests.append(sql("not ({ok})", ok=one_of(spelled.word(), column.levels)))
        out[column.name] = _any(tests)
    return {**out, **_ladder(scan), **_class(scan, twins), **_ranges(scan), **_together(scan)}


def _any(tests: list[Sql]) -> Sql:
    # A test of an empty cell is neither true nor false, which WHERE takes as false: without a
    # function around it the engine skips what need not be looked at.
    return joined([sql("({t})", t=test) for test in tests or [sql("false")]], " or ")


def _padded(x: Spelled) -> list[Sql]:
    if x.kind != "text":
        return []
    ends = "(left({w}, 1) not between '!' and '~' or right({w}, 1) not between '!' and '~')"
    matches = x.engine.says("matches", x=x.word(), pattern=Value(PADDED))
    return [sql(ends + " and {matches}", w=x.word(), matches=matches)]


def _clean(x: Spelled) -> list[Sql]:
    return [*_padded(x), one_of(x.word(), tuple(sorted(SPELLED_GAP)))] if x.kind == "text" else []


def _id(x: Spelled) -> list[Sql]:
    if x.kind == "number":
        return [sql("{w} is not null", w=x.word())]
    if x.kind != "text":
        return []
    dotted = "({w} like '%.%' or {w} like '%e%' or {w} like '%E%') and {matches}"
    matches = x.engine.says("matches", x=x.word(), pattern=Value(FLOAT_ID))
    return [*_clean(x), sql(dotted, w=x.word(), matches=matches)]


def _time(x: Spelled) -> list[Sql]:
    if x.kind == "time":
        return []
    w = x.word()
    if x.kind == "local time":
        if x.zone is None:
            return [sql("{w} is not null", w=w)]
        return strange_hours(x, x.engine.says("local_micros", x=x.stored))
    zoned = x.engine.says("matches", x=w, pattern=Value(PLAIN_ZONED))
    read = sql("{w} is not null and {m} is null", w=w, m=x.micros())
    if x.zone is None:
        return [sql("not {zoned}", zoned=zoned), read]
    local = x.engine.says("matches", x=w, pattern=Value(PLAIN_LOCAL))
    tests = [sql("not ({z} or {l})", z=zoned, l=local), read]
    if x.zone != "UTC":
        bare = x.engine.says("bare", x=w)
        hours = strange_hours(x, x.engine.says("local_micros", x=bare))
        tests += [sql("{l} and {h}", l=local, h=_any(hours))]
    return tests


def _number(x: Spelled) -> list[Sql]:
    if x.kind == "whole":
        return []
    if x.kind == "number":
        return [sql("not (abs({x}) < 1e300)", x=x.stored)]
    matches = x.engine.says("matches", x=x.word(), pattern=Value(PLAIN_NUMBER))
    return [sql("not {m}", m=matches)]


def _whole(x: Spelled) -> list[Sql]:
    limit = Value(WHOLE_LIMIT)
    if x.kind == "whole":
        return [sql("abs(cast({x} as double)) > {limit}", x=x.stored, limit=limit)]
    if x.kind == "number":
        return [sql("not (abs({x}) < {limit} and {x} = floor({x}))", x=x.stored, limit=limit)]
    return [sql("not {m}", m=x.engine.says("matches", x=x.word(), pattern=Value(PLAIN_WHOLE)))]


def _flag(x: Spelled) -> list[Sql]:
    if x.kind == "flag":
        return []
    return [sql("not ({ok})", ok=one_of(sql("lower({w})", w=x.word()), tuple(YES_NO)))]


def _answer(x: Spelled, *, probabilities: bool) -> list[Sql]:
    if not probabilities:
        return [sql("not ({ok})", ok=one_of(x.word(), ANSWERS))]
    return [*_number(x), sql("not ({n} between 0 and 1)", n=x.number())]


def _ladder(scan: Scan) -> dict[str, Sql]:
    on_it = one_of(scan.value("action")[0], scan.ladder.rungs)
    x = scan.stored("action")
    tests = [sql("{w} is null", w=x.word()), sql("not ({ok})", ok=on_it), *_clean(x)]
    return {"action": _any(tests)}


def _class(scan: Scan, twins: tuple[str, ...]) -> dict[str, Sql]:
    if "account_class" not in scan.names or "account_class" not in scan.given:
        return {}
    x = scan.stored("account_class")
    return {"account_class": _any([*_clean(x), one_of(x.word(), twins)])}


def _ranges(scan: Scan) -> dict[str, Sql]:
    """Return the ranges of `audit.consistency`, and the columns that allow no gap."""
    tests = {
        "count": "{n} is null or {n} < 1",
        "sampling_weight": "{n} is null or not ({n} > 0 and {n} < 1e300)",
        "reports": "{n} < 0",
        "reach": "{n} < 0",
    }
    return {
        f"range of {name}": sql(test, n=scan.value(name)[0])
        for name, test in tests.items()
        if name in scan.names
    }


def _together(scan: Scan) -> dict[str, Sql]:
    """Return what columns may not say against one another; see `audit.consistency`."""
    tests = [
        sql("{a} < {b}", a=scan.value(later)[0], b=scan.value(earlier)[0])
        for later, earlier, _ in ORDER
        if later in scan.names and earlier in scan.names
    ]
    set_ = [
        sql("{t} is not null", t=scan.value(name)[0])
        for name in ("acted_at", "reversed_at")
        if name in scan.names
    ]
    set_ += [scan.value(name)[0] for name in ("reversed", "appealed") if name in scan.names]
    if "ended_by" in scan.names:
        set_.append(sql("{x} = 'enforcement'", x=scan.value("ended_by")[0]))
    if set_:
        idle = sql("{a} = {none}", a=scan.value("action")[0], none=Value(scan.ladder.nothing))
        tests.append(sql("{idle} and ({set})", idle=idle, set=_any(set_)))
    if "reversed" in scan.names and "reversed_at" in scan.names:
        what = "{at} is not null and not {flag}"
        flag, at = scan.value("reversed")[0], scan.value("reversed_at")[0]
        tests.append(sql(what, at=at, flag=flag))
    return {"together": _any(tests)}


def repeated(scan: Scan, ids: Name) -> Sql:
    """Return whether a row's case id is among those that stand in several rows."""
    return sql("{x} in (select id from {ids})", x=scan.stored("case_id").key(), ids=ids)


_TESTS = {
    "id": _id,
    "text": lambda _: [],
    "category": _padded,
    "ladder": lambda _: [],
    "time": _time,
    "number": _number,
    "whole": _whole,
    "flag": _flag,
    "answer": lambda _: [],
}
assert set(_TESTS) >= set(CASE_KINDS.values())
