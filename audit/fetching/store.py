"""The folder that files are fetched into, and the record of what is whole in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from audit.errors import FetchError
from audit.reading import digests
from audit.reading.digests import SUMS, checksums, sha256
from audit.reading.provenance import ORIGIN


@dataclass(slots=True)
class Store:
    """The folder, what is recorded of it, and what happened; the one thing here that changes.

    Attributes
    ----------
    folder : Path
    hashes : dict
        Name to SHA-256 of every file that is whole.
    stamp : callable
        Hashes to the text of the `origin.toml` that speaks of these files.
    new, kept, empty : list of str
        Names fetched now, found there whole, and not written because they would hold nothing.
    """

    folder: Path
    hashes: dict[str, str]
    stamp: Callable[[Mapping[str, str]], bytes]
    new: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)

    def has(self, name: str) -> bool:
        """Return whether a file is there as it was fetched.

        Raises
        ------
        FetchError
            It is there and is not what was fetched.
        """
        path = self.folder / name
        if not path.exists():
            return False
        if name not in self.hashes:
            raise FetchError(
                f"{name!r} is in {str(self.folder)!r} and was not fetched by this command. Try: "
                "another folder, or move it."
            )
        if sha256(path) != self.hashes[name]:
            raise FetchError(
                f"{name!r} in {str(self.folder)!r} has changed since it was fetched. Try: delete "
                "it, and it is fetched again."
            )
        self.kept.append(name)
        return True

    def settle(self, name: str, found: str) -> None:
        """Record a file that is whole and about to take its name."""
        self.hashes[name] = found
        self.new.append(name)
        write_whole(self.folder / ORIGIN, self.stamp(self.hashes))
        write_whole(self.folder / SUMS, checksums(self.hashes))


def recorded(folder: Path) -> dict[str, str]:
    """Return name to SHA-256 of the files that a SHA256SUMS records and that are there.

    Raises
    ------
    FetchError
        It is no text.
    """
    try:
        listed = digests.recorded(folder)
    except UnicodeDecodeError as error:
        raise FetchError(f"{str(folder / SUMS)!r} is not UTF-8: {error}.") from error
    return {name: hash_ for name, hash_ in listed.items() if (folder / name).exists()}


def write_whole(path: Path, data: bytes) -> None:
    """Write a small file so that it is whole or the one before it."""
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(data)
    new.replace(path)
