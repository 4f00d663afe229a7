"""A number with everything that may be said of it, as a block of a notebook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from audit.claims import Claim
from audit.claims.forms import Pieces, join
from audit.errors import UnknownName
from audit.report.blocks import MIME, Block
from audit.text import escape_html, visible


@dataclass(frozen=True, slots=True)
class Stated(Block):
    """A number with everything that may be said of it; shown in a cell, it enters the record.

    Attributes
    ----------
    claim : Claim
    forms : mapping
        Name of a form to its pieces; `str(stated)` and `{claim:id}` are the form "text".
    further : tuple of Claim
        The other numbers that its forms print: the whole of a share, both rates of a gap.
    who, did : str
        The class in words, and what was done to it: what a difference is said with.
    """

    kind: ClassVar[str] = "claims"
    claim: Claim
    forms: Mapping[str, Pieces] = field(default_factory=dict)
    further: tuple[Claim, ...] = ()
    who: str = ""
    did: str = ""

    def form(self, name: str) -> str:
        """Return the number in one of its forms.

        Raises
        ------
        UnknownName
            For a form that this number does not have.
        """
        if name not in self.forms:
            raise UnknownName(f"form of the claim {self.claim.id!r}", name, self.forms)
        return join(self.forms[name])

    @property
    def id(self) -> str:
        """Return the name under which Markdown finds it."""
        return self.claim.id

    @property
    def value(self) -> float:
        """Return the number at full precision."""
        return self.claim.value

    @property
    def text(self) -> str:
        """Return the number as it is printed."""
        return self.form("text")

    @property
    def points(self) -> str:
        """Return the size of a difference in percentage points, without its sign."""
        return self.form("size")

    @property
    def hundred(self) -> str:
        """Return a share, or both sides of a gap, as so many of every 100."""
        return self.form("hundred")

    @property
    def sentence(self) -> str:
        """Return the number in a sentence: who, which way, counts, points, interval."""
        return self.form("sentence")

    def payload(self) -> dict[str, Any]:
        """Return the records for the report: the number, with its forms, and those beside it."""
        first = {**self.claim.to_dict(), "forms": {k: list(v) for k, v in self.forms.items()}}
        return {"kind": self.kind, "records": [first, *(c.to_dict() for c in self.further)]}

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        shown = [f"{self.id}: {self.text}"]
        shown += [
            f"  {{claim:{self.id}.{name}}}  {join(pieces)}"
            for name, pieces in self.forms.items()
            if name != "text"
        ]
        return "\n".join(visible(line, 1000) for line in shown)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        rows = "".join(
            f"<tr><td><code>{escape_html(slot)}</code></td><td>{escape_html(join(pieces))}</td></tr>"
            for slot, pieces in (
                (f"{{claim:{self.id}{'' if name == 'text' else '.' + name}}}", pieces)
                for name, pieces in self.forms.items()
            )
        )
        table = f'<table class="tex2jax_ignore mathjax_ignore">{rows}</table>'
        return {"text/plain": repr(self), "text/html": table, MIME: self.payload()}
