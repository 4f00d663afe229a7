"""Where a table comes from, and who to thank or blame for it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

from audit.errors import SourceError
from audit.text import visible

SIMULATED = "SIMULATED: these cases are made up"

PUBLIC = "public aggregate:"
"""How the reason begins for which small counts of a table may be shown."""


def locate(path: str | Path) -> Path:
    """Return where `path` is: as given, or, when relative, in the working folder or a parent of it.

    Raises
    ------
    SourceError
        Nothing of that name is there.
    """
    path = Path(path).expanduser()
    folders = [Path()] if path.is_absolute() else [Path.cwd(), *Path.cwd().parents]
    for folder in folders:
        if (folder / path).exists():
            return folder / path
    looked = "" if path.is_absolute() else " in the working folder or any folder above it"
    raise SourceError(f"There is no {str(path)!r}{looked}. Try: the full path.")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a table comes from, enough to fetch and cite it again.

    Attributes
    ----------
    name, title, producer, url, licence : str
    accessed : str
        Date on which it was read, ISO 8601.
    sha256 : str
        Of the file read, in hexadecimal; of several, that of their `sha256sum` lines, sorted by
        name (`audit.reading.digests.digest`); "" for a frame in memory.
    simulated : bool
        Whether the numbers are made up; follows into every chart, table and page.
    notes : str
    limits : tuple of str
        What this source cannot support, a sentence each; printed before anything else.
    frame : str
        The one sampling frame that its rows can bear; "" where the design must say. A design that
        states another is refused.
    disclosure : str
        Why small counts of ordinary accounts may be shown, as "public aggregate: …"; "" where they
        are hidden (see `audit.disclosure`). For tables that anyone can count again in public.
    """

    name: str
    title: str
    producer: str
    url: str
    accessed: str
    licence: str
    sha256: str = ""
    simulated: bool = False
    notes: str = ""
    limits: tuple[str, ...] = ()
    frame: str = ""
    disclosure: str = ""

    def misframed(self, frame: str) -> str:
        """Return why the rows cannot be of the sampling frame a design states; "" if they can."""
        if self.frame in ("", frame):
            return ""
        return (
            f"frame is {frame!r}, and the rows from {self.name!r} can only be {self.frame!r}: "
            f"{self.limits[0] if self.limits else self.notes}"
        )

    @classmethod
    def read(cls, path: str | Path) -> Origin:
        """Read an `origin.toml` (or the one in the folder `path`).

        Raises
        ------
        SourceError
            The file is not TOML, lacks a key, or has one that means nothing here.
        """
        path = locate(path)
        path = path / "origin.toml" if path.is_dir() else path
        try:
            found = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise SourceError(f"The origin {str(path)!r} cannot be read: {error}.") from error
        known = {f.name: f.default for f in fields(cls)}
        strange = sorted(set(found) - set(known))
        lacking = sorted(k for k, v in known.items() if v is MISSING and k not in found)
        wrong = sorted(k for k in set(found) & set(known) if not _legal(k, found[k]))
        if strange or lacking or wrong:
            raise SourceError(
                f"The origin {str(path)!r} has unknown keys {strange}, lacks {lacking}, and has "
                f"the wrong type in {wrong}; allowed: {', '.join(known)}; simulated is true or "
                "false, accessed a date, limits a list of texts, disclosure "
                f"“{PUBLIC} …” with the reason, the rest text."
            )
        values: dict[str, Any] = {
            k: v if k == "simulated" else tuple(v) if k == "limits" else str(v)
            for k, v in found.items()
        }
        return cls(**values)


def _legal(key: str, value: object) -> bool:
    if key == "simulated":
        return isinstance(value, bool)
    if key == "limits":
        return isinstance(value, list) and all(isinstance(v, str) for v in value)
    if key == "disclosure" and isinstance(value, str):
        return value == "" or (
            bool(value.removeprefix(PUBLIC).strip()) and value.startswith(PUBLIC)
        )
    return isinstance(value, str) or (key == "accessed" and hasattr(value, "isoformat"))


def cited(origins: Iterable[Origin]) -> str:
    """Return where a table comes from in one line: titles, with producers."""
    named = ((visible(o.title, 200), visible(o.producer)) for o in origins)
    return "; ".join(f"{title} ({producer})" if producer else title for title, producer in named)
