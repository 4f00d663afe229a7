"""What in a report would lead to an ordinary account: its id, its posts' ids, its own words.

About half of the posts that papers quote word for word lead back to their authors by a search
(Mason & Singh 2022, *Research Ethics*, doi:10.1177/17470161221076948). So nothing of these stands
in any string of a report: an id of an account or post of somebody who holds no office, an address
from their rows, the hash of an id, or `RUN` consecutive words of their posts. Words and addresses
that as many accounts have in their rows as a shown cell needs lead to nobody: so the name of a
class or a rule that holds an address can stand where it is shared, and one that few have cannot.
What an official wrote is a record, and so is the address of the data themselves (`Origin.url`).
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from pandas.api import types

from audit.cases import Cases
from audit.disclosure.own_words import own_runs, own_words
from audit.disclosure.public import OFFICIALS, public_aggregate
from audit.disclosure.shown import HASHES, Shown, Words, addresses_in, runs_of, words_of
from audit.disclosure.telling import id_columns, officials_in, text_columns, values_of
from audit.errors import DisclosureError
from audit.text import visible

SHORTEST = 4
"""Ids of fewer characters are like any word or number; they cannot be told from them."""
SHORTEST_NUMBER = 7
"""An id of digits alone is looked for from here on: shorter ones are like any count."""
SHOWN = 5
DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?([T ]|$)")


@dataclass(frozen=True, slots=True)
class Trace:
    """One thing that leads to an ordinary account, and where it stands.

    Attributes
    ----------
    where : str
        The place in the report.
    kind : {"an account or post", "the hash of an id", "an address", "the words of a post"}
    found : str
        As the report has it.
    """

    where: str
    kind: str
    found: str

    def __str__(self) -> str:
        """Say it, without repeating more of it than a reader needs to find the place."""
        return f"{self.where}: {self.kind}, “{visible(self.found, 24)}”"


def traces(cases: Iterable[Cases], strings: Mapping[str, str], *, least: int = 10) -> list[Trace]:
    """Return every trace of an ordinary account in the strings of a report.

    Parameters
    ----------
    cases : iterable of Cases
        All rows from which the report was made; those that are public already (the `disclosure` of
        their origins) lead to nobody anew.
    strings : mapping
        Place in the report to what stands there.
    least : int
        Words that so many accounts wrote, and addresses that so many have, lead to nobody. Rows
        without an account count as many as they hold posts.
    """
    held = [one for one in cases if not public_aggregate(one)]
    frames = [one.frame for one in held]
    own = frozenset(a for one in held for origin in one.origins for a in addresses_in(origin.url))
    shown = Shown.of(strings, quotes=any(text_columns(frame) for frame in frames))
    officials = set().union(*map(officials_in, frames)) if frames else set()
    out: list[Trace] = []
    seen: set[tuple[str, str]] = set()
    for frame in sorted(frames, key=len, reverse=True):  # the others are mostly parts of the first
        private = ~frame["account_class"].isin(OFFICIALS) & ~frame["account_id"].isin(officials)
        mine, theirs = frame[private], frame[~private]
        ids = {(c, v) for c in id_columns(mine) for v in values_of(mine[c]) - values_of(theirs[c])}
        out += _ids(shown, sorted({value for _, value in ids - seen}))
        if ids - seen or not seen:
            out += _addresses(shown, mine, theirs, own, least)
            out += _quotes(shown, mine, theirs, least)
        seen |= ids
    return list(dict.fromkeys(out))


def raise_traces(found: Sequence[Trace]) -> None:
    """Raise where there is a trace of an ordinary account.

    Raises
    ------
    DisclosureError
        With each place, what stands there, and what to do.
    """
    if not found:
        return
    said = "; ".join(str(trace) for trace in found[:SHOWN])
    more = f"; and {len(found) - SHOWN:,} more" if len(found) > SHOWN else ""
    raise DisclosureError(
        f"The report would lead to accounts of people who hold no office, in {len(found):,} "
        f"place(s): {said}{more}. Nothing was written. Show counts, not rows; say in other words "
        "what a post said; where a category is named after an account, give it another name."
    )


def _ids(shown: Shown, values: Sequence[str]) -> Iterator[Trace]:
    yield from _named(shown, values)
    if shown.hashes:
        yield from _hashed(shown, values)


def _addresses(
    shown: Shown, mine: pd.DataFrame, theirs: pd.DataFrame, own: frozenset[str], least: int
) -> Iterator[Trace]:
    """Yield each address that few accounts have in their rows, in whichever column."""
    holders: dict[str, set[str]] = {}
    unnamed: Counter[str] = Counter()
    for found, accounts, posts in _addressed(shown, mine):
        holders.setdefault(found, set()).update(accounts)
        unnamed[found] += posts
    if not holders:
        return
    recorded = own | {found for found, _, _ in _addressed(shown, theirs)}
    for found, held in sorted(holders.items()):
        if found not in recorded and len(held) + unnamed[found] < least:
            yield Trace(shown.addresses[found], "an address", found)


def _addressed(shown: Shown, frame: pd.DataFrame) -> Iterator[tuple[str, frozenset[str], int]]:
    """Yield address, accounts and posts without one, where a shown address stands."""
    for column in (c for c in frame if shown.addresses and types.is_string_dtype(frame[c])):
        for text in sorted(values_of(frame[column])):
            for found in {a for a in addresses_in(text) if a in shown.addresses}:
                rows = frame[frame[column] == text]
                loose = rows[rows["account_id"].isna()]
                posts = int(loose["count"].sum()) if "count" in rows else len(loose)
                yield found, frozenset(rows["account_id"].dropna()), posts


def named(strings: Mapping[str, str], values: Iterable[str]) -> Iterator[Trace]:
    """Yield each id that stands in the strings of a report."""
    yield from _named(Shown.of(strings, quotes=False), values)


def _named(shown: Shown, values: Iterable[str]) -> Iterator[Trace]:
    for value in values:
        phrase = words_of(value)
        if tells(value, phrase) and (where := shown.place(phrase)):
            if len(phrase) == 1 and value.isalpha() and phrase[0] in own_words():
                continue
            yield Trace(where, "an account or post", value)


def tells(value: str, phrase: Words = ()) -> bool:
    """Return whether a value is long enough for an id, and no date; its words where known."""
    phrase = phrase or words_of(value)
    if DATE.match(value):
        return False
    digits = "".join(phrase)
    least = SHORTEST_NUMBER if digits.isdecimal() else SHORTEST
    return len(digits) >= least


def _hashed(shown: Shown, values: Iterable[str]) -> Iterator[Trace]:
    kinds = {HASHES[len(found)] for found in shown.hashes}
    for value in values:
        for said in {value, value.casefold(), value.removeprefix("@")}:
            for kind in kinds:
                digest = hashlib.new(kind, said.encode("utf-8", "surrogatepass")).hexdigest()
                if where := shown.hashes.get(digest):
                    yield Trace(where, "the hash of an id", digest)


def _quotes(shown: Shown, mine: pd.DataFrame, theirs: pd.DataFrame, least: int) -> list[Trace]:
    wrote: dict[Words, set[str]] = {}
    for column in text_columns(mine):
        pairs = zip(mine["account_id"].astype("str"), mine[column], strict=True)
        for account, text in pairs:
            if isinstance(text, str):
                for run in runs_of(words_of(text)):
                    if run in shown.runs:
                        wrote.setdefault(run, set()).add(account)
    rare = {run for run, accounts in wrote.items() if len(accounts) < least}
    if rare:
        rare -= _runs_in(theirs) | own_runs()
    return [Trace(shown.runs[run], "the words of a post", " ".join(run)) for run in sorted(rare)]


def _runs_in(frame: pd.DataFrame) -> set[Words]:
    texts = (text for column in text_columns(frame) for text in frame[column].dropna())
    return {run for text in texts for run in runs_of(words_of(str(text)))}
