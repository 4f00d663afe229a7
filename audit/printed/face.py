"""The face of a value: a question, sentences, and the numbers below them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from audit.printed.forms import shown
from audit.printed.grid import Grid
from audit.printed.hypertext import set_html
from audit.printed.pipes import set_markdown
from audit.printed.plain import WIDTH, set_plain
from audit.printed.tex import booktabs


@dataclass(frozen=True, slots=True)
class Face:
    """What a value shows of itself.

    Attributes
    ----------
    heading : str
        The question, or what the value is; printed above all else.
    says : tuple of str
        Sentences, in order.
    grids : tuple of Grid
        The numbers.
    """

    heading: str
    says: tuple[str, ...] = ()
    grids: tuple[Grid, ...] = ()

    def __post_init__(self) -> None:
        """Make every text visible."""
        object.__setattr__(self, "heading", shown(self.heading))
        object.__setattr__(self, "says", tuple(map(shown, self.says)))

    def tables(self) -> Face:
        """Return the tables alone, each with the question in its notes."""
        asked = (self.heading,) if self.heading else ()
        return Face("", (), tuple(replace(g, notes=(*asked, *g.notes)) for g in self.grids))


class Shown:
    """Base of the nouns: one face, and every way to show or export it.

    A class says what it shows in `face`; text, HTML, Markdown, TeX and Word print those cells.
    """

    __slots__ = ()

    def face(self) -> Face:
        """Return what the value shows of itself."""
        raise NotImplementedError

    def summary(self) -> str:
        """Return the value as text, each sentence on one line however long."""
        return set_plain(self.face(), width=0)

    def __str__(self) -> str:
        return self.summary()

    def __repr__(self) -> str:
        return set_plain(self.face(), width=WIDTH)

    def _repr_html_(self) -> str:
        return set_html(self.face())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Return HTML for notebooks, and what converters keep a table in where HTML is lost.

        No TeX: VS Code prefers it to HTML for those who hear a page and where it does not trust
        the folder, and prints its source; converters to TeX make a table of the Markdown.
        """
        face = self.face()
        return {
            "text/plain": set_plain(face),
            "text/html": set_html(face),
            "text/markdown": set_markdown(face),
        }

    def to_latex(self) -> str:
        """Return the tables as TeX: needs booktabs and nothing else; values are never commands."""
        return "\n".join(map(booktabs, self.face().tables().grids))

    def to_markdown(self) -> str:
        """Return the tables as Markdown pipe tables; values are never Markdown."""
        return set_markdown(self.face().tables())

    def to_docx(self, path: str | Path) -> Path:
        """Write the tables as a Word document and return its path; the same tables, same bytes.

        Parameters
        ----------
        path : path
            Of the file to write; its folder must exist.

        Raises
        ------
        ReportError
            If pandoc is missing or fails.
        """
        from audit.printed.word import set_word

        target = Path(path)
        target.write_bytes(set_word(self.face().tables()))
        return target
