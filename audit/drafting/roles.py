"""Which column plays which part: a guess from name and contents for each, with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from audit.drafting.contents import ALMOST, Look, fits, id_like, look
from audit.drafting.vocabulary import NAMES, plain_words, rung_of
from audit.schema import CASE_COLUMNS, STANDARD_LADDER

ENOUGH = 0.5
"""Confidence from which a guess goes into the draft; below it the column is passed through."""
MOST = 0.75
"""Share of a column's levels that must be known words for a role that its name does not say."""
ROLES = tuple(column.name for column in CASE_COLUMNS)


@dataclass(frozen=True, slots=True)
class Guess:
    """What a column is taken for.

    Attributes
    ----------
    column : str
        As the table calls it.
    role : str
        One of `CASE_COLUMNS`; "" for a column that passes through as it is.
    confidence : float, in [0, 1]
        A rank and no probability: 1 is certain by construction (the loader takes a column that
        bears the very name, or the user said so), 0.85 a usual name with contents that fit, 0.5
        contents alone.
    why : str
    """

    column: str
    role: str
    confidence: float
    why: str


def guess_roles(frame: pd.DataFrame, given: Mapping[str, str] | None = None) -> tuple[Guess, ...]:
    """Return a guess for every column, in their order.

    Parameters
    ----------
    frame : DataFrame
        As read, before anyone decided what it means.
    given : mapping
        Columns whose part the user states: {"user": "account_id"}.

    Notes
    -----
    The surest guess is taken first, then the next for what is left; equal ones go in the order of
    the columns. Names go before contents. Nothing is guessed of a column without a value, and
    `count` never of a name that only holds the word: each row would stand for that many cases.
    """
    seen = {str(name): look(frame[name]) for name in frame}
    certain = _certain(seen, given or {})
    taken = {guess.role for guess in certain.values()}
    open_columns = [name for name in seen if name not in certain]
    possible = [
        Guess(name, role, *scored)
        for name in open_columns
        for role in ROLES
        if role not in taken and (scored := _by_name(name, role, seen[name]))
    ]
    chosen = {**certain, **_settled(possible, taken)}
    for by_contents in (_by_words, _by_shape, _by_order):
        chosen |= _settled(by_contents(seen, chosen), {guess.role for guess in chosen.values()})
    return tuple(chosen.get(name) or _passed(name, seen[name], possible) for name in seen)


def _certain(seen: Mapping[str, Look], given: Mapping[str, str]) -> dict[str, Guess]:
    out = {name: Guess(name, role, 1.0, "you said so") for name, role in given.items()}
    said = set(given.values())
    for name, cells in seen.items():
        if name in ROLES and name not in out and name not in said:
            doubt = "" if fits(name, cells) else ", though its contents do not look like it"
            out[name] = Guess(name, name, 1.0, f"it bears the very name{doubt}")
    return out


def _by_name(name: str, role: str, cells: Look) -> tuple[float, str] | None:
    """Return how sure the name makes us and why, None where it says nothing."""
    words, own = plain_words(name), plain_words(role)
    if not words or not fits(role, cells):
        return None
    if words == own:
        return 0.95, f"{role} in another spelling"
    if words in NAMES[role]:
        weak = words in ("date", "timestamp", "id", "n", "role", "result", "target", "key")
        return (0.7 if weak else 0.85), f"a usual name of {role}, and the contents fit"
    known = [n for n in (own, *NAMES[role]) if " " in n and f" {n} " in f" {words} "]
    if known:
        return 0.55, f"its name holds {max(known, key=len)!r}, and the contents fit"
    return None


def _settled(possible: list[Guess], taken: set[str]) -> dict[str, Guess]:
    """Return the guesses that are sure enough, each column and each role once, surest first."""
    out: dict[str, Guess] = {}
    used = set(taken)
    for guess in sorted(possible, key=lambda guess: -guess.confidence):
        if guess.confidence >= ENOUGH and guess.column not in out and guess.role not in used:
            out[guess.column] = guess
            used.add(guess.role)
    return out


