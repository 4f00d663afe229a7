"""What in a report would lead to an ordinary account: its id, its posts' ids, its own words.

About half of the posts that papers quote word for word lead back to their authors by a search
(Mason & Singh 2022, *Research Ethics*, doi:10.1177/17470161221076948). So nothing of these stands
in any string of a report: an id of an account or post of somebody who holds no office, an address
from their rows, the hash of an id, or `RUN` consecutive words of their posts. Words that as many
accounts wrote as a shown cell needs lead to nobody, and what an official wrote is a record.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd
from pandas.api import types

from audit.cases import Cases
from audit.disclosure.public import OFFICIALS, public_aggregate
from audit.errors import DisclosureError
from audit.text import visible

RUN, RUN_OF_SIGNS = 5, 10
"""Words, and signs of scripts that are written without spaces, that make a searchable quote."""
SHORTEST = 4
"""Ids of fewer characters are like any word or number; they cannot be told from them."""
SHORTEST_NUMBER = 7
"""An id of digits alone is looked for from here on: shorter ones are like any count."""
SHOWN = 5
NEVER_IDS = frozenset(
    ("account_class", "platform", "rule", "regime", "severity", "language", "country", "action")
    + ("violating", "ended_by")
)
"""Columns of categories: their values are shown, whoever posted."""
TEXTS = ("text", "raw_text")
WORD = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]|\\w+")
# Bounded, so that a long line without blanks is read in one pass.
ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,200}\.\w{2,24}|https?://[^\s<>\"'(),;]{1,400}")
DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?([T ]|$)")
EMBEDDED = re.compile(r"data:[\w/+.-]+;base64,[A-Za-z0-9+/=]+")
HASHES = {32: "md5", 40: "sha1", 64: "sha256"}
Words = tuple[str, ...]


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


def words_of(text: str) -> Words:
    """Return the words of a text as they are compared: case, width and punctuation aside."""
    return tuple(WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


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
        Words that so many accounts wrote lead to nobody.
    """
    frames = [one.frame for one in cases if not public_aggregate(one)]
    shown = Shown.of(strings, quotes=any(_text_columns(frame) for frame in frames))
    officials = set().union(*map(_officials, frames)) if frames else set()
    out: list[Trace] = []
    seen: set[tuple[str, str]] = set()
    for frame in sorted(frames, key=len, reverse=True):  # the others are mostly parts of the first
        private = ~frame["account_class"].isin(OFFICIALS) & ~frame["account_id"].isin(officials)
        mine, theirs = frame[private], frame[~private]
        ids = {(c, v) for c in _id_columns(mine) for v in _values(mine[c]) - _values(theirs[c])}
        out += _ids(shown, sorted({value for _, value in ids - seen}))
        if ids - seen or not seen:
            out += _addresses(shown, mine)
            out += _quotes(shown, mine, theirs, least)
        seen |= ids
    return list(dict.fromkeys(out))


def refuse_traces(cases: Iterable[Cases], strings: Mapping[str, str], *, least: int = 10) -> None:
    """Raise where the strings of a report hold a trace of an ordinary account.

    Raises
    ------
    DisclosureError
        With each place, what stands there, and what to do.
    """
    found = traces(cases, strings, least=least)
    if not found:
        return
    said = "; ".join(str(trace) for trace in found[:SHOWN])
    more = f"; and {len(found) - SHOWN:,} more" if len(found) > SHOWN else ""
    raise DisclosureError(
        f"The report would lead to accounts of people who hold no office, in {len(found):,} "
        f"place(s): {said}{more}. Nothing was written. Show counts, not rows; say in other words "
        "what a post said; where a category is named after an account, give it another name."
    )


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """The strings of a report, as words."""

    places: tuple[tuple[str, Words], ...]
    runs: Mapping[Words, str]
    starts: Mapping[str, tuple[tuple[int, int], ...]]
    addresses: Mapping[str, str]
    hashes: Mapping[str, str]

    @classmethod
    def of(cls, strings: Mapping[str, str], *, quotes: bool = True) -> Shown:
        """Read the strings once, embedded fonts and pictures aside; runs only for quotes."""
        strings = {where: EMBEDDED.sub(" ", text) for where, text in strings.items()}
        places = tuple((where, words_of(text)) for where, text in strings.items())
        starts: dict[str, list[tuple[int, int]]] = {}
        runs: dict[Words, str] = {}
        for number, (where, words) in enumerate(places):
            for at, word in enumerate(words):
                starts.setdefault(word, []).append((number, at))
            for run in _runs(words) if quotes else ():
                runs.setdefault(run, where)
        addresses = {
            found.casefold().rstrip("./"): where
            for where, text in strings.items()
            for found in ADDRESS.findall(text)
        }
        hashes = {w: where for where, words in places for w in words if _is_hash(w)}
        return cls(places, runs, {k: tuple(v) for k, v in starts.items()}, addresses, hashes)

    def place(self, phrase: Words) -> str:
        """Return where a phrase stands, "" if nowhere."""
        found = [self.starts.get(word, ()) for word in phrase]
        if not all(found):
            return ""
        rarest = min(range(len(phrase)), key=lambda i: len(found[i]))
        for number, at in found[rarest]:
            where, words = self.places[number]
            start = at - rarest
            if start >= 0 and words[start : start + len(phrase)] == phrase:
                return where
        return ""


