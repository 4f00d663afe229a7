"""Edits of a finished report, as somebody would make them who wants it to say something else."""

from __future__ import annotations

import io
import re

import pikepdf


def edit_html(content: bytes, old: str, new: str) -> bytes:
    """Replace a text in the body of a page, once."""
    head, body = content.decode().split("<main", 1)
    assert old in body, f"{old!r} is not in the page"
    return f"{head}<main{body.replace(old, new, 1)}".encode()


def edit_pdf(content: bytes, old: str, new: str, *, page: int = 1) -> bytes:
    """Replace shown glyphs by others of the same font, letter for letter, and save the file."""
    assert len(old) == len(new)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        sheet = pdf.pages[page - 1]
        done, out = False, []
        letters: dict[str, dict[int, str]] = {
            str(name): _letters(font) for name, font in sheet.Resources.Font.items()
        }
        current: dict[int, str] = {}
        for operands, operator in pikepdf.parse_content_stream(sheet):
            if str(operator) == "Tf":
                current = letters[str(operands[0])]
            if str(operator) in ("TJ", "Tj") and not done:
                shown = operands[0] if str(operator) == "TJ" else [operands[0]]
                done, codes = _replaced(shown, current, old, new)
                if done:
                    operands = [pikepdf.Array(codes) if str(operator) == "TJ" else codes[0]]
            out.append((operands, operator))
        assert done, f"{old!r} is not shown on page {page} in one piece"
        sheet.Contents = pdf.make_stream(pikepdf.unparse_content_stream(out))
        return _saved(pdf)


def _saved(pdf: pikepdf.Pdf) -> bytes:
    out = io.BytesIO()
    pdf.save(out, fix_metadata_version=False)
    return out.getvalue()


def _letters(font: pikepdf.Object) -> dict[int, str]:
    """Return glyph code to letter, from the font's own map."""
    text = font.ToUnicode.read_bytes().decode("latin-1")
    found = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", text, re.DOTALL):
        for code, letter in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            found[int(code, 16)] = bytes.fromhex(letter).decode("utf-16-be")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", text, re.DOTALL):
        for low, high, first in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            start = int(first, 16)
            for step, code in enumerate(range(int(low, 16), int(high, 16) + 1)):
                found[code] = chr(start + step)
    return found


def _replaced(shown, letters, old, new):
    """Return whether the text was found in one shown run, and the run with it replaced."""
    codes = {letter: code for code, letter in letters.items()}
    pieces = [bytes(p) if isinstance(p, pikepdf.String) else p for p in shown]
    glyphs = [
        (i, at, letters.get(int.from_bytes(p[at : at + 2], "big"), "\0"))
        for i, p in enumerate(pieces)
        if isinstance(p, bytes)
        for at in range(0, len(p), 2)
    ]
    start = "".join(g[2] for g in glyphs).replace("\xa0", " ").find(old)
    if start < 0:
        return False, []
    for (i, at, _), letter in zip(glyphs[start : start + len(old)], new, strict=True):
        assert letter in codes, f"the font has no {letter!r}"
        p = pieces[i]
        pieces[i] = p[:at] + codes[letter].to_bytes(2, "big") + p[at + 2 :]
    return True, [pikepdf.String(p) if isinstance(p, bytes) else p for p in pieces]


def edit_alt(content: bytes, old: str, new: str) -> bytes:
    """Replace a text in the first alternative text of a PDF that has it."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Dictionary) and old in str(thing.get("/Alt", "")):
                thing.Alt = pikepdf.String(str(thing.Alt).replace(old, new, 1))
                return _saved(pdf)
    raise AssertionError(f"no alternative text has {old!r}")


def edit_title(content: bytes, title: str) -> bytes:
    """Give a PDF another title in its own information."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdf.docinfo["/Title"] = title
        return _saved(pdf)


def draw_over(content: bytes, *, page: int) -> bytes:
    """Draw a white box on a page: every word is still there to be read by a program."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        sheet = pdf.pages[page - 1]
        sheet.contents_add(pdf.make_stream(b"q 1 1 1 rg 60 400 300 80 re f Q"))
        return _saved(pdf)


def attach(content: bytes) -> bytes:
    """Attach a file to a PDF."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdf.attachments["notes.txt"] = b"other numbers"
        return _saved(pdf)


def resaved(content: bytes) -> bytes:
    """Return a PDF written again with other compression: other bytes, nothing else."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        out = io.BytesIO()
        loose = pikepdf.ObjectStreamMode.disable
        pdf.save(out, compress_streams=False, object_stream_mode=loose, fix_metadata_version=False)
        return out.getvalue()


def contents_twice(content: bytes, *, appended: bool = True) -> bytes:
    """Give page 1 two /Contents, of which programs take one or the other; the second is a block.

    With `appended`, as an update behind the file; else with page 1 written over in a plain file.
    """
    plain = content if appended else resaved(content)
    with pikepdf.open(io.BytesIO(plain)) as pdf:
        sheet = pdf.pages[0].obj
        number, size, root = sheet.objgen[0], int(pdf.trailer.Size), pdf.trailer.Root.objgen[0]
        page = sheet.unparse(resolved=True)
    previous = int(re.findall(rb"startxref\s+(\d+)", plain)[-1])
    page = page[: page.rindex(b">>")] + b" /Contents %d 0 R >>" % size
    red = b"q 1 0 0 rg 60 400 300 80 re f Q"
    block = b"%d 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (size, len(red), red)
    first = b"%d 0 obj\n%s\nendobj\n" % (number, page)
    body = (plain if appended else plain[:previous]) + b"\n"
    places = {number: len(body), size: len(body) + len(first)}
    table = dict(places)
    if not appended:
        old = re.findall(rb"(\d{10}) (\d{5}) ([nf])", plain[previous:])
        table = {i: int(at) for i, (at, _, kind) in enumerate(old) if kind == b"n"} | places
    rows = b"".join(b"%d 1\n%010d 00000 n \n" % (i, at) for i, at in sorted(table.items()))
    start = len(body) + len(first) + len(block)
    before = b"/Prev %d " % previous if appended else b""
    trailer = b"trailer\n<< /Size %d /Root %d 0 R %s>>\n" % (size + 1, root, before)
    end = b"startxref\n%d\n%%%%EOF\n" % start
    return body + first + block + b"xref\n0 1\n0000000000 65535 f \n" + rows + trailer + end


def encrypted(content: bytes) -> bytes:
    """Return a PDF that wants a password."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        out = io.BytesIO()
        pdf.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
        return out.getvalue()


def blank(pages: int, *, stream: bytes = b"") -> bytes:
    """Return a PDF of blank pages, which no audit wrote."""
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page()
        if stream:
            pdf.pages[0].Contents = pdf.make_stream(stream)
        return _saved(pdf)