def _left(seen: Mapping[str, Look], chosen: Mapping[str, Guess]) -> dict[str, Look]:
    return {name: cells for name, cells in seen.items() if name not in chosen and cells.distinct}


def _by_words(seen: Mapping[str, Look], chosen: Mapping[str, Guess]) -> list[Guess]:
    """Guess from the words in a column: measures, classes, platforms, languages."""
    out = []
    for name, cells in _left(seen, chosen).items():
        for role, share, what in (
            ("action", cells.actions, "measures"),
            ("account_class", cells.classes, "account classes"),
            ("platform", cells.platforms, "platforms"),
            ("language", cells.languages, "languages"),
        ):
            if share >= MOST and fits(role, cells) and cells.flags < ALMOST:
                why = f"{share:.0%} of its {cells.distinct} values are known words for {what}"
                out.append(Guess(name, role, round(0.5 + 0.3 * share, 2), why))
        if len(cells.levels) > 1 and fits("ended_by", cells):
            out.append(Guess(name, "ended_by", 0.8, "its values are those of ended_by"))
    return out


def _by_shape(seen: Mapping[str, Look], chosen: Mapping[str, Guess]) -> list[Guess]:
    """Guess ids: one that never repeats names cases, one that repeats names accounts."""
    out = []
    for name, cells in _left(seen, chosen).items():
        if fits("case_id", cells):
            out.append(Guess(name, "case_id", 0.6, "every value is another one, like an id"))
        elif _repeats_like_accounts(cells):
            why = f"{cells.distinct:,} ids that come back, like accounts"
            out.append(Guess(name, "account_id", 0.5, why))
    return out


def _repeats_like_accounts(cells: Look) -> bool:
    n = len(cells.words)
    several = cells.distinct >= 3 and cells.distinct < n
    return several and cells.filled == 1 and id_like(cells) and cells.numbers < ALMOST


def _by_order(seen: Mapping[str, Look], chosen: Mapping[str, Guess]) -> list[Guess]:
    """Guess times: the first, always there, and one there only where something was done."""
    times = {n: c for n, c in _left(seen, chosen).items() if c.times >= ALMOST}
    measure = next((g.column for g in chosen.values() if g.role == "action"), "")
    acted = _acted(seen[measure]) if measure in seen else None
    moments = {
        n: pd.to_datetime(c.words, format="ISO8601", utc=True, errors="coerce")
        for n, c in times.items()
    }
    out = []
    for name, cells in times.items():
        if acted is not None and cells.filled < 1 and _only_where(moments[name], acted):
            why = "a time that is there only where a measure was taken"
            out.append(Guess(name, "acted_at", 0.6, why))
        elif cells.filled == 1 and _never_later(name, moments):
            out.append(Guess(name, "posted_at", 0.55, "a time in every row, before every other"))
    return out


def _acted(cells: Look) -> pd.Series:
    return cells.words.map(rung_of, na_action="ignore").ne(STANDARD_LADDER.nothing)


def _only_where(moments: pd.Series, acted: pd.Series) -> bool:
    there = moments.notna()
    return bool(there.any() and acted[there].all() and there[acted].mean() > ENOUGH)


def _never_later(name: str, moments: Mapping[str, pd.Series]) -> bool:
    others = [values for other, values in moments.items() if other != name]
    return all(not (moments[name] > values).any() for values in others)


def _passed(name: str, cells: Look, possible: list[Guess]) -> Guess:
    """Return that a column passes through, and what it nearly was taken for."""
    if not cells.distinct:
        return Guess(name, "", 1.0, "it is empty")
    near = [guess for guess in possible if guess.column == name]
    if near:
        best = max(near, key=lambda guess: guess.confidence)
        return Guess(name, "", 0.0, f"perhaps {best.role}, which another column looks more like")
    words = plain_words(name)
    named = [role for role in ROLES if words == plain_words(role) or words in NAMES[role]]
    if named:
        why = f"it is called like {named[0]}, and its contents do not look like it"
        return Guess(name, "", 0.0, why)
    return Guess(name, "", 0.0, "nothing in name or contents says what it is")
