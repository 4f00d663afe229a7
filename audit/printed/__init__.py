"""What a value looks like where people read it: one face, set as text, HTML, Markdown, TeX or Word.

A `Face` is made of a question, sentences and grids of printed cells; a noun says its face once, and
every medium sets the same cells, so that none can print another number.
"""

from __future__ import annotations

from audit.printed.face import Face, Shown
from audit.printed.grid import Grid, Head, grid

__all__ = ["Face", "Grid", "Head", "Shown", "grid"]
