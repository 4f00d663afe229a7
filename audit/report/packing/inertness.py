"""Whether a drawing is only a drawing: no program, no other document, no address outside itself."""

from __future__ import annotations

import re
from xml.etree import ElementTree

FORBIDDEN = frozenset({"script", "foreignobject", "iframe", "handler", "listener", "set", "link"})
REFERENCE = re.compile(r"^(?:#|data:image/png;base64,)")
OUTSIDE = re.compile(r"url\(\s*[\"']?(?!#)[^)]*\)?|@import|javascript:", re.IGNORECASE)


def not_inert(svg: str) -> str:
    """Return the first thing in an SVG that could run, load or lead away; "" where there is none.

    The drawing is read as XML, not searched as text: a title may speak of anything.
    """
    for mark in ("<!ENTITY", "<?xml-stylesheet"):
        if mark in svg:
            return mark
    try:
        root = ElementTree.fromstring(svg)
    except ElementTree.ParseError as error:
        return f"text that is no XML ({error})"
    for element in root.iter():
        name = element.tag.rpartition("}")[2].lower()
        if name in FORBIDDEN or name.startswith("animate"):
            return f"<{name}>"
        if name == "style" and (found := OUTSIDE.search(element.text or "")):
            return found[0]
        for key, value in element.attrib.items():
            attribute = key.rpartition("}")[2].lower()
            if attribute.startswith("on"):
                return f"{attribute}="
            if attribute in ("href", "src") and not REFERENCE.match(value):
                return f"{attribute}={value}"
            if found := OUTSIDE.search(value):
                return found[0]
    return ""
