"""What a report is made of: values that carry their own data, and never a line of markup."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from audit.errors import ReportError
from audit.report.block import MIME as MIME
from audit.report.block import Block as Block
from audit.report.block import check_id as check_id
from audit.report.tabular import Column as Column
from audit.report.tabular import Table as Table
from audit.text import visible


@dataclass(frozen=True, slots=True, repr=False)
class Cover(Block):
    """Title and imprint; `date` (ISO, required by the PDF) is the report's, never the clock's."""

    kind: ClassVar[str] = "cover"
    title: str
    subtitle: str = ""
    kicker: str = "Audit report"
    authors: tuple[str, ...] = ()
    date: str = ""
    version: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()
    lang: str = "en"
    simulated: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Finding(Block):
    """A conclusion in a coloured box: one headline sentence and, under it, short points."""

    kind: ClassVar[str] = "finding"
    headline: str
    points: tuple[str, ...] = ()
    label: str = "Finding"


@dataclass(frozen=True, slots=True, repr=False)
class Note(Block):
    """A box of plain words: tone "caution" for limits and warnings, "plain" for asides.

    `ruled` lines stand under them in print, to write on.
    """

    kind: ClassVar[str] = "note"
    body: str
    points: tuple[str, ...] = ()
    title: str = "What this does not show"
    tone: Literal["caution", "plain"] = "caution"
    ruled: int = 0


@dataclass(frozen=True, slots=True)
class Fact:
    """One key number: what it is, the number as printed, and a gloss in a few words."""

    label: str
    value: str
    gloss: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Facts(Block):
    """The key facts of page one, set as a grid of up to four columns."""

    kind: ClassVar[str] = "facts"
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Heading(Block):
    """A section heading, for reports put together in code; a notebook uses `#` in Markdown."""

    kind: ClassVar[str] = "heading"
    title: str
    level: int = 1
    id: str = ""
    appendix: bool = False
    numbered: bool = True


@dataclass(frozen=True, slots=True, repr=False)
class Prose(Block):
    """Author's Markdown with `{name}` slots; values are set as text and never read as Markdown.

    Only names in `values` are slots, so TeX braces stand as they are. Links go to `http(s):`,
    `mailto:` or, as `[text](#id)`, to a figure, table, equation or heading.

    A number typed into the text is held to the rule of a notebook's Markdown, unless the words are
    the package's own (`own`).
    """

    kind: ClassVar[str] = "prose"
    text: str
    values: Mapping[str, str] = field(default_factory=dict)
    own: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Verbatim(Block):
    """Plain text in a typewriter face, line by line."""

    kind: ClassVar[str] = "verbatim"
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Figure(Block):
    """A chart with its words and all its files; made by `audit.report.figure.figure`.

    `files` holds "print" (SVG with text, for the PDF), "screen" (outlined SVG), "svg" and "png"
    (standalone, with title and source; PNG in base64) and "csv"; where the chart was also drawn
    for a narrow screen, "narrow" (outlined SVG) and "phone" (standalone SVG).
    """

    kind: ClassVar[str] = "figure"
    id: str
    title: str
    alt: str
    subtitle: str = ""
    note: str = ""
    source: str = ""
    simulated: bool = False
    licence: str = ""
    width: float = 6.3
    height: float = 3.0
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class Provenance(Block):
    """Where everything came from: (label, value) rows, and files with size and SHA-256.

    `record` goes into record.json and is not printed: the hashes in full, the numbers that the
    verdict was read from, and the officials who may be named.
    """

    kind: ClassVar[str] = "provenance"
    rows: tuple[tuple[str, str], ...]
    digests: tuple[tuple[str, int, str], ...] = ()
    record: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class Claims(Block):
    """Records of the numbers a notebook prints; nothing is shown, all goes to claims.json."""

    kind: ClassVar[str] = "claims"
    records: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True, repr=False)
class Bibliography(Block):
    """The text of a BibTeX file, whose keys the report may cite; nothing of it is shown."""

    kind: ClassVar[str] = "bibliography"
    name: str
    text: str


KINDS: Mapping[str, type[Block]] = {
    c.kind: c
    for c in (Cover, Finding, Note, Facts, Heading, Prose, Verbatim, Table, Figure, Provenance)
} | {Claims.kind: Claims, Bibliography.kind: Bibliography}


def prose(text: str, /, **values: str | int) -> Prose:
    """Return the package's own Markdown with values set into its `{name}` slots as inert text.

    `audit.report.prose` is the same for an author, whose typed numbers are refused.

    Parameters
    ----------
    text : str
        Markdown.
    **values : str or int
        Text as it should be printed. A float is refused: its rounding is a decision.

    Raises
    ------
    ReportError
        For a float, or a value for which the text has no slot.
    """
    faults = [f"{k}={v!r} is not text: round it first" for k, v in values.items() if _is_raw(v)]
    faults += [f"the text has no slot {{{k}}}" for k in values if f"{{{k}}}" not in text]
    if faults:
        raise ReportError(f"prose {visible(text, 60)!r}: " + "; ".join(faults) + ".")
    said = {k: f"{v:,d}" if isinstance(v, int) else str(v) for k, v in values.items()}
    return Prose(text, said, own=True)


def _is_raw(value: object) -> bool:
    return isinstance(value, bool) or not isinstance(value, str | int)


def payloads(blocks: Any) -> Iterator[dict[str, Any]]:
    """Yield the plain data of each block, refusing anything that is not one."""
    for place, block in enumerate(blocks, 1):
        if not isinstance(block, Block):
            raise ReportError(
                f"item {place} of the report is a {type(block).__name__}; "
                f"allowed: {', '.join(c.__name__ for c in KINDS.values())}."
            )
        yield block.payload()
