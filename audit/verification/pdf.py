"""A PDF read back: the text of its pages, its alternative texts and titles, what it draws."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from audit.errors import VerifyError
from audit.text import visible
from audit.verification.passages import LONGEST, Passage, Reading

MOST_PAGES = 400
LARGEST_PAGE = 16 * 2**20  # bytes of drawing on one page, decoded; ours stay under 2 MiB
MOST_NODES = 400_000  # objects followed in one file
DRAWN = ("/Contents", "/Resources", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit")
SHOWN = ("/Subtype", "/Rect", "/Contents", "/AP", "/V", "/MK")
"""What of an annotation is seen on the page."""
ALT = "alternative text"
EARLIER = re.compile(rb"/(?:Prev|XRefStm)\b")
TITLES = ("/Title", "/Subject", "/Keywords", "/Author")


def read_pdf(content: bytes, *, name: str = "the PDF") -> Reading:
    """Return what a PDF says and draws.

    Nothing in it is run or shown. Decoding is bounded: a stream by the reader's own limits, a page
    by `LARGEST_PAGE`, a file by `MOST_PAGES` and `MOST_NODES`.

    Raises
    ------
    VerifyError
        When it is encrypted, broken off, has too many pages or a stream that unpacks without end.
    """
    try:
        return _read(content, name)
    except VerifyError:
        raise
    except RecursionError as error:
        raise VerifyError(f"{name} nests its objects without end; it is not read.") from error
    except Exception as error:  # a hostile file may raise anything inside the reader
        why = visible(f"{type(error).__name__}: {error}", 200)
        raise VerifyError(f"{name} is damaged or broken off and cannot be read ({why}).") from error


def _read(content: bytes, name: str) -> Reading:
    import logging

    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its warnings are about repairs
    if b"%%EOF" not in content[-2048:]:
        raise VerifyError(f"{name} is broken off: it has no end mark. Fetch the whole file again.")
    try:
        reader = PdfReader(io.BytesIO(content))
        locked = reader.is_encrypted
    except DependencyError:  # of a cipher: it needs more than the reader can undo by itself
        locked = True
    if locked:
        raise VerifyError(
            f"{name} is encrypted. Reports of audit are not; take the file as it was written."
        )
    pages = len(reader.pages)
    if not 0 < pages <= MOST_PAGES:
        raise VerifyError(
            f"{name} has {pages:,} pages; reports of audit have at most {MOST_PAGES}. "
            "It is not one, and is not read."
        )
    texts, drawings, places = [], [], {}
    for number, page in enumerate(reader.pages, 1):
        texts.append(Passage(f"page {number}", _text(page, number, name)))
        drawings.append(_digest([*(page.get(k) for k in DRAWN), *_over(page)]))
        if page.indirect_reference is not None:
            places[page.indirect_reference.idnum] = number
        if sum(len(t.text) for t in texts) > LONGEST:
            raise VerifyError(f"{name} says more than {LONGEST:,} characters; it is not read.")
    root = reader.trailer["/Root"]
    heads = tuple(_bookmarks(reader))
    marks = (Passage("bookmark", title, "title") for title in heads)
    passages = (*texts, *_alternatives(root, places), *_titles(reader), *marks)
    return Reading("pdf", passages, pages, heads, tuple(drawings), _digest([root]))


def rewritten(content: bytes) -> tuple[str, ...]:
    """Return each sign that a PDF was changed after audit wrote it in one piece, as a sentence.

    A second part behind the first, or a key that stands twice in one object, is read by one program
    so and by another otherwise: what this one reads need not be what a reader is shown.
    """
    import logging

    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    out = [
        f"it has {content.count(mark):,} marks {mark.decode()}, and a PDF of audit has one: "
        "something was put behind it"
        for mark in (b"%%EOF", b"startxref")
        if content.count(mark) > 1
    ]
    if EARLIER.search(_last_table(content)):
        out.append("it refers to an earlier state of itself (/Prev), and a PDF of audit has none")
    try:
        reader = PdfReader(io.BytesIO(content), strict=True)
        _digest([reader.trailer["/Root"]])
    except Exception as error:  # a hostile file may raise anything inside the reader
        twice = "Multiple definitions" in str(error)
        why = "a key stands twice in one of its objects" if twice else visible(error, 120)
        out.append(f"it is not written as audit writes a PDF: {why}; programs show it differently")
    return tuple(out)


def _last_table(content: bytes) -> bytes:
    """Return the dictionary of the table of objects that a PDF ends with."""
    end = content.rfind(b"startxref")
    stated = re.match(rb"startxref\s+(\d{1,12})", content[end : end + 40])
    table = content[int(stated[1]) : end] if stated else b""
    head, found, rest = table.partition(b"trailer")
    return rest if found else head.partition(b"stream")[0]


def _text(page: Any, number: int, name: str) -> str:
    contents = page.get_contents()
    size = 0 if contents is None else len(contents.get_data())
    if size > LARGEST_PAGE:
        raise VerifyError(
            f"{name}: page {number} unpacks to {size:,} bytes; at most {LARGEST_PAGE:,} are read."
        )
    return str(page.extract_text())


def _over(page: Any) -> Iterator[Any]:
    """Yield what the annotations of a page show above it, and where; not what they lead to."""
    for annotation in page.get("/Annots") or ():
        shown = annotation.get_object()
        yield from (shown.get(key) for key in SHOWN if key in shown)


def _alternatives(root: Any, places: dict[int, int]) -> Iterator[Passage]:
    """Yield the alternative texts of the structure tree, in its order, each with its page.

    A figure that has no page of its own (a drawing of nothing but lines) stands between what is
    before it and what is behind it.
    """
    found = list(_structure(root, places))
    pages = [page for page, _ in found]
    for at, (page, passage) in enumerate(found):
        if passage is not None and not page:
            before = next((p for p in reversed(pages[:at]) if p), 0)
            after = next((p for p in pages[at + 1 :] if p), 0)
            near = sorted({p for p in (before, after) if p})
            where = f"page {' or '.join(map(str, near))}, {ALT}" if near else ALT
            passage = replace(passage, where=where)
        if passage is not None:
            yield passage


def _structure(root: Any, places: dict[int, int]) -> Iterator[tuple[int, Passage | None]]:
    """Yield the page of each node of the structure tree, 0 for none, and its alternative text."""
    tree = root.get("/StructTreeRoot")
    stack, seen = [(tree, 0)], set()
    while stack:
        node, page = stack.pop()
        number = getattr(node, "idnum", None)
        if number is not None:
            if number in seen:
                continue
            seen.add(number)
            node = node.get_object()
        if len(seen) > MOST_NODES or len(stack) > MOST_NODES:
            raise VerifyError("the structure of the PDF has no end; it is not read.")
        if isinstance(node, list):
            stack += [(child, page) for child in reversed(node)]
        elif isinstance(node, dict):
            holder = node.raw_get("/Pg") if "/Pg" in node else None  # type: ignore[attr-defined]
            page = places.get(getattr(holder, "idnum", 0), page)
            said = None
            if "/Alt" in node:
                where = f"page {page}, {ALT}" if page else ALT
                formula = node.get("/S") == "/Formula"
                said = Passage(where, str(node["/Alt"]), "formula" if formula else "alt")
            yield page, said
            if "/K" in node:
                stack.append((node.raw_get("/K"), page))  # type: ignore[attr-defined]


def _titles(reader: Any) -> Iterator[Passage]:
    about = reader.metadata or {}
    for key in TITLES:
        if about.get(key):
            yield Passage(f"document {key[1:].lower()}", str(about[key]), "title")


def _bookmarks(reader: Any) -> Iterator[str]:
    stack = list(reversed(reader.outline))
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack += reversed(item)
        else:
            yield str(item.title)


def _digest(values: Any) -> str:
    """Return a hash of objects and all they lead to, streams decoded, wherever they are stored."""
    digest = hashlib.sha256()
    stack = list(reversed(list(values)))
    met: dict[int, int] = {}
    while stack:
        node = stack.pop()
        number = getattr(node, "idnum", None)
        if number is not None:
            if number in met:
                digest.update(b"ref %d" % met[number])
                continue
            met[number] = len(met)
            node = node.get_object()
        if len(met) > MOST_NODES or len(stack) > MOST_NODES:
            raise VerifyError("the PDF holds more objects than any report; it is not read.")
        if isinstance(node, dict):
            if hasattr(node, "get_data"):
                digest.update(b"stream" + hashlib.sha256(node.get_data()).digest())
            keys = sorted(k for k in node if k not in ("/Length", "/Filter", "/DecodeParms"))
            digest.update(repr([str(k) for k in keys]).encode())
            stack += [node.raw_get(k) for k in reversed(keys)]  # type: ignore[attr-defined]
        elif isinstance(node, list):
            digest.update(b"list %d" % len(node))
            stack += reversed(node)
        else:
            digest.update(f"{type(node).__name__} {node!s}\0".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
