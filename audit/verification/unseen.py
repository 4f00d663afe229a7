"""What of a draft a reader sees: marks are blanked, and what a page says aloud is kept.

Every character keeps its place, so that a line of the draft stays its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

SHOWN = re.compile(
    r"^(?:title|subtitle|headline|description|summary|excerpt|dek|standfirst|caption|abstract|lead"
    r"|lede|subject|social_title|og_title)[ \t]*:[ \t]*(?P<said>\S.*)$",
    re.IGNORECASE | re.MULTILINE,
)
"""Lines of the front matter that a reader is shown."""
FRONT = re.compile(r"\A---[ \t]*\n(?P<front>.*?\n)---[ \t]*(?:\n|\Z)", re.DOTALL)
FENCE = re.compile(
    r"^[ \t]{0,3}(?P<fence>`{3,}|~{3,})[^\n]*\n(?P<code>.*?)(?:^[ \t]{0,3}(?P=fence)[^\n]*$|\Z)",
    re.DOTALL | re.MULTILINE,
)
_TITLE = r"(?P<{}>\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\))"
MARKS = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))"
    rf"|(?<=\])\([ \t]*(?:<[^<>\n]*>|[^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)?)"
    rf"(?:[ \t]+{_TITLE.format('title')})?[ \t]*\)"  # target of a link
    rf"|^[ \t]{{0,3}}\[(?!\^)[^\]\n]+\]:[ \t]*(?:<[^<>\n]*>|\S+)"
    rf"(?:[ \t]+{_TITLE.format('defined')})?[ \t]*$"  # definition of a link
    r"|<?https?://[^\s>)]+>?"
    r"|\[\^[^\]\s]*\]:?"  # mark of a footnote, at its place and before its text
    r"|</?[A-Za-z][^>\n]*>"
    r"|`+",
    re.DOTALL | re.MULTILINE,
)
SPOKEN = re.compile(
    r"(?<![\w-])(?:alt|title|aria-label|aria-description|summary|label|content|placeholder)"
    r"[ \t]*=[ \t]*(?P<q>[\"'])(?P<said>.*?)(?P=q)",
    re.IGNORECASE,
)
"""Attributes of a tag that are shown or read aloud."""
WORDED = re.compile(r"[^\W_]")


def seen(text: str) -> str:
    """Return a draft with everything blanked that no reader sees, every character in its place.

    Front matter and blocks of code are blanked too: `shown` and `code` give what they hold. Titles
    of links, alternative texts and code inside a line are seen, and are kept.
    """
    for block in (FRONT, FENCE):
        text = block.sub(lambda m: _blank(m[0]), text)
    return MARKS.sub(_kept, text)


def shown(text: str) -> Iterator[tuple[int, str]]:
    """Yield (place, text) of each line of the front matter that a reader is shown."""
    front = FRONT.match(text)
    for match in SHOWN.finditer(text, front.start("front"), front.end("front")) if front else ():
        yield match.start("said"), match["said"].strip().strip("\"'")


def code(text: str) -> Iterator[int]:
    """Yield the place of each block of code that says anything."""
    front = FRONT.match(text)
    for match in FENCE.finditer(text, front.end() if front else 0):
        if WORDED.search(match["code"]):
            yield match.start()


def _kept(match: re.Match[str]) -> str:
    """Return a mark blanked, but for the texts in it that are shown or read aloud."""
    said = match[0]
    spans = [match.span(name) for name in ("title", "defined") if match[name]]
    spans = [(a - match.start() + 1, b - match.start() - 1) for a, b in spans]
    if said.startswith("<") and not said.startswith(("<!--", "<http")):
        spans = [m.span("said") for m in SPOKEN.finditer(said)]
    return "".join(
        c if c == "\n" or any(a <= i < b for a, b in spans) else " " for i, c in enumerate(said)
    )


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
