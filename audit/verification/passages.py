"""What a document says, read back from its file: passages, each with the place it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from audit.errors import VerifyError
from audit.text import visible

LARGEST = 100 * 2**20  # bytes of a file that is read at all
LONGEST = 20_000_000  # characters that a document may say

Part = Literal["text", "alt", "formula", "title"]
PARTS: tuple[Part, ...] = ("text", "alt", "formula", "title")


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of text and where it stands.

    Attributes
    ----------
    where : str
        As a reader finds it: "page 4", "page 4, alternative text", "section ‘What happened’".
    text : str
        As extracted.
    part : str
        "text", "alt" (alternative texts of figures), "formula" (those of formulas) or "title" (the
        document's own title, description and outline, which no page shows).
    """

    where: str
    text: str
    part: Part = "text"


@dataclass(frozen=True, slots=True)
class Reading:
    """A document read back.

    Attributes
    ----------
    kind : {"pdf", "html"}
    passages : tuple of Passage
        In reading order; of a PDF one per page, then alternative texts, then titles.
    pages : int
        Of a PDF; 0 of HTML.
    headings : tuple of str
        With their numbers: "4 What happened".
    drawings : tuple of str
        Of a PDF: per page, a hash of all that is drawn there, decoded.
    whole : str
        A hash of everything in the file, decoded.
    """

    kind: Literal["pdf", "html"]
    passages: tuple[Passage, ...]
    pages: int = 0
    headings: tuple[str, ...] = ()
    drawings: tuple[str, ...] = field(default=(), repr=False)
    whole: str = ""

    @property
    def text(self) -> str:
        """Return everything it says, passages parted by line ends."""
        return "\n".join(p.text for p in self.passages)


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file that is a document at all.

    Raises
    ------
    VerifyError
        When there is none, it is a folder or empty, or larger than any report.
    """
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise VerifyError(f"{path} is a folder, and no report stands in it.")
        if size > LARGEST:
            raise VerifyError(
                f"{visible(path)} has {size:,} bytes; reports of audit stay under {LARGEST:,}. "
                "It is not read."
            )
        content = path.read_bytes()
    except OSError as error:
        raise VerifyError(f"{visible(path)} cannot be read: {error.strerror or error}.") from error
    if not content:
        raise VerifyError(f"{visible(path)} is empty.")
    return content


def read_document(path: Path) -> tuple[bytes, Reading]:
    """Return a report's bytes and what it says, by what the bytes are and not by their name.

    Raises
    ------
    VerifyError
        When it is neither PDF nor HTML, or cannot be read, with the reason.
    """
    from audit.verification.html import read_html
    from audit.verification.pdf import read_pdf

    content = read_bytes(path)
    head = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"%pdf-"):
        return content, read_pdf(content, name=visible(path))
    if head.startswith((b"<!doctype html", b"<html")):
        return content, read_html(content, name=visible(path))
    raise VerifyError(
        f"{visible(path)} is neither a PDF nor an HTML page: it begins with "
        f"{visible(content[:12].decode('latin-1'))!r}. Give report.pdf or report.html as audit "
        "wrote it, or --draft for an article."
    )
