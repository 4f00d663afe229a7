"""Author's TeX formulas as Typst and as MathML, in one pandoc run each."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Literal
from xml.etree import ElementTree

from audit.report.pandoc import convert

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
BETWEEN = "AUDITBETWEENFORMULAS"
KEPT = frozenset(
    (
        "display",
        "mathvariant",
        "stretchy",
        "form",
        "accent",
        "accentunder",
        "columnalign",
        "rowspacing",
        "columnspacing",
        "lspace",
        "rspace",
        "linethickness",
        "fence",
        "separator",
        "encoding",
        "minsize",
        "maxsize",
        "largeop",
        "movablelimits",
        "symmetric",
        "width",
        "height",
        "depth",
        "notation",
        "scriptlevel",
        "displaystyle",
        "rowspan",
        "columnspan",
    )
)


def formulas(texts: Sequence[str], form: Literal["typst", "mathml"]) -> dict[str, str]:
    """Translate TeX formulas; one that pandoc cannot read is absent from the result.

    Parameters
    ----------
    texts : sequence of str
        TeX from the author's own Markdown, never from data.
    form : {"typst", "mathml"}

    Returns
    -------
    dict
        TeX to Typst mathematics, or to a `<math>` element holding MathML alone.
    """
    if not texts:
        return {}
    blocks = []
    for tex in texts:
        blocks.append({"t": "Para", "c": [{"t": "Math", "c": [{"t": "InlineMath"}, tex]}]})
        blocks.append({"t": "Para", "c": [{"t": "Str", "c": BETWEEN}]})
    tree = {"pandoc-api-version": [1, 23, 1], "meta": {}, "blocks": blocks}
    target = ["-t", "typst"] if form == "typst" else ["-t", "html", "--mathml"]
    out = convert(json.dumps(tree), ["-f", "json", "--wrap=none", *target])
    parts = re.split(rf"\s*(?:<p>)?{BETWEEN}(?:</p>)?\s*", out)[: len(texts)]
    clean = _typst if form == "typst" else _mathml
    pairs = ((tex, clean(part.strip())) for tex, part in zip(texts, parts, strict=True))
    return {tex: math for tex, math in pairs if math}


def _typst(text: str) -> str:
    whole = text.startswith("$") and text.endswith("$") and len(text) > 2
    return text[1:-1].strip() if whole else ""


def _mathml(text: str) -> str:
    found = re.search(r"<math.*</math>", text, re.DOTALL)
    if not found:
        return ""
    root = ElementTree.fromstring(found[0])
    for element in root.iter():
        if not element.tag.startswith(f"{{{NAMESPACE}}}"):
            return ""
        for name in set(element.attrib) - KEPT:
            del element.attrib[name]
        element.tag = element.tag.partition("}")[2]
    root.set("xmlns", NAMESPACE)
    return ElementTree.tostring(root, encoding="unicode")
