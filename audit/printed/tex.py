"""Grids as TeX: plain booktabs tables, in which no value can be a command."""

from __future__ import annotations

from audit.printed.grid import Grid
from audit.printed.room import shares
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
    '"': r"\string" + '"',  # the font's own quote, even where an encoding names none
    "'": r"{'}",
    "`": r"{`}",
    "[": r"{[}",
    "]": r"{]}",
    "*": r"{*}",
    "-": r"{-}",
    "@": r"{@}",
    "−": r"\ensuremath{-}",
    "∞": r"\ensuremath{\infty}",
    "≤": r"\ensuremath{\leq}",
    "≥": r"\ensuremath{\geq}",
    "≠": r"\ensuremath{\neq}",
    "≈": r"\ensuremath{\approx}",
    "→": r"\ensuremath{\to}",
    "⟨": r"\ensuremath{\langle}",
    "⟩": r"\ensuremath{\rangle}",
    # What stands for a hidden count must not be a letter that a font lacks and TeX leaves out.
    "▒": r"\rule{.8ex}{1.2ex}",
}
"""Signs that a plain LaTeX, or its own fonts, do not have are drawn or set as mathematics."""
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
    """Return how each column is set."""
    plain = {"right": "r", "center": "c"}
    return [
        rf"p{{{share:.2f}\linewidth}}" if share else plain.get(h.align, "l")
        for share, h in zip(shares(one), one.heads, strict=True)
    ]
