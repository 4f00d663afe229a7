"""The right of reply: what a report finds, as it is put to the platform, and room for an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from audit.errors import ReportError
from audit.report.blocks import Block, Column, Heading, Note, Prose, Table, prose
from audit.report.front import key_facts
from audit.report.sections import source_line
from audit.report.table import table
from audit.text import visible

if TYPE_CHECKING:
    from audit.evidence import Evidence
LINES = 9  # to write on, so that the page stays one page
LONGEST = 200_000  # bytes of an answer
ID = "right-of-reply"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of those whom a report is about, printed in full as they gave it.

    Attributes
    ----------
    text : str
        Markdown, never shortened.
    who : str
        Who gave it: a name and office.
    on : str
        The day it was given, ISO.
    """

    text: str
    who: str
    on: str

    def __post_init__(self) -> None:
        """Refuse an answer without words, without who gave it or on which day.

        Raises
        ------
        ReportError
            All faults at once.
        """
        faults = [] if self.text.strip() else ["it has no text"]
        faults += [] if self.who.strip() else ["who gave it is not said"]
        try:
            date.fromisoformat(self.on)
        except ValueError:
            faults.append(f"the day is {visible(self.on, 40)!r}; allowed: one such as 2026-01-15")
        if faults:
            raise ReportError(f"the reply: {'; '.join(faults)}.")

    @classmethod
    def read(cls, path: str | Path, *, who: str, on: str) -> Reply:
        """Return the answer that a Markdown file holds.

        Parameters
        ----------
        path : path
            UTF-8, at most 200 kB.

        Raises
        ------
        ReportError
            When it cannot be read or is too long, and as for `Reply`.
        """
        file = Path(path)
        try:
            size = file.stat().st_size
            text = file.read_text(encoding="utf-8") if size <= LONGEST else ""
        except (OSError, UnicodeDecodeError) as error:
            raise ReportError(
                f"the reply {file} cannot be read as UTF-8 text: {visible(error, 200)}."
            ) from error
        if size > LONGEST:
            raise ReportError(f"the reply {file} has {size:,} bytes; allowed: {LONGEST:,}.")
        return cls(text, who, on)


def right_of_reply(evidence: Evidence, *, reply: Reply | None = None) -> list[Block]:
    """Return the page that puts the findings to the platform, to be sent before publication.

    It begins a page of its own: the verdict, the numbers of page one, what is asked, and ruled
    lines for an answer or, where one was given, the answer in full with who gave it and when.

    Parameters
    ----------
    reply : Reply, optional
        The answer, for the version of the report that is made after it came.
    """
    simulated = evidence.comparison.study.cases.simulated
    out: list[Block] = [
        Heading("Right of reply", id=ID),
        prose(_PUT, sentence=evidence.sentence),
        findings_table(evidence),
        prose(_ASKED),
    ]
    if simulated:
        out.insert(1, prose(_SIMULATED))
    return [*out, *_answer(reply)]


def findings_table(evidence: Evidence) -> Table:
    """Return the numbers of page one as a table, as they would be put to the platform."""
    facts = key_facts(evidence).facts
    frame = pd.DataFrame([{"what": f.label, "number": f.value, "gloss": f.gloss} for f in facts])
    return table(
        frame,
        id="tbl-reply",
        title="The numbers put to the platform",
        columns={
            "what": "What",
            "number": Column("Number", align="right"),
            "gloss": "Of what",
        },
        source=source_line(evidence.comparison.study.loaded),
    )


def _answer(reply: Reply | None) -> list[Block]:
    if reply is None:
        return [Note("", title="Answer: by whom, on which day", tone="plain", ruled=LINES)]
    quoted = "\n".join(f"> {line}".rstrip() for line in reply.text.strip().splitlines())
    said = prose("**Answer** of {who}, {on}, in full:", who=reply.who, on=reply.on)
    return [said, Prose(quoted)]


_SIMULATED = """
*The data are simulated: nobody is asked anything. The page shows what would be sent.*
"""
_PUT = """
Before it is published, this is put to the platform as it stands here: {sentence}
"""
_ASKED = """
The platform is asked:

- Are these counts right? If not, which posts or actions are missing or wrong, and by which record?
- Which written rules, exemptions or reviews applied to these accounts at the time?
- Was anything done that these records cannot show, such as less reach or an appeal?
- What else should readers know to judge the comparison?

An answer is printed here in full in the next version of the report, with who gave it and on which
day. What it corrects is corrected, and listed as a correction.
"""
