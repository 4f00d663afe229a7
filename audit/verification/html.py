"""An HTML page read back: its text by section, alternative texts, captions, titles."""

from __future__ import annotations

import hashlib
from html.parser import HTMLParser

from audit.errors import VerifyError
from audit.text import visible
from audit.verification.passages import LONGEST, Part, Passage, Reading

INLINE = frozenset(
    ("a", "abbr", "b", "bdi", "bdo", "cite", "code", "em", "i", "kbd", "mark", "q", "s", "samp")
    + ("small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr", "tspan", "math", "mrow")
    + ("mi", "mn", "mo", "msub", "msup", "msubsup", "mfrac", "msqrt", "mover", "munder", "mtext")
    + ("munderover", "mspace", "mstyle", "mpadded", "semantics")
)
SILENT = frozenset({"script", "style", "template", "annotation", "annotation-xml"})
SECTIONS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
SPOKEN = ("alt", "aria-label", "aria-description", "title", "summary", "label")
RAISED = str.maketrans("0123456789−-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻")


def read_html(content: bytes, *, name: str = "the page") -> Reading:
    """Return what an HTML page says, with no script run and nothing loaded.

    Raises
    ------
    VerifyError
        When it is no UTF-8, is broken off, or says more than any report.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise VerifyError(
            f"{name} is not UTF-8 at byte {error.start:,}; reports of audit are. "
            "It was saved by another program, or is damaged."
        ) from error
    if "</html>" not in text[-200:].lower():
        raise VerifyError(f"{name} is broken off: it has no </html>. Fetch the whole file again.")
    reader = _Page()
    reader.feed(text)
    reader.close()
    passages = reader.done()
    if sum(len(p.text) for p in passages) > LONGEST:
        raise VerifyError(f"{name} says more than {LONGEST:,} characters; it is not read.")
    plain = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    whole = hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()
    return Reading("html", passages, headings=tuple(reader.headings), whole=whole)


class _Page(HTMLParser):
    """Gathers passages: a new one wherever an element that is not inline begins or ends."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.passages: list[Passage] = []
        self.words: list[str] = []
        self.section = "the head"
        self.silent = 0
        self.raised = 0
        self.heading: list[str] | None = None
        self.headings: list[str] = []
        self.part: Part = "text"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {k: v or "" for k, v in attrs}
        if tag in SILENT:
            self.silent += 1
        if tag not in INLINE:
            self._end()
        if tag in SECTIONS:
            self.heading = []
        if tag == "title" and self.section == "the head":
            self.part = "title"
        if tag == "span":
            self.words.append(" ")  # spans of a report are set apart: a fact and its gloss
        if tag == "sup":
            self.raised += 1
        if given.get("role") == "doc-noteref":
            self.words.append(" ")  # the mark of a footnote is no power of the number before it
        for key in SPOKEN:
            if given.get(key, "").strip():
                what = "alternative text" if key == "alt" else f"{key} of <{tag}>"
                self.passages.append(Passage(f"{self._where()}, {what}", given[key], "alt"))
        if tag == "meta" and given.get("name") in ("description", "author", "keywords"):
            where = f"document {given['name']}"
            self.passages.append(Passage(where, given.get("content", ""), "title"))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self.silent = max(0, self.silent - 1)
        if tag == "sup":
            self.raised = max(0, self.raised - 1)
        if tag in SECTIONS and self.heading is not None:
            self.section = visible(" ".join("".join(self.heading).split()), 100)
            self.headings.append(self.section)
            self.heading = None
        if tag not in INLINE:
            self._end()
            self.part = "text"

    def handle_data(self, data: str) -> None:
        if self.silent:
            return
        said = data.translate(RAISED) if self.raised else data
        self.words.append(said)
        if self.heading is not None:
            self.heading.append(data)

    def done(self) -> tuple[Passage, ...]:
        """Return all passages, after the last."""
        self._end()
        return tuple(self.passages)

    def _where(self) -> str:
        return f"section ‘{self.section}’" if self.section != "the head" else "the head"

    def _end(self) -> None:
        text = "".join(self.words)
        if text.strip():
            where = "document title" if self.part == "title" else self._where()
            self.passages.append(Passage(where, text, self.part))
        self.words = []
