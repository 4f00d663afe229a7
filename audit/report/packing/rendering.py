"""Drawings as PNG and PDF, by the typesetter of the report: no font, no browser, no network."""

from __future__ import annotations

import json
import struct
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from audit.errors import ReportError
from audit.report.packing.sizes import Picture
from audit.text import visible

TEMPLATE = """#let given = json("words.json")
#set document(title: given.title, description: given.alt, author: given.authors)
#set text(lang: "en")
#set page(width: given.width * 1pt, height: given.height * 1pt, margin: 0pt)
#image("drawing.svg", width: 100%, height: 100%, fit: "contain", alt: given.alt)
"""
STANDARDS: Any = ["ua-1", "a-2a"]
NO_DAY = "1970-01-01"
SIGNATURE = b"\x89PNG\r\n\x1a\n"


@contextmanager
def press(day: str) -> Iterator[Press]:
    """Yield a press that stamps what it prints with a day (ISO; "" for none)."""
    with tempfile.TemporaryDirectory(prefix="audit-pack-") as folder:
        root = Path(folder).resolve()
        (root / "main.typ").write_text(TEMPLATE, encoding="utf-8")
        yield Press(root, datetime.fromisoformat(day or NO_DAY).replace(tzinfo=UTC))


class Press:
    """A folder in which one drawing after another is set; the compiler can read nothing else."""

    def __init__(self, root: Path, day: datetime) -> None:
        self.root, self.day = root, day

    def both(self, picture: Picture, words: Mapping[str, Any]) -> tuple[bytes, bytes]:
        """Return a picture as PNG and as tagged, archivable PDF.

        Parameters
        ----------
        words : mapping
            title, alt, authors (a list), source and licence; written into both as far as the
            format has a place for them.

        Raises
        ------
        ReportError
            When the drawing cannot be read.
        """
        (self.root / "drawing.svg").write_text(picture.svg, encoding="utf-8")
        png = self._compiled(picture.pixels, words, format="png", ppi=72.0)
        pdf = self._compiled(
            picture.points, words, format="pdf", pdf_standards=STANDARDS, timestamp=self.day
        )
        return told(png, words), pdf

    def _compiled(
        self, extent: tuple[float, float], words: Mapping[str, Any], **options: Any
    ) -> bytes:
        import typst

        given = {k: words[k] for k in ("title", "alt", "authors")}
        given |= {"width": extent[0], "height": extent[1]}
        (self.root / "words.json").write_text(json.dumps(given), encoding="utf-8")
        try:
            made: bytes = typst.compile(
                str(self.root / "main.typ"),
                root=str(self.root),
                ignore_system_fonts=True,
                **options,
            )
        except typst.TypstError as error:
            said = visible(getattr(error, "message", error), 300)
            raise ReportError(
                f"the chart ‘{visible(words['title'], 80)}’ cannot be rendered: {said}"
            ) from error
        return made


def told(png: bytes, words: Mapping[str, Any]) -> bytes:
    """Return a PNG that says its title, description, source and licence (text chunks, UTF-8).

    References
    ----------
    PNG (Third Edition), 11.3.3 "Textual information", https://www.w3.org/TR/png-3/#11textinfo.
    """
    names = (("Title", "title"), ("Description", "alt"), ("Source", "source"))
    texts = [(name, words[key]) for name, key in (*names, ("Copyright", "licence")) if words[key]]
    head = len(SIGNATURE) + 25  # the first chunk, always the header, has 13 bytes of its own
    chunks = b"".join(_chunk(name, text) for name, text in texts)
    return png[:head] + chunks + png[head:]


def _chunk(name: str, text: str) -> bytes:
    """Return an iTXt chunk: not compressed, of no language, its keyword not translated."""
    body = b"iTXt" + name.encode("latin-1") + b"\0\0\0\0\0" + text.encode()
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
