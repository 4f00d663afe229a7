"""Citations in an author's Markdown: keys of BibTeX files, set by pandoc's own citation processor.

A BibTeX file is read as hostile: of its fields only words and their emphasis are kept, so that no
TeX, HTML, Typst, formula or address in it is ever more than letters. References are set in the
Chicago author–date style that pandoc carries with it.
"""

from __future__ import annotations

import difflib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from audit.errors import ReportError
from audit.report.address import is_linkable
from audit.report.blocks import Bibliography
from audit.report.pandoc import convert
from audit.text import visible

Node = dict[str, Any]
METHODS = Path(__file__).with_name("methods.bib")
"""The works that the package's own methods are from; an author's file may cite beside them."""
LONGEST = 1_000_000  # bytes of a .bib file
HEADING = "references"
KEPT = frozenset({"Emph", "Strong", "Superscript", "Subscript", "SmallCaps", "Strikeout", "Quoted"})
ADDRESSES = ("url", "URL", "doi", "DOI")
DOI = re.compile(r"10\.\d{4,9}/\S+")
ENTRY = re.compile(
    r"^[ \t]*@(?!comment|string|preamble)[A-Za-z]+\s*[{(]\s*([^\s,]+)\s*,",
    re.MULTILINE | re.IGNORECASE,
)


def bibliography(path: str | Path) -> Bibliography:
    """Return a BibTeX file as a block that prints nothing: the report may then cite its keys.

    In Markdown, `[@key]` is set as "(Newcombe 1998)" and `@key` as "Newcombe (1998)"; `[@key,
    p. 3; -@other]` gives a page and leaves a name out. What is cited is listed under a heading
    with the id "references", which is added at the end where the report has none. The works of
    the package's own methods can be cited in any report; an author's entry goes before one of
    the same key. A plain at sign before a letter is written as `\\@`.

    Parameters
    ----------
    path : path
        A .bib file in UTF-8, at most 1 MB.

    Raises
    ------
    ReportError
        When it cannot be read, is too large, or has no entry, a key twice, or an address that is
        not http or https; all at once.
    """
    file = Path(path)
    try:
        if file.stat().st_size > LONGEST:
            raise ReportError(f"{file}: {file.stat().st_size:,} bytes; allowed: {LONGEST:,}.")
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ReportError(f"{file} cannot be read as UTF-8 text: {visible(error, 200)}.") from error
    references(text, file.name)
    return Bibliography(file.name, text)


def references(text: str, name: str) -> dict[str, Node]:
    """Return the entries of a BibTeX text by key, as pandoc's metadata, with words alone.

    Raises
    ------
    ReportError
        Naming the file and every fault in it.
    """
    return json.loads(_references(text, name))  # type: ignore[no-any-return]


@cache
def _references(text: str, name: str) -> str:
    try:
        tree = json.loads(convert(text, ["-f", "biblatex", "-t", "json"]))
    except ReportError as error:
        raise ReportError(f"{name} is no BibTeX file: {error}") from error
    found = [entry["c"] for entry in tree["meta"].get("references", {}).get("c", [])]
    keys = ENTRY.findall(text)
    faults = [f"the key {k!r} stands {n} times" for k, n in Counter(keys).items() if n > 1]
    faults += [] if found else ["it has no entry"]
    clean: dict[str, Node] = {}
    for entry in found:
        key = _words(entry["id"])
        faults += [f"entry {visible(key)!r}: {fault}" for fault in _addresses(entry)]
        clean[key] = {"t": "MetaMap", "c": {k: _bare(v) for k, v in entry.items()}}
    if faults:
        raise ReportError(f"{name}: {'; '.join(faults)}.")
    return json.dumps(clean)


def _addresses(entry: Mapping[str, Node]) -> Iterator[str]:
    for field in ADDRESSES:
        said = _words(entry[field]).strip() if field in entry else ""
        if said and field.lower() == "url" and not (said[:4] == "http" and is_linkable(said)):
            yield f"its url is {visible(said, 80)!r}; allowed: http:// and https://"
        if said and field.lower() == "doi" and not DOI.fullmatch(said):
            yield f"its doi is {visible(said, 80)!r}; allowed: one such as 10.1000/182"


def _bare(value: Any) -> Any:
    """Return metadata whose inlines are words, spaces and emphasis; all else as its words."""
    if isinstance(value, dict) and value.get("t") == "MetaInlines":
        return {"t": "MetaInlines", "c": [w for i in value["c"] for w in _inline(i)]}
    if isinstance(value, dict) and value.get("t") == "MetaBlocks":
        return {"t": "MetaString", "c": visible(_words(value), 4000)}
    if isinstance(value, dict) and "t" in value:
        c: Any = value.get("c")
        if value["t"] == "MetaMap":
            return {"t": "MetaMap", "c": {k: _bare(v) for k, v in c.items()}}
        if value["t"] == "MetaList":
            return {"t": "MetaList", "c": [_bare(v) for v in c]}
        return {"t": value["t"], "c": visible(c, 4000) if isinstance(c, str) else c}
    return value


