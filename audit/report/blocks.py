"""What a report is made of: values that carry their own data, and never a line of markup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

from audit.errors import ReportError
from audit.printed import Face, Grid, Head
from audit.printed.pipes import grid_markdown
from audit.printed.tex import booktabs
from audit.report.payload import numbers_of, plain_data
from audit.text import visible

MIME = "application/vnd.audit.block+json"
Align = Literal["left", "right", "center"]


class Block:
    """Base of all blocks: a frozen value with three faces in one Jupyter MIME bundle.

    `text/plain` and `text/html` (`text/markdown` for prose) are for people in a notebook, Markdown
    and a chart's image for converters that lose HTML;
    `application/vnd.audit.block+json` holds the data from which PDF and HTML are set, the files of
    charts and tables included, so that a running notebook writes nothing to disk.
    """

    __slots__ = ()
    kind: ClassVar[str]

    def payload(self) -> dict[str, Any]:
        """Return the block as plain JSON data, every text made visible.

        Under "numbers" it carries, for each of its texts, what the numbers in it were said of:
        text → number as printed → (value, unit, decimals); see `audit.utterances`.
        """
        data = {"kind": self.kind, **plain_data(self)}
        numbers = numbers_of(data)
        return {**data, "numbers": numbers} if numbers else data

    def __repr__(self) -> str:
        """Return the block as a terminal shows it: its data would be a page of SVG."""
        from audit.report.bundle import outline

        return outline(self.payload())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        from audit.report.bundle import faces

        data = self.payload()
        return {**faces(data), MIME: data}


def check_id(name: str, what: str) -> str:
    """Return `name` if it can be an anchor and a file name: a letter, then letters, digits, - or _.

    Raises
    ------
    ReportError
        Otherwise, with what is allowed.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,60}", name or ""):
        raise ReportError(
            f"{what} has the id {visible(name)!r}; allowed: a letter, then up to 60 letters, "
            "digits, hyphens or underscores (it names files and links)."
        )
    return name


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


@dataclass(frozen=True, slots=True)
class Column:
    """How one column of a table is shown.

    Attributes
    ----------
    label : str
        The heading, with the unit.
    format : str
        A format specification (",d", ".1%", ".2f"); "" chooses by type.
    align : {"left", "right", "center"} or None
        None: right for numbers, left for text.
    code : bool
        Typewriter face, for ids and hashes.
    link : bool
        Cells that are http(s) addresses become links. Only for columns whose addresses ship with
        the package: never for addresses that came with the data.
    limit : int
        Longest cell, in characters; a longer one ends in "…" (the CSV keeps the whole).
    """

    label: str
    format: str = ""
    align: Align | None = None
    code: bool = False
    link: bool = False
    limit: int = 240


@dataclass(frozen=True, slots=True, repr=False)
class Table(Block):
    """A table as printed, with its CSV and TeX; made by `audit.report.table.table`.

    `keys` are the frame's own names of the columns; `values` the numbers that the cells were
    printed from, in the frame's unit, None where a cell is no number.
    """

    kind: ClassVar[str] = "table"
    id: str
    title: str
    columns: tuple[Column, ...]
    cells: tuple[tuple[str, ...], ...]
    subtitle: str = ""
    spanners: tuple[tuple[str, int], ...] = ()
    groups: tuple[tuple[int, str], ...] = ()
    notes: tuple[str, ...] = ()
    source: str = ""
    simulated: bool = False
    files: Mapping[str, str] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    values: tuple[tuple[float | None, ...], ...] = ()

    def printed(self) -> Grid:
        """Return the table as the faces of all nouns print theirs."""
        heads = tuple(Head(c.label, c.align or "left") for c in self.columns)
        notes = (self.subtitle, *self.notes) if self.subtitle else self.notes
        return Grid(self.title, heads, self.cells, self.groups, notes, self.source, self.simulated)

    def to_latex(self) -> str:
        """Return the table as TeX: needs booktabs and nothing else."""
        return booktabs(self.printed())

    def to_markdown(self) -> str:
        """Return the table as a Markdown pipe table with its notes and source."""
        return grid_markdown(self.printed()) + "\n"

    def to_docx(self, path: str | Path) -> Path:
        """Write the table as a Word document and return its path; see `Shown.to_docx`."""
        from audit.printed.word import set_word

        target = Path(path)
        target.write_bytes(set_word(Face("", (), (self.printed(),))))
        return target


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
