"""Which files a path, a folder, a pattern or a list of them means, in one order."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audit.errors import SourceError
from audit.origin import locate
from audit.reading.files import is_table

MAGIC = frozenset("*?[")
BESIDE = ("origin.toml", "SHA256SUMS")
"""Files that stand beside data and are none, with every name that begins README or LICENSE."""
SHOWN = 5  # names listed in a message; the rest are counted


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a table.

    Attributes
    ----------
    label : str
        What they were asked for as, short.
    folder : Path
        The deepest folder that holds them all.
    paths : tuple of Path
        In the order of their rows: a folder's and a pattern's by name, a list's as given.
    """

    label: str
    folder: Path
    paths: tuple[Path, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Return each path below the folder, with forward slashes."""
        return tuple(path.relative_to(self.folder).as_posix() for path in self.paths)


def files_of(label: str, paths: Sequence[Path]) -> Files:
    """Return files that were found, and the deepest folder that holds them all.

    Raises
    ------
    SourceError
        A file is meant twice.
    """
    _refuse_twice(paths)
    folder = Path(os.path.commonpath([path.absolute().parent for path in paths]))
    return Files(label, folder, tuple(path.absolute() for path in paths))


def table_files(asked: str | Path | Sequence[str | Path]) -> Files:
    """Return the files that `asked` means.

    Parameters
    ----------
    asked : path, or sequence of paths
        A file; a folder, of which every file is read, those of folders in it too, but for what
        begins with a dot or an underscore, README and LICENSE files, origin.toml and SHA256SUMS; a
        pattern (`*`, `?`, `[…]`, and `**` for folders, which follows no links). A relative one is
        looked for in the working folder and those above it.

    Raises
    ------
    SourceError
        Nothing is there, a folder holds no table or something that is none, a pattern matches
        nothing, links lead back to where they came from, or a file is meant twice.
    """
    return meant(asked, read=is_table, what="table")


def meant(
    asked: str | Path | Sequence[str | Path], *, read: Callable[[Path], bool], what: str
) -> Files:
    """Return the files that `asked` means, where a file of a folder must be one that is read.

    Parameters
    ----------
    asked : path, or sequence of paths
        As in `table_files`.
    read : callable
        Whether a file of a folder is one that is read; others are named and refused.
    what : str
        What such a file is, "table".

    Raises
    ------
    SourceError
        As `table_files`.
    """
    given = [asked] if isinstance(asked, str | Path) else list(asked)
    paths = [path for one in given for path in _meant(one, read, what)]
    if not paths:
        raise SourceError(f"The list of files is empty. Try: the path of at least one {what}.")
    alone = isinstance(asked, str | Path)
    return files_of(Path(given[0]).name if alone else f"a list of {len(paths)} files", paths)


def beside(asked: str | Path | Sequence[str | Path], folder: Path | None) -> Any:
    """Return what a file that names files means by them: those in its own folder, where they are.

    Parameters
    ----------
    asked : path, pattern, or sequence of these
        As in `table_files`. What is not in `folder` is given back as it is.
    folder : Path, optional
        Of the file that names them.

    Raises
    ------
    SourceError
        Another file of that name is where a relative path is looked for otherwise.
    """
    if not isinstance(asked, str | Path):
        return [beside(one, folder) for one in asked]
    path = Path(asked).expanduser()
    if folder is None or path.is_absolute() or not _is_in(folder, path):
        return asked
    above = () if MAGIC & set(str(path)) else Path.cwd().parents  # a pattern may match anything
    for other in (Path.cwd(), *above):
        if _is_in(other, path):
            if os.path.realpath(other / path) != os.path.realpath(folder / path):
                raise SourceError(
                    f"{str(asked)!r} is in {str(folder)!r} beside the file that names it, and in "
                    f"{str(other)!r} too. Try: the full path of the one that is meant."
                )
            break
    return str(folder / path)


def _is_in(folder: Path, path: Path) -> bool:
    try:
        if (folder / path).exists():
            return True
        return bool(MAGIC & set(str(path))) and any(folder.glob(str(path)))
    except (ValueError, OSError):
        return False


def _meant(asked: str | Path, read: Callable[[Path], bool], what: str) -> list[Path]:
    try:
        found = locate(asked)
    except SourceError:
        if MAGIC & set(str(asked)):
            return _matched(str(asked))
        raise
    return _inside(found, read, what) if found.is_dir() else [found]


def _matched(pattern: str) -> list[Path]:
    path = Path(pattern).expanduser()
    if path.is_absolute():
        bases, rest = [Path(path.anchor)], str(path.relative_to(path.anchor))
    else:
        bases, rest = [Path.cwd(), *Path.cwd().parents], str(path)
    for base in bases:
        try:
            found = sorted(match for match in base.glob(rest) if not match.is_dir())
        except (ValueError, OSError) as error:
            raise SourceError(f"The pattern {pattern!r} cannot be followed: {error}.") from error
        if found:
            return found
    where = "" if path.is_absolute() else " in the working folder or any folder above it"
    raise SourceError(f"The pattern {pattern!r} matches no file{where}. Try: the full path.")


def _inside(folder: Path, read: Callable[[Path], bool], what: str) -> list[Path]:
    found = sorted(_walk(folder, ()))
    strange = [path for path in found if not read(path)]
    if strange:
        names = ", ".join(repr(path.relative_to(folder).as_posix()) for path in strange[:SHOWN])
        more = f" and {len(strange) - SHOWN} more" if len(strange) > SHOWN else ""
        first = next((path.suffix for path in found if read(path)), ".csv")
        raise SourceError(
            f"The folder {folder.name!r} holds what is no {what}: {names}{more}. Try: a pattern "
            f"that leaves them out, such as '{folder.name}/*{first}', or move them."
        )
    if not found:
        raise SourceError(f"The folder {folder.name!r} holds no {what}.")
    return found


def _walk(folder: Path, above: tuple[str, ...]) -> Iterator[Path]:
    here = os.path.realpath(folder)
    if here in above:
        raise SourceError(f"The link {str(folder)!r} leads back to a folder that holds it.")
    for entry in os.scandir(folder):
        if entry.name.startswith((".", "_")):
            continue
        if _is_folder(entry):
            yield from _walk(Path(entry.path), (*above, here))
        elif entry.name not in BESIDE and not entry.name.upper().startswith(("README", "LICENSE")):
            yield Path(entry.path)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself: said where the file is opened
        return False


def _refuse_twice(paths: Sequence[Path]) -> None:
    seen: dict[str, Path] = {}
    for path in paths:
        real = os.path.realpath(path)
        if real in seen:
            raise SourceError(
                f"{str(path)!r} and {str(seen[real])!r} are the same file, whose rows would count "
                "twice."
            )
        seen[real] = path
