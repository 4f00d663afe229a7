"""Whether a file that was fetched is whole, found out without unpacking any of it to disk."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from pathlib import Path

from audit.errors import FetchError
from audit.fetching.manners import Manners
from audit.reading.digests import BLOCK, hashes
from audit.reading.zips import MALFORMED, leads_out
from audit.text import visible

SMALL = 16 * 1024**2
"""Bytes; contents no larger are no bomb, however well they pack."""


def verify(path: Path, name: str, manners: Manners, *, sha1: str = "", ended: bool = True) -> str:
    """Return the SHA-256 of a file that is whole.

    Parameters
    ----------
    path : Path
        Where it lies until it is known to be whole.
    name : str
        What it will be called; the ending says what must be in it.
    manners : Manners
    sha1 : str
        The hash that its publisher states, in hexadecimal.
    ended : bool
        Whether its length was stated and is right, or its end was marked.

    Raises
    ------
    FetchError
        Its hash is another, its archive is broken or a bomb, holds names that lead outside or a
        password, or nothing at all says that it is whole.
    """
    found = hashes(path, "sha1", "sha256")
    if sha1 and found["sha1"] != sha1.lower():
        raise FetchError(
            f"{name!r} has the SHA-1 {found['sha1']}, and its publisher states {sha1.lower()}. It "
            "was deleted. Try: the same command again; if it stays so, tell the publisher."
        )
    if name.endswith(".zip"):
        _check_zip(path, name, manners)
    elif name.endswith(".gz"):
        _check_gzip(path, name, manners)
    elif not (ended or sha1):
        raise FetchError(
            f"{name!r} came without its length, a hash or an end of its own, so nobody can tell "
            "whether it is whole. It was deleted."
        )
    return found["sha256"]


def _check_zip(path: Path, name: str, manners: Manners) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _refuse_members(members, name)
            _refuse_bomb(sum(m.file_size for m in members), path, name, manners)
            bad = archive.testzip()  # reads every member against its checksum, and writes nothing
    except FetchError:
        raise  # said by `_refuse_…`; an AuditError is a ValueError too
    except (*MALFORMED, NotImplementedError, RuntimeError, OSError) as error:
        raise FetchError(f"{name!r} is no whole zip archive ({error}). It was deleted.") from error
    if bad is not None:
        raise FetchError(f"{name!r}: {visible(bad)!r} in it is damaged. It was deleted.")


def _refuse_members(members: list[zipfile.ZipInfo], name: str) -> None:
    for member in members:
        if leads_out(member.filename):
            raise FetchError(
                f"{name!r} holds the name {visible(member.filename)!r}, which leads outside the "
                "archive. It was deleted."
            )
        if member.flag_bits & 0x1:
            raise FetchError(f"{name!r} is locked with a password. It was deleted.")


def _check_gzip(path: Path, name: str, manners: Manners) -> None:
    size = 0
    try:
        with gzip.open(path, "rb") as stream:
            while block := stream.read(BLOCK):
                size += len(block)
                _refuse_bomb(size, path, name, manners)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FetchError(f"{name!r} is no whole gzip file ({error}). It was deleted.") from error


def _refuse_bomb(unpacked: int, path: Path, name: str, manners: Manners) -> None:
    packed = path.stat().st_size
    if unpacked > max(SMALL, manners.ratio * packed):
        raise FetchError(
            f"{name!r} has {packed:,} bytes and would unpack to {unpacked:,} or more, over "
            f"{manners.ratio} times as many: a bomb, not data. It was deleted."
        )