def _officials(frame: pd.DataFrame) -> set[str]:
    """Return the accounts that stand in a class of officials at some time."""
    official = frame["account_class"].isin(OFFICIALS) & frame["account_id"].notna()
    return set(frame.loc[official, "account_id"])


def _values(column: pd.Series) -> set[str]:
    return set(column.dropna().astype("str").unique())


def _ids(shown: Shown, values: Sequence[str]) -> Iterator[Trace]:
    yield from _named(shown, values)
    if shown.hashes:
        yield from _hashed(shown, values)


def _addresses(shown: Shown, mine: pd.DataFrame) -> Iterator[Trace]:
    texts = [c for c in mine if shown.addresses and types.is_string_dtype(mine[c])]
    said = (text for c in texts if c in NEVER_IDS for text in _values(mine[c]))
    common = {found for text in said for found in ADDRESS.findall(text)}  # of a category, shown
    for column in (c for c in texts if c not in NEVER_IDS):
        for text in sorted(_values(mine[column])):
            for found in ADDRESS.findall(text):
                where = shown.addresses.get(found.casefold().rstrip("./"))
                if where and found not in common:
                    yield Trace(where, "an address", found)


def _named(shown: Shown, values: Iterable[str]) -> Iterator[Trace]:
    for value in values:
        phrase = words_of(value)
        if _tells(value, phrase) and (where := shown.place(phrase)):
            if len(phrase) == 1 and value.isalpha() and phrase[0] in _own_words():
                continue
            yield Trace(where, "an account or post", value)


def tells(value: str) -> bool:
    """Return whether a text is long enough to be looked for as an id."""
    return _tells(value, words_of(value))


def _tells(value: str, phrase: Words) -> bool:
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


def _id_columns(mine: pd.DataFrame) -> list[str]:
    """Return the columns whose values tell one account or post from the others."""
    out = []
    for column in mine:
        values = mine[column].dropna()
        if column in NEVER_IDS or column in TEXTS or values.empty:
            continue
        if column in ("account_id", "case_id", "pair_id"):
            out.append(str(column))
        elif types.is_string_dtype(values) and not _is_text(values):
            kinds, accounts = values.nunique(), mine.loc[values.index, "account_id"].nunique()
            if kinds > 1 and 2 * kinds >= min(len(values), max(accounts, 1)):
                out.append(str(column))
    return out


def _is_text(values: pd.Series) -> bool:
    head = values.astype("str").head(1000)
    return bool(head.map(lambda text: len(words_of(text)) >= RUN).mean() > 0.5)


def _text_columns(mine: pd.DataFrame) -> list[str]:
    """Return the columns that hold words of posts: long texts that rarely repeat."""
    out = []
    for column in mine:
        values = mine[column].dropna()
        if column in TEXTS:
            out.append(str(column))
        elif column in NEVER_IDS or values.empty or not types.is_string_dtype(values):
            continue
        elif _is_text(values) and 2 * values.nunique() >= len(values):
            out.append(str(column))
    return out


def _quotes(shown: Shown, mine: pd.DataFrame, theirs: pd.DataFrame, least: int) -> list[Trace]:
    wrote: dict[Words, set[str]] = {}
    for column in _text_columns(mine):
        pairs = zip(mine["account_id"].astype("str"), mine[column], strict=True)
        for account, text in pairs:
            if isinstance(text, str):
                for run in _runs(words_of(text)):
                    if run in shown.runs:
                        wrote.setdefault(run, set()).add(account)
    rare = {run for run, accounts in wrote.items() if len(accounts) < least}
    if rare:
        rare -= _runs_in(theirs) | _own_runs()
    return [Trace(shown.runs[run], "the words of a post", " ".join(run)) for run in sorted(rare)]


def _runs(words: Words) -> Iterator[Words]:
    for at in range(len(words) - RUN + 1):
        run = words[at : at + RUN]
        if all(len(word) == 1 for word in run):
            run = words[at : at + RUN_OF_SIGNS]
            if len(run) < RUN_OF_SIGNS:
                continue
        yield run


def _runs_in(frame: pd.DataFrame) -> set[Words]:
    texts = (text for column in _text_columns(frame) for text in frame[column].dropna())
    return {run for text in texts for run in _runs(words_of(str(text)))}


def _is_hash(word: str) -> bool:
    return len(word) in HASHES and bool(re.fullmatch(r"[0-9a-f]+", word))


@cache
def _own_text() -> tuple[Words, ...]:
    """Return the words of the package itself, which quote nobody; read only where one matches."""
    package = Path(__file__).resolve().parents[1]
    files: Sequence[Path] = sorted(
        p for end in ("py", "typ", "css") for p in package.rglob(f"*.{end}")
    )
    return tuple(words_of(path.read_text(encoding="utf-8")) for path in files)


@cache
def _own_words() -> frozenset[str]:
    return frozenset(word for words in _own_text() for word in words)


@cache
def _own_runs() -> frozenset[Words]:
    return frozenset(run for words in _own_text() for run in _runs(words))
