"""What a report says otherwise than its earlier version: claim, was, is, why, date."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit.disclosure.earlier import Earlier
from audit.errors import ClaimError
from audit.text import csv_safe, escape_html, html_table, visible

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("claim", "was", "is", "why", "date")
ABSENT = "–"
OWN = "tbl-corrections"
"""Id of the table of corrections; its own cells are no claims to correct."""
REASONS: Mapping[str, str] = {
    "cases": "the data changed",
    "design": "the design changed",
    "notebook": "the report's text changed",
    "code": "the code of audit changed",
}
"""What a hash that differs gives as the reason, the first that can change a number first."""
NAMES: Mapping[str, str] = {
    "observed": "posts of the focal class acted on",
    "n_compared": "posts compared",
    "expected": "posts expected to be acted on",
    "observed_rate": "rate observed",
    "expected_rate": "rate expected",
    "gap_tight": "gap, at the margin's level",
    "p": "p-value",
    "rung": "rung of the evidence",
    "detectable_gap": "smallest visible gap",
}
PARTS = {
    "n": "posts of the {} class",
    "accounts": "accounts of the {} class",
    "events": "posts of the {} class acted on",
    "rate": "rate of the {} class",
}
UNEXPLAINED = "not known: one of the versions has no record"


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of a report, as its claims and its record have it.

    Attributes
    ----------
    claims : mapping of str to mapping
        By id.
    title, version, date, fingerprint : str
        "" where the record says none, or there is no record.
    hashes : mapping of str to str
        Of data, design, notebook and code; empty without a record.
    digest : str
        SHA-256 of claims.json as it lies there, "" for a report not yet written.
    edited : bool
        Whether claims.json is not the one that the record was written with.
    path : str
        As given.
    reasons : tuple of mappings
        The author's sentences on what changed since, as `read_reasons` gives them.
    shown : Earlier
        The cells of its tables, which a later version may not be taken from.
    """

    claims: Mapping[str, Mapping[str, Any]]
    title: str = ""
    version: str = ""
    date: str = ""
    fingerprint: str = ""
    hashes: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""
    edited: bool = False
    path: str = ""
    reasons: tuple[Mapping[str, str], ...] = ()
    shown: Earlier = field(default_factory=Earlier)

    @classmethod
    def read(cls, path: str | Path, *, reasons: str | Path = "") -> Edition:
        """Read a report's folder, or one claims.json with the record.json beside it, if any.

        Parameters
        ----------
        path : path
        reasons : path, optional
            A file for `read_reasons`.

        Raises
        ------
        ClaimError
            When there are no claims there, or a file is damaged.
        """
        given = Path(path)
        claims = given / "claims.json" if given.is_dir() else given
        found, digest = _json(claims, list)
        beside = claims.with_name("record.json")
        record = _json(beside, dict)[0] if beside.is_file() else {}
        about = record.get("report") or {}
        hashes = {str(k): str(v) for k, v in (record.get("hashes") or {}).items()}
        return cls(
            claims=_by_id(found, claims),
            **{k: str(about.get(k, "")) for k in ("title", "version", "date")},
            fingerprint=str(record.get("fingerprint", "")),
            hashes=hashes,
            digest=digest,
            edited=bool(record) and hashes.get("claims") != digest,
            path=given.as_posix(),
            reasons=read_reasons(reasons) if str(reasons) else (),
            shown=Earlier.read(claims),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return what a record says of its predecessor."""
        return {
            "title": self.title,
            "version": self.version,
            "date": self.date,
            "fingerprint": self.fingerprint,
            "claims": self.digest,
            "path": self.path,
            "reasons": [dict(r) for r in self.reasons],
        }


@dataclass(frozen=True, slots=True)
class Correction:
    """One number that is printed otherwise than before.

    Attributes
    ----------
    claim : str
        Its id.
    was, now : str
        As printed; "–" where it was, or is, not printed.
    why : str
        From the hashes, and the author's sentence where there is one.
    date : str
        Of the later version, or the author's.
    """

    claim: str
    was: str
    now: str
    why: str
    date: str = ""

    def to_dict(self) -> dict[str, str]:
        """Return claim, was, is, why, date."""
        said = asdict(self)
        said["is"] = said.pop("now")
        return {k: said[k] for k in COLUMNS}


@dataclass(frozen=True, slots=True, eq=False)
class Corrections:
    """All numbers that two versions of a report print differently.

    Attributes
    ----------
    before, after : Edition
    rows : tuple of Correction
        Those of page 1 first, then tables and figures, each in the order of the later version; what
        it no longer prints comes last. Ticks and labels of charts are left out.
    finer : int
        Claims whose value differs in digits that neither version prints.
    """

    before: Edition
    after: Edition
    rows: tuple[Correction, ...]
    finer: int = 0

    def to_frame(self) -> pd.DataFrame:
        """Return one row per number: claim, was, is, why, date."""
        import pandas as pd

        return pd.DataFrame([r.to_dict() for r in self.rows], columns=list(COLUMNS))

    def to_csv(self) -> str:
        """Return the rows as CSV that a spreadsheet may open."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in self.rows:
            writer.writerow([csv_safe(visible(v, 1000)) for v in row.to_dict().values()])
        return out.getvalue()

    def summary(self) -> str:
        """Say how many numbers differ, and each."""
        names = [_name(e) for e in (self.before, self.after)]
        n = len(self.rows)
        lines = [f"{names[0]} → {names[1]}: {n:,} number{'s' if n != 1 else ''} changed"]
        lines += [f"  {visible(self.before.path)}: claims.json was edited"] * self.before.edited
        lines += [f"  {visible(self.after.path)}: claims.json was edited"] * self.after.edited
        lines += [
            f"  {visible(named(r.claim))}: {visible(r.was)} → {visible(r.now)}"
            for r in self.rows
            if "/" not in r.claim
        ]
        places = Counter(r.claim.partition("/")[0] for r in self.rows if "/" in r.claim)
        lines += [f"  {visible(k)}: {m:,} number{'s'[: m > 1]} changed" for k, m in places.items()]
        lines += [f"  why: {w}" for w in dict.fromkeys(visible(r.why, 400) for r in self.rows)]
        if self.finer:
            lines.append(f"  {self.finer:,} more differ in digits that are not printed")
        return "\n".join(lines)

    __str__ = summary

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        head = escape_html(self.summary().split("\n", 1)[0])
        return f"<p><b>{head}</b></p>{html_table(self.to_frame())}"


def named(claim: str) -> str:
    """Return the id of a claim of page 1 in words; another id as it is."""
    part, _, of = claim.rpartition("_")
    if of in ("focal", "reference", "unknown") and part in PARTS:
        return PARTS[part].format(of)
    return NAMES.get(claim, claim)


def corrected(before: Edition, after: Edition) -> Corrections:
    """Return every number that a later version of a report prints otherwise than an earlier one.

    Parameters
    ----------
    before, after : Edition
        The author's reasons are those of `before.reasons`: a sentence `why`, and `claim` and `date`
        where it is of one claim or one day; a claim may end in `*`.
    """
    why = _computed(before, after)
    old = {k: c for k, c in before.claims.items() if _corrects(k)}
    new = {k: c for k, c in after.claims.items() if _corrects(k)}
    rows, finer = [], 0
    names = [*new, *(k for k in old if k not in new)]
    for name in sorted(names, key=lambda k: "/" in k):  # page 1 first, each part in its order
        was, now = _printed(old.get(name)), _printed(new.get(name))
        if was != now:
            own = _reason(name, before.reasons, new)
            said = ". ".join(filter(None, (why, own.get("why", "").rstrip("."))))
            rows.append(Correction(name, was, now, f"{said}.", own.get("date") or after.date))
        elif old[name].get("value") != new[name].get("value"):
            finer += 1
    return Corrections(before, after, tuple(rows), finer)


def _printed(claim: Mapping[str, Any] | None) -> str:
    return ABSENT if claim is None else str(claim.get("text", ""))


def _corrects(name: str) -> bool:
    """Return whether a claim can be corrected: no tick or label of a chart, no correction."""
    return not name.startswith(OWN) and "/chart/" not in name


def _reason(
    name: str, reasons: Iterable[Mapping[str, str]], claims: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, str]:
    """Return the author's reason of a claim: its own, else that of another with its estimate."""
    given = list(reasons)
    named_ones = [r for r in given if "claim" in r]
    own = next((r for r in named_ones if _meant(r, name)), None)
    if own is None:
        own = next((r for r in named_ones if _same(claims.get(r["claim"]), claims.get(name))), None)
    return own or next((r for r in given if "claim" not in r), {})


def _same(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> bool:
    """Return whether two claims are of one estimate: the same value in the same unit, not a count.

    A count may be equal to another by chance.
    """
    if one is None or other is None or not one.get("estimator"):
        return False
    return all(one.get(k) == other.get(k) for k in ("value", "unit"))


def _meant(reason: Mapping[str, str], name: str) -> bool:
    asked = reason.get("claim", "*")
    return name.startswith(asked[:-1]) if asked.endswith("*") else name == asked


def _computed(before: Edition, after: Edition) -> str:
    """Return why numbers can differ, from the hashes alone, as a clause with a capital."""
    if not before.hashes or not after.hashes:
        said = UNEXPLAINED
    else:
        changed = [
            why for k, why in REASONS.items() if before.hashes.get(k, "") != after.hashes.get(k, "")
        ]
        said = ", and ".join(changed) or "nothing that is recorded changed"
    return said[:1].upper() + said[1:]


def read_reasons(path: str | Path) -> tuple[dict[str, str], ...]:
    """Read an author's reasons: a TOML file of `[[correction]]` tables with why, claim and date.

    Raises
    ------
    ClaimError
        When it cannot be read, or a table has other keys, or none says why; all at once.
    """
    try:
        found = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ClaimError(f"The corrections {visible(path)!r} cannot be read: {error}.") from error
    tables = found.get("correction", [])
    faults = [f"unknown key {visible(k)!r}" for k in found if k != "correction"]
    if not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
        raise ClaimError(f"{visible(path)}: write [[correction]] before each why = “…”.")
    for place, given in enumerate(tables, 1):
        strange = sorted(set(given) - {"why", "claim", "date"})
        faults += [f"table {place} has {visible(k)!r}" for k in strange]
        faults += [] if isinstance(given.get("why"), str) else [f"table {place} says no why"]
        faults += [
            f"table {place}: {k} is no text"
            for k in ("claim", "date")
            if not isinstance(given.get(k, ""), str | date)
        ]
    if faults:
        raise ClaimError(f"{visible(path)}: {'; '.join(faults)}; allowed: why, claim, date.")
    return tuple({k: str(v) for k, v in t.items()} for t in tables)


def _name(edition: Edition) -> str:
    parts = (f"version {edition.version}" if edition.version else "", edition.date)
    return visible(", ".join(p for p in parts if p) or edition.path or "claims", 120)


def _json(path: Path, kind: type) -> tuple[Any, str]:
    try:
        content = path.read_bytes()
        found = json.loads(content)
    except (OSError, ValueError, RecursionError) as error:
        why = getattr(error, "strerror", "") or visible(error, 120)
        raise ClaimError(f"{visible(path)} cannot be read: {why}.") from error
    if not isinstance(found, kind):
        raise ClaimError(f"{visible(path)} is no {'list' if kind is list else 'object'}.")
    return found, hashlib.sha256(content).hexdigest()


def _by_id(claims: Iterable[Any], path: Path) -> dict[str, Mapping[str, Any]]:
    wrong = [c for c in claims if not isinstance(c, dict) or not isinstance(c.get("id"), str)]
    if wrong:
        raise ClaimError(f"{visible(path)} holds {len(wrong)} things that are no claims.")
    return {c["id"]: c for c in claims}
