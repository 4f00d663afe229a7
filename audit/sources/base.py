"""What every source is: parameters as fields, a name, a title, and `load`."""

from __future__ import annotations

from typing import ClassVar, Protocol, runtime_checkable

from audit.cases import Cases
from audit.schema import Column


@runtime_checkable
class Source(Protocol):
    """A kind of data; the fields of the frozen dataclass that implements it are its parameters.

    Attributes
    ----------
    name : str
        What a design calls it.
    title : str
        What a reader is told it is.
    question : str
        What it can answer, in one sentence.
    limits : tuple of str
        What it cannot support, a sentence each; said before anything that is computed from it.
    extra_columns : tuple of Column
        What its cases hold beyond `CASE_COLUMNS`; empty where they hold nothing else.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    question: ClassVar[str]
    limits: ClassVar[tuple[str, ...]]
    extra_columns: ClassVar[tuple[Column, ...]]

    def load(self) -> Cases:
        """Return the checked cases, with their origins and what left on the way in."""
        ...
