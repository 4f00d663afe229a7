"""One version of a report, as its claims.json and its record.json have it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from audit.corrections.named import CLASSES
from audit.corrections.reasons import read_reasons
from audit.disclosure.earlier import Earlier
from audit.errors import ClaimError
from audit.text import visible

LONGEST_NAME = 60  # characters of a class's name


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
    classes : (str, str)
        The focal and the reference class in words; "focal" and "reference" where it names none.
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
    classes: tuple[str, str] = CLASSES

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
        about = _object(record, "report", beside)
        hashes = {str(k): str(v) for k, v in _object(record, "hashes", beside).items()}
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
            classes=classes_in(_object(record, "verdict", beside)),
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


def classes_in(verdict: Mapping[str, Any]) -> tuple[str, str]:
    """Return the names of the focal and the reference class as a record's verdict has them."""
    found = verdict.get("classes")
    if not (isinstance(found, list | tuple) and len(found) == len(CLASSES)):
        return CLASSES
    if not all(isinstance(name, str) and name.strip() for name in found):
        return CLASSES
    return visible(found[0], LONGEST_NAME), visible(found[1], LONGEST_NAME)


def _object(record: Mapping[str, Any], key: str, path: Path) -> Mapping[str, Any]:
    found = record.get(key) or {}
    if not isinstance(found, dict):
        raise ClaimError(f"{visible(path)}: its {key!r} is no object: it was edited or damaged.")
    return found


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
    given = list(claims)
    wrong = [c for c in given if not isinstance(c, dict) or not isinstance(c.get("id"), str)]
    if wrong:
        raise ClaimError(f"{visible(path)} holds {len(wrong)} things that are no claims.")
    out = {c["id"]: c for c in given}
    if len(out) < len(given):
        raise ClaimError(f"{visible(path)} holds {len(given) - len(out):,} ids a second time.")
    return out
