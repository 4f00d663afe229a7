"""The record that stands beside a report: claims.json and record.json, read with suspicion."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audit.errors import VerifyError
from audit.text import visible
from audit.tokens import tokens
from audit.verification.defects import Defect
from audit.verification.passages import read_bytes

CLAIMS, RECORD = "claims.json", "record.json"
KNOWN_FORMATS = (1,)
RENEW = "Make the report again (audit report) and verify that one."


@dataclass(frozen=True, slots=True)
class Entry:
    """One recorded text: what it is, and its tokens as (token, kind, id of its claim or "")."""

    part: str
    text: str
    tokens: list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """What a report's record says.

    Attributes
    ----------
    folder : Path
    claims : tuple of mappings
        As claims.json has them.
    data : mapping
        As record.json has it.
    digest : str
        SHA-256 of claims.json as it lies there.
    """

    folder: Path
    claims: tuple[Mapping[str, Any], ...]
    data: Mapping[str, Any]
    digest: str

    @property
    def rung(self) -> int:
        """Return the rung of the evidence; 0 where the record has none."""
        found = self.part("verdict").get("rung", 0)
        return found if isinstance(found, int) else 0

    @property
    def version(self) -> str:
        """Return the version of audit that made the report."""
        return visible(self.data.get("audit", ""), 40)

    @property
    def fingerprint(self) -> str:
        """Return the fingerprint that the record states."""
        return str(self.data.get("fingerprint", ""))

    @property
    def hashes(self) -> Mapping[str, Any]:
        """Return the hashes of what the report was made from."""
        return self.part("hashes")

    def part(self, key: str) -> Mapping[str, Any]:
        """Return an object of the record, empty where it is none."""
        found = self.data.get(key)
        return found if isinstance(found, Mapping) else {}

    def entries(self) -> Iterator[Entry]:
        """Yield each recorded text with its tokens."""
        found = self.data.get("tokens")
        for entry in found if isinstance(found, list) else []:
            if isinstance(entry, Mapping) and isinstance(entry.get("tokens"), list):
                triples = [(str(t), str(k), str(c)) for t, k, c in map(_three, entry["tokens"])]
                yield Entry(str(entry.get("part", "")), str(entry.get("text", "")), triples)

    def explain(self, printed: str) -> str:
        """Say which claim a printed number is: " (claim gap)"; "" where several or none."""
        found = {c for e in self.entries() for t, _, c in e.tokens if c and t == printed}
        if not found:
            found = {str(c.get("id", "")) for c in self.claims if _prints(c, printed)}
        return f" (claim {visible(found.pop(), 80)})" if len(found) == 1 else ""

    def odds(self, sentence: str) -> bool:
        """Return whether a number of the sentence is an odds ratio, or its words say so."""
        if "odds" in sentence.lower():
            return True
        ratios = {
            t.text
            for c in self.claims
            if "odds" in f"{c.get('unit', '')} {c.get('estimator', '')} {c.get('id', '')}".lower()
            for t in tokens(str(c.get("text", "")))
        }
        return any(t.text in ratios for t in tokens(sentence))


def _three(given: Any) -> tuple[Any, Any, Any]:
    """Return a recorded token, its kind and claim; of another form, a kind that there is not."""
    ok = isinstance(given, list) and len(given) == 3
    return (given[0], given[1], given[2]) if ok else (given, "of no known form", "")


def _prints(claim: Mapping[str, Any], printed: str) -> bool:
    return any(t.text == printed for t in tokens(str(claim.get("text", ""))))


def read_record(folder: Path) -> Record:
    """Return the record in a folder.

    Raises
    ------
    VerifyError
        When a file is missing, is no JSON or has another form, or a newer audit wrote it.
    """
    missing = [n for n in (CLAIMS, RECORD) if not (folder / n).is_file()]
    if missing:
        old = RECORD in missing and CLAIMS not in missing
        why = (
            "it was made by an audit before reports had records, or the file was not kept. "
            if old
            else ""
        )
        raise VerifyError(
            f"there is no {' and no '.join(missing)} in {visible(folder)}: {why}"
            f"Without it nothing can be verified. Give its folder with --record. {RENEW}"
        )
    written = read_bytes(folder / CLAIMS)
    claims, data = _json(folder / CLAIMS, written), _json(folder / RECORD)
    if not isinstance(claims, list) or not all(isinstance(c, dict) for c in claims):
        raise VerifyError(f"{visible(folder / CLAIMS)} is no list of claims. {RENEW}")
    if not isinstance(data, dict):
        raise VerifyError(f"{visible(folder / RECORD)} is no record of a report. {RENEW}")
    if data.get("format") not in KNOWN_FORMATS:
        raise VerifyError(
            f"{visible(folder / RECORD)} has the format {visible(data.get('format'), 40)!r}; this "
            f"audit reads {', '.join(map(str, KNOWN_FORMATS))}. It was made by audit "
            f"{visible(data.get('audit', 'of another version'), 40)}. {RENEW}"
        )
    return Record(folder, tuple(claims), data, hashlib.sha256(written).hexdigest())


def _json(path: Path, content: bytes | None = None) -> Any:
    def refuse(word: str) -> None:
        raise ValueError(f"{word} is no JSON number")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [k for k, _ in pairs]
        if len(set(names)) < len(names):
            raise ValueError("a key stands twice in one object")
        return dict(pairs)

    written = read_bytes(path) if content is None else content
    try:
        text = written.decode("utf-8")
        return json.loads(text, parse_constant=refuse, object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        why = visible(error, 120) or type(error).__name__
        raise VerifyError(f"{visible(path)} is damaged: {why}. {RENEW}") from error


def own_defects(record: Record) -> Iterator[Defect]:
    """Yield what contradicts itself inside a record, whatever the report says."""
    from audit.report.record import fingerprint

    stated = record.hashes.get("claims")
    if stated != record.digest:
        says = (
            f"it is not the claims.json that record.json was written with "
            f"(SHA-256 {record.digest[:12]}…, recorded {visible(stated, 12)}…): it was edited"
        )
        yield Defect("claims", CLAIMS, says)
    hashes = {str(k): str(v) for k, v in record.hashes.items()}
    computed = fingerprint(record.claims, hashes)
    if computed != record.fingerprint:
        says = (
            f"claims and hashes give the fingerprint {computed}, and record.json states "
            f"{visible(record.fingerprint, 40)!r}"
        )
        yield Defect("fingerprint", RECORD, says)
    yield from _kinds(record)
    yield from _ids(record)
    yield from _verdict(record)


def _kinds(record: Record) -> Iterator[Defect]:
    from audit.report.kinds import KINDS

    ids = {str(c.get("id")) for c in record.claims}
    for entry in record.entries():
        text = entry.text
        if [t.text for t in tokens(text)] != [t for t, _, _ in entry.tokens]:
            yield Defect("record", RECORD, "its tokens are not those of its text", text)
        for token, kind, claim in entry.tokens:
            if kind not in KINDS:
                says = f"{token} has the kind {visible(kind, 40)!r}; allowed: {', '.join(KINDS)}"
                yield Defect("unrecorded", RECORD, says, text)
            elif kind == "claim" and claim not in ids:
                says = f"{token} names the claim {visible(claim, 80)!r}, which is not in {CLAIMS}"
                yield Defect("unrecorded", RECORD, says, text)


def _ids(record: Record) -> Iterator[Defect]:
    met = Counter(str(c.get("id", "")) for c in record.claims)
    for name in (i for i, n in met.items() if n > 1):
        yield Defect("claims", CLAIMS, f"the claim {visible(name, 80)!r} stands there twice")


def _verdict(record: Record) -> Iterator[Defect]:
    """Apply the rule of METHODS §4 to the numbers that the record has of it."""
    from dataclasses import fields

    from audit.verdict import Reading, conclude

    stated = record.part("verdict")
    names = [f.name for f in fields(Reading)]
    if not stated or not all(n in stated for n in names):
        return
    numbers: dict[str, Any] = {n: float("nan") if stated[n] is None else stated[n] for n in names}
    try:
        given = str(conclude(Reading(**numbers)).verdict)
    except TypeError as error:
        yield Defect("record", RECORD, f"the numbers of the verdict are none: {visible(error)}")
        return
    if given != stated.get("verdict"):
        says = (
            f"the verdict is {visible(stated.get('verdict'), 80)!r}; the rule gives {given!r} "
            "for the interval, p-value and margin recorded"
        )
        yield Defect("verdict", RECORD, says)
