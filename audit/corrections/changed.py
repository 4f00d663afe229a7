"""Every number that two versions of a report print differently."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from audit.corrections.edition import Edition
from audit.corrections.named import CLASSES, named
from audit.corrections.reasons import by_author, by_hashes, unmet
from audit.errors import ClaimError
from audit.numerals import interval
from audit.text import csv_safe, escape_html, html_table, visible

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("claim", "was", "is", "why", "date")
ABSENT = "–"
MOST_DECIMALS = 6
SECTION = "corrections/"
OWN = "tbl-corrections"
"""Id of the table of corrections; its own cells are no claims to correct."""


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
        lines += self._other_classes()
        lines += [
            f"  {visible(named(r.claim, self.classes))}: {visible(r.was)} → {visible(r.now)}"
            for r in self.rows
            if "/" not in r.claim
        ]
        places = Counter(r.claim.partition("/")[0] for r in self.rows if "/" in r.claim)
        lines += [f"  {visible(k)}: {m:,} number{'s'[: m > 1]} changed" for k, m in places.items()]
        lines += [f"  why: {w}" for w in dict.fromkeys(visible(r.why, 400) for r in self.rows)]
        if self.finer:
            lines.append(f"  {self.finer:,} more differ in digits that are not printed")
        return "\n".join(lines)

    @property
    def classes(self) -> tuple[str, str]:
        """Return the focal and the reference class in words: those of the later version."""
        return self.before.classes if self.after.classes == CLASSES else self.after.classes

    def _other_classes(self) -> list[str]:
        was, now = self.before.classes, self.after.classes
        if was == now or CLASSES in (was, now):
            return []
        return [f"  the classes compared were {' and '.join(was)}, and are {' and '.join(now)}"]

    __str__ = summary

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        head = escape_html(self.summary().split("\n", 1)[0])
        return f"<p><b>{head}</b></p>{html_table(self.to_frame())}"


def corrected(before: Edition, after: Edition) -> Corrections:
    """Return every number that a later version of a report prints otherwise than an earlier one.

    Parameters
    ----------
    before, after : Edition
        The author's reasons are those of `before.reasons`: a sentence `why`, and `claim` and `date`
        where it is of one claim or one day; a claim may end in `*`.

    Raises
    ------
    ClaimError
        When a reason is of a claim that neither version has: it would be printed nowhere.
    """
    lost = unmet(before.reasons, {**before.claims, **after.claims})
    if lost:
        raise ClaimError(
            f"the reasons name {', '.join(repr(visible(n, 80)) for n in lost)}, and neither "
            "version has such a claim. Ids are those of claims.json, or begin so and end in *."
        )
    why = by_hashes(before.hashes, after.hashes)
    old = {k: c for k, c in before.claims.items() if _corrects(k)}
    new = {k: c for k, c in after.claims.items() if _corrects(k)}
    rows, finer = [], 0
    names = [*new, *(k for k in old if k not in new)]
    for name in sorted(names, key=lambda k: "/" in k):  # page 1 first, each part in its order
        was, now = _printed(old.get(name)), _printed(new.get(name))
        if was == now:
            was, now = f"{was}{_ends(old[name])}", f"{now}{_ends(new[name])}"
        if was != now:
            own = by_author(name, before.reasons, new)
            said = ". ".join(filter(None, (why, own.get("why", "").rstrip("."))))
            rows.append(Correction(name, was, now, f"{said}.", own.get("date") or after.date))
        elif old[name].get("value") != new[name].get("value"):
            finer += 1
    return Corrections(before, after, tuple(rows), finer)


def _printed(claim: Mapping[str, Any] | None) -> str:
    return ABSENT if claim is None else str(claim.get("text", ""))


def _ends(claim: Mapping[str, Any]) -> str:
    """Return a claim's interval as page 1 prints it behind the number; "" where it has none."""
    ends = [claim.get(k) for k in ("conf_low", "conf_high")]
    if claim.get("unit") != "percentage points" or not all(
        isinstance(e, int | float) for e in ends
    ):
        return ""
    low, high = (float(e) / 100 for e in ends if isinstance(e, int | float))
    level = claim.get("confidence")
    decimals = claim.get("decimals")
    said = interval(
        low,
        high,
        decimals=decimals if isinstance(decimals, int) and 0 <= decimals <= MOST_DECIMALS else 1,
        confidence=level if isinstance(level, float) else 0.95,
    )
    return f" ({said})" if said else ""


def _corrects(name: str) -> bool:
    """Return whether a claim can be corrected: no tick or label of a chart, no correction."""
    return not name.startswith((OWN, SECTION)) and "/chart/" not in name


def _name(edition: Edition) -> str:
    parts = (f"version {edition.version}" if edition.version else "", edition.date)
    return visible(", ".join(p for p in parts if p) or edition.path or "claims", 120)
