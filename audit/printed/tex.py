"""A face as TeX with plain booktabs tables, in which no value can be a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.printed.grid import Grid
from audit.text import visible

if TYPE_CHECKING:
    from audit.printed.face import Face

SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "'": r"{'}",
    "`": r"{`}",
    "[": r"{[}",
    "]": r"{]}",
    "*": r"{*}",
    "-": r"{-}",
    "@": r"{@}",
    "−": r"\ensuremath{-}",
    "∞": r"\ensuremath{\infty}",
}
WRAPS = 30  # letters of a cell from which its column wraps
HEAVIEST = 120  # letters beyond which a longer cell asks for no wider column
LETTERS = 90  # letters on a line of the page
LEAST_ROOM = 0.3  # share of the line that wrapping columns keep
HEAD = "% Needs \\usepackage{booktabs}; set with XeLaTeX or LuaLaTeX for text beyond Latin.\n"


def escape(text: str) -> str:
    """Return `text` with every character TeX acts on made literal, ligatures included."""
    return "".join(SPECIAL.get(c, c) for c in visible(text, 4000))


def booktabs(one: Grid) -> str:
    """Return a table environment: caption, right-aligned numbers, notes and source below."""
    spec = "".join(_columns(one))
    mark = r"\textsc{simulated data}. " if one.simulated else ""
    rows = [
        rf"\multicolumn{{{len(one.heads)}}}{{l}}{{\textit{{{escape(row)}}}}} \\"
        if isinstance(row, str)
        else " & ".join(map(escape, row)) + r" \\"
        for row in one.rows()
    ]
    lines = [
        r"\begin{table}",
        rf"\caption{{{mark}{escape(one.title)}}}",
        rf"\begin{{tabular}}{{{spec}}}",
        r"\toprule",
        " & ".join(escape(h.label) for h in one.heads) + r" \\",
        r"\midrule",
        *rows,
        r"\bottomrule",
        r"\end{tabular}",
        *(rf"\par\footnotesize {escape(line)}" for line in one.below),
        r"\end{table}",
    ]
    return HEAD + "\n".join(lines) + "\n"


def _columns(one: Grid) -> list[str]:
    """Return how each column is set: long text wraps, in shares of the line by its length."""
    longest = [max(map(len, c)) for c in zip([h.label for h in one.heads], *one.cells, strict=True)]
    soft = [n > WRAPS and h.align == "left" for n, h in zip(longest, one.heads, strict=True)]
    weights = [min(n, HEAVIEST) if s else 0 for n, s in zip(longest, soft, strict=True)]
    hard = sum(n for n, s in zip(longest, soft, strict=True) if not s)
    room = max(LEAST_ROOM, 1 - (hard + 2 * len(longest)) / LETTERS)
    plain = {"right": "r", "center": "c"}
    return [
        rf"p{{{room * w / sum(weights):.2f}\linewidth}}" if w else plain.get(h.align, "l")
        for w, h in zip(weights, one.heads, strict=True)
    ]


def set_tex(face: Face) -> str:
    """Return a face as TeX: the question in bold, sentences, and booktabs tables."""
    parts = [rf"\textbf{{{escape(face.heading)}}}"] if face.heading else []
    parts += [escape(sentence.strip()) for sentence in face.says]
    return "\n\n".join([*parts, *map(booktabs, face.grids)])
