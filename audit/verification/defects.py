"""What can be wrong with a report, and what a verification says of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from audit.text import escape_html, html_table, visible

if TYPE_CHECKING:
    import pandas as pd

KINDS = {
    "number": "a number that is not the one computed",
    "sign": "a sign that is not the one computed",
    "direction": "a word that says the opposite of what was computed",
    "unrecorded": "a number that is no claim, date, citation, quotation or document number",
    "missing": "words or a number that the report must print, and that are not there",
    "words": "words that are not those of the report",
    "licence": "a word that the evidence does not license",
    "named": "an account named that may not be",
    "stale": "data, design, notebook or code changed since the report was made",
    "verdict": "a verdict that the rule does not give",
    "claims": "claims.json is not the one the report was made with",
    "record": "record.json is not the one the report was made with",
    "fingerprint": "a fingerprint that does not match",
    "file": "a chart, table or other file beside the report that is not the report's",
    "drawing": "something drawn otherwise than in the report",
}
"""Every kind of defect, and what it means."""
SHOWN = 60  # defects printed; the rest are counted
LONGEST = 300  # characters of a sentence quoted


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing wrong with a report or a draft.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    where : str
        The page, section, line or file.
    says : str
        What is wrong, as a sentence.
    sentence : str
        The sentence it stands in, as the document has it; "" where none.
    instead : str
        What may be said in its place, or what to do; "" where nothing can be said.
    """

    kind: str
    where: str
    says: str
    sentence: str = ""
    instead: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is no kind of defect; kinds: {', '.join(KINDS)}")

    def __str__(self) -> str:
        """Say the defect with its place and its sentence."""
        lines = [f"{self.where}: {self.says}"]
        lines += [f"    “{visible(self.sentence, LONGEST)}”"] if self.sentence else []
        lines += [f"    → {self.instead}"] if self.instead else []
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked: what, against what, and how many of it."""

    what: str
    against: str
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class Verification:
    """What a report was found to be.

    Attributes
    ----------
    path : Path
        What was verified.
    defects : tuple of Defect
    checked : tuple of Check
        What was compared with what.
    unchecked : tuple of str
        What could not be checked, and why: a sentence each. Nothing here is ever a pass.
    notes : tuple of str
        What a reader should know, and that takes nothing away from the verification.
    """

    path: Path
    defects: tuple[Defect, ...]
    checked: tuple[Check, ...] = ()
    unchecked: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def verified(self) -> bool:
        """Return whether everything was checked and nothing is wrong."""
        return not self.defects and not self.unchecked and bool(self.checked)

    @property
    def exit_code(self) -> int:
        """Return 0 where verified, 1 where something is wrong, 2 where something is unchecked."""
        if self.defects:
            return 1
        return 0 if self.verified else 2

    def to_frame(self) -> pd.DataFrame:
        """Return one row per defect: kind, where, says, sentence, instead."""
        import pandas as pd

        columns = ["kind", "where", "says", "sentence", "instead"]
        rows = [[getattr(d, c) for c in columns] for d in self.defects]
        return pd.DataFrame(rows, columns=columns)

    def summary(self) -> str:
        """Say what was found, what was checked, and what was not."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        state = {0: "verified", 1: "NOT verified", 2: "cannot be verified"}[self.exit_code]
        n = len(self.defects)
        faults = f": {n:,} fault{'s' if n > 1 else ''}" if n else ""
        yield f"{visible(self.path, 400)}: {state}{faults}"
        for defect in self.defects[:SHOWN]:
            yield f"  {str(defect).replace(chr(10), chr(10) + '  ')}"
        if n > SHOWN:
            yield f"  … and {n - SHOWN:,} more"
        if self.checked:
            yield "  checked:"
            wide = max(len(c.what) for c in self.checked)
            tall = max(len(f"{c.count:,}") for c in self.checked)
            for c in self.checked:
                yield f"    {c.what:<{wide}}  {c.count:>{tall},}  {c.against}"
        for line in self.unchecked:
            yield f"  not checked: {line}"
        for line in self.notes:
            yield f"  note: {line}"

    __str__ = summary

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        head = escape_html(self.summary().split("\n", 1)[0])
        rest = [f"not checked: {u}" for u in self.unchecked] + [f"note: {n}" for n in self.notes]
        below = "".join(f"<p>{escape_html(line)}</p>" for line in rest)
        return f"<p><b>{head}</b></p>{html_table(self.to_frame(), limit=LONGEST)}{below}"
