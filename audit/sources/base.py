"""What every source is: parameters as fields, a name, a title, and `load`."""

from __future__ import annotations

from typing import ClassVar, Protocol, runtime_checkable

from audit.cases import Cases


@runtime_checkable
class Source(Protocol):
    """A kind of data; the fields of the frozen dataclass that implements it are its parameters.

    Attributes
    ----------
    name : str
        What a design calls it.
    title : str
        What a reader is told it is.
    """

    name: ClassVar[str]
    title: ClassVar[str]

    def load(self) -> Cases:
        """Return the checked cases, with their origins and what left on the way in."""
        ...
