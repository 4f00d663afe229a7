"""Why a number differs from an earlier version: by the hashes, and in the author's words."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from audit.errors import ClaimError
from audit.text import visible

REASONS: Mapping[str, str] = {
    "cases": "the data changed",
    "design": "the design changed",
    "notebook": "the report's text changed",
    "code": "the code of audit changed",
}
"""What a hash that differs gives as the reason, the first that can change a number first."""
UNEXPLAINED = "not known: one of the versions has no record"


def by_hashes(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Return why numbers can differ, from the hashes alone, as a clause with a capital."""
    if not before or not after:
        said = UNEXPLAINED
    else:
        changed = [why for k, why in REASONS.items() if before.get(k, "") != after.get(k, "")]
        said = ", and ".join(changed) or "nothing that is recorded changed"
    return said[:1].upper() + said[1:]


def by_author(
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


def unmet(reasons: Iterable[Mapping[str, str]], names: Iterable[str]) -> tuple[str, ...]:
    """Return the claims that an author gives a reason for and that neither version has."""
    known = list(names)
    asked = dict.fromkeys(r["claim"] for r in reasons if "claim" in r)
    return tuple(a for a in asked if not any(_meant({"claim": a}, n) for n in known))


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
