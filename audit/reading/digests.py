"""The hashes of files, and the list of them that stands beside files as SHA256SUMS."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from audit.reading.folders import Files

SUMS = "SHA256SUMS"
BLOCK = 1 << 20


def hashes(path: Path, *kinds: str) -> dict[str, str]:
    """Return the hashes of a file, in hexadecimal, of one reading: {"sha256": …}.

    Parameters
    ----------
    path : Path
    *kinds : str
        Names that `hashlib` knows.
    """
    found = {kind: hashlib.new(kind, usedforsecurity=False) for kind in kinds}
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            for one in found.values():
                one.update(block)
    return {kind: one.hexdigest() for kind, one in found.items()}


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    return hashes(path, "sha256")["sha256"]


def digest(files: Files) -> str:
    """Return the SHA-256 of the files, in hexadecimal.

    Of one file, its own. Of several, that of the text with a line `<sha256>  <name>` for each,
    sorted by name: what `sha256sum` prints in their folder, and a SHA256SUMS file holds.
    """
    return together(dict(zip(files.names, map(sha256, files.paths), strict=True)))


def together(of_each: Mapping[str, str]) -> str:
    """Return the hash of files by the hash of each: name to hash, as `digest`."""
    if len(of_each) == 1:
        return next(iter(of_each.values()))
    return hashlib.sha256(checksums(of_each)).hexdigest()


def checksums(of_each: Mapping[str, str]) -> bytes:
    """Return the lines of a SHA256SUMS file: name to hash, sorted by name."""
    return "".join(f"{of_each[name]}  {name}\n" for name in sorted(of_each)).encode()


def recorded(folder: Path) -> dict[str, str]:
    """Return name to hash of the files that a folder's SHA256SUMS lists; empty without one.

    Raises
    ------
    UnicodeDecodeError
        It is no text.
    """
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    pairs = [line.partition("  ") for line in lines]
    return {name: hash_ for hash_, _, name in pairs if name}
