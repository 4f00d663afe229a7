"""Which dumps are meant, that none of them holds another, and their parts one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from audit.errors import SourceError
from audit.origin import locate
from audit.sources.dsa.archive import Limits, Part, Unpacking
from audit.sources.dsa.statements import Statements
from audit.text import visible

DUMP = re.compile(r"sor-(?P<slug>.+)-(?P<day>\d{4}-\d{2}-\d{2})-(full|light)\b")


def read_dumps(
    paths: Iterable[Path], statements: Statements, folder: Path, *, limits: Limits
) -> Iterator[Part]:
    """Yield the parts of several dumps; a file name that occurs twice among them is refused."""
    names: set[str] = set()
    for path in paths:
        yield from Unpacking(folder, limits, names).parts(path)
    if not statements.rows and not statements.faults:
        raise SourceError("The dumps hold no statement. Try: download them again.")


def dumps(path: object) -> tuple[Path, ...]:
    """Return where one dump or several are.

    Raises
    ------
    SourceError
        One is not there, is named twice, or is neither a zip nor a CSV part.
    """
    given = (path,) if isinstance(path, str | Path) else tuple(path)  # type: ignore[arg-type]
    found = tuple(locate(one) for one in given)
    if not found:
        raise SourceError("path names no dump. Try: path = 'sor-global-2025-07-01-full.zip'.")
    wrong = [visible(one.name) for one in found if one.suffix.lower() not in (".zip", ".csv")]
    if wrong:
        raise SourceError(f"{', '.join(wrong)}: allowed are .zip dumps and their .csv parts.")
    if len({one.resolve() for one in found}) < len(found):
        raise SourceError("path names the same dump twice, and its rows would count twice.")
    _refuse_overlap(found)
    return found


def _refuse_overlap(paths: Iterable[Path]) -> None:
    """Refuse two dumps of one day of which one holds the other: full and light, or all and one."""
    days: dict[str, list[re.Match[str]]] = {}
    for path in paths:
        dump = DUMP.match(path.name)
        if dump and path.suffix == ".zip":
            days.setdefault(dump["day"], []).append(dump)
    for day, of_day in days.items():
        slugs = [dump["slug"] for dump in of_day]
        if len(set(slugs)) < len(slugs) or ("global" in slugs and len(slugs) > 1):
            names = ", ".join(visible(dump.string) for dump in of_day)
            raise SourceError(
                f"{names}: statements of {day} would count twice. Try: one dump of all platforms "
                "for each day, full or light."
            )


def named(paths: Iterable[Path]) -> str:
    """Return the dumps' names for a message."""
    return "the dump " + ", ".join(repr(visible(path.name)) for path in paths)
