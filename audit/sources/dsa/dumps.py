"""Which dumps are meant, that none of them holds another, and their parts one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from audit.errors import SourceError
from audit.reading.digests import hashes
from audit.reading.folders import Files, files_of, meant
from audit.reading.zips import Limits, Part, Unpacking
from audit.sources.dsa.statements import Statements
from audit.text import visible

ENDINGS = (".zip", ".csv")
SHA1_ENDING = ".zip.sha1"
SHA1 = re.compile(r"\b[0-9a-fA-F]{40}\b")
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


def dumps(path: object) -> Files:
    """Return where one dump or several are: files, folders of them, patterns.

    A checksum `….zip.sha1` beside a dump is held against it.

    Raises
    ------
    SourceError
        One is not there, is named twice, is neither a zip nor a CSV part, or is not what its
        published checksum says.
    """
    asked = path if isinstance(path, str | Path) else list(path)  # type: ignore[call-overload]
    found = meant(asked, read=_known, what="dump")
    paths = [one for one in found.paths if not one.name.endswith(SHA1_ENDING)]
    wrong = [visible(one.name) for one in paths if one.suffix.lower() not in ENDINGS]
    if wrong or not paths:
        what = ", ".join(wrong) or f"{found.label!r} holds no dump"
        raise SourceError(f"{what}: allowed are .zip dumps and their .csv parts.")
    _refuse_overlap(paths)
    for one in paths:
        _hold_sha1(one)
    return files_of(found.label, paths)


def _known(path: Path) -> bool:
    return path.suffix.lower() in ENDINGS or path.name.endswith(SHA1_ENDING)


def _hold_sha1(path: Path) -> None:
    """Hold a dump against the `.sha1` beside it, if there is one."""
    beside = path.with_name(path.name + ".sha1")
    if not beside.exists():
        return
    published = SHA1.search(beside.read_text(encoding="utf-8", errors="replace"))
    if published is None:
        says = "it holds no SHA-1 checksum. Try: download it again."
        raise SourceError(f"{visible(beside.name)}: {says}")
    if published.group().lower() != hashes(path, "sha1")["sha1"]:
        says = "its SHA-1 checksum is not the published one beside it. Try: download it again."
        raise SourceError(f"{visible(path.name)}: {says}")


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
