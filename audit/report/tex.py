"""A table as plain booktabs TeX, in which no value can be a command."""

from __future__ import annotations

from collections.abc import Sequence

from audit.report.blocks import Column
from audit.text import visible

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
HEAD = "% Needs \\usepackage{booktabs}; set with XeLaTeX or LuaLaTeX for text beyond Latin.\n"


def escape(text: str) -> str:
    """Return `text` with every character TeX acts on made literal, ligatures included."""
    return "".join(SPECIAL.get(c, c) for c in visible(text, 4000))


def booktabs(
    title: str,
    columns: Sequence[Column],
    cells: Sequence[Sequence[str]],
    notes: Sequence[str],
    source: str,
    simulated: bool,
) -> str:
    """Return a table environment: caption, right-aligned numbers, notes and source below."""
    spec = "".join({"right": "r", "center": "c"}.get(c.align or "left", "l") for c in columns)
    mark = r"\textsc{simulated data}. " if simulated else ""
    below = [*notes, *([f"Source: {source}"] if source else [])]
    lines = [
        r"\begin{table}",
        rf"\caption{{{mark}{escape(title)}}}",
        rf"\begin{{tabular}}{{{spec}}}",
        r"\toprule",
        " & ".join(escape(c.label) for c in columns) + r" \\",
        r"\midrule",
        *(" & ".join(escape(cell) for cell in row) + r" \\" for row in cells),
        r"\bottomrule",
        r"\end{tabular}",
        *(rf"\par\footnotesize {escape(line)}" for line in below),
        r"\end{table}",
    ]
    return HEAD + "\n".join(lines) + "\n"
