"""The strings of a report as they are compared: words, runs of words, addresses and hashes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

RUN, RUN_OF_SIGNS = 5, 10
"""Words, and signs of scripts that are written without spaces, that make a searchable quote."""
WORD = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]|\\w+")
# Bounded, so that a long line without blanks is read in one pass.
ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,200}\.\w{2,24}|(?i:https?)://[^\s<>\"'(),;]{1,400}")
EMBEDDED = re.compile(
    r"data:[\w/+.-]+;base64,[A-Za-z0-9+/=]+|(?<=[\"; ])(?:fill|stroke|color): #[0-9a-f]{6}(?=[;\"])"
)
"""Embedded fonts and pictures, and the paint of a drawing: #c57188 names no case c57188."""
HASHES = {32: "md5", 40: "sha1", 64: "sha256"}
Words = tuple[str, ...]


def words_of(text: str) -> Words:
    """Return the words of a text as they are compared: case, width and punctuation aside."""
    return tuple(WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def addresses_in(text: str) -> list[str]:
    """Return the addresses in a text, as they are compared: case and a last stop aside."""
    return [found.casefold().rstrip("./") for found in ADDRESS.findall(text)]


def runs_of(words: Words) -> Iterator[Words]:
    """Yield every run of words, or of signs, that is long enough to be searched for."""
    for at in range(len(words) - RUN + 1):
        run = words[at : at + RUN]
        if all(len(word) == 1 for word in run):
            run = words[at : at + RUN_OF_SIGNS]
            if len(run) < RUN_OF_SIGNS:
                continue
        yield run


def _is_hash(word: str) -> bool:
    return len(word) in HASHES and bool(re.fullmatch(r"[0-9a-f]+", word))


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
        """Read the strings once, `EMBEDDED` aside; runs only for quotes."""
        strings = {where: EMBEDDED.sub(" ", text) for where, text in strings.items()}
        places = tuple((where, words_of(text)) for where, text in strings.items())
        starts: dict[str, list[tuple[int, int]]] = {}
        runs: dict[Words, str] = {}
        for number, (where, words) in enumerate(places):
            for at, word in enumerate(words):
                starts.setdefault(word, []).append((number, at))
            for run in runs_of(words) if quotes else ():
                runs.setdefault(run, where)
        addresses = {
            found: where for where, text in strings.items() for found in addresses_in(text)
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