def _inline(item: Node) -> list[Node]:
    kind: str = item["t"]
    c: Any = item.get("c", "")
    if kind == "Str":
        return [{"t": "Str", "c": visible(c, 4000)}]
    if kind in ("Space", "SoftBreak", "LineBreak"):
        return [{"t": "Space"}]
    if kind in ("Span", "Link"):
        inside = [w for i in c[1] for w in _inline(i)]
        keeps_case = kind == "Span" and "nocase" in c[0][1]
        return [{"t": "Span", "c": [["", ["nocase"], []], inside]}] if keeps_case else inside
    if kind == "Quoted":
        return [{"t": kind, "c": [c[0], [w for i in c[1] for w in _inline(i)]]}]
    if kind in KEPT:
        return [{"t": kind, "c": [w for i in c for w in _inline(i)]}]
    said = c[1] if kind in ("Math", "RawInline", "Code") else _words(item)
    return [{"t": "Str", "c": visible(said, 4000)}]


def _words(value: Any) -> str:
    """Return the words under any node."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return " " if value.get("t") in ("Space", "SoftBreak") else _words(value.get("c", ""))
    return "".join(_words(v) for v in value) if isinstance(value, list) else ""


def cite(tree: Node, files: Sequence[Bibliography]) -> list[Node]:
    """Set every citation in pandoc's tree, in place, and return the list of references.

    Parameters
    ----------
    tree : dict
        What pandoc made of the Markdown of a whole report.
    files : sequence of Bibliography
        The author's own; the package's works are known in any case.

    Returns
    -------
    list of dict
        Pandoc's division of each work cited, in the order of the list; empty without citations.

    Raises
    ------
    ReportError
        For keys that no file has, with the nearest that one has; all at once.
    """
    cites = list(_cites(tree["blocks"]))
    if not cites:
        return []
    known = references(METHODS.read_text(encoding="utf-8"), METHODS.name)
    for file in files:
        known |= references(file.text, file.name)
    asked = list(dict.fromkeys(c["citationId"] for cite in cites for c in cite["c"][0]))
    if unknown := [key for key in asked if key not in known]:
        raise ReportError(_unknown(unknown, list(known)))
    meta = {
        "references": {"t": "MetaList", "c": [known[key] for key in asked]},
        "link-citations": {"t": "MetaBool", "c": True},
        "lang": {"t": "MetaString", "c": "en-US"},
    }
    paragraphs = [{"t": "Para", "c": [cite]} for cite in cites]
    whole = {"pandoc-api-version": tree["pandoc-api-version"], "meta": meta, "blocks": paragraphs}
    done = json.loads(convert(json.dumps(whole), ["-f", "json", "-t", "json", "--citeproc"]))
    for cite, paragraph in zip(cites, done["blocks"], strict=False):
        cite["c"][1] = paragraph["c"][0]["c"][1]
    return list(done["blocks"][-1]["c"][1])


def _unknown(keys: Sequence[str], known: Sequence[str]) -> str:
    parts = []
    for key in keys:
        near = difflib.get_close_matches(key, known, n=3, cutoff=0.5)
        tail = f" (near: {', '.join(near)})" if near else ""
        parts.append(f"@{visible(key, 80)}{tail}")
    return (
        f"The text cites {', '.join(parts)}, which no bibliography has. "
        r"Show report.bibliography('x.bib') before, or write \@ for a plain at sign."
    )


def _cites(value: Any) -> Iterator[Node]:
    if isinstance(value, dict):
        if value.get("t") == "Cite":
            yield value
        else:
            yield from _cites(value.get("c", []))
    elif isinstance(value, list):
        for item in value:
            yield from _cites(item)


def marked(nodes: Sequence[Node]) -> list[Node]:
    """Return inline nodes as parts of a citation: their numbers are those of a work cited.

    A link to an entry becomes a reference to the heading of the list, and names its entry.
    """
    out = []
    for node in nodes:
        new = {**node, "cite": True}
        if "c" in node:
            new["c"] = marked(node["c"])
        if node["k"] == "ref":
            new |= {"id": HEADING, "entry": node["id"]}
        out.append(new)
    return out


def with_references(nodes: Sequence[Node], entries: Sequence[Node]) -> list[Node]:
    """Return the nodes of a report with its list of works cited, under its heading.

    Parameters
    ----------
    entries : sequence of nodes
        One paragraph each. They go under the heading with the id "references", at the end of the
        report where there is none.
    """
    if not entries:
        return list(nodes)
    at = next((i for i, n in enumerate(nodes) if n.get("id") == HEADING), None)
    if at is not None:
        return [*nodes[: at + 1], *entries, *nodes[at + 1 :]]
    title = [{"k": "t", "v": "References"}]
    marks = {"appendix": False, "numbered": False}
    return [*nodes, {"k": "h", "level": 1, "id": HEADING, **marks, "c": title}, *entries]
